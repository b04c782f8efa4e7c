"""One call each: figures, words and JSON of saliency, through Python and the command line."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.systems.saliency_world import draw_world, fused_of, mouth_watcher, speech_listener, write_run
from workbench.cli.app import app
from workbench.errors import InvalidInputError
from workbench.project import Project
from workbench.reports.saliency_classes import saliency_by_class
from workbench.reports.saliency_clip import saliency_over_clip
from workbench.reports.saliency_report import saliency_report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    rng = np.random.default_rng(20260101)
    project = Project.open(tmp_path_factory.mktemp("saliency"))
    dataset, visual, audio = draw_world(project, rng), mouth_watcher(), speech_listener()
    fulls = {"visual": visual, "audiovisual": fused_of(visual, audio)}
    return project, {name: write_run(project, dataset, name, full, rng).id for name, full in fulls.items()}


def words_of(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_a_verdict_in_words_stands_under_every_method(world):
    project, runs = world
    report = saliency_report(project, runs["visual"], n_moments=6, methods=("gradient", "edges"))
    said = words_of(report.drawing().figure)
    assert any(words.startswith("✗  edges (the control") for words in said)
    assert any(words[0] in "✓?" and "gradient: " in words for words in said)
    assert len(report.lines()) == 3
    assert report.as_json()["maps"][1]["verdict"] == "no"
    json.dumps(report.as_json(), allow_nan=False)


def test_the_fused_network_has_a_line_for_face_and_one_for_sound(world):
    project, runs = world
    report = saliency_report(project, runs["audiovisual"], n_moments=3, methods=("gradient",))
    assert [(one.method, one.input) for one in report.checked] == [
        ("gradient", "faces"),
        ("gradient", "columns"),
    ]
    said = words_of(report.drawing().figure)
    assert any(
        "gradient, sound: Not proven" in " ".join(words.split()) for words in said
    )  # 3 clips decide nothing


def test_class_averages_and_a_clip_draw_themselves(world, tmp_path):
    project, runs = world
    by_class = saliency_by_class(project, runs["visual"], method="gradient", n_moments=12)
    assert len(by_class.drawing().figure.axes) == 3 * len(by_class.averages)
    assert by_class.save(tmp_path / "classes.png").read_bytes().startswith(b"\x89PNG")
    clip = saliency_over_clip(project, runs["audiovisual"])
    titles = [ax.get_title("left") for ax in clip.drawing().figure.axes]
    assert "what matters to it" in titles and any("of the say" in title for title in titles)
    png, how = clip._repr_png_()
    assert png.startswith(b"\x89PNG") and how["width"] > 600


def run_cli(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_writes_a_figure_and_says_the_verdicts(world, tmp_path):
    project, runs = world
    to = tmp_path / "figure.png"
    done = run_cli("saliency", runs["visual"], "--to", to, "--method", "edges", "--moments", 6, "--json", "--project", project.root)  # fmt: skip
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and to.read_bytes().startswith(b"\x89PNG")
    assert (told["maps"][0]["method"], told["maps"][0]["verdict"], told["file"]) == ("edges", "no", str(to))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "a.jpg"), "PNG file. Received 'a.jpg'"),
        (("--to", "a.png", "--clip", "01", "--method", "all"), "draw one method"),
        (("--to", "a.png", "--clip", "01", "--by-class"), "--clip takes all of a clip"),
    ],
)
def test_what_does_not_go_together_is_said(world, words, message):
    project, runs = world
    done = run_cli("saliency", runs["visual"], *words, "--project", project.root)
    assert isinstance(done.exception, InvalidInputError)
    assert message in str(done.exception)
