"""The Liquid in a page's body, rendered as Jekyll would, within limits, with includes recorded instead of read.

Jekyll's `include file.md key="v"` (https://jekyllrb.com/docs/includes/) leaves a mark in the text, so that the
section it stands in is known after Markdown; `split_marks` takes the marks out again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TextIO

from liquid import Environment, Mode, RenderContext, TokenStream
from liquid.ast import Node
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, LoopExpression, Path, tokenize
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError, LiquidSyntaxError, LoopIterationLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.parser import get_parser
from liquid.stringify import to_liquid_string
from liquid.tag import Tag
from liquid.template import BoundTemplate
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token
from liquid.undefined import Undefined

from datasets.register import lax
from datasets.register.filters import all_filters, text_of, to_number

MAX_TAG = 2_000  # characters in one tag; also keeps the lexer's backtracking short
MAX_TAGS = 2_000
MAX_STEPS = 200_000  # rounds of all loops, times the tags of the page
MAX_OUTPUT = 256 * 1024
MAX_RANGE = 1_000
MARK = re.compile("\ufdd0(\\d+)\ufdd1")  # two code points that no text holds: frontmatter takes them out
BLANKS = re.compile(r"\s{100}")
INCLUDE = re.compile(r"(?P<name>\S+)(?P<rest>.*)", re.DOTALL)
PARAMETER = re.compile(
    r"""\s*(?P<key>[\w-]+)\s*=\s*
    (?:"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"|'(?P<single>[^'\\]*(?:\\.[^'\\]*)*)'|(?P<variable>[\w.-]+))""",
    re.VERBOSE,
)
TOGETHER = (dict, list, tuple, range)
FORGIVING: dict[str, tuple[Any, Callable[[str], str]]] = {
    "if": (BooleanExpression, lax.condition),
    "unless": (BooleanExpression, lax.condition),
    "elsif": (BooleanExpression, lax.condition),
    "for": (LoopExpression, lax.loop),
}
REMOVED_TAGS = ("render", "tablerow", "liquid", "doc", "macro", "call", "extends", "block", "snippet")


class LiquidFailure(Exception):
    """A body, or a part of it, cannot be rendered. `line` counts from 1 in the text that was given."""

    def __init__(self, reason: str, line: int) -> None:
        self.reason, self.line = reason, line
        super().__init__(f"line {line}: {reason}")


class Include(NamedTuple):
    """One include as the page asked for it: the file's name, the parameters as Liquid evaluates them, the line."""

    name: str
    parameters: dict[str, Any]
    line: int


class Note(NamedTuple):
    """Something odd that Liquid passes over in silence: the finding's code, the name, the line."""

    code: str
    name: str
    line: int


@dataclass
class Rendered:
    """A rendered text, with marks where includes stood."""

    text: str
    includes: list[Include] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class PageContext(RenderContext):
    """Counts the work and notes what is not defined."""

    __slots__ = ("includes", "notes", "starts", "steps", "tags")

    def begin(self, source: str) -> PageContext:
        """Set up the counts for one text."""
        self.includes: list[Include] = []
        self.notes: list[Note] = []
        self.starts = _line_starts(source)
        self.tags = source.count("{%") + source.count("{{")
        self.steps = 0
        return self

    def line(self, token: Token) -> int:
        """The line of a token."""
        return bisect_right(self.starts, max(token.start_index, 0))

    def note(self, code: str, name: str, token: Token) -> None:
        """Note something odd once for each place."""
        note = Note(code, name, self.line(token))
        if note not in self.notes:
            self.notes.append(note)

    def error(self, exc: LiquidError) -> None:
        """Stop at every error."""
        raise exc

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Called as a loop begins: every round may run every tag of the page."""
        self.steps += length * self.tags
        if self.steps > MAX_STEPS:
            raise LoopIterationLimitError("its loops run too often", token=None)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """The filter; an unknown one passes its value on, as in Jekyll, and is noted."""
        if name not in self.env.filters and token is not None:
            self.note("unknown-filter", name, token)
        return super().filter(name, token)


class PageTemplate(BoundTemplate):
    """A template that renders in a `PageContext`."""

    context_class = PageContext


class NotingOutput(OutputNode):
    """`{{ … }}` that notes a variable which is not defined."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value; an undefined one is empty."""
        name = self._variable()
        if name and isinstance(context, PageContext) and isinstance(name.evaluate(context), Undefined):
            context.note("undefined-variable", str(name), self.token)
        value = self.expression.evaluate(context)
        together = isinstance(value, TOGETHER)
        return buffer.write(text_of(value) if together else to_liquid_string(value, autoescape=False))

    def _variable(self) -> Path | None:
        """The variable that stands first, unless the page provides for its absence."""
        expression = self.expression
        if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, Path):
            return None
        provided = any(filter_.name == "default" for filter_ in expression.filters or ())
        return None if provided else expression.left


