"""Predictions on the server, ours and others', become predictions tables; what is wrong with one is told."""

import pytest
from two_sides import GUESS, QUESTION, TwoSides

from workbench.errors import InvalidInputError
from workbench.evaluation import predictions as tables
from workbench.labels.exchange.label_studio.items import Item
from workbench.labels.exchange.label_studio.predicted import NAMELESS, read_prediction
from workbench.labels.exchange.label_studio.pulling import pull_predictions
from workbench.labels.exchange.label_studio.report import SyncReport
from workbench.labels.exchange.label_studio.sending import ItemPrediction
from workbench.labels.schema import SENTIMENT
from workbench.project import Project
from workbench.systems.label_studio_predictions import predictions_folder, write_predictions


@pytest.fixture
def both(tmp_path):
    both = TwoSides(tmp_path / "labels")
    yield both
    both.close()


def backend_says(both, task, value, score, *, model="backend:2 (final)", result=None):
    """What an ML backend puts there."""
    result = both.native(value) if result is None else result
    answer = both.server.add_prediction(task=task, result=result, score=score, model_version=model)
    return both.server.expect(answer, "told").content["id"]


def pulled(both):
    report = SyncReport()
    return pull_predictions(both.server, QUESTION, report=report), report


def test_our_own_predictions_come_back_identical(both):
    sent = [
        ItemPrediction(item, f"run-{n % 2}", {"closed": 0.123457 * n, "open": 1 - 0.123457 * n})
        for n, item in enumerate(both.items)
    ]
    both.sync(predictions=sent)
    seen, report = pulled(both)
    assert {(one.item.item_id, one.model): one.probabilities for one in seen} == {
        (one.item.item_id, one.model): one.probabilities for one in sent
    }
    assert (report.predictions_received, report.notes) == (4, [])


def test_a_backends_predictions_become_a_table_for_each_model_that_evaluate_reads(both, tmp_path):
    project = Project.open(tmp_path / "project")
    both.sync(predictions=[ItemPrediction(item, "run-1", GUESS) for item in both.items])
    for number in (1, 2, 3):
        backend_says(both, number, "open", 0.25 * number + 0.2)
    backend_says(both, 4, "closed", 1, model=None)
    both.say(both.items[1], "closed")
    both.say(both.items[2], "open")
    folder = predictions_folder(project, address="https://host:8080", number=3)
    seen, _ = pulled(both)
    # One of the backend's chooses a class and scores it below one half: told, not turned round.
    assert len([one for one in seen if one.model.startswith("backend")]) == 2
    files = write_predictions(seen, project=project, store=both.store, question=QUESTION, to=folder)
    backend, run, nameless = sorted(files, key=lambda one: one.model)
    assert (backend.rows, backend.unanswered) == (2, 0)
    assert (run.rows, run.unanswered, nameless.model) == (2, 2, NAMELESS)
    table = tables.read(backend.file)
    assert table["truth"].tolist() == ["closed", "open"]
    assert table["p_open"].tolist() == pytest.approx([0.7, 0.95])
    assert (nameless.rows, nameless.file, nameless.unanswered) == (0, None, 1)
    assert run.unanswered_file.read_text().startswith("clip,speaker,start_s,end_s,truth,p_closed,p_open\n")
    assert len({one.file or one.unanswered_file for one in files}) == 3
    before = {path.name: path.read_bytes() for path in run.file.parent.iterdir()}
    write_predictions(pulled(both)[0], project=project, store=both.store, question=QUESTION, to=folder)
    assert {path.name: path.read_bytes() for path in run.file.parent.iterdir()} == before
    with pytest.raises(InvalidInputError, match="name a folder"):
        write_predictions(seen, project=project, store=both.store, question=QUESTION, to=tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("value", "score", "said"),
    [
        ("wide", 0.9, "'wide'"),
        ("cannot tell", 0.9, "'cannot tell'"),
        ("open", None, "score from 0 to 1"),
        ("open", 1.5, "score from 0 to 1"),
        ("open", True, "score from 0 to 1"),
        ("open", "0.9", "score from 0 to 1"),
        ("open", 0.3, "most probable"),
    ],
)
def test_a_wrong_class_or_score_is_told_and_left_out(both, value, score, said):
    both.sync()
    number = backend_says(both, 1, value, score)
    seen, report = pulled(both)
    assert seen == []
    (note,) = report.notes
    assert f"Prediction {number} was left out" in note and said in note


@pytest.mark.parametrize(
    "changed",
    [
        {"closed": 0.9, "open": 0.1},
        {"open": 0.75},
        {"closed": "1", "open": 0.75},
        {"closed": 0.5, "open": 0.75},
    ],
)
def test_probabilities_that_were_edited_there_are_told_and_left_out(both, changed):
    both.sync(predictions=[ItemPrediction(both.items[0], "run-1", GUESS)])
    prediction = next(iter(both.there.predictions.values()))
    prediction["result"][0]["meta"]["workbench"]["probabilities"] = changed
    seen, report = pulled(both)
    assert (seen, len(report.notes)) == ([], 1)


def test_what_a_lone_score_leaves_to_three_classes_is_shared_only_when_asked(both):
    region = both.native("neutral")
    prediction, item = {"result": region, "score": 0.6}, Item("sentiment", "c", 0.0, 0.0)
    with pytest.raises(InvalidInputError, match="--share-rest"):
        read_prediction(prediction, item=item, schema=SENTIMENT)
    seen = read_prediction(prediction, item=item, schema=SENTIMENT, share_rest=True)
    assert seen.probabilities == pytest.approx({"negative": 0.2, "neutral": 0.6, "positive": 0.2})


def test_the_newest_of_a_model_counts_and_nothing_of_others_is_removed(both):
    both.sync()
    for score in (0.6, 0.8, 0.8):
        backend_says(both, 1, "open", score)
    assert both.sync().changes == 0
    (one,), _ = pulled(both)
    assert one.probabilities["open"] == 0.8
    assert len(both.there.predictions) == 3
