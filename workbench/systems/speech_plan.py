"""Cross-validation of what tells sentiment from whole utterances of speech: what is asked, checked before any work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from workbench.errors import InvalidInputError

SpeechSystem = Literal["svm", "linear", "network", "paper"]
Normalise = Literal["none", "speaker"]
SpeechSplit = Literal["speaker", "clip"]


@dataclass(frozen=True)
class SpeechPlan:
    """What to cross-validate on what.

    Attributes
    ----------
    dataset : str
    system : {"svm", "linear", "network", "paper"}
        ``svm``: a support vector machine on statistics of the utterance, the baseline. ``linear``: one linear layer on
        the same statistics that tells all emotions apart. ``network``: that layer and the lightweight network on the
        utterance's log-mel picture, half of the say each. ``paper``: the paper's audio network on 30 ms at a time.
    normalise : {"none", "speaker"}
        Whether each speaker is held against their own usual voice
        (:mod:`workbench.features.speaker_normalisation`: transductive, no answer is used).
    split : {"speaker", "clip"}
        ``clip`` deals clips by lot, so that other clips of the tested people are learnt from: it shows how much such
        a split flatters.
    n_folds, seed : int
    egemaps : bool
        Whether openSMILE's 88 parameters are used beside our own statistics.
    epochs, members, per_class : int or None
        Of the networks; None for the settings as they are. ``per_class`` is the paper's: training moments per class.
    every_n : int
        The paper's: every n-th voiced moment of a tested clip is answered for; 1 for all, as published.
    """

    dataset: str
    system: SpeechSystem
    normalise: Normalise = "none"
    split: SpeechSplit = "speaker"
    n_folds: int = 7
    seed: int = 0
    egemaps: bool = True
    epochs: int | None = None
    members: int | None = None
    per_class: int | None = None
    every_n: int = 1

    def __post_init__(self) -> None:
        for name, given, allowed in (
            ("system", self.system, get_args(SpeechSystem)),
            ("normalise", self.normalise, get_args(Normalise)),
            ("split", self.split, get_args(SpeechSplit)),
        ):
            if given not in allowed:
                raise InvalidInputError(f"{name} must be one of {', '.join(allowed)}. Received {given!r}.")
        for name in ("epochs", "members", "per_class", "every_n"):
            if (number := getattr(self, name)) is not None and number < 1:
                raise InvalidInputError(f"{name} must be 1 or more. Received {number}.")
        if self.system == "paper" and self.normalise == "speaker":
            raise InvalidInputError(
                "The paper's network takes pictures of 30 ms as published, without normalisation. Received normalise "
                "'speaker': leave it out, or take --system svm or network."
            )
        for option, system, unset in (
            ("members", "network", None),
            ("per_class", "paper", None),
            ("every_n", "paper", 1),
        ):
            if getattr(self, option) != unset and self.system != system:
                raise InvalidInputError(
                    f"{option} belongs to the system {system!r}. Received it for {self.system!r}."
                )
        if self.epochs is not None and self.system in ("svm", "linear"):
            raise InvalidInputError(
                f"epochs belong to networks. Received them for {self.system!r}, which has none."
            )

    @property
    def network(self) -> str:
        """The name its run and its figures go by: ``"voice_svm"``, ``"voice_network_by_speaker"`` …."""
        return f"voice_{self.system}" + ("_by_speaker" if self.normalise == "speaker" else "")

    def as_json(self) -> dict[str, Any]:
        """Return the plan as plain values; ``SpeechPlan(**plan.as_json())`` is the plan again."""
        return asdict(self)