class NotingOutputTag(Output):
    """Makes the nodes for `{{ … }}`."""

    node_class = NotingOutput

    def parse(self, stream: TokenStream) -> OutputNode:
        """The node; of what is no expression, such as `{{ page.datacite.@id }}`, what can be read, as Jekyll does."""
        start = stream.pos
        try:
            return super().parse(stream)
        except LiquidSyntaxError:
            stream.pos = start + 1
            expression = stream.current
            again = TokenStream(tokenize(lax.output(expression.value), expression))
            return NotingOutput(stream.tokens[start], FilteredExpression.parse(self.env, again))


class IncludeNode(Node):
    """Jekyll's include, recorded."""

    __slots__ = ("name", "parameters")

    def __init__(self, token: Token, name: str, parameters: dict[str, str | Path]) -> None:
        super().__init__(token)
        self.name, self.parameters, self.blank = name, parameters, False

    def __str__(self) -> str:
        return f"{{% include {self.name} %}}"

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Record the include and leave its mark."""
        if not isinstance(context, PageContext):
            return 0
        values = {key: _plain(value, context) for key, value in self.parameters.items()}
        context.includes.append(Include(self.name, values, context.line(self.token)))
        return buffer.write(f"\ufdd0{len(context.includes) - 1}\ufdd1")


class IncludeTag(Tag):
    """Parses `include file.md key="text" key=variable`, over one line or several."""

    name = "include"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        """The node; what is no parameter after the file's name is passed over."""
        token = stream.eat(TOKEN_TAG)
        expression = stream.expect(TOKEN_EXPRESSION).value
        match = INCLUDE.fullmatch(expression.strip())
        name, rest = (match["name"], match["rest"]) if match else (expression, "")
        found = {m["key"]: self._value(m, token) for m in PARAMETER.finditer(rest)}
        return IncludeNode(token, name.strip("\"'"), found)

    def _value(self, match: re.Match[str], token: Token) -> str | Path:
        for quoted, quote in ((match["double"], '"'), (match["single"], "'")):
            if quoted is not None:
                return quoted.replace(f"\\{quote}", quote)
        return Path(token, list(match["variable"].split(".")))


def _plain(value: str | Path, context: RenderContext) -> Any:
    """A parameter as Liquid evaluates it: true, false and numbers are themselves, a variable its value."""
    if isinstance(value, str):
        return value
    word = ".".join(str(part) for part in value.path)
    if word in {"true", "false"}:
        return word == "true"
    if word in {"nil", "null"}:
        return None
    if re.fullmatch(r"-?\d{1,9}", word):
        return int(word)
    result = value.evaluate(context)
    if isinstance(result, Undefined):
        return None
    return result if isinstance(result, (str, int, float, bool)) else str(result)


