"""`{% load formats %}`: numbers, sizes and days as `datasets.formats` writes them, and links out of a page's words."""

from __future__ import annotations

from django import template

from datasets import addresses, formats

register = template.Library()

register.filter("number", formats.number)
register.filter("size", formats.size)
register.filter("day", formats.day)
register.filter("web_address", addresses.web_address)
register.filter("register_address", addresses.register_address)
register.filter("local_image", addresses.local_image)
