"""What the clips and speakers of a dataset are called on pages, and which ones an address means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.project import Project
from workbench.reports.clip_answers import catalog_of
from workbench.reports.pseudonyms import Pseudonyms


@dataclass(frozen=True)
class ClipNames:
    """The clips of a dataset as an audience gets them.

    Attributes
    ----------
    called : dict of str to str
        What each clip is called: its id, or ``"clip 12"``.
    keys : dict of str to str
        What stands for each clip in an address.
    """

    called: dict[str, str]
    keys: dict[str, str]

    @classmethod
    def of(cls, project: Project, names: Pseudonyms, dataset: str, further: Iterable[str] = ()) -> ClipNames:
        """Return those of a dataset's catalog, and of clips that runs know although the catalog does not (any more)."""
        there = catalog_of(project, dataset)["clip"]
        keys = {clip: names.token("clip", clip) for clip in dict.fromkeys([*there, *further])}
        numbers = {
            clip: i for i, clip in enumerate(sorted(keys, key=lambda clip: (keys[clip], clip)), start=1)
        }
        return cls(names.called("clip", numbers), keys)

    def clip_of(self, key: str) -> str | None:
        """Return the clip that an address means, or None."""
        return next((clip for clip, its in self.keys.items() if its == key), None)


def speakers_called(names: Pseudonyms, speakers: Iterable[str]) -> dict[str, str]:
    """Return what each of some speakers is called; unknown ones are called so."""
    return names.called("speaker", names.numbers("speaker", speakers)) | {"": "not known"}
