"""Every address that the gate answers, and who may ask it: what is not on this list does not exist."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.reports.audience import ROLES

PAGES = {
    "fusion": "Does fusion help?",
    "labels": "Labels",
    "data": "Data",
    "clip": "A clip, explained",
}
"""The dashboards, by the last part of their address."""
PAGES_OF_ROLE = {
    "annotator": ("labels",),
    "analyst": tuple(PAGES),
    "manager": tuple(PAGES),
}
STRANGER = "stranger"
EVERYONE = frozenset({STRANGER, *ROLES})
SIGNED_IN = frozenset(ROLES)
READERS = frozenset({"analyst", "manager"})
KERNEL = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


@dataclass(frozen=True)
class Route:
    """One kind of address.

    Attributes
    ----------
    name : str
        What the log calls it: the address itself may hold what nobody should read there.
    pattern : str
        A regular expression for the whole path.
    methods : frozenset of str
        What may be done with it.
    who : frozenset of str
        The roles that may; ``stranger`` means without signing in.
    """

    name: str
    pattern: str
    methods: frozenset[str]
    who: frozenset[str]


def _route(name: str, pattern: str, methods: str, who: frozenset[str]) -> Route:
    return Route(name, pattern, frozenset(methods.split()), who)


ROUTES = (
    _route("login", r"/login", "GET POST", EVERYONE),
    _route("own asset", r"/gate/(?P<file>[a-z]+\.(?:css|js))", "GET", EVERYONE),
    _route("logout", r"/logout", "POST", SIGNED_IN),
    _route("start", r"/", "GET", SIGNED_IN),
    *(
        _route(
            f"dashboard {page}",
            rf"/dashboards/(?P<page>{page})",
            "GET",
            frozenset(role for role in ROLES if page in PAGES_OF_ROLE[role]),
        )
        for page in PAGES
    ),
    _route(
        "page asset",
        r"/voila/(?P<file>(?:static|templates|labextensions|api/themes)/[A-Za-z0-9_.@~+/-]+)",
        "GET",
        SIGNED_IN,
    ),
    _route("kernel", rf"/api/kernels/{KERNEL}", "GET", SIGNED_IN),
    _route("channels", rf"/api/kernels/{KERNEL}/channels", "GET", SIGNED_IN),
    _route("shutdown", rf"/voila/api/shutdown/{KERNEL}", "POST", SIGNED_IN),
    _route("published", r"/published/(?P<file>[A-Za-z0-9_.@~+/-]*)", "GET", READERS),
)
_PLAIN_PATH = re.compile(r"/(?:[A-Za-z0-9_@][A-Za-z0-9_.@~+-]*/)*(?:[A-Za-z0-9_@][A-Za-z0-9_.@~+-]*)?")
_RETURN = re.compile(r"/(?:dashboards/[a-z]+|published/[A-Za-z0-9_./-]*)?(?:\?[A-Za-z0-9_.~&=+%:,-]*)?")


def plain(path: str) -> bool:
    """Say whether a path is written without any trick: no escapes, no backslash, no dots that climb or hide."""
    return len(path) <= 512 and _PLAIN_PATH.fullmatch(path) is not None


def safe_return(address: str) -> str:
    """Return where to go after signing in: an address of ours, else the start page."""
    fits = len(address) <= 2048 and not address.startswith("//") and _RETURN.fullmatch(address)
    return address if fits else "/"
