"""The mouth network beside landmarks alone, on hand-labelled face crops nobody trained on.

``python -m benchmarks.mouth_crops CROPS [--project DIR] [--run RUN]``, where CROPS holds ``mouth_labels.csv``
(``file, clip, crop, mouth``; unsure ones are left out) and the pictures it names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.intervals import wilson
from workbench.features.landmarks import shared_detector, shared_predictor, to_grey
from workbench.features.mouth import crop_mouth, mouth_opening
from workbench.lazy import load
from workbench.models.runs import Run, latest_run
from workbench.project import Project

BORDER_PX = 56
OPENING_THRESHOLD = 0.1375
"""Fixed beforehand: what parts the sample cast's open from closed mouths best (98% there)."""


def seen(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return landmarks and the picture they stand in, with a border (the crops cut close), or None without a face."""
    cv2 = load("cv2")
    wide = cv2.copyMakeBorder(picture, *(BORDER_PX,) * 4, cv2.BORDER_REPLICATE)
    grey = to_grey(wide)
    for threshold in (0.0, -0.5):
        faces = shared_detector().find(grey, smallest_px=80, threshold=threshold)
        if faces:
            return shared_predictor().points(grey, faces[0].box), wide
    return None


def share(right: np.ndarray) -> str:
    """Say k of n with its Wilson interval."""
    low, high = wilson(int(right.sum()), len(right))
    return f"{right.sum()}/{len(right)} = {right.mean():.1%} ({low:.1%} to {high:.1%})"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mouth_crops", description=__doc__)
    parser.add_argument("crops", type=Path)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--run")
    given = parser.parse_args()
    project = Project.open(given.project)
    run = Run.open(project, given.run) if given.run else latest_run(project, network="mouth")
    if run is None:
        raise InvalidInputError(
            "A trained mouth run is needed. There is none: run `workbench train sample --network mouth`."
        )
    cv2 = load("cv2")
    labels = pd.read_csv(given.crops / "mouth_labels.csv", dtype=str)
    labels = labels[labels["mouth"].isin(["open", "closed"])]
    truth, mouths, openings, without = [], [], [], 0
    for row in labels.itertuples():
        found = seen(cv2.cvtColor(cv2.imread(str(given.crops / row.file)), cv2.COLOR_BGR2RGB))
        if found is None:
            without += 1
            continue
        points, picture = found
        truth.append(row.mouth == "open")
        mouths.append(crop_mouth(picture, points))
        openings.append(float(mouth_opening(points)))
    is_open = np.array(truth)
    p_open = run.predictor().probabilities(mouths=np.stack(mouths))[:, 1]
    gap = np.array(openings)
    print(f"{len(is_open)} crops with a face ({without} without), {is_open.sum()} open; run {run.id}")
    print(f"always open                         {share(is_open)}")
    print(f"mouth network, P(open) > 0.5        {share((p_open > 0.5) == is_open)}")
    print(f"  open ones right                   {share(p_open[is_open] > 0.5)}")
    print(f"  closed ones right                 {share(p_open[~is_open] <= 0.5)}")
    print(f"landmarks alone, gap > {OPENING_THRESHOLD}       {share((gap > OPENING_THRESHOLD) == is_open)}")
    best = max(np.unique(gap), key=lambda t: float(((gap > t) == is_open).mean()))
    print(
        f"landmarks, threshold fitted on these {share((gap > best) == is_open)} (gap > {best:.3f}; flatters)"
    )


if __name__ == "__main__":
    main()
