"""From a stored run to verdicts, averages and clips: networks made by hand are explained by what they look at."""

import numpy as np
import pytest

from tests.systems.saliency_world import draw_world, fused_of, mouth_watcher, speech_listener, write_run
from workbench.errors import InvalidInputError
from workbench.project import Project
from workbench.systems.saliency_checks import check_methods
from workbench.systems.saliency_classes import class_averages
from workbench.systems.saliency_clip import explain_clip
from workbench.systems.saliency_moments import clip_to_explain, moments_to_explain

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A project with a visual, an audio and an audiovisual run; never to be changed."""
    rng = np.random.default_rng(20260101)
    project = Project.open(tmp_path_factory.mktemp("saliency"))
    dataset, visual, audio = draw_world(project, rng), mouth_watcher(), speech_listener()
    fulls = {"visual": visual, "audio": audio, "audiovisual": fused_of(visual, audio)}
    return project, {name: write_run(project, dataset, name, full, rng).id for name, full in fulls.items()}


def test_moments_are_drawn_evenly_over_classes_and_clips(world):
    project, runs = world
    moments = moments_to_explain(project, runs["visual"], n_moments=12)
    assert moments.table["truth"].value_counts().tolist() == [4, 4, 4]
    assert moments.table.groupby("truth")["clip"].nunique().tolist() == [4, 4, 4]
    assert moments.arrays["landmarks"].shape == (12, 68, 2)
    again = moments_to_explain(project, runs["visual"], n_moments=12).table
    assert moments.table[["clip", "moment"]].equals(again[["clip", "moment"]])


def test_an_edge_detector_is_caught_and_real_saliency_is_not(world):
    project, runs = world
    moments = moments_to_explain(project, runs["visual"], n_moments=8)
    found = {one.method: one.checks for one in check_methods(moments, ("gradient", "edges"))}
    assert found["edges"].answer == "no"
    assert found["edges"].weights["all"].figure.value == pytest.approx(1)
    assert "looks the same with every layer random" in found["edges"].sentence
    assert found["gradient"].weights["all"].answer == "yes"
    assert found["gradient"].answer != "no"


def test_a_method_of_ones_own_is_checked_under_its_name(world):
    project, runs = world
    moments = moments_to_explain(project, runs["visual"], n_moments=6)

    def centre(cut, pictures, classes, seed):
        y, x = np.mgrid[-1:1:96j, -1:1:96j]
        return {"faces": np.repeat(np.exp(-(x**2 + y**2))[None], len(classes), axis=0)}

    (found,) = check_methods(moments, {"always the middle": centre})
    assert (found.method, found.checks.answer) == ("always the middle", "no")


def test_what_the_mouth_watcher_looks_at_on_average_is_the_mouth(world):
    project, runs = world
    moments = moments_to_explain(project, runs["visual"], n_moments=18)
    averages = class_averages(moments, method="gradient")
    assert {a.name for a in averages} <= {"negative", "neutral", "positive"} and averages
    assert sum(a.n_moments for a in averages) == 18
    largest = max(averages, key=lambda a: a.n_moments)
    mouth = largest.regions["mouth"]
    assert mouth.share.figure.value > 0.6 > 3 * mouth.area
    assert mouth.share.answer == "yes"
    assert sum(r.share.figure.value for r in largest.regions.values()) == pytest.approx(1, abs=1e-4)


def test_the_speech_listener_hears_where_speech_is_loud(world):
    project, runs = world
    found = explain_clip(clip_to_explain(project, runs["audio"]), explained="positive")
    assert found.time_frequency().shape == (400, 12)
    shares = found.bands()
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.get) == (1000, 4000)
    loud, quiet = found.time_frequency()[:, ::2].sum(axis=0), found.time_frequency()[:, 1::2].sum(axis=0)
    assert loud.min() > quiet.max()
    even = explain_clip(clip_to_explain(project, runs["audio"]), method="gradient", most_moments=6)
    assert len(even.time_s) == 6
    np.testing.assert_array_equal(
        even.time_frequency().max(axis=0), 1
    )  # slopes have no unit: all moments alike


def test_the_fused_networks_face_and_sound_are_checked_apart(world):
    project, runs = world
    moments = moments_to_explain(project, runs["audiovisual"], n_moments=3)
    found = check_methods(moments, ("gradient",), n_draws=1)
    assert [(one.input, one.maps.shape) for one in found] == [
        ("faces", (3, 96, 96)),
        ("columns", (3, 400, 1)),
    ]
    assert {one.checks.answer for one in found} == {"undecided"}  # three clips decide nothing


def test_what_cannot_be_explained_is_said(world):
    project, runs = world
    heard = moments_to_explain(project, runs["audio"], n_moments=3)
    with pytest.raises(InvalidInputError, match="audio network.*over a clip"):
        class_averages(heard, method="gradient")
    with pytest.raises(InvalidInputError, match="fits 0; for instance: 0"):
        clip_to_explain(project, runs["visual"], "nobody")
    with pytest.raises(InvalidInputError, match="negative, neutral, positive. Received 'happy'"):
        explain_clip(clip_to_explain(project, runs["visual"]), explained="happy")
    with pytest.raises(InvalidInputError, match="Received lime"):
        check_methods(heard, ("lime",))
    with pytest.raises(InvalidInputError, match="0 were asked for"):
        moments_to_explain(project, runs["visual"], n_moments=0)
