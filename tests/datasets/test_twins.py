"""Near-identical pictures across a split: copies are found through noise and JPEG, other people are not."""

import time

import numpy as np
import pandas as pd
import pytest
from talking_heads import N_MOMENTS, draw_heads, film, head, keep, row_of, through_jpeg

from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.looking import Looked, look_at
from workbench.datasets.moments import moments_table
from workbench.datasets.picture_hash import appearance, perceptual_hash
from workbench.datasets.twins import find_twins
from workbench.errors import InvalidInputError


def by_speaker(dataset, tested=("s06", "s07")):
    moments = moments_table(dataset)
    return moments.assign(part=np.where(moments["speaker"].isin(tested), "test", "train"))


def plant_copy(dataset, rng, *, of="s00-0", clip="copy-1", speaker="s07", n=N_MOMENTS):
    """Another clip of another speaker that shows the first ``n`` pictures of a clip learnt from."""
    faces = FeatureStore(dataset.features).arrays(of, ("faces",))["faces"]
    own = film(head(rng), rng, n_moments=N_MOMENTS - n) if n < N_MOMENTS else faces[:0]
    keep(dataset, clip, np.concatenate([through_jpeg(faces[:n], rng), own]))
    table = pd.concat([dataset.table(), pd.DataFrame([row_of(clip, speaker, "neutral", statement="01")])])
    dataset.write_table(table)


def bits_apart(a, b):
    return (64 - (perceptual_hash(a) * perceptual_hash(b)).sum(axis=1)) / 2


def test_a_hash_survives_noise_light_and_jpeg_and_tells_people_apart(rng):
    faces = film(head(rng), rng)
    assert bits_apart(faces, through_jpeg(faces, rng)).mean() < 3
    darker = (faces * 0.7).astype(np.uint8)
    assert bits_apart(faces, darker).mean() < 3
    assert bits_apart(faces, film(head(rng), rng)).mean() > 20
    assert set(np.unique(perceptual_hash(faces))) == {-1.0, 1.0}


def test_appearance_is_free_of_light_and_contrast(rng):
    faces = film(head(rng), rng)
    rows = appearance(faces)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(rows, appearance((faces * 0.6 + 20).astype(np.uint8)), atol=0.01)


def test_other_people_are_no_twins(project):
    dataset = draw_heads(project)
    twins = find_twins(look_at(dataset, by_speaker(dataset)))
    assert not twins.tested["has_twin"].any()
    assert twins.distance.threshold < twins.distance.strangers / 2 + 1e-9
    assert twins.bits.strangers > twins.bits.neighbours


def test_a_copied_clip_is_found_at_the_same_moments(project, rng):
    dataset = draw_heads(project)
    plant_copy(dataset, rng)
    twins = find_twins(look_at(dataset, by_speaker(dataset)))
    of_clip = twins.tested.groupby("clip")["has_twin"].mean()
    assert of_clip["copy-1"] > 0.9
    assert of_clip.drop("copy-1").max() == 0
    assert set(twins.pairs["learnt"]) == {"s00-0"}
    assert (twins.pairs["time_s"] - twins.pairs["learnt_time_s"]).abs().max() <= 0.061


def test_a_few_copied_pictures_are_found_and_no_more(project, rng):
    dataset = draw_heads(project)
    plant_copy(dataset, rng, n=6)
    twins = find_twins(look_at(dataset, by_speaker(dataset)))
    assert set(twins.pairs["clip"]) == {"copy-1"}
    assert 5 <= len(twins.pairs) <= 6


def test_an_exact_copy_lies_at_no_distance(project, rng):
    dataset = draw_heads(project, n_speakers=4)
    faces = FeatureStore(dataset.features).arrays("s00-0", ("faces",))["faces"]
    keep(dataset, "s03-0", faces)
    pairs = find_twins(look_at(dataset, by_speaker(dataset, ("s03",)))).pairs
    assert len(pairs) == N_MOMENTS
    assert pairs["distance"].max() < 0.002 and pairs["bits"].max() == 0


def test_looking_at_some_is_bounded_deterministic_and_touches_every_clip(project):
    dataset = draw_heads(project)
    moments = by_speaker(dataset)
    first, again, other = (
        look_at(dataset, moments, most_tested=40, most_learnt=100, seed=seed) for seed in (1, 1, 5)
    )
    assert first.moments.equals(again.moments)
    np.testing.assert_array_equal(first.hashes, again.hashes)
    assert not first.moments["time_s"].equals(other.moments["time_s"])
    assert first.n_of == len(moments)
    counts = first.moments["tested"].value_counts()
    assert counts[True] <= 60 and counts[False] <= 150
    assert first.moments["clip"].nunique() == moments["clip"].nunique()


def test_a_copy_is_found_when_only_some_moments_are_looked_at(project, rng):
    dataset = draw_heads(project)
    plant_copy(dataset, rng)
    twins = find_twins(look_at(dataset, by_speaker(dataset), most_tested=80, most_learnt=250))
    assert "copy-1" in set(twins.pairs["clip"])


def test_without_faces_on_one_side_nothing_is_compared(project):
    dataset = draw_heads(project, n_speakers=2, clips_each=2)
    moments = moments_table(dataset).assign(part="train")
    with pytest.raises(InvalidInputError, match="One of the two shows no face"):
        find_twins(look_at(dataset, moments))


def test_twenty_thousand_moments_against_two_thousand_take_seconds(rng):
    n = 22_000
    rows = rng.normal(size=(n, 256)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    table = pd.DataFrame(
        {"clip": [f"c{k // 20}" for k in range(n)], "speaker": [f"s{k % 50}" for k in range(n)]}
    )
    table = table.assign(time_s=0.0, tested=np.arange(n) < 2_000)
    hashes = np.sign(rng.normal(size=(n, 64))).astype(np.float32)
    looked = Looked(table, hashes, rows, np.ones(100), np.full(100, 0.05), n)
    begun = time.process_time()
    twins = find_twins(looked)
    assert time.process_time() - begun < 20
    assert len(twins.tested) == 2_000 and not twins.tested["has_twin"].any()
