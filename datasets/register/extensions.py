"""kramdown's extensions of Markdown, taken out of a text before it is read; every line keeps its number.

Attribute lists (`{: .class #id}`), `{::comment}`, `{::nomarkdown}`, `{::options /}`
(https://kramdown.gettalong.org/syntax.html#extensions). An `#id` beside a heading becomes the heading's anchor; a list
that `{:toc}` would replace by a table of contents is left out. `{::options}` changes nothing here: with anchors turned
off by it, licences could not be linked to.
"""

from __future__ import annotations

import re

COMMENT = re.compile(r"\{::comment\}(.*?)\{:/(?:comment)?\}", re.DOTALL)
SWITCH = re.compile(r"\{:(?::nomarkdown[^}\n]{0,100}|/nomarkdown|/|:options[^}\n]{0,200}|:comment[^}\n]{0,200}/)\}")
CONTENTS = re.compile(r"(?m)^[*+-][ \t][^\n]*\n(?=\{:[ \t]*toc\b)|^1\.[ \t][^\n]*\n(?=\{:[ \t]*toc\b)")
HEADING_ID = re.compile(r"(?m)^(#{1,6}[ \t][^\n]*?)[ \t]*\n\{:[^}\n]{0,100}?#([A-Za-z][\w:-]*)[^}\n]{0,100}\}[ \t]*$")
ID_BEFORE = re.compile(r"(?m)^\{:[^}\n]{0,100}?#([A-Za-z][\w:-]*)[^}\n]{0,100}\}[ \t]*\n(#{1,6}[ \t][^\n]*?)[ \t]*$")
ATTRIBUTE_LIST = re.compile(r"(?m)^[ ]{0,3}\{:[^}\n]{0,200}\}[ \t]*$")


def without_extensions(text: str) -> str:
    """The text without them."""
    if "{:" not in text:
        return text
    text = COMMENT.sub(lambda match: "\n" * match[1].count("\n"), text)
    text = CONTENTS.sub("\n", SWITCH.sub("", text))
    text = HEADING_ID.sub(r"\1 {#\2}\n", text)
    text = ID_BEFORE.sub(r"\n\2 {#\1}", text)
    return ATTRIBUTE_LIST.sub("", text)
