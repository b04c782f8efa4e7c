import pytest

from workbench.errors import InvalidInputError
from workbench.labels.schema import MOUTH, SCHEMAS, SENTIMENT, LabelClass, Schema, schema_of
from workbench.sentiment import MOUTH_STATES, SENTIMENT_COLOURS, SENTIMENTS


def test_the_questions_have_the_workbenchs_words_colours_and_keys():
    assert MOUTH.values == MOUTH_STATES
    assert [c.keys for c in MOUTH.classes] == [("1", "c"), ("2", "o")]
    assert SENTIMENT.values == SENTIMENTS
    assert {c.name: c.colour for c in SENTIMENT.classes} == SENTIMENT_COLOURS
    assert [c.keys[0] for c in SENTIMENT.classes] == ["1", "2", "3"]


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=lambda s: s.question)
def test_answers_differ_in_symbol_and_no_key_is_taken_by_another_action(schema):
    assert len({c.symbol for c in schema.classes}) == len(schema.classes)
    keys = {key for c in schema.classes for key in c.keys}
    assert not keys & set("sfrvmb?zh")
    for c in schema.classes:
        assert c.keys[1] in c.name


def test_a_key_for_two_answers_is_refused():
    with pytest.raises(InvalidInputError, match="one answer only"):
        Schema(
            "q",
            1,
            "?",
            "",
            (LabelClass("a", ("1",), "#000000", "x"), LabelClass("b", ("1",), "#000000", "y")),
        )


def test_an_unknown_question_version_or_answer_is_told_with_what_there_is():
    with pytest.raises(InvalidInputError, match=r"mouth \(version 1\)"):
        schema_of("nose")
    with pytest.raises(InvalidInputError, match="version 9"):
        schema_of("mouth", 9)
    with pytest.raises(InvalidInputError, match="closed, open"):
        MOUTH.check("Open")
