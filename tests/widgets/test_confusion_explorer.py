"""The kernel's side of the page: what it answers to each message, and what it tells other views."""

import pytest
from error_world import copied, drawn_once

from workbench.labels.store import LabelStore
from workbench.widgets.confusion_explorer import PAGE, ConfusionExplorer, explore_errors
from workbench.widgets.confusion_messages import places_of
from workbench.widgets.selection import Selection


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
def page(project_and_runs):
    project, runs = project_and_runs
    ids = {name: run.id for name, run in runs.items()}
    return Page(explore_errors(project, ids, Selection(), annotator="Ada"))


class Page:
    """Says something to the widget and returns what it answers, by type."""

    def __init__(self, widget):
        self.widget, self.sent = widget, []
        widget.send = lambda content, buffers=None: self.sent.append((content, buffers or []))

    def say(self, message, **content):
        self.sent.clear()
        self.widget._receive(self.widget, {"type": message, **content}, [])
        return {told["type"]: told for told, _ in self.sent}


def test_a_cell_answers_with_a_page_of_cards_and_their_pictures(page):
    told = page.say("choose", kind="cell", first="negative", second="negative", request=7)["cards"]
    assert told["request"] == 7
    assert told["chosen"] == ["cell", "negative", "negative"]
    assert len(told["cards"]) == min(PAGE, told["total"])
    buffers = page.sent[0][1]
    assert len(buffers) == sum(len(card["pictures"]) for card in told["cards"]) == 3 * len(told["cards"])
    assert sum(map(len, buffers)) < 40_000 * PAGE


def test_pictures_of_the_next_clicks_are_made_while_nothing_is_asked(page):
    page.say("ready")
    for _ in range(200):
        if not page.say("warm")["warmed"]["left"]:
            break
    view, shelf = page.widget.session.view, page.widget._shelf
    for true in ("negative", "neutral", "positive"):
        for said in ("negative", "neutral", "positive"):
            view.choose_cell(true, said)
            assert shelf.missing(places_of(page.widget.session, view.page(0, PAGE)[0])) == []


def test_a_cells_cards_are_sent_ahead_and_nothing_else_changes(page):
    page.say("choose", kind="cell", first="neutral", second="neutral")
    before = page.widget.session.view.chosen, page.widget.selection.moments
    ahead = page.say("ahead", first="negative", second="negative")["ahead"]
    assert (page.widget.session.view.chosen, page.widget.selection.moments) == before
    asked = page.say("choose", kind="cell", first="negative", second="negative")["cards"]
    assert {**ahead, "type": "cards", "request": 0} == asked
    assert page.say("choose", kind="cell", first="neutral", second="neutral", shown=True) == {}
    assert page.widget.session.view.chosen == before[0]
    assert page.widget.selection.moments == before[1]


def test_a_correction_is_answered_only_when_it_is_in_the_store(page, project):
    card = page.say("choose", kind="cell", first="negative", second="positive")["cards"]["cards"][0]
    told = page.say("relabel", id=card["id"], value="positive", op_id="operation-1")
    with LabelStore.open(project.labels, read_only=True) as store:
        assert store.current("sentiment")["value"].tolist() == ["positive"]
    assert told["saved"]["op_id"] == "operation-1"
    assert told["saved"]["cards"][0]["own_value"] == "positive"
    assert told["state"]["corrected"] == "1 in the test part: the judge changes, not the networks"


def test_what_is_not_saved_says_so_with_its_operation(page):
    card = page.say("choose", kind="all")["cards"]["cards"][0]
    told = page.say("relabel", id=card["id"], value="angry", op_id="operation-1")["not_saved"]
    assert told["op_id"] == "operation-1"
    assert "must be one of" in told["message"]
    assert "trouble" in page.say("relabel?")


def test_other_views_hear_of_a_cell_and_a_lasso_is_heard_here(page):
    selection, heard = page.widget.selection, []
    selection.observe(lambda change: heard.append((selection.source, len(change["new"]))), "moments")
    page.say("choose", kind="cell", first="neutral", second="neutral")
    assert heard == [("confusion", len(page.widget.session.view.moments()))]
    page.sent.clear()
    table = page.widget.session.judged.table
    tested, held = (table.index[table["part"] == part] for part in ("test", "validation"))
    selection.choose([*tested[:40], *held[:3]], source="map", words="43 lassoed")
    state = next(told for told, _ in page.sent if told["type"] == "state")
    assert sum(map(sum, state["counts"])) == 40
    assert (
        "43 lassoed. 40 of them are in the test part (judged) (3 in the validation part)"
        in state["restricted"]
    )
    selection.clear(source="map")
    assert not page.widget.session.view.restricted


def test_a_leaking_split_is_marked(page, project):
    run = page.widget.session.judged.runs["audiovisual"][0]
    run.update(warnings=[{"code": "leak_frame", "message": "Moments of one clip lie on both sides."}])
    assert page.say("ready")["state"]["right"].startswith("⚠ leaks")


def test_what_stands_in_the_way_is_said_in_the_page(project):
    page = Page(explore_errors(project, {"visual": "nothing"}))
    assert "A run must be named" in page.say("ready")["state"]["problem"]
    assert "trouble" in page.say("choose", kind="all")
    assert isinstance(page.widget, ConfusionExplorer)
