"""A map of moments from a run that lies in the project as a training leaves it; networks untrained, moments drawn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn_features import draw_dataset

from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moments import gather
from workbench.errors import InvalidInputError
from workbench.evaluation.warnings import LEAK_MARK
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.models.architectures import build
from workbench.models.layers import activations
from workbench.models.runs import Run
from workbench.project import Project
from workbench.systems import mapping
from workbench.systems.mapping import map_moments

pytestmark = pytest.mark.slow


def with_voices(dataset, rng):
    """Give every clip of a drawn dataset a voice: columns and their level."""
    store = FeatureStore(dataset.features)
    for clip in store.clips():
        features = store.read(clip)
        n = len(features.time_s)
        columns = rng.normal(-70, 10, (n, 701)).astype(np.float16)
        store.write(
            clip,
            replace(features, columns=columns, level_db=np.full(n, -20, np.float32)),
            {"recipe": "drawn"},
        )


def untrained_run(project, dataset, network, *, companions=None):
    clips = dataset.table()[["clip", "speaker"]]
    parts = {"01": "train", "02": "validation", "03": "test"}
    facts = {"split": "speaker", "settings": {}, "companions": companions or {}, "warnings": []}
    run = Run.create(project, dataset=dataset.name, network=network, seed=0, facts=facts)
    run.write_split(clips.assign(part=clips["speaker"].map(parts)))
    run.save_network(build(network))
    run.update(status="finished")
    return run


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    rng, project = np.random.default_rng(4), Project.open(tmp_path_factory.mktemp("maps") / "project")
    dataset = draw_dataset(project, rng, n_moments=8, lost=(3,))
    with_voices(dataset, rng)
    runs = {name: untrained_run(project, dataset, name) for name in ("mouth", "visual", "audio")}
    companions = {name: run.id for name, run in runs.items()}
    runs["audiovisual"] = untrained_run(project, dataset, "audiovisual", companions=companions)
    return project, dataset, runs


@pytest.mark.parametrize(
    ("network", "layer", "n"),
    [
        ("visual", "dense_16", 42),
        ("audio", "dense_16", 48),
        ("audiovisual", "both", 42),
    ],
)
def test_every_network_has_its_map_of_all_parts_with_its_answers(world, network, layer, n):
    project, _, runs = world
    found = map_moments(project, runs[network].id, method="pca")
    assert (found.map.layer, found.map.n, len(found.moments)) == (layer, n, n)
    assert set(found.moments["part"]) == {"train", "validation", "test"}
    assert set(found.moments["predicted"]) <= set(found.classes)
    assert found.moments["confidence"].between(1 / len(found.classes) - 1e-6, 1).all()
    assert found.title() == f"{network}, layer {layer}: PCA of {n} moments"
    assert found.map.trust.score.low < found.map.trust.score.value <= found.map.trust.score.high


def test_each_point_is_the_moment_it_says(world, monkeypatch):
    project, dataset, runs = world
    seen = {}
    monkeypatch.setattr(mapping, "_TOGETHER", 5)  # several portions
    monkeypatch.setattr(mapping, "lay_out", lambda features, **how: seen.update(features=features))
    moments = mapping._moments(project, dataset, runs["visual"], n_moments=20, seed=5)
    assert len(mapping._in_portions(moments)) > 2
    answers, _ = mapping._compute(
        project, runs["visual"], dataset, moments, "pool_2", "pca", 5, lambda *told: None
    )
    faces, predictor = gather(dataset, moments, ("faces",)), runs["visual"].predictor()
    expected = activations(predictor.full, faces, "pool_2")
    np.testing.assert_allclose(seen["features"], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(answers, predictor.probabilities(**faces), atol=1e-5)


def test_a_map_is_kept_with_its_run_and_read_again_while_it_is_the_same(world, monkeypatch):
    project, dataset, runs = world
    first = map_moments(project, runs["visual"].id, method="pca", n_moments=30, seed=1)
    files = sorted(path.name for path in (runs["visual"].folder / "maps").iterdir())
    assert "dense_16-pca-30-1.npz" in files
    monkeypatch.setattr(mapping, "_compute", lambda *_: pytest.fail("it was computed again"))
    again = map_moments(project, runs["visual"].id, method="pca", n_moments=30, seed=1)
    np.testing.assert_array_equal(again.map.coordinates, first.map.coordinates)
    pd.testing.assert_frame_equal(again.moments, first.moments)
    assert again.map.trust == first.map.trust
    store, clip = FeatureStore(dataset.features), again.moments["clip"][0]
    features = store.read(clip)
    store.write(clip, features, {"recipe": "another"})  # extracted anew: the map would be of other pictures
    with pytest.raises(pytest.fail.Exception, match="computed again"):
        map_moments(project, runs["visual"].id, method="pca", n_moments=30, seed=1)
    store.write(clip, features, {"recipe": "drawn"})


def test_a_damaged_file_is_made_anew(world):
    project, _, runs = world
    first = map_moments(project, runs["visual"].id, method="pca", n_moments=31)
    (runs["visual"].folder / "maps" / "dense_16-pca-31-0.npz").write_bytes(b"PK\x03\x04 half a file")
    np.testing.assert_allclose(
        map_moments(project, runs["visual"].id, method="pca", n_moments=31).map.coordinates,
        first.map.coordinates,
    )


def test_a_label_given_since_is_seen_on_a_map_that_was_kept(world):
    project, _, runs = world
    before = map_moments(project, runs["visual"].id, method="pca", n_moments=25)
    row = before.moments.iloc[0]
    assert row["truth"] == "positive"  # the recording's own
    with LabelStore.open(project.labels) as store:
        moment = (row["clip"], row["time_s"], row["time_s"])
        store.record(LabelEvent("operation-1", "Ada", "sentiment", 2, *moment, "answer", "negative"))
    after = map_moments(project, runs["visual"].id, method="pca", n_moments=25)
    assert after.moments["truth"][0] == "negative"


def test_a_map_of_a_leaking_split_carries_its_mark(world):
    project, _, runs = world
    runs["visual"].update(warnings=[{"code": "leak_shared_speakers", "message": "one speaker in two parts"}])
    assert map_moments(project, runs["visual"].id, method="pca").title().endswith(f"moments {LEAK_MARK}")
    runs["visual"].update(warnings=[])


def test_what_cannot_be_mapped_is_refused_in_words(world):
    project, dataset, runs = world
    with pytest.raises(InvalidInputError, match="'dense_61'; there are: face, convolution_1"):
        map_moments(project, runs["visual"].id, layer="dense_61")
    with pytest.raises(InvalidInputError, match="one of tsne, pca, umap"):
        map_moments(project, runs["visual"].id, method="som")
    with pytest.raises(InvalidInputError, match="n_moments=0"):
        map_moments(project, runs["visual"].id, n_moments=0)
    unfinished = Run.create(project, dataset=dataset.name, network="visual", seed=9, facts={})
    with pytest.raises(InvalidInputError, match="must be finished"):
        map_moments(project, unfinished.id)
