import json

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.exchange.labels_table import export_labels, import_labels
from workbench.labels.store import LabelStore

HEAD = "clip,question,start_s,end_s,annotator,value\n"


@pytest.fixture
def labelled(store, event):
    store.record(event(clip='odd, "name".ü', value="open"))
    store.record(event(start_s=1 / 3, end_s=2 / 3, annotator="Zoë"))
    store.record(event(question="sentiment", value="neutral"))
    store.record(event("skip", clip="skipped"))
    return store


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_goes_out_comes_back_identical(labelled, tmp_path, ending):
    file = tmp_path / f"labels.{ending}"
    assert export_labels(labelled, file) == 3
    with LabelStore.open(tmp_path / "other") as other:
        report = import_labels(other, file)
        assert (report.rows, report.recorded, report.already_there) == (3, 3, 0)
        assert other.current().equals(labelled.current())
        export_labels(other, tmp_path / f"again.{ending}")
    assert (tmp_path / f"again.{ending}").read_bytes() == file.read_bytes()


def test_one_question_can_be_exported(labelled, tmp_path):
    assert export_labels(labelled, tmp_path / "s.csv", question="sentiment") == 1


def test_importing_again_changes_nothing_and_a_hand_made_change_stays(store, event, tmp_path):
    file = tmp_path / "l.csv"
    file.write_text(HEAD + "clip.1a2b3c4d,mouth,0.3,0.3,Ada,open\n")
    import_labels(store, file)
    store.record(event(value="closed"))
    report = import_labels(store, file)
    assert (report.recorded, report.already_there) == (0, 1)
    assert store.current()["value"].tolist() == ["closed"]


def test_a_spreadsheets_file_with_mark_crlf_and_more_columns_is_read(store, tmp_path):
    file = tmp_path / "l.csv"
    file.write_bytes(
        b"\xef\xbb\xbfnote,clip,question,start_s,end_s,annotator,value\r\nhm,c,mouth,0,0,Ada,open\r\n"
    )
    report = import_labels(store, file)
    assert report.columns_left_out == ("note",)
    assert "1 recorded, 0 there already" in report.lines()[0]
    assert "note" in report.lines()[1]
    assert store.current()["value"].tolist() == ["open"]


def test_bad_rows_are_told_by_line_and_nothing_is_recorded(store, tmp_path):
    rows = [
        "c,mouth,0,0,Ada,open",
        "c,mouth,0,0,Ada,Open",
        "c,mouth,1,0,Ada,open",
        'c,mouth,"1,5",2,Ada,open',
        "c,nose,0,0,Ada,open",
    ]
    rows += [
        "c,mouth,0,0,=Ada,open",
        "c,mouth,0,0,Ada,closed",
        "c,mouth,0,0,Ada",
        "c,mouth,0,0,Ada,open,more",
        "d,mouth,0,0,Ada,NA",
        "c,mouth,9,9,Ada,open",
    ]
    file = tmp_path / "l.csv"
    file.write_text(HEAD + "\n".join(rows) + "\n")
    with pytest.raises(InvalidInputError) as refused:
        import_labels(store, file, clips={"c": 2.0})
    message = str(refused.value)
    assert [n for n in range(1, 14) if f"\nline {n}:" in message] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert "line 2" in message.split("line 8:")[1]
    assert store.history().empty


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clip,question\n",
        HEAD.replace(",", ";"),
        HEAD.replace("value", "clip"),
        HEAD + 'c,mouth,0,0,Ada,"open',
    ],
    ids=range(5),
)
def test_a_file_that_is_no_labels_table_is_refused(store, tmp_path, text):
    (tmp_path / "l.csv").write_text(text)
    with pytest.raises(InvalidInputError):
        import_labels(store, tmp_path / "l.csv")


def test_damaged_json_lines_another_encoding_a_wrong_ending_and_a_missing_file_are_refused(store, tmp_path):
    good = json.dumps(
        {"clip": "c", "question": "mouth", "start_s": 0, "end_s": 0, "annotator": "Ada", "value": "open"}
    )
    (tmp_path / "l.jsonl").write_text(good + "\n{broken\n[1]\n")
    with pytest.raises(InvalidInputError, match="line 2"):
        import_labels(store, tmp_path / "l.jsonl")
    (tmp_path / "latin.csv").write_bytes((HEAD + "c,mouth,0,0,Zo\xeb,open\n").encode("latin-1"))
    for name in ("latin.csv", "l.xlsx", "missing.csv"):
        with pytest.raises(InvalidInputError):
            import_labels(store, tmp_path / name)
    with pytest.raises(InvalidInputError, match=r"\.csv or \.jsonl"):
        export_labels(store, tmp_path / "l.txt")
