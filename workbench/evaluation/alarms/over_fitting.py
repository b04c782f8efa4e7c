"""The alarm about over-fitting: a network that knows its training by heart, or was trained past its best epoch.

Two things are looked at, each by its own rule:

1. *The gap.* Accuracy in training minus accuracy in validation, after the last epoch, with Newcombe's 95% interval of a
   difference of two independent shares (Newcombe 1998, "Interval estimation for the difference between independent
   proportions", method 10). Moments of one clip resemble each other, so each clip counts once. It is an alarm when the
   whole interval lies above ten points.
2. *The loss.* Since the epoch with the lowest validation loss, that loss has risen while the training loss went on
   falling: five epochs or more, a rising trend (Mann-Kendall, one-sided, below 5%), and in each of the last three epochs by
   15% of the lowest loss and by three of its usual steps from one epoch to the next. Of 500 drawn level or falling
   curves with noise fewer than 5% did that, of 500 level ones whose noise lasts
   (correlated by 0.7 from one epoch to the next) 15%.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.evaluation.estimates import Score, Share, interval_in_words, share
from workbench.evaluation.intervals import wilson
from workbench.evaluation.warnings import Alarm
from workbench.lazy import load

CODE = "over_fitting"
GAP = 0.10
FEWEST_EPOCHS = 5
RISE = 0.15
STEPS = 3.0
_P = 0.05
_LAST = 3


def over_fitting(history: pd.DataFrame, *, n_samples: dict[str, int], n_clips: dict[str, int]) -> list[Alarm]:
    """Return an alarm when a training over-fits.

    Parameters
    ----------
    history : pd.DataFrame
        One row per epoch: ``epoch, loss, accuracy, val_loss, val_accuracy``.
    n_samples, n_clips : dict
        How many samples of how many clips there are of ``"train"`` and ``"validation"``.
    """
    if history.empty or not all(
        n_samples.get(part) and n_clips.get(part) for part in ("train", "validation")
    ):
        return []
    last = history.iloc[-1]
    if not np.isfinite([last["accuracy"], last["val_accuracy"]]).all():
        return []
    train, validation = (
        _share(float(last[column]), n_samples[part], n_clips[part])
        for column, part in (("accuracy", "train"), ("val_accuracy", "validation"))
    )
    gap, best = difference(train, validation), best_epoch_passed(history)
    said, mend = [], "Learn from more clips of more people, augment, or train for fewer epochs."
    if gap.low is not None and gap.low > GAP:
        said.append(_gap_in_words(train, validation, gap))
    if best is not None:
        said.append(_rise_in_words(history, best))
        mend = f"Train again with --epochs {best}; else learn from more clips, or augment."
    evidence = {"gap": gap.as_json(), "train": train.as_json(), "validation": validation.as_json()}
    return [Alarm(CODE, " ".join([*said, mend]), evidence | {"stop_at": best})] if said else []


def _gap_in_words(train: Share, validation: Share, gap: Score) -> str:
    return (
        f"It knows its training better than what it has not seen: right on {train.k:,} of {train.n:,} training samples "
        f"({train.value:.1%}), on {validation.k:,} of {validation.n:,} of validation ({validation.value:.1%}), a gap of "
        f"{100 * (gap.value or 0):.0f} points ({interval_in_words(gap)}, each clip counted once)."
    )


def _rise_in_words(history: pd.DataFrame, best: int) -> str:
    loss = history.set_index("epoch")["val_loss"]
    return (
        f"Stop at epoch {best}: its validation loss was lowest then ({loss[best]:.3f}) and has risen to "
        f"{loss.iloc[-1]:.3f} since, while its training loss went on falling."
    )


def difference(a: Share, b: Share) -> Score:
    """Return ``a - b`` of two independent shares with Newcombe's 95% interval, made from their Wilson intervals."""
    if None in (a.value, a.low, a.high, b.value, b.low, b.high):
        return Score(None, None, None, "a share is undefined")
    assert a.value is not None and a.low is not None and a.high is not None
    assert b.value is not None and b.low is not None and b.high is not None
    value = a.value - b.value
    below = np.hypot(a.value - a.low, b.high - b.value)
    above = np.hypot(a.high - a.value, b.value - b.low)
    return Score(value, float(value - below), float(value + above))


def best_epoch_passed(history: pd.DataFrame) -> int | None:
    """Return the epoch after which validation loss rose while training loss fell; None where it did not surely."""
    loss, train = history["val_loss"].to_numpy(dtype=float), history["loss"].to_numpy(dtype=float)
    if not np.isfinite(loss).all() or len(loss) <= FEWEST_EPOCHS:
        return None
    best = int(loss.argmin())
    since = loss[best + 1 :]
    if len(since) < FEWEST_EPOCHS or not train[-_LAST:].mean() < train[best]:
        return None
    rise = since[-_LAST:].min() - loss[best]
    step = float(np.median(np.abs(np.diff(loss))))
    if rise < max(RISE * loss[best], STEPS * step) or _p_of_rising(since) >= _P:
        return None
    return int(history["epoch"].iloc[best])


def _p_of_rising(values: np.ndarray) -> float:
    """Return the one-sided p of Mann and Kendall's test for a rising trend (Kendall 1975, chapter 4: normal form)."""
    n = len(values)
    pairs = np.sign(values[None, :] - values[:, None])[np.triu_indices(n, 1)].sum()
    z = (pairs - 1) / np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return float(load("scipy.special").ndtr(-z))


def _share(value: float, n: int, n_clips: int) -> Share:
    """Return a share of samples with the interval of as many independent answers as there are clips."""
    k = round(min(max(value, 0.0), 1.0) * n)
    return share(k, n, wilson(k / n * n_clips, n_clips), undefined="")
