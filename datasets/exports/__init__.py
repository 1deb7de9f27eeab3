"""Datasets in the words of others: search engines, data portals, registries of DOIs, and those who cite.

`record` says what is said, once; one module for each format says it; `table` lists the formats; `serve` and `views`
answer requests.
"""
