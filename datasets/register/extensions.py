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
OWN_ID = r"\{:[^}\n]{0,100}?#([A-Za-z][\w:-]{0,100})[^}\n]{0,100}\}[ \t]*+$"
HEADING_ID = re.compile(rf"(?m)^(#{{1,6}}[ \t][^\n]*)\n{OWN_ID}")
ID_BEFORE = re.compile(rf"(?m)^{OWN_ID}\n(#{{1,6}}[ \t][^\n]*)$")
MAX_COMMENTS = 50
ATTRIBUTE_LIST = re.compile(r"(?m)^[ ]{0,3}\{:[^}\n]{0,200}\}[ \t]*$")


def without_extensions(text: str) -> str:
    """The text without them."""
    if "{:" not in text:
        return text
    if text.count("{::comment}") <= MAX_COMMENTS:
        text = COMMENT.sub(lambda match: "\n" * match[1].count("\n"), text)
    text = CONTENTS.sub("\n", SWITCH.sub("", text))
    text = HEADING_ID.sub(lambda match: f"{match[1].rstrip()} {{#{match[2]}}}\n", text)
    text = ID_BEFORE.sub(lambda match: f"\n{match[2].rstrip()} {{#{match[1]}}}", text)
    return ATTRIBUTE_LIST.sub("", text)
