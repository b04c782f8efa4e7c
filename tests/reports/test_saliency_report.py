"""Figures, words and JSON of saliency from results made by hand; and the command from end to end."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.drawn_features import draw_face
from tests.systems.saliency_world import draw_world, mouth_watcher, write_run
from workbench.cli.app import app
from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Score
from workbench.evaluation.saliency_checks import Checked, MapChecks
from workbench.models.saliency.modalities import ModalityShares
from workbench.models.saliency.perturbation import PerturbationCurves
from workbench.reports.saliency_classes import SaliencyByClass
from workbench.reports.saliency_clip import SaliencyOverClip
from workbench.reports.saliency_report import SaliencyReport
from workbench.sentiment import SENTIMENTS
from workbench.systems.saliency_checks import CheckedMaps
from workbench.systems.saliency_classes import ClassAverage, RegionShare
from workbench.systems.saliency_clip import ClipSaliency

N = 12


def figure_words(drawing):
    return [" ".join(text.get_text().split()) for ax in drawing.figure.axes for text in ax.texts]


@pytest.fixture
def moments(rng):
    """What saliency knows of some moments of a fused run, without any network."""
    table = pd.DataFrame(
        {
            "clip": "01-0.abc",
            "speaker": "01",
            "time_s": np.arange(N) * 0.03,
            "truth": "neutral",
            "predicted": np.array(SENTIMENTS)[np.arange(N) % 3],
            "confidence": np.linspace(0.5, 0.999, N),
            "p_positive": np.linspace(0, 1, N),
        }
    )
    table["right"] = table["truth"] == table["predicted"]
    faces = np.stack([draw_face(opening=k / N) for k in range(N)])
    return SimpleNamespace(
        run=SimpleNamespace(id="a-fused-run", facts=lambda: {"warnings": []}),
        predictor=SimpleNamespace(classes=SENTIMENTS),
        network="audiovisual",
        inputs=("faces", "columns"),
        table=table,
        arrays={"faces": faces, "columns": rng.normal(-80, 9, (N, 701)).astype(np.float16)},
    )


def maps_of(name, rng):
    return rng.uniform(size={"faces": (N, 96, 96), "columns": (N, 400, 1)}[name]).astype(np.float32)


def checked_maps(method, name, answer, rng):
    one = Checked(Score(0.2, 0.1, 0.3), answer, N, 6)
    curves = PerturbationCurves(np.linspace(0, 1, 4), *rng.uniform(size=(4, N, 4)))
    maps = maps_of(name, rng)
    return CheckedMaps(
        method, name, maps, maps, curves, MapChecks({"answer": one, "dense": one, "all": one}, one, one)
    )


def test_a_verdict_in_words_stands_under_every_map(moments, rng):
    checked = [
        checked_maps("grad_cam", "faces", "yes", rng),
        checked_maps("grad_cam", "columns", "undecided", rng),
        checked_maps("edges", "faces", "no", rng),
    ]
    report = SaliencyReport(moments, checked)
    said = figure_words(report.drawing())
    assert "✓ Grad-CAM, face: May be trusted: follows the weights; beats the same map moved elsewhere (deletion and insertion)." in said  # fmt: skip
    assert any(words.startswith("? Grad-CAM, sound: Not proven") for words in said)
    assert any(
        words.startswith("✗ edges (the control: no saliency), face: Not to be trusted") for words in said
    )
    assert [line[0] for line in report.lines()[1:]] == ["✓", "?", "✗"]
    assert "0.20 (0.10 to 0.30)" in report.lines()[1] and "12 moments of 6 clips" in report.lines()[1]
    told = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert [one["verdict"] for one in told["maps"]] == ["yes", "undecided", "no"]
    assert len(told["moments"]) == N


def test_a_leaking_runs_figure_is_marked(moments, rng):
    moments.run.facts = lambda: {"warnings": [{"code": "leak_speakers", "message": ""}]}
    report = SaliencyReport(moments, [checked_maps("gradient", "faces", "yes", rng)])
    assert "⚠ leaks" in report.lines()[0]
    assert any("⚠ leaks" in words for words in figure_words(report.drawing()))


def test_a_map_without_anything_says_so(moments, rng):
    empty = checked_maps("grad_cam", "faces", "yes", rng)
    empty.maps[:] = 0
    assert "nothing in the face speaks for it" in figure_words(SaliencyReport(moments, [empty]).drawing())


def test_class_averages_stand_in_the_order_of_the_classes_and_say_where_one_is_missing(
    moments, rng, tmp_path
):
    share = RegionShare(Checked(Score(0.4, 0.3, 0.5), "yes", 9, 6), 0.1)
    averages = [
        ClassAverage(
            name, 9, 6, 3, rng.uniform(size=(96, 96, 3)), rng.uniform(size=(96, 96)), {"mouth": share}
        )
        for name in ("neutral", "positive")
    ]
    found = SaliencyByClass(moments, "smooth_gradient", averages)
    drawing = found.drawing()
    assert "negative: never answered at these 12 moments" in figure_words(drawing)
    titles = [ax.get_title("left") for ax in drawing.figure.axes if ax.get_title("left")]
    assert titles == [
        f"{n}, answered at 9 moments\nin 6 clips of 3 speakers" for n in ("neutral", "positive")
    ]
    assert found.lines()[0].endswith("mouth 40% (of 10% of the picture)")
    assert found.save(tmp_path / "classes.png").read_bytes().startswith(b"\x89PNG")
    json.dumps(found.as_json(), allow_nan=False)


@pytest.mark.parametrize("fused", [True, False])
def test_a_clip_is_drawn_along_time(moments, rng, fused):
    shares = None
    if fused:
        added = {"faces": rng.normal(size=N), "columns": rng.normal(size=N)}
        shares = ModalityShares(added["faces"] + added["columns"], added, added, np.zeros(N), {})
    else:
        moments.inputs = ("faces",)
    maps = {name: maps_of(name, rng) for name in moments.inputs}
    clip = SaliencyOverClip(ClipSaliency(moments, "integrated_gradients", "positive", maps, shares))
    axes = clip.drawing().figure.axes
    titles = [ax.get_title("left") for ax in axes]
    assert ("what of it speaks for 'positive'" in titles) == fused
    assert any("of the say" in title for title in titles) == fused
    assert axes[-1].get_ylabel() == ("added log-odds" if fused else "P(positive)")
    assert sum(title.endswith(" s") for title in titles) == 8
    json.dumps(clip.as_json(), allow_nan=False)
    assert len(clip.lines()) == (3 if fused else 1)


def run_cli(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.slow
def test_the_command_writes_a_figure_and_turns_the_control_down(project, rng, tmp_path):
    dataset = draw_world(project, rng)
    run = write_run(project, dataset, "visual", mouth_watcher(), rng)
    to = tmp_path / "figure.png"
    done = run_cli("saliency", run.id, "--to", to, "--method", "edges", "--moments", 6, "--json", "--project", project.root)  # fmt: skip
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and to.read_bytes().startswith(b"\x89PNG")
    assert (told["maps"][0]["method"], told["maps"][0]["verdict"], told["file"]) == ("edges", "no", str(to))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "a.jpg"), "PNG file. Received 'a.jpg'"),
        (("--to", "a.png", "--clip", "01", "--method", "all"), "draw one method"),
        (("--to", "a.png", "--clip", "01", "--by-class"), "are two figures"),
    ],
)
def test_what_does_not_go_together_is_said(project, words, message):
    done = run_cli("saliency", "any", *words, "--project", project.root)
    assert isinstance(done.exception, InvalidInputError)
    assert message in str(done.exception)
