"""Every branch is asked once about every moment, and what comes of it is what the running system says."""

import numpy as np
import pytest
from drawn_features import draw_dataset
from scripted_networks import by_content, networks, opened, surely
from timed_video import recorded_dataset

from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import accumulate
from workbench.models.runs import Run
from workbench.systems.branch_answers import AnswerShelf
from workbench.systems.clip_timeline import clip_timeline
from workbench.systems.lightweight_fusion import answer_moments


def half_open(n, mouths):
    p = mouths.reshape(n, -1).mean(axis=1)
    p = np.where(p < p.mean(), 0.9, 0.1)  # a dark gap between the lips
    return np.column_stack([1 - p, p])


def test_at_the_published_settings_it_is_the_running_system(project, rng):
    dataset = recorded_dataset(project, rng, speakers=("01",), n_frames=30)
    clip = dataset.clips()[0].clip
    system = networks(mouth=half_open, visual=by_content(1), audio=by_content(2), audiovisual=by_content(3))
    timeline = clip_timeline(dataset, clip, lambda: system)
    features = FeatureStore(dataset.features).read(clip)
    expected = answer_moments(
        system.fusion,
        faces=features.faces,
        mouths=features.mouths,
        columns=features.columns,
        heard=features.heard,
    )
    decision = timeline.decide()
    assert decision.fused.any() and not decision.fused.all()
    np.testing.assert_array_equal(decision.fused, expected.branch == "audiovisual")
    np.testing.assert_allclose(decision.probabilities, expected.probabilities, rtol=0, atol=1e-12)
    np.testing.assert_allclose(decision.accumulated, accumulate(expected.probabilities), rtol=0, atol=1e-12)


def test_another_gate_and_memory_ask_no_network_again(project, rng):
    dataset = recorded_dataset(project, rng, speakers=("01",), n_frames=30)
    system = networks(mouth=opened(0.6), visual=surely(0), audio=surely(1), audiovisual=surely(2))
    timeline = clip_timeline(dataset, dataset.clips()[0].clip, lambda: system)
    assert timeline.decide(threshold=0.5).winner == 2 and timeline.decide(threshold=0.7).winner == 0
    for network in (system.fusion.mouth, system.fusion.visual, system.fusion.audiovisual, system.audio):
        assert network.asked == [len(timeline.time_s)]


def test_where_there_is_no_face_or_no_sound_nothing_is_made_up(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1, lost=(3, 4))
    system = networks(mouth=opened(0.9), visual=surely(0), audio=None, audiovisual=surely(2))
    timeline = clip_timeline(dataset, dataset.clips()[0].clip, lambda: system)
    lost = np.isnan(timeline.branches.p_open)
    assert np.flatnonzero(lost).tolist() == [3, 4]
    for array in (timeline.branches.visual, timeline.box, timeline.landmarks.reshape(len(lost), -1)):
        np.testing.assert_array_equal(np.isnan(array).all(axis=1), lost)
    assert np.isnan(timeline.audio).all() and np.isnan(timeline.branches.audiovisual).all()
    assert not timeline.decide().fused.any() and timeline.decide().winner == 0


def test_progress_tells_whose_turn_it_is_and_known_truth_comes_along(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1)
    told = []
    timeline = clip_timeline(
        dataset,
        dataset.clips()[0].clip,
        lambda: networks(mouth=opened(0.1), visual=surely(0), audio=None, audiovisual=surely(2)),
        progress=lambda done, total, what: told.append((done, total, what)),
    )
    assert [done for done, _, _ in told] == [0, 0, 1, 2, 3, 4] and "mouth" in told[1][2]
    assert set(timeline.known["sentiment"]) == {"positive"} and set(timeline.known["mouth"]) == {""}


def test_what_was_asked_once_is_kept_until_a_network_or_the_features_change(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1, lost=(3,))
    clip, asked = dataset.clips()[0].clip, []
    run = Run.create(project, dataset="sample", network="audiovisual", seed=0, facts={"companions": {}})
    run.update(weights_hash="first")

    def system():
        asked.append(True)
        return networks(mouth=opened(0.1), visual=by_content(1), audio=None, audiovisual=surely(2))

    def look():
        return clip_timeline(dataset, clip, system, shelf=AnswerShelf(project, run, dataset))

    first, again = look(), look()
    assert len(asked) == 1
    np.testing.assert_array_equal(first.branches.visual, again.branches.visual)
    np.testing.assert_array_equal(first.branches.p_open, again.branches.p_open)
    run.update(weights_hash="second")
    look()
    FeatureStore(dataset.features).write(clip, FeatureStore(dataset.features).read(clip), {"recipe": "new"})
    look()
    assert len(asked) == 3
    (run.folder / "timeline" / f"{clip}.npz").write_bytes(b"damaged")
    look()
    assert len(asked) == 4


def test_a_clip_that_was_not_extracted_is_refused(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1)
    system = networks(mouth=opened(0.1), visual=surely(0), audio=None, audiovisual=surely(2))
    with pytest.raises(InvalidInputError, match="extract"):
        clip_timeline(dataset, "stranger", lambda: system)
