"""Choosing and correcting without a browser: what is looked at, in which order, and what a correction changes."""

import numpy as np
import pytest
from error_world import copied, drawn_once

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.corrections import Corrections
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore
from workbench.systems.judged_moments import judged_moments
from workbench.widgets.confusion_session import ConfusionSession


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return drawn_once(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def project_and_runs(drawn, tmp_path):
    return copied(drawn, tmp_path)


@pytest.fixture
def project(project_and_runs):
    return project_and_runs[0]


@pytest.fixture
def session(project_and_runs):
    project, runs = project_and_runs
    with LabelStore.open(project.labels) as store:
        yield ConfusionSession(
            judged_moments(project, runs), Corrections(store, schema_of("sentiment"), "Ada")
        )


def wrong(session, true="negative", predicted="positive"):
    session.view.choose_cell(true, predicted)
    return session.view.moments()


def test_every_cell_holds_just_its_moments(session):
    view = session.view
    counts, n_clips = view.confusion()
    assert counts.counts.sum() == len(view.rows()) == 120
    for i, true in enumerate(counts.classes):
        for j, predicted in enumerate(counts.classes):
            view.choose_cell(true, predicted)
            cards = [session.card(name) for name in view.moments()]
            assert len(cards) == counts.counts[i, j]
            assert len({card["clip"] for card in cards}) == n_clips[i, j]
            assert {card["truth"] for card in cards} <= {true}
            assert {card["says"][-1]["said"] for card in cards} <= {predicted}


def test_a_group_holds_its_errors(session):
    view = session.view
    for of, groups in view.groups().items():
        for group in groups:
            view.choose_group(of, group.value)
            assert len(view.moments()) == group.wrong.k
    assert {"speaker", "sex", "intensity", "statement", "mouth"} <= set(view.groups())


def test_orders_and_networks_and_parts(session):
    view = session.view
    view.show(order="surest")
    sure = view.rows()[["p_negative", "p_neutral", "p_positive"]].max(axis=1).loc[view.moments()]
    assert (np.diff(sure) <= 0).all()
    view.show(order="time")
    assert view.moments() == list(view.rows().index)
    view.show(order="doubt", network="audio", part="validation")
    assert view.moments() == list(view.doubts().index)
    assert {session.judged.table.loc[name, "speaker"] for name in view.moments()} == {"04"}
    with pytest.raises(InvalidInputError, match="The part must be one of test, validation"):
        view.show(part="train")


def test_moments_beside_each_other_with_one_label_are_shown_once(session):
    view = session.view
    shown, total = view.page(0, 100)
    assert total == len(shown) == 6  # whole clips have one label
    assert shown[0] == view.moments()[0]
    table = session.judged.table
    middle = table.index[(table["clip"] == table.loc[shown[0], "clip"]) & (table["start_s"].round(2) == 0.3)][
        0
    ]
    session.relabel(middle, "cannot tell", op_id="operation-0")
    session.relabel(middle, "neutral", op_id="operation-1")
    parts = 1 if table.loc[shown[0], "truth"] == "neutral" else 3
    assert view.page(0, 100)[1] == 5 + parts
    view.one_per_stretch = False
    assert view.page(10, 5) == (view.moments()[10:15], 120)


def test_what_another_view_chose_restricts_cells_and_cards(session):
    view = session.view
    few = view.moments()[:10]
    view.restrict(few)
    assert view.confusion()[0].counts.sum() == 10
    assert set(view.moments()) == set(few)
    view.restrict(())
    assert view.confusion()[0].counts.sum() == 120


def test_a_correction_moves_a_moment_to_another_cell_and_is_kept(session, project):
    before = session.view.confusion()[0].counts
    name = wrong(session)[0]
    session.relabel(name, "positive", op_id="operation-1")
    after = session.view.confusion()[0].counts
    assert after[0, 2] == before[0, 2] - 1 and after[2, 2] == before[2, 2] + 1
    assert name in session.view.moments()  # it does not jump away
    card = session.card(name)
    assert (card["truth"], card["source"], card["judged_as"]) == ("positive", "hand", "negative")
    with LabelStore.open(project.labels, read_only=True) as store:
        details = store.answers("sentiment")["details"].iloc[0]
    assert (details["before"], details["suggested"], details["reveal"]) == ("negative", "positive", "before")
    session.undo(name, "operation-1", op_id="operation-2")
    assert (session.view.confusion()[0].counts == before).all()
    assert session.corrected() == []


def test_a_whole_clip_is_corrected_at_once(session):
    name = wrong(session)[0]
    about = session.relabel(name, "positive", whole=True, op_id="operation-1")
    assert len(about) == 20
    table = session.judged.table
    assert set(table.loc[about, "truth"]) == {"positive"}
    assert session.corrected() == ["test"] * 20
    assert (table[table["source"] == "hand"].index == about).all()


def test_whoever_is_outvoted_is_told(session, project):
    name = wrong(session)[0]
    row = session.judged.table.loc[name]
    with LabelStore.open(project.labels) as store:
        for who in ("Bob", "Cy"):
            said = {
                "clip": row["clip"],
                "start_s": row["start_s"],
                "end_s": row["start_s"],
                "value": "neutral",
            }
            event = LabelEvent(f"operation-{who}", who, "sentiment", 2, kind="answer", **said)
            store.record(event)
    session.corrections.reload()
    session.relabel(name, "positive", op_id="operation-1")
    assert session.card(name)["truth"] == "neutral"
    assert "neutral stands" in session.card(name)["outcome"]


def test_runs_that_learn_from_recordings_alone_say_that_a_correction_changes_nothing(session):
    session.judged.answers = "known"
    name = wrong(session)[0]
    session.relabel(name, "positive", op_id="operation-1")
    assert session.card(name)["truth"] == "negative"
    assert "--answers known" in session.card(name)["outcome"]


def test_after_a_retraining_only_what_it_did_not_know_is_still_to_be_learnt(session, project):
    first, second = wrong(session)[:2]
    session.relabel(first, "positive", op_id="operation-1")
    included = session.corrections_made()
    again = judged_moments(project, session.judged.runs)
    session.relabel(second, "positive", op_id="operation-2")  # while it trains
    session.go_on_with(again, included=included)
    assert [session.card(name)["truth"] for name in (first, second)] == ["positive", "positive"]
    assert session.corrected() == ["test"]
    assert session.view.confusion()[0].counts.sum() == 120


def test_who_cannot_tell_changes_no_label(session):
    name = wrong(session)[0]
    session.relabel(name, "cannot tell", op_id="operation-1")
    card = session.card(name)
    assert (card["truth"], card["own_value"]) == ("negative", "cannot tell")
    assert "has no vote" in card["outcome"]


def test_flags_are_shown_and_strangers_are_refused(session):
    name = wrong(session)[0]
    session.flag(name, "blurred", op_id="operation-1")
    assert session.card(name)["own_note"] == "blurred"
    with pytest.raises(InvalidInputError, match="one of those judged"):
        session.relabel("nobody@0.000", "positive", op_id="operation-2")
    with pytest.raises(InvalidInputError, match="must be one of"):
        session.relabel(name, "angry", op_id="operation-3")
