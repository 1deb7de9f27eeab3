"""Datasets in the words of others: schema.org for search engines, BibTeX for those who cite."""
