from dataclasses import dataclass

import pytest

from workbench.errors import InvalidInputError
from workbench.widgets.address_bar import AddressBar


@dataclass
class Page:
    title: str
    html: str


class World:
    """Pages that count how often they are made, over results that change when told so."""

    def __init__(self):
        self.stored, self.made = 0, []

    def show(self, query):
        self.made.append(query)
        return Page(f"title of {query}", f"<p>{query} {self.stored}</p>")

    def look(self, clip):
        if clip != "known":
            raise InvalidInputError("A clip must be there.")
        return {"frame_times_s": [0.0]}, [b"jpeg"]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def bar(world, monkeypatch):
    found = AddressBar(world.show, stamp=lambda: world.stored, look=world.look, sheet="p {}")
    found.sent = []
    monkeypatch.setattr(found, "send", lambda message, buffers=None: found.sent.append((message, buffers)))
    return found


def ask(bar, **content):
    bar._receive(bar, content)
    return bar.sent[-1]


def test_the_usual_page_is_made_before_anybody_comes(world, bar):
    assert world.made == [""] and bar.html == "<p> 0</p>" and bar.sheet == "p {}"


def test_who_comes_first_is_told_that_it_still_holds(world, bar):
    assert ask(bar, type="open", query="", id=1, first=True)[0] == {"type": "same", "id": 1}
    assert world.made == [""]


def test_it_is_made_anew_when_results_have_changed_since(world, bar):
    world.stored = 7
    message, _ = ask(bar, type="open", query="", id=1, first=True)
    assert message["type"] == "page" and message["html"] == "<p> 7</p>"


def test_a_link_gets_its_page_and_the_number_of_the_question(bar):
    message, _ = ask(bar, type="open", query="page=data", id=4)
    assert (message["id"], message["query"], message["title"]) == (4, "page=data", "title of page=data")


def test_pictures_come_with_their_buffers_or_a_sentence_why_not(bar):
    message, buffers = ask(bar, type="look", clip="known", id="m")
    assert message["type"] == "media" and buffers == [b"jpeg"]
    message, _ = ask(bar, type="look", clip="other", id="m2")
    assert message == {"type": "trouble", "message": "A clip must be there.", "id": "m2"}


@pytest.mark.parametrize("content", [{"type": "run"}, {}, {"type": "open"}, {"type": "look"}])
def test_a_message_of_another_form_is_refused_in_words(bar, content):
    assert ask(bar, **content)[0]["type"] == "trouble"
