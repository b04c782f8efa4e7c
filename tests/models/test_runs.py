import numpy as np
import pytest

from workbench.errors import InvalidInputError, StorageError
from workbench.models.architectures import build, build_mouth
from workbench.models.inference import Predictor, load_network
from workbench.models.runs import Run, latest_run
from workbench.models.training import Epoch


def new(project, network="mouth", **facts):
    return Run.create(project, dataset="sample", network=network, seed=0, facts={"split": "speaker", **facts})


def test_two_runs_in_the_same_second_have_two_folders(project):
    assert new(project).id != new(project).id


def test_a_run_is_found_by_a_part_of_its_name_that_fits_only_one(project):
    visual, mouth = new(project, "visual"), new(project, "mouth")
    assert Run.open(project, "visual").id == visual.id
    assert Run.open(project, mouth.id).id == mouth.id
    with pytest.raises(InvalidInputError, match="one run only.*visual.*mouth|one run only.*mouth.*visual"):
        Run.open(project, "sample")
    with pytest.raises(InvalidInputError, match=r"\.\./"):
        Run.open(project, "../secrets")


def test_the_history_grows_epoch_by_epoch(project):
    run = new(project)
    assert run.history().empty
    run.add_epoch(Epoch(1, 0.9, 0.5, 0.8, 0.6, 1.0))
    run.add_epoch(Epoch(2, 0.7, 0.6, 0.7, 0.7, 1.0))
    assert run.history()["epoch"].tolist() == [1, 2]
    assert run.history()["val_accuracy"].tolist() == [0.6, 0.7]


def test_only_finished_runs_that_fit_are_the_latest(project):
    finished = new(project)
    finished.update(status="finished")
    new(project)
    assert latest_run(project, network="mouth", dataset="sample", split="speaker").id == finished.id
    assert latest_run(project, network="mouth", split="clip") is None
    assert latest_run(project, network="visual") is None


def test_a_network_comes_back_with_its_weights_and_never_from_a_file_that_can_run_code(
    project, tmp_path, rng
):
    run, network = new(project), build_mouth()
    with pytest.raises(InvalidInputError, match="must be finished"):
        run.predictor()
    run.save_network(network)
    mouths = rng.integers(0, 255, (2, 28, 28, 3), dtype=np.uint8)
    again = run.predictor().probabilities(mouths=mouths)
    np.testing.assert_allclose(again, Predictor("mouth", network).probabilities(mouths=mouths), atol=1e-6)
    with pytest.raises(InvalidInputError, match=r"must be a \.keras file"):
        load_network(tmp_path / "network.h5", "mouth")
    with pytest.raises(StorageError, match="visual network"):
        load_network(run.weights, "visual")


def test_every_weight_of_the_fused_network_comes_back(project):
    run, network = new(project, "audiovisual"), build("audiovisual")
    run.save_network(network)
    for ours, theirs in zip(run.predictor().full.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_other_weights_than_those_saved_are_refused(project):
    run = new(project)
    run.save_network(build_mouth())
    build_mouth().save(run.weights)
    with pytest.raises(StorageError, match="not those that were saved"):
        run.predictor()


def test_a_damaged_network_file_is_told(project):
    run = new(project)
    run.update(weights_hash="")
    run.weights.write_bytes(b"PK\x03\x04 not a network")
    with pytest.raises(StorageError, match="train again"):
        run.predictor()


def test_a_predictor_says_what_it_takes(rng):
    predictor = Predictor("mouth", build_mouth())
    with pytest.raises(InvalidInputError, match="takes mouths"):
        predictor.probabilities(faces=np.zeros((1, 96, 96, 3), np.uint8))
    assert predictor.probabilities(mouths=np.zeros((0, 28, 28, 3), np.uint8)).shape == (0, 2)
