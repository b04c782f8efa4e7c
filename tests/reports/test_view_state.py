import string
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.labels.schema import QUESTIONS
from workbench.reports.view_state import (
    CELLS,
    GROUPINGS,
    OF_PAGE,
    OUTCOMES,
    PAGES,
    RULES,
    SHOWS,
    ViewState,
)

NAMES = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=120)
TEXTS = st.text(min_size=1, max_size=64).filter(str.isprintable)
VALUES = {
    "show": st.sampled_from(SHOWS),
    "comparison": NAMES,
    "dataset": NAMES,
    "system": NAMES,
    "other": NAMES,
    "cell": st.sampled_from(CELLS),
    "outcome": st.sampled_from(OUTCOMES),
    "true": TEXTS,
    "said": TEXTS,
    "of": st.sampled_from(GROUPINGS),
    "value": TEXTS,
    "clip": st.text("0123456789abcdef", min_size=12, max_size=12),
    "question": st.sampled_from(QUESTIONS),
    "annotator": st.integers(1, 10_000).map(str),
    "day": st.dates().map(lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}"),
    "code": st.text(string.ascii_uppercase + "_", min_size=1, max_size=40),
    "width": st.integers(1, 50).map(str),
    "at": st.integers(1, 100_000).map(str),
}


@st.composite
def states(draw):
    page = draw(st.sampled_from(PAGES))
    names = draw(st.lists(st.sampled_from(OF_PAGE[page]), unique=True))
    return ViewState(page, **{name: draw(VALUES[name]) for name in names})


@given(states())
def test_an_address_tells_the_whole_state(view):
    assert ViewState.from_query(view.query()) == view
    assert ViewState.from_query("?" + view.query()).query() == view.query()


@given(st.text(max_size=300))
def test_any_text_is_a_state_or_is_refused_in_words(text):
    try:
        view = ViewState.from_query(text)
    except InvalidInputError as error:
        assert str(error)[0].isupper() and len(str(error)) < 900
    else:
        assert dict(parse_qsl(view.query())).keys() <= RULES.keys()


@given(st.dictionaries(st.sampled_from(sorted(RULES)), st.text(max_size=80), max_size=6))
def test_no_value_gets_through_that_breaks_its_rule(fields):
    try:
        view = ViewState.from_query(urlencode(fields))
    except InvalidInputError:
        return
    for name, value in fields.items():
        assert getattr(view, name) == value and (value == "" or RULES[name][1](value))


@pytest.mark.parametrize(
    "query",
    [
        "page=../../etc/passwd",
        "page=fusion&comparison=../x",
        "page=fusion&comparison=a/b",
        "page=fusion&x=1",
        "page=fusion&page=data",
        "page=fusion&at=0",
        "page=fusion&at=1e9",
        "page=fusion&at=٣",
        "page=fusion&value=%00",
        "page=fusion&true=%1b%5b0m",
        "page=data&system=audio",
        "page=clip&clip=..%2F..%2Flabels",
        "page=labels&day=2026-13",
        "page=fusion&comparison=%ff%fe",
        "&".join(["page=fusion"] * 200),
        "page=fusion&value=" + "a" * 3000,
        "page",
    ],
)
def test_a_hostile_address_is_refused_in_a_short_sentence(query):
    with pytest.raises(InvalidInputError) as refused:
        ViewState.from_query(query)
    assert len(str(refused.value)) < 500


def test_changing_a_field_begins_a_list_at_its_start():
    view = ViewState("fusion", show="clips", system="audio", at="3")
    assert view.but(true="negative").query() == "page=fusion&show=clips&system=audio&true=negative"
    assert view.but(at=2).at == "2"
