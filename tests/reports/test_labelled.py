from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.reports.labelled import count_labels


def test_nothing_labelled_counts_nothing_and_makes_no_file(project):
    assert count_labels(project) == []
    assert list(project.labels.iterdir()) == []


def test_labels_are_counted_per_question_and_nobody_is_named(project):
    with LabelStore.open(project.labels) as store:
        for annotator, n in (("Zoe", 3), ("Ada Lovelace", 2)):
            for i in range(n):
                store.record(event(annotator, i))
    counts = count_labels(project)
    assert [(c.question, c.annotator, c.n_labels, c.n_clips, c.n_moments, c.n_runs) for c in counts] == [
        ("mouth", "annotator 1", 2, 1, 2, 1),
        ("mouth", "annotator 2", 3, 1, 3, 1),
    ]
    assert "Ada" not in str(counts)


def event(annotator, i):
    return LabelEvent(
        op_id=f"{annotator[:3]}-operation-{i:08}",
        annotator=annotator,
        question="mouth",
        schema_version=1,
        clip="c",
        start_s=i * 0.03,
        end_s=i * 0.03,
        kind="answer",
        value="open",
    )
