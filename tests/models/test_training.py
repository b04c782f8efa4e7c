from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.datasets.samples import Samples
from workbench.errors import StorageError
from workbench.models.checkpoint import load_checkpoint
from workbench.models.inference import Predictor
from workbench.models.settings import published
from workbench.models.training import fit
from workbench.progress import Stopped


def mouths(n, rng):
    """Dark mouths are open, light ones closed."""
    pictures = rng.integers(120, 200, (n, 28, 28, 3), dtype=np.uint8)
    pictures[::2, 8:20, 6:22] //= 6
    answers = ["open" if k % 2 == 0 else "closed" for k in range(n)]
    return Samples(pd.DataFrame({"answer": answers}), {"mouths": pictures}, ("closed", "open"))


SETTINGS = published("mouth").with_changes(epochs=4, batch_size=8)


def train(folder, rng_seed=0, **changes):
    epochs = []
    rng = np.random.default_rng(rng_seed)
    full = fit(
        "mouth",
        train=mouths(48, rng),
        validation=mouths(16, rng),
        settings=SETTINGS,
        seed=3,
        checkpoint=folder / "checkpoint.npz",
        on_epoch=epochs.append,
        **changes,
    )
    return full, epochs


def test_a_stopped_training_goes_on_to_the_very_same_weights(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole, all_epochs = train(tmp_path / "whole")

    def stop_in_the_third_epoch(done, total, what):
        if done == 2 * 6 + 3:
            raise Stopped

    with pytest.raises(Stopped):
        train(tmp_path / "parts", progress=stop_in_the_third_epoch)
    parts, last_epochs = train(tmp_path / "parts")
    assert [e.epoch for e in last_epochs] == [3, 4]
    assert [round(e.loss, 5) for e in last_epochs] == [round(e.loss, 5) for e in all_epochs[2:]]
    for ours, theirs in zip(parts.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_it_learns_and_tells_every_epoch(tmp_path):
    full, epochs = train(tmp_path)
    assert [e.epoch for e in epochs] == [1, 2, 3, 4]
    assert epochs[-1].loss < epochs[0].loss
    answers = Predictor("mouth", full).probabilities(
        mouths=mouths(20, np.random.default_rng(9)).arrays["mouths"]
    )
    assert answers.shape == (20, 2)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    assert ((answers[:, 1] > 0.5) == (np.arange(20) % 2 == 0)).mean() > 0.9


def test_progress_counts_up_to_the_total(tmp_path):
    seen = []
    train(tmp_path, progress=lambda done, total, what: seen.append((done, total)))
    assert seen == [(k, 24) for k in range(25)]


def test_a_damaged_checkpoint_is_told_not_started_over(tmp_path):
    (tmp_path / "checkpoint.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(StorageError, match="checkpoint"):
        train(tmp_path)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    class Nothing:
        variables = ()

    path = tmp_path / "c.npz"
    np.savez(path, model_0=np.zeros(3))
    with pytest.raises(StorageError):
        load_checkpoint(path, model=Nothing, optimizer=Nothing)


def one_hot(samples):
    return replace(samples, soft=np.eye(len(samples.classes), dtype=np.float32)[samples.targets()])


@pytest.mark.parametrize("network", ["mouth", "visual"])
def test_votes_that_all_agree_train_to_the_same_weights_as_the_answer_itself(tmp_path, rng, network):
    samples = mouths(16, rng)
    if network == "visual":
        faces = rng.integers(0, 255, (16, 96, 96, 3), dtype=np.uint8)
        answers = pd.DataFrame({"answer": np.array(["negative", "neutral", "positive"])[np.arange(16) % 3]})
        samples = Samples(answers, {"faces": faces}, ("negative", "neutral", "positive"))
    weights, losses = [], []
    for number, what in enumerate((samples, one_hot(samples))):
        settings = published(network).with_changes(epochs=1, batch_size=8)
        full = fit(
            network,
            train=what,
            validation=what,
            settings=settings,
            seed=3,
            checkpoint=tmp_path / f"{number}.npz",
            on_epoch=lambda epoch: losses.append((epoch.loss, epoch.accuracy, epoch.val_loss)),
        )
        weights.append(full.get_weights())
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
    for hard, soft in zip(*weights, strict=True):
        np.testing.assert_allclose(hard, soft, atol=1e-4)


def test_divided_votes_teach_a_divided_opinion(tmp_path, rng):
    samples = mouths(32, rng)
    divided = replace(samples, soft=np.full((32, 2), 0.5, np.float32))
    full = fit(
        "mouth",
        train=divided,
        validation=divided,
        settings=published("mouth").with_changes(epochs=6, batch_size=8),
        seed=3,
        checkpoint=tmp_path / "c.npz",
    )
    answers = Predictor("mouth", full).probabilities(mouths=samples.arrays["mouths"])
    assert np.abs(answers - 0.5).mean() < 0.2
