import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.tables import clip_table, moment_table, row
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import classes_of, probabilities, read, validate, write

HEADER = "clip,speaker,start_s,end_s,truth,p_negative,p_neutral,p_positive\n"
GOOD = "c1,a,,,neutral,0.1,0.8,0.1\n"


def saved(tmp_path, text, *, encoding="utf-8", name="table.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_file_of_ones_own_is_read(tmp_path):
    table = read(saved(tmp_path, HEADER + GOOD + "c2,b,0,0.03,positive,0,0,1\n"))
    assert table["clip"].tolist() == ["c1", "c2"]
    assert np.isnan(table["start_s"].iloc[0]) and table["end_s"].iloc[1] == 0.03


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert read(saved(tmp_path, HEADER + GOOD, encoding="utf-8-sig"))["clip"].tolist() == ["c1"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_named_in_the_error(tmp_path, separator):
    with pytest.raises(InvalidInputError, match="separate the columns by commas"):
        read(saved(tmp_path, (HEADER + GOOD).replace(",", separator)))


def test_names_that_look_like_missing_values_or_numbers_stay_text(tmp_path):
    table = read(saved(tmp_path, HEADER + "007,NA,,,neutral,0.1,0.8,0.1\nnull,1e3,,,neutral,0.1,0.8,0.1\n"))
    assert table["clip"].tolist() == ["007", "null"]
    assert table["speaker"].tolist() == ["NA", "1e3"]


def test_a_decimal_comma_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match="decimal point"):
        read(saved(tmp_path, HEADER + 'c1,a,,,neutral,"0,1",0.8,0.1\n'))


def test_a_row_with_one_cell_too_many_does_not_shift_the_columns(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read(saved(tmp_path, HEADER + "x,c1,a,,,neutral,0.1,0.8,0.1\nx,c2,a,,,neutral,0.1,0.8,0.1\n"))


def test_a_column_named_twice_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match=r"every column once.*truth"):
        read(saved(tmp_path, "clip,truth,truth,p_a,p_b\nc,a,a,1,0\n"))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "cannot be read"),
        ("clip,truth\nc,a\n", "two classes"),
        ("truth,p_a,p_b\na,1,0\n", "no clip"),
        ("clip,truth,p_a,p_b\n,a,1,0\n", "name the clip"),
        ("clip,truth,p_a,p_b\nc,z,1,0\n", "truth among a, b"),
        ("clip,truth,p_a,p_b\nc,,1,0\n", "truth among a, b"),
        ("clip,truth,p_a,p_b\nc,a,1.5,-0.5\n", r"probabilities in \[0, 1\]"),
        ("clip,truth,p_a,p_b\nc,a,0.5,0.4\n", "sum to 1"),
        ("clip,truth,p_a,p_b\nc,a,,1\n", r"probabilities in \[0, 1\]"),
        ("clip,truth,p_a,p_b\nc,a,inf,1\n", r"probabilities in \[0, 1\]"),
        ("clip,truth,p_a,p_b\nc,a,1,0\nc,a,1,0\n", "one row per clip and moment"),
        ("clip,truth,start_s,p_a,p_b\nc,a,0,1,0\n", "both start_s and end_s"),
        ("clip,truth,start_s,end_s,p_a,p_b\nc,a,2,1,1,0\n", "0 <= start_s <= end_s"),
        ("clip,truth,start_s,end_s,p_a,p_b\nc,a,0,inf,1,0\n", "0 <= start_s <= end_s"),
        ("clip,truth,start_s,end_s,p_a,p_b\nc,a,,,1,0\nc,a,0,1,1,0\n", "either one row without times"),
        ("clip,speaker,truth,start_s,end_s,p_a,p_b\nc,x,a,0,1,1,0\nc,y,a,1,2,1,0\n", "one speaker per clip"),
    ],
)
def test_every_rule_that_is_broken_is_named(tmp_path, text, rule):
    with pytest.raises(InvalidInputError, match=rule):
        read(saved(tmp_path, text))


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match="There is no file"):
        read(tmp_path / "absent.csv")
    for name in ("binary.csv", "binary.parquet"):
        (tmp_path / name).write_bytes(bytes(range(128, 256)))
        with pytest.raises(InvalidInputError, match="cannot be read"):
            read(tmp_path / name)


def test_a_header_without_rows_is_an_empty_table(tmp_path):
    assert len(read(saved(tmp_path, HEADER))) == 0


def test_other_label_sets_keep_the_order_of_their_columns_and_sentiments_their_own():
    assert classes_of(pd.DataFrame(columns=["p_happy", "p_angry", "p_calm"])) == ("happy", "angry", "calm")
    assert classes_of(pd.DataFrame(columns=["p_positive", "p_negative", "p_neutral"])) == (
        "negative",
        "neutral",
        "positive",
    )


def test_probabilities_stand_in_the_order_of_the_classes():
    table = clip_table(1)[["clip", "truth", "p_positive", "p_negative", "p_neutral"]]
    np.testing.assert_allclose(probabilities(validate(table)), [[0.8, 0.1, 0.1]])


def test_speaker_and_times_may_be_left_out():
    table = validate(pd.DataFrame([{"clip": 7, "truth": "a", "p_a": 1, "p_b": 0}]))
    assert table.loc[0, ["clip", "speaker"]].tolist() == ["7", ""]
    assert table["start_s"].isna().all()


def test_the_table_handed_in_is_left_as_it_was():
    table = clip_table(3)
    before = table.copy()
    validate(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_a_table_survives_the_round_trip_with_its_further_columns(tmp_path, name):
    table = validate(
        moment_table({'o"dd, näme': ["positive", "neutral"], "=1+1": ["negative"]}).assign(branch="visual")
    )
    write(table, tmp_path / name)
    pd.testing.assert_frame_equal(read(tmp_path / name), table)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_any_name_of_a_clip_survives_the_csv(names):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write(pd.DataFrame([row(name, "neutral", "neutral") for name in names]), path)
        assert read(path)["clip"].tolist() == names
