import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.datasets.importing.ravdess import claims_to_be_ravdess, parse_ravdess_name
from workbench.errors import InvalidInputError


def test_a_right_name_says_who_speaks_and_what_was_meant():
    name = parse_ravdess_name("01-02-05-02-01-02-24")
    assert (name.modality, name.channel, name.emotion, name.intensity) == (
        "audiovisual",
        "song",
        "angry",
        "strong",
    )
    assert (name.statement, name.repetition, name.speaker, name.sex) == ("01", "02", "actor-24", "female")
    assert name.intended == "negative"


@pytest.mark.parametrize(
    ("emotion", "intended"),
    [
        ("01", "neutral"),
        ("02", "neutral"),
        ("03", "positive"),
        ("04", "negative"),
        ("05", "negative"),
        ("06", ""),
        ("07", ""),
        ("08", ""),
    ],
)
def test_emotions_stand_for_the_sentiments_of_the_paper(emotion, intended):
    assert parse_ravdess_name(f"01-01-{emotion}-01-01-01-01").intended == intended


@pytest.mark.parametrize(
    ("stem", "field"),
    [
        ("04-01-03-01-01-01-05", "Field 1 (modality)"),
        ("01-03-03-01-01-01-05", "Field 2 (channel)"),
        ("01-01-09-01-01-01-05", "Field 3 (emotion)"),
        ("01-01-00-01-01-01-05", "Field 3 (emotion)"),
        ("01-01-O3-01-01-01-05", "Field 3 (emotion)"),
        ("01-01-3-01-01-01-05", "Field 3 (emotion)"),
        ("01-01-03-03-01-01-05", "Field 4 (intensity)"),
        ("01-01-01-02-01-01-05", "Field 4 (intensity)"),
        ("01-01-03-01-03-01-05", "Field 5 (statement)"),
        ("01-01-03-01-01-03-05", "Field 6 (repetition)"),
        ("01-01-03-01-01-01-25", "Field 7 (actor)"),
        ("01-01-03-01-01-01-00", "Field 7 (actor)"),
        ("01-01-03-01-01-01-05 (1)", "Field 7 (actor)"),
        ("01-02-07-01-01-01-05", "Field 3 (emotion)"),
        ("01-01-03-01-01-05", "Received 6"),
        ("01-01-03-01-01-01-05-02", "Received 8"),
        ("01_01_03_01_01_01_05", "Received 1"),
        ("０１-01-03-01-01-01-05", "Field 1 (modality)"),
    ],
)
def test_a_wrong_name_is_refused_with_its_field_pointed_out(stem, field):
    with pytest.raises(InvalidInputError) as error:
        parse_ravdess_name(stem)
    assert field in str(error.value)


def test_the_wrong_field_is_marked_in_the_name():
    with pytest.raises(
        InvalidInputError, match=r"a letter in place of a digit\?\) in 01-01->O3<-01-01-01-05"
    ):
        parse_ravdess_name("01-01-O3-01-01-01-05")


def test_the_actor_must_agree_with_the_folder():
    assert parse_ravdess_name("01-01-03-01-01-01-05", ["x", "Actor_05"]).actor == 5
    with pytest.raises(InvalidInputError, match=r"Field 7 \(actor\).*actor 06"):
        parse_ravdess_name("01-01-03-01-01-01-05", ["Actor_06"])


@pytest.mark.parametrize(
    "stem",
    [
        "01-01-O3-01-01-01-05",
        "1-1-3-1-1-1-5",
        "01_01_03_01_01_01_05",
        "01-01-03-01-01-01-05 copy",
        "01–01–03–01–01–01–05",
    ],
)
def test_a_name_that_looks_like_one_must_be_right(stem):
    assert claims_to_be_ravdess(stem)


@pytest.mark.parametrize(
    "stem",
    [
        "interview",
        "2021-03-04-10-22-33",
        "my-first-day-at-work-ok",
        "clip-01",
        "bbaf2n",
        "id2_vcd_swwp2s",
        "",
    ],
)
def test_other_names_are_left_alone(stem):
    assert not claims_to_be_ravdess(stem)


def test_any_name_in_an_actors_folder_must_be_right():
    assert claims_to_be_ravdess("interview", ["study", "Actor_05"])


@given(st.text(max_size=30))
def test_reading_any_text_answers_or_refuses_and_never_guesses(stem):
    try:
        name = parse_ravdess_name(stem)
    except InvalidInputError:
        return
    assert len(stem.split("-")) == 7 and stem.isascii() and name.speaker.endswith(stem[-2:])
