"""The real RAVDESS voices and embeddings, where they are: a part of what docs/real_sound.md tells."""

import pytest

from workbench.datasets.importing.run import import_path
from workbench.evaluation.predictions import read
from workbench.reports.judging import compare_sources, evaluate_source
from workbench.systems.embedding_fusion import cross_validate_embeddings
from workbench.systems.speech_plan import SpeechPlan
from workbench.systems.speech_sentiment import cross_validate

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_the_baseline_beats_the_majority_on_real_people_it_never_heard(project, real_data):
    for actor in ("02", "03", "08", "09"):
        import_path(project, real_data / "ravdess" / f"Actor_{actor}", "four")
    run = cross_validate(project, SpeechPlan("four", "svm", "speaker", n_folds=4, egemaps=False))
    accuracy = evaluate_source(project, run.id).clips.accuracy
    assert accuracy.n == 4 * 36
    assert accuracy.low > 0.5, "always saying negative is right on 44%"


def test_embeddings_of_real_faces_and_voices_are_compared_on_unseen_actors(project, real_data):
    file = real_data / "features" / "ravdess_av_embeddings.npz"
    runs = cross_validate_embeddings(project, file, name="embeddings", n_folds=3)
    table = read(runs["audio"].folder / "predictions.csv")
    assert len(table) == 756 and table["speaker"].nunique() == 21
    comparison = compare_sources(project, [runs["visual"].id, runs["audiovisual"].id])
    (pair,) = comparison.as_json()["pairs"]
    assert pair["distinguishable"] and pair["only_b"] > pair["only_a"], "the voice adds to the face"
