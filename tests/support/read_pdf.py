"""Reads the PDFs that are made here: every text of their pages, headings and metadata, with nothing but zlib."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"(\d+) 0 obj\s*(<<(?:[^>]|>(?!>)|>>(?!\s*stream))*>>)\s*stream\r?\n", re.DOTALL)
_TOKEN = re.compile(rb"/(\S+)\s+[\d.]+\s+Tf|\[([^\]]*)\]\s*TJ|<([0-9a-fA-F]+)>\s*Tj|(\bBT\b)")


class Pdf:
    """A PDF taken apart: its streams and objects by their numbers."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.streams: dict[int, bytes] = {}
        self.objects: dict[int, bytes] = {}
        for found in _STREAM.finditer(content):
            length = re.search(rb"/Length (\d+)", found[2])
            assert length
            body = content[found.end() : found.end() + int(length[1])]
            self.streams[int(found[1])] = body = zlib.decompress(body) if b"/FlateDecode" in found[2] else body
            if b"/ObjStm" in found[2]:
                self._unpack(found[2], body)

    def _unpack(self, head: bytes, body: bytes) -> None:
        first = int((re.search(rb"/First (\d+)", head) or [b"", b"0"])[1])
        numbers = list(map(int, body[:first].split()))
        places = [*numbers[1::2], len(body) - first]
        for number, start, end in zip(numbers[::2], places, places[1:], strict=False):
            self.objects[number] = body[first + start : first + end]

    def _fonts(self) -> dict[bytes, dict[str, str]]:
        """What the glyphs of each font stand for, by the font's name on the pages."""
        fonts: dict[bytes, dict[str, str]] = {}
        for body in self.objects.values():
            for name, number in re.findall(rb"/(\S+) (\d+) 0 R", body):
                font = self.objects.get(int(number), b"")
                table = re.search(rb"/ToUnicode (\d+) 0 R", font)
                if table:
                    fonts[name] = _glyphs(self.streams[int(table[1])])
        return fonts

    @property
    def pages(self) -> str:
        """The text of all pages as it is set, pieces on lines of their own."""
        fonts = self._fonts()
        assert fonts
        return "\n".join(_set_text(stream, fonts) for stream in self.streams.values() if b"BT" in stream)

    @property
    def beside(self) -> str:
        """All other texts: title, headings of the outline, alternative texts, metadata."""
        found = [
            stream.decode("utf-8", "replace") for stream in self.streams.values() if stream.startswith(b"<?xpacket")
        ]
        for body in self.objects.values():
            found += [bytes.fromhex(text.decode()).decode("utf-16") for text in re.findall(rb"<(feff[0-9a-f]+)>", body)]
            found += [text.decode("latin-1") for text in re.findall(rb"\(((?:\\.|[^()\\])*)\)", body)]
        return "\n".join(found)


def text_in(content: bytes) -> str:
    """Everything that can be read in a PDF: its pages, lines joined, and what lies beside them."""
    pdf = Pdf(content)
    return " ".join(f"{pdf.pages}\n{pdf.beside}".split())


def squeezed(content: bytes) -> str:
    """The same without spaces, in which a word is found however it is broken between lines."""
    return "".join(text_in(content).split())


def _glyphs(table: bytes) -> dict[str, str]:
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, text in re.findall(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            found[glyph.decode().lower()] = bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
    return found


def _set_text(stream: bytes, fonts: dict[bytes, dict[str, str]]) -> str:
    out, glyphs = [], dict[str, str]()
    for font, pieces, piece, begin in _TOKEN.findall(stream):
        if font:
            glyphs = fonts.get(font, {})
        elif begin:
            out.append("\n")
        else:
            digits = b"".join(re.findall(rb"<([0-9a-fA-F]+)>", pieces)) + piece
            codes = re.findall(r"[0-9a-f]{4}", digits.decode().lower())
            out.append("".join(glyphs.get(code, "\ufffd") for code in codes))
    return "".join(out)
