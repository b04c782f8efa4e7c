"""What a trained network, or the running system, says about the test part of a dataset: a table of predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.moments import gather
from workbench.errors import InvalidInputError
from workbench.features.clip_features import N_FREQUENCIES
from workbench.media.timeline import GRID_STEP_S
from workbench.models.runs import Run
from workbench.models.settings import CLASSES, INPUTS
from workbench.systems.lightweight_fusion import FusionNetworks, answer_moments

_CLIPS_TOGETHER = 20


def predictions_on(
    dataset: Dataset, moments: pd.DataFrame, *, run: Run, companions: dict[str, Run], gated: bool = True
) -> pd.DataFrame:
    """Return the predictions table of a run on the given moments.

    The audiovisual run stands for the whole running system: the mouth network gates each moment to the visual or
    the audiovisual network. Without the gate, the audiovisual network answers for every moment that has sound.

    Parameters
    ----------
    moments : pd.DataFrame
        Rows of the moments table with ``answer``; all have what the network needs (a face, or voice).
    companions : dict of str to Run
        The ``mouth`` and ``visual`` runs of an audiovisual one.
    gated : bool
        Whether an audiovisual run is asked through the mouth's gate; others have none.

    Raises
    ------
    InvalidInputError
        No moment of the test part has an answer to judge by.
    """
    if moments.empty:
        raise InvalidInputError(
            f"The test part of {dataset.name} needs answers to judge by. It has none: label some of its clips, or import more."
        )
    network = run.facts()["network"]
    gated = gated and network == "audiovisual"
    if network == "audiovisual" and not gated:
        moments = moments[moments["heard"]]
        if moments.empty:
            raise InvalidInputError(
                f"The audiovisual network alone needs moments with face and sound. The test part of {dataset.name} has none: import recordings with sound."
            )
    parts = []
    clips = moments["clip"].unique()
    if gated:
        networks = FusionNetworks(
            companions["mouth"].predictor(), companions["visual"].predictor(), run.predictor(), {}
        )
    else:
        predictor = run.predictor()
    for first in range(0, len(clips), _CLIPS_TOGETHER):
        rows = moments[moments["clip"].isin(clips[first : first + _CLIPS_TOGETHER])]
        if gated:
            probabilities, further = system_answers(dataset, rows, networks)
        else:
            probabilities, further = (
                predictor.probabilities(**gather(dataset, rows, INPUTS[network])),
                {"branch": network},
            )
        parts.append(table_of(rows, probabilities, CLASSES[network]).assign(**further))
    return pd.concat(parts, ignore_index=True)


def system_answers(
    dataset: Dataset, rows: pd.DataFrame, networks: FusionNetworks
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return what the running system says of moments with a face, shape (n, 3), and its ``branch`` and ``mouth_open``."""
    arrays = gather(dataset, rows, ("faces", "mouths"))
    heard = rows["heard"].to_numpy()
    columns = np.zeros((len(rows), N_FREQUENCIES), np.float16)
    if heard.any():
        columns[heard] = gather(dataset, rows[heard], ("columns",))["columns"]
    answers = answer_moments(networks, columns=columns, heard=heard, **arrays)
    return answers.probabilities, {"branch": answers.branch, "mouth_open": answers.p_open.round(4)}


def table_of(rows: pd.DataFrame, probabilities: np.ndarray, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return a predictions table of rows of the moments table with ``answer``; probabilities of shape (n, n_classes)."""
    table = pd.DataFrame(
        {
            "clip": rows["clip"].to_numpy(),
            "speaker": rows["speaker"].to_numpy(),
            "start_s": rows["time_s"].to_numpy(),
            "end_s": (rows["time_s"] + GRID_STEP_S).round(9).to_numpy(),
            "truth": rows["answer"].to_numpy(),
        }
    )
    return table.assign(**{f"p_{name}": probabilities[:, k] for k, name in enumerate(classes)})
