import json

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.drawn_voices import draw_voices
from workbench.cli.app import app
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.models import row_classifier
from workbench.project import Project
from workbench.reports.judging import evaluate_source
from workbench.reports.stored import latest_comparison
from workbench.reports.summary import summarise
from workbench.systems.embedding_fusion import cross_validate_embeddings

EMOTIONS = ("angry", "calm", "happy")


def draw_embeddings(path, *, n_actors=7, each=9):
    """Faces that tell happy from the rest, voices that tell angry from the rest: only both tell all three."""
    rng = np.random.default_rng(5)
    emotion = np.array(EMOTIONS * (n_actors * each // 3))
    actor = np.repeat(np.arange(1, n_actors + 1), each)
    video = rng.normal(0, 0.4, (len(emotion), 2, 4))
    video[emotion == "happy", :, 0] += 3
    audio = rng.normal(0, 0.4, (len(emotion), 5))
    audio[emotion == "angry", 0] += 3
    np.savez(
        path,
        clip=np.array([f"clip-{k}" for k in range(len(emotion))]),
        video=video.astype(np.float16),
        video_len=np.full(len(emotion), 2),
        audio=audio.astype(np.float16),
        emotion=emotion,
        actor=actor,
    )
    return path


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("embeddings") / "project")
    file = draw_embeddings(project.root / "drawn.npz")
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(row_classifier.STRENGTHS, "logistic", (0.03, 0.3))
        return project, cross_validate_embeddings(project, file, name="drawn", n_folds=3)


def test_both_tell_what_neither_does_alone_on_people_never_met(world):
    project, runs = world
    right = {key: evaluate_source(project, run.id).clips.accuracy for key, run in runs.items()}
    assert {share.n for share in right.values()} == {63}
    assert right["audiovisual"].k >= 60
    assert right["visual"].k < 54 and right["audio"].k < 54


def test_all_are_judged_by_the_same_folds_of_speakers(world):
    _, runs = world
    tables = [read(run.folder / "predictions.csv")[["clip", "fold", "truth"]] for run in runs.values()]
    assert all(table.equals(tables[0]) for table in tables)
    assert (
        tables[0]
        .merge(read(runs["late"].folder / "predictions.csv"))
        .groupby("speaker")["fold"]
        .nunique()
        .max()
        == 1
    )


def test_late_fusion_is_the_mean_of_face_and_voice(world):
    _, runs = world
    p = {key: read(run.folder / "predictions.csv")["p_positive"].to_numpy() for key, run in runs.items()}
    assert p["late"] == pytest.approx((p["visual"] + p["audio"]) / 2, abs=2e-6)


def test_the_managers_question_is_answered_from_it(world):
    project, runs = world
    stored = latest_comparison(project, "drawn")
    assert stored.runs == {key: runs[key].id for key in ("visual", "audio", "audiovisual")}
    summary = summarise(project)
    assert summary.answer.word == "Yes" and summary.tested_on == "63 clips of 7 people"
    assert summary.learnt_from == "each of 3 folds from about 42 clips of the other people"


def test_a_name_of_a_dataset_is_refused(world):
    project, _ = world
    draw_voices(project, name="taken", n_speakers=1, takes=1)
    with pytest.raises(InvalidInputError, match="'taken' already"):
        cross_validate_embeddings(project, project.root / "drawn.npz", name="taken")


def test_the_command_compares_all_four(tmp_path, monkeypatch):
    monkeypatch.setitem(row_classifier.STRENGTHS, "logistic", (0.3,))
    file = draw_embeddings(tmp_path / "drawn.npz")
    asked = [
        "embeddings",
        str(file),
        "--name",
        "drawn",
        "--folds",
        "2",
        "--json",
        "--project",
        str(tmp_path / "p"),
    ]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0, answer.output
    content = json.loads(answer.stdout)
    assert set(content["runs"]) == {"visual", "audio", "audiovisual", "late"} and len(content["pairs"]) == 6
