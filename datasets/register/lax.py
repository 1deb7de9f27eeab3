"""What Liquid makes of an expression that breaks its own rules.

The register's website reads tags in Liquid's tolerant way: it takes from an expression what it can use and passes over
the rest (https://github.com/Shopify/liquid/wiki/Liquid-for-Programmers; `lax_parse` of its variable, if and for).
python-liquid refuses such expressions; here they are brought into the form that it reads.
"""

from __future__ import annotations

import re

FRAGMENT = r"""(?:"[^"]*"|'[^']*'|(?:[^\s,|'"]|"[^"]*"|'[^']*')+)"""
FIRST = re.compile(rf"\s*({FRAGMENT})")
FILTER = re.compile(rf"\|\s*(\w+)((?:\s*[:,]\s*(?:\w+\s*:\s*)?{FRAGMENT})*)")
ARGUMENT = re.compile(rf"[:,]\s*(\w+\s*:\s*)?({FRAGMENT})")
COMPARISON = re.compile(rf"\s*({FRAGMENT})\s*(==|!=|<>|<=|>=|<|>|contains)?\s*({FRAGMENT})?")
JOINT = re.compile(r"\s+(and|or)\s+")
LOOP = re.compile(rf"\s*([\w-]+)\s+in\s+(\([^()]*\)|{FRAGMENT})\s*(reversed)?(.*)", re.DOTALL)
LIMIT = re.compile(rf"(limit|offset)\s*:\s*({FRAGMENT})")
VALUE = re.compile(
    r"-?\d+(\.\d+)?|\"[^\"]*\"|'[^']*'|[A-Za-z_][\w-]*\??(\.[A-Za-z_][\w-]*\??|\[[^\[\]]*\])*|\([^()]*\)"
)
WORDS = re.compile(r"([A-Za-z_][\w-]*)|\[\s*(?:(\d{1,6})|\"([^\"]*)\"|'([^']*)')\s*\]")


def output(expression: str) -> str:
    """`{{ … }}`: its first value, and the filters with what can be read of their arguments."""
    first = FIRST.match(expression)
    value = path(first[1]) if first and not expression.lstrip().startswith("|") else "nil"
    filters = []
    for match in FILTER.finditer(expression, first.end() if first else 0):
        arguments = ", ".join(f"{key}{path(value)}" for key, value in ARGUMENT.findall(match[2]))
        filters.append(f" | {match[1]}: {arguments}" if arguments else f" | {match[1]}")
    return value + "".join(filters)


def condition(expression: str) -> str:
    """`{% if … %}`: comparisons between `and` and `or`, each up to what cannot be read."""
    parts = JOINT.split(expression)
    return " ".join(part if number % 2 else _comparison(part) for number, part in enumerate(parts))


def _comparison(text: str) -> str:
    match = COMPARISON.match(text)
    if not match:
        return "false"
    left = path(match[1])
    return f"{left} {match[2]} {path(match[3])}" if match[2] and match[3] else left


def loop(expression: str) -> str:
    """`{% for … %}`: the name, the list, and limits."""
    match = LOOP.match(expression)
    if not match:
        return expression
    limits = [f"{name}: {path(value)}" for name, value in LIMIT.findall(match[4])]
    return " ".join([match[1], "in", path(match[2]), *([match[3]] if match[3] else []), *limits])


def path(value: str) -> str:
    """A value; one that is no expression, such as `page.datacite.@id`, is read word by word.

    Words that mean something elsewhere (`page.empty`) are put in brackets, where they are but names.
    """
    if VALUE.fullmatch(value) and not re.search(r"\.(empty|blank|nil|null|true|false|and|or|in)\b", value):
        return value
    words = WORDS.findall(value)
    if not words or not words[0][0]:
        return "nil"
    first, *rest = ["".join(parts) for parts in words]
    return str(first) + "".join(f"[{word}]" if word.isdigit() else f'["{word}"]' for word in rest)
