"""What an analyst looks at, from a run as it is stored."""

import numpy as np
import pytest

from workbench.evaluation.predictions import read
from workbench.models.runs import latest_run
from workbench.models.settings import CLASSES
from workbench.systems.explanation import explain

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("network", ["visual", "audio"])
def test_moments_drawn_by_lot_keep_their_stored_answers_and_the_network_gives_them_again(
    demo_project, network
):
    run = latest_run(demo_project, network=network)
    explained = explain(demo_project, run.id, n_moments=25, seed=1)
    assert len(explained.moments) == 25
    stored = read(run.folder / "predictions.csv").set_index(["clip", "start_s"])
    names = [f"p_{name}" for name in CLASSES[network]]
    keys = list(zip(explained.moments["clip"], explained.moments["time_s"].round(9), strict=True))
    chances = stored.loc[keys, names].to_numpy()
    np.testing.assert_allclose(run.predictor().probabilities(**explained.arrays), chances, atol=2e-3)
    assert explained.moments["predicted"].tolist() == [CLASSES[network][k] for k in chances.argmax(axis=1)]
    assert explained.moments["truth"].tolist() == stored.loc[keys, "truth"].tolist()


def test_the_same_seed_draws_the_same_moments(demo_project):
    run = latest_run(demo_project, network="visual")
    first, again, other = (
        explain(demo_project, run.id, n_moments=20, seed=seed).moments[["clip", "time_s"]]
        for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)
