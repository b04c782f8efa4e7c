import json
import os
import re

from hypothesis import given
from hypothesis import strategies as st

from workbench.datasets.importing.naming import original, readable, shown, slug

ANY_NAME = st.binary(min_size=1, max_size=40).map(os.fsdecode)


@given(ANY_NAME)
def test_a_readable_name_can_be_turned_back_and_fits_into_any_file(name):
    text = readable(name)
    assert original(text) == name
    assert json.loads(json.dumps(text).encode("utf-8")) == text
    assert text.encode("utf-8") and not re.search(r"[\x00-\x1f]", text)
    assert text[0] not in "=+-@"


@given(ANY_NAME)
def test_a_slug_is_safe_as_a_folders_name(stem):
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,59}", slug(stem))


def test_a_name_that_turns_direction_is_shown_as_what_it_is():
    assert readable("a\u202e4pm.exe") == "a\\u202e4pm.exe"


def test_a_sentence_with_a_newline_in_a_name_stays_one_line():
    assert shown("a\nb \udcff") == "a\\u000ab \\xff"
