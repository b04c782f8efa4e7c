"""Picture and sound of a clip for a page that explains it: what the audience may see and hear, and nothing else is read."""

from __future__ import annotations

from typing import Any

from workbench.datasets.catalog import Dataset, names
from workbench.datasets.rights import why_not
from workbench.errors import InvalidInputError
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.names_shown import ClipNames
from workbench.reports.pseudonyms import Pseudonyms

MOST_SECONDS = 20.0
"""No more of a recording is sent: it travels as a whole."""


def clip_media(project: Project, key: str, *, audience: Audience) -> tuple[dict[str, Any], list[bytes]]:
    """Return the pictures and the sound of a clip as :meth:`MomentContext.as_message` does.

    Parameters
    ----------
    key : str
        The clip's, as in addresses.
    audience : Audience
        Says whether faces are hidden, and whether the voice is heard.

    Raises
    ------
    InvalidInputError
        No such clip, its dataset may not be shown, or nothing of it may be seen or heard by this audience.
    """
    from workbench.datasets.moment_context import (
        clip_of,
        moment_context,
    )  # opens cv2: only when a button is pressed

    dataset, clip = _found(project, key, audience)
    if not audience.sees_moving_pictures:
        raise InvalidInputError(f"Recordings are for analysts and managers. You came as an {audience.role}.")
    if reasons := why_not(project, [dataset.name], "dashboard", named=audience.sees_names):
        raise InvalidInputError(" ".join(reasons))
    if not audience.voices and not clip_of(dataset, clip).has_face:
        raise InvalidInputError(
            "A voice is not played to managers unless the settings allow it: an analyst can."
        )
    end_s = min(clip_of(dataset, clip).duration_s, MOST_SECONDS)
    found = moment_context(
        dataset,
        clip,
        0.0,
        end_s,
        radius_s=0.0,
        modality="both" if audience.voices else "face",
        hide_faces=audience.blur_faces,
    )
    meta, buffers = found.as_message()
    hidden = "The face is hidden. " if audience.blur_faces and found.frames else ""
    cut = f"Only the first {end_s:.0f} s are shown." if end_s < clip_of(dataset, clip).duration_s else ""
    return meta | {"clip": key, "words": f"{hidden}{cut}".strip()}, buffers


def _found(project: Project, key: str, audience: Audience) -> tuple[Dataset, str]:
    pseudonyms = Pseudonyms.of(project, audience)
    for name in names(project):
        clip = ClipNames.of(project, pseudonyms, name).clip_of(key)
        if clip is not None:
            return Dataset(project.dataset_folder(name)), clip
    raise InvalidInputError("A clip must be in one of the datasets to be seen. There is none of that key.")
