"""The paper's running system on moments: gate by the mouth, then the face alone or face and voice (Yakaew 2021, figure 1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.asked import Asked
from workbench.models.runs import Run, latest_run
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD


@dataclass(frozen=True)
class FusionNetworks:
    """The three networks that run together.

    Attributes
    ----------
    mouth, visual, audiovisual : Asked
    runs : dict of str to str
        Which run each came from.
    """

    mouth: Asked
    visual: Asked
    audiovisual: Asked
    runs: dict[str, str]


@dataclass(frozen=True)
class FusionAnswers:
    """What the system says about each of n moments with a face.

    Attributes
    ----------
    p_open : np.ndarray, shape (n,)
        Probability that the mouth is open.
    branch : np.ndarray of str, shape (n,)
        ``"visual"`` where the mouth is closed or there is no sound, else ``"audiovisual"``.
    probabilities : np.ndarray, shape (n, 3)
        Negative, neutral, positive.
    """

    p_open: np.ndarray
    branch: np.ndarray
    probabilities: np.ndarray


def answer_moments(
    networks: FusionNetworks, *, faces: np.ndarray, mouths: np.ndarray, columns: np.ndarray, heard: np.ndarray
) -> FusionAnswers:
    """Let the system judge moments with a face.

    Parameters
    ----------
    faces : np.ndarray, shape (n, 96, 96, 3), uint8
    mouths : np.ndarray, shape (n, 28, 28, 3), uint8
    columns : np.ndarray, shape (n, 701)
        dB; whatever stands where nothing was heard is not looked at.
    heard : np.ndarray, shape (n,), bool
        Whether there is sound at the moment.
    """
    p_open = networks.mouth.probabilities(mouths=mouths)[:, 1]
    fused = (p_open > OPEN_THRESHOLD) & heard
    probabilities = np.zeros((len(faces), 3))
    if (~fused).any():
        probabilities[~fused] = networks.visual.probabilities(faces=faces[~fused])
    if fused.any():
        probabilities[fused] = networks.audiovisual.probabilities(faces=faces[fused], columns=columns[fused])
    return FusionAnswers(p_open, np.where(fused, "audiovisual", "visual"), probabilities)


def load_fusion(
    project: Project, reference: str | None = None, *, progress: Progress = silent
) -> FusionNetworks:
    """Load the running system, without TensorFlow: an audiovisual run and the mouth and visual runs it was made with.

    A run that was not exported yet is, once, which takes some seconds and TensorFlow (:meth:`Run.runtime`).

    Parameters
    ----------
    reference : str, optional
        The audiovisual run's id or a unique part of it; the newest finished one when left out.

    Raises
    ------
    InvalidInputError
        There is no such run, or the one named is of another network.
    StorageError
        A run's export does not answer as Keras does, or cannot be written.
    """
    run = Run.open(project, reference) if reference else latest_run(project, network="audiovisual")
    if run is None:
        raise InvalidInputError(
            "Analysing needs a trained system. No audiovisual run is finished here: run `workbench train NAME --network all`, or name a run with --run."
        )
    facts = run.facts()
    if facts["network"] != "audiovisual":
        raise InvalidInputError(
            f"Analysing needs an audiovisual run. {run.id} is a {facts['network']} run: name an audiovisual one."
        )
    runs = {name: Run.open(project, facts["companions"][name]) for name in ("mouth", "visual")}
    runs["audiovisual"] = run
    ready = {
        name: one.runtime(progress=within(progress, number / len(runs), (number + 1) / len(runs)))
        for number, (name, one) in enumerate(runs.items())
    }
    return FusionNetworks(**ready, runs={name: one.id for name, one in runs.items()})
