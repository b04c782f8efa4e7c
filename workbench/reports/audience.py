"""Who looks at a page, and so what is on it: faces, names, and groups too small to be spoken of.

``reports/settings.json`` may change what managers get: ``{"manager": {"blur_faces": true, "smallest_group": 5,
"voices": false}}``. A manager hears nobody unless ``voices`` says so: a voice is as personal as a face, and cannot be
blurred without becoming another voice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from workbench.errors import InvalidInputError
from workbench.files import read_json
from workbench.project import Project

Role = Literal["annotator", "analyst", "manager"]
ROLES: tuple[Role, ...] = get_args(Role)
SETTINGS_FILE = "settings.json"
SMALLEST_GROUP = 5


@dataclass(frozen=True)
class Audience:
    """Those who look.

    Attributes
    ----------
    role : {"annotator", "analyst", "manager"}
    blur_faces : bool
        Whether faces are made unrecognisable before they leave the project.
    smallest_group : int
        Figures about fewer speakers than this are not shown, nor what they could be reckoned from.
    voices : bool
        Whether recordings may be heard.
    person : str
        Of an annotator: the name, whose own figures are told by it; empty: nobody is named.
    """

    role: Role = "manager"
    blur_faces: bool = True
    smallest_group: int = SMALLEST_GROUP
    voices: bool = False
    person: str = ""

    @property
    def sees_names(self) -> bool:
        """Whether people and recordings are called by their names."""
        return self.role == "analyst"

    @property
    def sees_moving_pictures(self) -> bool:
        """Whether recordings are shown at all, blurred or not."""
        return self.role != "annotator"

    @property
    def counts_by_speaker(self) -> bool:
        """Whether lists may say of each answer who spoke: whoever counts them has figures about single people."""
        return self.smallest_group <= 1


def audience_for(project: Project, role: str, *, person: str = "") -> Audience:
    """Return the audience of a role, as the project's settings have it.

    Raises
    ------
    InvalidInputError
        There is no such role, or the settings hold something else than they may.
    StorageError
        The settings are damaged.
    """
    if role not in ROLES:
        raise InvalidInputError(f"A role must be one of {', '.join(ROLES)}. Received {role!r}.")
    if role == "analyst":
        return Audience("analyst", blur_faces=False, smallest_group=1, voices=True)
    if role == "annotator":
        return Audience("annotator", person=person)
    given = settings_of(project).get("manager", {})
    return Audience("manager", **_checked(given))


def settings_of(project: Project) -> dict[str, Any]:
    """Return what ``reports/settings.json`` says; nothing where there is none. Raises StorageError when damaged."""
    file = project.reports / SETTINGS_FILE
    content = read_json(file) if file.is_file() else {}
    if not isinstance(content, dict):
        raise InvalidInputError(
            f"{SETTINGS_FILE} must hold one JSON object. Received a {type(content).__name__}."
        )
    return content


def _checked(given: Any) -> Mapping[str, Any]:
    rules = {"blur_faces": bool, "smallest_group": int, "voices": bool}
    whole = isinstance(given, dict) and all(type(value) is rules.get(name) for name, value in given.items())
    if not whole or given.get("smallest_group", 1) < 1:
        raise InvalidInputError(
            f'In {SETTINGS_FILE} "manager" may hold blur_faces and voices (true or false) and smallest_group (1 or more). '
            f"Received {given!r}."
        )
    return given
