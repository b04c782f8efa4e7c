"""Read the text back out of a PDF by Typst, through its fonts' own tables, as a reader's copy and paste does."""

import re
import zlib

_FONT, _ELSE = re.compile(rb"/(f\d+) [\d.]+ Tf"), re.compile(rb"[^(/]+|/")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Pdf:
    """A PDF's objects.

    Attributes
    ----------
    content : bytes
    pages : list of str
        The text of each page, spaces as they are set.
    """

    def __init__(self, content):
        self.content = content
        found = re.finditer(rb"(?:^|\n)(\d+) 0 obj\b(.*?)\nendobj", content, re.S)
        self.objects = {int(match.group(1)): match.group(2) for match in found}
        self.pages = [self._text(page) for page in self._kids()]

    @property
    def text(self):
        """All pages, every run of white space as one space, without what breaks words invisibly."""
        return " ".join(" ".join(self.pages).replace("\u200b", "").split())

    def elements(self, name):
        """Return the structure elements of a kind, such as ``TH``."""
        pattern = re.compile(rb"/Type/StructElem/S/%b\b" % name.encode())
        return [body for body in self.objects.values() if pattern.search(body)]

    def _kids(self):
        tree = next(body for body in self.objects.values() if b"/Type/Pages" in body)
        return [
            self.objects[int(n)] for n in re.findall(rb"(\d+) 0 R", tree.split(b"/Kids")[1].split(b"]")[0])
        ]

    def _ref(self, body, key):
        return int(re.search(key + rb" (\d+) 0 R", body).group(1))

    def _stream(self, number):
        head, _, rest = self.objects[number].partition(b"stream")
        raw = rest.lstrip(b"\r").removeprefix(b"\n")[: int(re.search(rb"/Length (\d+)", head).group(1))]
        return zlib.decompress(raw) if b"/FlateDecode" in head else raw

    def _text(self, page):
        resources = self.objects[self._ref(page, rb"/Resources")]
        names = re.search(rb"/Font<<(.*?)>>", resources, re.S).group(1)
        fonts = {name: self._letters(int(n)) for name, n in re.findall(rb"/(\w+) (\d+) 0 R", names)}
        said, letters, at = [], {}, 0
        content = self._stream(self._ref(page, rb"/Contents"))
        while at < len(content):
            if font := _FONT.match(content, at):
                letters, at = fonts[font.group(1)], font.end()
            elif content[at : at + 1] == b"(":
                in_brackets = content.rfind(b"<<", 0, at) > content.rfind(
                    b">>", 0, at
                )  # not shown: a note's text
                glyphs, at = _string(content, at)
                glyphs = b"" if in_brackets else glyphs
                codes = (glyphs[i : i + 2] for i in range(0, len(glyphs), 2))
                said.append("".join(letters.get(code, "\ufffd") for code in codes))
            else:
                other = _ELSE.match(content, at)
                said.append("\n" if b"ET" in other.group() else "")
                at = other.end()
        return "".join(said)

    def _letters(self, font):
        table = self._stream(self._ref(self.objects[font], rb"/ToUnicode")).decode("latin-1")
        pairs = re.findall(r"^<([0-9A-F]{4})> <([0-9A-F]+)>$", table, re.M)
        return {bytes.fromhex(code): bytes.fromhex(to).decode("utf-16-be") for code, to in pairs}


def _string(content, start):
    """Return a string in brackets, its escapes undone, and where it ends; brackets inside go in pairs."""
    depth, at, found = 0, start, b""
    while True:
        one, at = content[at : at + 1], at + 1
        if one == b"\\":
            code = re.compile(rb"[0-7]{3}|.", re.S).match(content, at).group()
            found, at = (
                found + (bytes([int(code, 8)]) if len(code) == 3 else _ESCAPES.get(code, code)),
                at + len(code),
            )
            continue
        depth += (one == b"(") - (one == b")")
        if depth == 0:
            return found, at
        if at > start + 1:
            found += one
