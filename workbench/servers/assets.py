"""Scripts, styles and fonts of Voila and its widgets: a list made once, so that no address can lead elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

OWN = Path(__file__).with_name("assets")
OWN_NAMES = ("page.css", "page.js", "reports.css")
REPORTS_STYLE = Path(__file__).parents[1] / "reports" / "templates" / "style.css"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".eot": "application/vnd.ms-fontobject",
    ".pdf": "application/pdf",
}
_OF_VOILA = frozenset({".js", ".css", ".svg", ".woff", ".woff2", ".ttf", ".eot"})
_SMALL_ALREADY = frozenset({".png", ".jpg", ".woff", ".woff2", ".pdf"})


@dataclass(frozen=True)
class Asset:
    """The bytes of one file, as they are sent."""

    content: bytes
    kind: str
    etag: str = field(default="")
    packed: bytes | None = None


def asset(name: str, content: bytes) -> Asset:
    """Return bytes ready to be sent: with their type, their mark, and packed where that helps."""
    suffix = Path(name).suffix.lower()
    packed = None if suffix in _SMALL_ALREADY or len(content) < 500 else gzip.compress(content, 6)
    return Asset(content, TYPES[suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"', packed)


class Assets:
    """The files of Voila's packages by their address, read when first asked for."""

    def __init__(self, share: Path | None = None) -> None:
        share = share or Path(sys.prefix) / "share" / "jupyter"
        self._files: dict[str, Path] = {}
        for prefix, folder in _folders(share):
            for path in sorted(folder.rglob("*")):
                if path.suffix in _OF_VOILA and path.is_file() and not path.is_symlink():
                    self._files.setdefault(f"{prefix}/{path.relative_to(folder).as_posix()}", path)
        self._kept: dict[str, Asset] = {}

    def find(self, name: str) -> Asset | None:
        """Return the file of an address below ``/voila/``, or None."""
        if name not in self._files:
            return None
        if name not in self._kept:
            self._kept[name] = asset(name, self._files[name].read_bytes())
        return self._kept[name]


def _folders(share: Path) -> list[tuple[str, Path]]:
    """Name each folder that may be read, under the address that Voila's pages use for it."""
    static = [
        share / "voila" / "templates" / "base" / "static",
        share / "nbconvert" / "templates" / "lab" / "static",
    ]
    both = [(prefix, folder) for prefix in ("static", "templates/lab/static") for folder in static]
    extensions = [share / "labextensions", share / "voila" / "labextensions"]
    return [
        *both,
        *(("labextensions", folder) for folder in extensions),
        ("api/themes", share / "voila" / "themes"),
    ]


@cache
def own_asset(name: str) -> Asset | None:
    """Return one of the gate's own files or the style of the reports, or None."""
    path = REPORTS_STYLE if name == "reports.css" else OWN / name
    return asset(name, path.read_bytes()) if name in OWN_NAMES else None
