"""Training reads spans and frames alike: the same label events, whatever unit they were given in."""

import numpy as np
import pytest
from drawn_features import draw_dataset

from workbench.datasets.known_answers import answers_for_moments
from workbench.datasets.moments import moments_table
from workbench.datasets.run_tasks import run_tasks
from workbench.labels.annotation import LabelEvent
from workbench.labels.play_session import PlayPiece, PlaySession, SpanOperation
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore


@pytest.fixture
def dataset(project, rng):
    return draw_dataset(project, rng, speakers=("01",), clips_each=1)


def answers(dataset, store):
    moments = moments_table(dataset)
    return answers_for_moments(
        moments, question="mouth", dataset=dataset, hand=store.answers("mouth"), source="hand"
    )


def test_a_span_gives_every_moment_the_answer_that_frame_labels_give(project, dataset, tmp_path):
    clip = dataset.clips()[0].clip
    truth = [("closed", 0, 11), ("open", 12, 19), ("closed", 20, 29)]
    with LabelStore.open(tmp_path / "spans") as spans, LabelStore.open(tmp_path / "frames") as frames:
        session = PlaySession(spans, [PlayPiece(clip, 0.0, 0.9)], schema_of("mouth"), "Ada", dataset="sample")
        session.record(
            SpanOperation("answer", f"a-span-{k}", clip, round(first * 0.03, 6), round(last * 0.03, 6), value)
            for k, (value, first, last) in enumerate(truth)
        )
        for value, first, last in truth:
            for moment in range(first, last + 1):
                time_s = moment * 0.03
                frames.record(
                    LabelEvent(f"a-frame-{moment}", "Ada", "mouth", 2, clip, time_s, time_s, "answer", value)
                )
        of_spans, of_frames = answers(dataset, spans), answers(dataset, frames)
    assert of_spans["answer"].tolist() == [
        value for value, first, last in truth for _ in range(first, last + 1)
    ]
    assert of_spans.equals(of_frames)
    assert of_spans["run"].nunique() == 3 == session.effective().n_spans


def test_runs_label_exactly_their_moments(project, dataset, tmp_path):
    tasks = run_tasks(dataset, "mouth", n_tasks=1000)
    with LabelStore.open(tmp_path / "runs") as store:
        for number, task in enumerate(tasks[::2]):
            store.record(
                LabelEvent(
                    f"run-{number:06d}",
                    "Ada",
                    "mouth",
                    2,
                    task.clip,
                    task.start_s,
                    task.end_s,
                    "answer",
                    "open",
                )
            )
        got = answers(dataset, store)["answer"].to_numpy()
    labelled = [moment for task in tasks[::2] for moment in range(task.run.first, task.run.last + 1)]
    assert np.flatnonzero(got == "open").tolist() == sorted(labelled)
