"""The real RAVDESS voices and embeddings, where they are: a part of what docs/real_sound.md tells."""

import numpy as np
import pytest

from workbench.datasets.importing.run import import_path
from workbench.models import row_classifier
from workbench.reports.judging import compare_sources, evaluate_source
from workbench.systems.embedding_fusion import cross_validate_embeddings
from workbench.systems.speech_plan import SpeechPlan
from workbench.systems.speech_sentiment import cross_validate

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_the_baseline_beats_the_majority_on_real_people_it_never_heard(project, real_data):
    for actor in ("02", "03", "08"):
        import_path(project, real_data / "ravdess" / f"Actor_{actor}", "three")
    run = cross_validate(project, SpeechPlan("three", "svm", "speaker", n_folds=3, egemaps=False))
    accuracy = evaluate_source(project, run.id).clips.accuracy
    assert accuracy.n == 3 * 36
    assert accuracy.low > 48 / 108, "always saying negative is right on 48"


def test_embeddings_of_real_faces_and_voices_are_compared_on_unseen_actors(
    project, real_data, tmp_path, monkeypatch
):
    """Eight actors and one strength: the whole takes minutes."""
    monkeypatch.setitem(row_classifier.STRENGTHS, "logistic", (0.003,))
    with np.load(real_data / "features" / "ravdess_av_embeddings.npz") as stored:
        few = np.isin(stored["actor"], (2, 3, 4, 5, 6, 7, 8, 9))
        np.savez(tmp_path / "eight.npz", **{name: stored[name][few] for name in stored.files})
    runs = cross_validate_embeddings(project, tmp_path / "eight.npz", name="eight", n_folds=2)
    right = {key: evaluate_source(project, run.id).clips.accuracy for key, run in runs.items()}
    assert {share.n for share in right.values()} == {8 * 36}
    assert right["late"].low > 128 / 288, "always saying negative is right on 128"
    pairs = compare_sources(project, [runs["visual"].id, runs["late"].id]).as_json()["pairs"]
    assert pairs[0]["only_b"] > pairs[0]["only_a"], "the voice adds to the face"
