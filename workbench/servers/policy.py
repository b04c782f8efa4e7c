"""What every answer of the gate tells the browser it may do, and which requests are of our own pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' blob:",  # blob: anywidget hands its modules over so
        "style-src 'self' 'unsafe-inline'",  # Voila's page and the widgets write their styles into it
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
STATIC_POLICY = CONTENT_SECURITY_POLICY.replace(" blob:", "", 1)
"""For pages without widgets (login, list, published): scripts only from here."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would hide the origin of our own forms, too
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
    "Content-Security-Policy": STATIC_POLICY,
    "Server": "workbench",
}
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}


def headers(*, secure: bool) -> Mapping[str, str]:
    """Return the headers of every answer; with TLS, also that the browser must insist on it."""
    return HEADERS | TLS_HEADERS if secure else HEADERS


def same_origin(sent: Mapping[str, str], *, required: bool) -> bool:
    """Say whether a request comes from a page of this very address.

    Parameters
    ----------
    sent : Mapping
        The request's headers.
    required : bool
        What to say when the browser names no origin.
    """
    origin = sent.get("Origin")
    if origin is None:
        return not required
    return bool(origin) and urlsplit(origin).netloc.lower() == sent.get("Host", "").lower()
