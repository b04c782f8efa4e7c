"""Over-fitting: seen in the gap and in the loss, with the epoch to stop at; level and falling curves raise nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, kendalltau

from workbench.evaluation.alarms.over_fitting import _p_of_rising, best_epoch_passed, difference, over_fitting
from workbench.evaluation.estimates import share
from workbench.evaluation.intervals import wilson

COUNTS = {"n_samples": {"train": 1200, "validation": 300}, "n_clips": {"train": 60, "validation": 20}}


def curves(val_loss, *, accuracy=0.8, val_accuracy=0.75, loss=None):
    n = len(val_loss)
    falling = 1.1 * np.exp(-np.arange(n) / 10) + 0.1
    return pd.DataFrame(
        {
            "epoch": np.arange(1, n + 1),
            "loss": falling if loss is None else loss,
            "accuracy": accuracy,
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
        }
    )


def over_trained(rng, *, best=7, n=25):
    epochs = np.arange(1, n + 1)
    falling = 0.5 + 0.6 * np.exp(-epochs / 2)
    return (
        falling
        + 0.06 * np.maximum(epochs - best, 0)
        - 0.02 * np.minimum(epochs, best)
        + rng.normal(0, 0.005, n)
    )


def test_a_loss_that_rises_since_epoch_seven_says_to_stop_there(rng):
    history = curves(over_trained(rng))
    (found,) = over_fitting(history, **COUNTS)
    best = found.evidence["stop_at"]
    assert abs(best - 7) <= 1
    assert f"Stop at epoch {best}: " in found.message and f"--epochs {best}" in found.message
    assert found.code == "over_fitting" and found.severity == "careful"


def test_knowing_the_training_by_heart_is_said_with_counts_and_interval():
    history = curves(np.full(10, 0.9), accuracy=0.99, val_accuracy=0.5)
    (found,) = over_fitting(history, **COUNTS)
    assert (
        "right on 1,188 of 1,200 training samples (99.0%), on 150 of 300 of validation (50.0%)"
        in found.message
    )
    assert "a gap of 49 points (95% interval" in found.message and "each clip counted once" in found.message


def test_the_same_gap_on_three_clips_is_not_sure(rng):
    history = curves(np.full(10, 0.9), accuracy=0.9, val_accuracy=0.6)
    assert over_fitting(history, **COUNTS | {"n_clips": {"train": 60, "validation": 3}}) == []
    assert over_fitting(history, **COUNTS | {"n_clips": {"train": 60, "validation": 40}})


@pytest.mark.parametrize("noise", [0.02, 0.1])
@pytest.mark.parametrize("kind", ["level", "falling", "levels off"])
def test_level_and_falling_curves_raise_nothing(rng, kind, noise):
    raised = 0
    for _ in range(60):
        n = int(rng.integers(8, 50))
        epochs = np.arange(n)
        shape = {
            "level": np.ones(n),
            "falling": 0.5 + np.exp(-epochs / 15),
            "levels off": 0.6 + np.exp(-epochs / 4),
        }
        raised += best_epoch_passed(curves(shape[kind] + rng.normal(0, noise, n))) is not None
    assert binomtest(raised, 60, 0.05, alternative="greater").pvalue > 0.01


def test_a_validation_loss_that_rises_while_training_does_not_fall_is_no_over_fitting(rng):
    val_loss = over_trained(rng)
    assert best_epoch_passed(curves(val_loss, loss=val_loss)) is None


def test_a_run_without_epochs_or_validation_is_not_asked():
    assert over_fitting(curves(np.ones(10)).iloc[:0], **COUNTS) == []
    assert over_fitting(curves(np.full(10, np.nan), val_accuracy=np.nan), **COUNTS) == []
    assert over_fitting(curves(np.ones(10)), n_samples={"train": 10, "validation": 0}, n_clips={}) == []


def test_newcombes_interval_is_that_of_his_paper():
    """Newcombe 1998, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339."""
    a, b = (share(k, n, wilson(k, n), undefined="") for k, n in ((56, 70), (48, 80)))
    found = difference(a, b)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_trend_is_tested_as_kendall_does(rng):
    """Against scipy's asymptotic test, which corrects for no continuity."""
    values = np.arange(30) * 0.05 + rng.normal(size=30)
    reference = kendalltau(np.arange(30), values, method="asymptotic", alternative="greater").pvalue
    assert _p_of_rising(values) == pytest.approx(reference, rel=0.1)