class PageEnvironment(Environment):
    """The tags and filters that a page may use, and the limits on them."""

    template_class = PageTemplate
    output_stream_limit = MAX_OUTPUT
    local_namespace_limit = MAX_OUTPUT
    loop_iteration_limit = MAX_STEPS

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Liquid's own, less those that read other files or do what no page needs."""
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(NotingOutputTag)
        self.add_tag(IncludeTag)
        for name in REMOVED_TAGS:
            self.tags.pop(name, None)
        self.filters = all_filters(self.filters)

    def _parse(self, source: str) -> list[Node]:
        """Parse, after conditions and loops that Jekyll reads tolerantly are brought into order."""
        tokens = list(self.tokenizer()(source))
        for at in range(1, len(tokens)):
            tag, expression = tokens[at - 1], tokens[at]
            if expression.kind == TOKEN_EXPRESSION and tag.kind == TOKEN_TAG and tag.value in FORGIVING:
                tokens[at] = self._forgiven(tag.value, expression)
        return get_parser(self).parse(TokenStream(iter(tokens)))

    def _forgiven(self, tag: str, expression: Token) -> Token:
        kind, repaired = FORGIVING[tag]
        try:
            kind.parse(self, TokenStream(tokenize(expression.value, expression)))
        except LiquidSyntaxError:
            return expression._replace(value=repaired(expression.value))
        return expression

    def error(self, exc: type[LiquidError] | LiquidError, msg: str | None = None, token: Token | None = None) -> None:
        """Stop at every error; the tolerant mode is only for what Jekyll, too, reads without complaint."""
        error = exc if isinstance(exc, LiquidError) else exc(msg, token=token)
        error.token = error.token or token
        raise error


ENVIRONMENT = PageEnvironment(strict_filters=False, tolerance=Mode.LAX)


def render(text: str, variables: dict[str, Any]) -> Rendered:
    """Render one text.

    Args:
        text: a page's body or a part of it.
        variables: what the page may name: `page`, `site`.

    Raises:
        LiquidFailure: broken Liquid, or more work or output than any page needs.
    """
    _check_size(text)
    try:
        template = ENVIRONMENT.from_string(text)
        _limit_ranges(template)
        context = PageContext(template, globals=template.make_globals(variables)).begin(text)
        buffer = LimitedStringIO(limit=MAX_OUTPUT)
        template.render_with_context(context, buffer)
    except LiquidError as error:
        raise LiquidFailure(str(error.message), _line_of(error, text)) from error
    except Exception as error:  # a library met with hostile input; whatever it raises is the page's fault
        raise LiquidFailure(f"{type(error).__name__}", 1) from error
    return Rendered(buffer.getvalue(), context.includes, context.notes)


def _check_size(text: str) -> None:
    """Refuse tags that would make the lexer slow: unclosed, very long, or mostly blank."""
    for number, match in enumerate(re.finditer(r"\{%|\{\{", text)):
        closing = text.find("%}" if match[0] == "{%" else "}}", match.end(), match.end() + MAX_TAG)
        line = text.count("\n", 0, match.start()) + 1
        if closing < 0:
            raise LiquidFailure("a tag is never closed", line)
        if BLANKS.search(text, match.end(), closing):
            raise LiquidFailure("a tag is mostly blank", line)
        if number >= MAX_TAGS:
            raise LiquidFailure("too many tags", line)


class Short(Expression):
    """One end of a range, which may not be far from nought: a reversed loop would make a list of it."""

    def __init__(self, end: Expression) -> None:
        super().__init__(end.token)
        self.end = end

    def evaluate(self, context: RenderContext) -> object:
        """The value of the end.

        Raises:
            LoopIterationLimitError: it is a number beyond any page's needs.
        """
        value = self.end.evaluate(context)
        number = to_number(value)
        if abs(number) > MAX_RANGE:
            raise LoopIterationLimitError("a range is too long", token=self.token)
        return value

    def children(self) -> list[Expression]:
        """Nothing that could hold another range."""
        return []


def _limit_ranges(template: BoundTemplate) -> None:
    """Let no `(1..100000000)` become a list."""
    nodes = list(template.nodes)
    context = RenderContext(template)
    while nodes:
        node = nodes.pop()
        nodes.extend(node.children(context, include_partials=False))
        expressions: list[Expression] = list(node.expressions())
        while expressions:
            expression = expressions.pop()
            if isinstance(expression, RangeLiteral):
                expression.start, expression.stop = Short(expression.start), Short(expression.stop)
            expressions.extend(expression.children())


def _line_of(error: LiquidError, text: str) -> int:
    place = error.token.start_index if error.token else 0
    return text.count("\n", 0, max(place, 0)) + 1


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def split_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the include marks out of a rendered text.

    Returns:
        the text, and for each mark the number of its include and the line (from 0) where it stood.
    """
    marks = [(int(match[1]), text.count("\n", 0, match.start())) for match in MARK.finditer(text)]
    return MARK.sub("", text), marks
