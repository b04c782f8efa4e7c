"""What the gate is told at its start: one private file, so that no key stands in a command line."""

from __future__ import annotations

import ssl
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.errors import InvalidInputError
from workbench.project import Project
from workbench.reports.audience import ROLES
from workbench.servers.people import People

LOOPBACKS = ("127.0.0.1", "localhost", "::1")
TEAM = (
    "add a person with `workbench people add NAME --role manager` and start with "
    "`workbench dashboards --host HOST --certificate FILE --key FILE`"
)


@dataclass(frozen=True)
class GateSettings:
    """Where the gate listens, what stands behind it, and how much it lets in.

    Attributes
    ----------
    inner_token : str
        Voila's key, known to the gate alone.
    printed_key : str
        Lets its holder in as ``role`` as long as nobody has an account.
    public_address : str
        The https address of a reverse proxy before the gate; empty without one.
    """

    project: str
    host: str
    port: int
    inner_port: int
    inner_token: str
    printed_key: str
    role: str
    cap: int
    heated: int
    certificate: str = ""
    key: str = ""
    public_address: str = ""

    @property
    def secure(self) -> bool:
        """Whether what travels is encrypted, by the gate itself or by the proxy before it."""
        return bool(self.certificate or self.public_address)

    def as_json(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> GateSettings:
        """Return the settings that :meth:`as_json` wrote."""
        return cls(**{field.name: content[field.name] for field in fields(cls)})


def check_exposure(
    project: Project, host: str, certificate: Path | None, key: Path | None, public_address: str = ""
) -> None:
    """Refuse to let other machines in without accounts and without encryption.

    Raises
    ------
    InvalidInputError
        The message says what is missing and how to get it.
    """
    if (certificate is None) != (key is None):
        raise InvalidInputError(
            "TLS needs both files. Received one: give --certificate FILE and --key FILE together."
        )
    if certificate is not None and key is not None:
        tls_context(certificate, key)
    people = People(project).all()
    if host not in LOOPBACKS and not (people and certificate):
        raise InvalidInputError(
            "The dashboards answer other machines only when people sign in and what travels is encrypted, because "
            f"faces and voices are personal. Received --host {host} with {len(people)} people and "
            f"{'a' if certificate else 'no'} certificate: {TEAM}."
        )
    if public_address:
        _check_public(public_address, host, bool(people))


def _check_public(address: str, host: str, people: bool) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.netloc or parts.path not in ("", "/") or host not in LOOPBACKS:
        raise InvalidInputError(
            "--public-address must be https://NAME without a path, and the gate must listen on this machine only "
            f"(the proxy stands before it). Received {address} with --host {host}."
        )
    if not people:
        raise InvalidInputError(
            "Behind a public address people must sign in. Nobody has an account: "
            "`workbench people add NAME --role manager`."
        )


def check_role(role: str) -> str:
    """Return a role, or raise InvalidInputError."""
    if role not in ROLES:
        raise InvalidInputError(f"--role must be one of {', '.join(ROLES)}. Received {role!r}.")
    return role


def tls_context(certificate: Path | str, key: Path | str) -> ssl.SSLContext:
    """Return the context of a server with that certificate; TLS 1.2 or newer.

    Raises
    ------
    InvalidInputError
        A file is missing, is no certificate or key, needs a passphrase, or they do not belong together.
    """
    for name, path in (("--certificate", Path(certificate)), ("--key", Path(key))):
        if not path.is_file():
            raise InvalidInputError(f"{name} must be a PEM file. Received {path}: there is no such file.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2

    def no_passphrase() -> str:
        raise InvalidInputError(
            f"--key must need no passphrase. {key} needs one: write it without, readable by its owner only."
        )

    try:
        context.load_cert_chain(certificate, key, password=no_passphrase)
    except PermissionError as error:
        raise InvalidInputError(
            f"--certificate and --key must be readable. They are not: {error.strerror}."
        ) from error
    except ssl.SSLError as error:
        raise InvalidInputError(
            "--certificate must be a PEM certificate and --key its own private key. "
            f"Received {certificate} and {key}: {error.reason or 'they cannot be read'}."
        ) from error
    return context
