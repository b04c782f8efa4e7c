import json
import shutil

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.exchange.clip_files import MANIFEST, export_clip_files, import_clip_files

FORMS = pytest.mark.parametrize("form", ["elan", "textgrid"])
ENDINGS = {"elan": ".eaf", "textgrid": ".TextGrid"}


@FORMS
def test_l9_what_goes_out_comes_back_identical(labelled, another_store, tmp_path, event, form):
    for start_s, end_s in (
        (0.00005, 0.00005),
        (0.1000004, 2.0),
        (0.5, 0.5),
        (0.5, 0.7),
        (1.999999, 1.999999),
    ):
        labelled.record(event(clip="overlaps", start_s=start_s, end_s=end_s, value="closed"))
    files = export_clip_files(
        labelled, tmp_path / "out", form=form, durations_s={"overlaps": 2.0}, media={"overlaps": "o.mp4"}
    )
    assert sum(files.values()) == len(labelled.current())
    imported = import_clip_files(another_store, tmp_path / "out")
    assert [one.error for one in imported] == [""] * len(files)
    assert another_store.current().equals(labelled.current())
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert manifest["rows"] == len(labelled.current())


@FORMS
def test_l12_the_same_folder_three_times_gives_the_same_labels(labelled, another_store, tmp_path, form):
    export_clip_files(labelled, tmp_path / "out", form=form)
    for _ in range(3):
        import_clip_files(another_store, tmp_path / "out")
    assert len(another_store.history()) == len(labelled.current())


@FORMS
def test_a_bad_file_is_told_by_name_and_never_stops_the_others(labelled, another_store, tmp_path, form):
    folder = tmp_path / "out"
    files = export_clip_files(labelled, folder, form=form)
    (folder / f"broken{ENDINGS[form]}").write_text("<no>annotations")
    (folder / f"empty{ENDINGS[form]}").write_text("")
    cut = folder / next(iter(files))
    cut.write_bytes(cut.read_bytes()[:-400])
    outcomes = {one.file: one for one in import_clip_files(another_store, folder)}
    bad = {name for name, one in outcomes.items() if one.error}
    assert {f"broken{ENDINGS[form]}", f"empty{ENDINGS[form]}"} <= bad
    assert all(name in outcomes[name].error for name in bad)
    assert len(outcomes) - len(bad) >= len(files) - 1


@FORMS
def test_an_export_never_overwrites_what_somebody_changed(labelled, tmp_path, form):
    folder = tmp_path / "out"
    files = export_clip_files(labelled, folder, form=form)
    export_clip_files(labelled, folder, form=form)
    first = folder / next(iter(files))
    first.write_bytes(first.read_bytes() + b"\n")
    with pytest.raises(InvalidInputError, match="anybody's work"):
        export_clip_files(labelled, folder, form=form)


def foreign_elan(path, tiers):
    """A file as a user of ELAN would have made it: no exact times, no word of ours."""
    from pympi.Elan import Eaf

    eaf = Eaf(author="somebody")
    for name, annotator, annotations in tiers:
        eaf.add_tier(name, ann=annotator)
        for start_ms, end_ms, value in annotations:
            eaf.add_annotation(name, start_ms, end_ms, value)
    eaf.to_file(str(path))


def test_a_file_of_an_elan_user_is_read_with_its_own_tiers_left_out(another_store, tmp_path):
    foreign_elan(
        tmp_path / "clip.1a2b3c4d.eaf",
        [
            ("words", "Mia", [(0, 900, "hello")]),
            ("Mouth", "Mia", [(0, 300, "open"), (300, 400, ""), (400, 731, "closed")]),
            ("sentiment:Ben", None, [(0, 1000, "positive")]),
        ],
    )
    (one,) = import_clip_files(another_store, tmp_path / "clip.1a2b3c4d.eaf", clips={"clip.1a2b3c4d": 1.0})
    assert one.error == ""
    assert set(one.tiers_left_out) == {"words", "default"}
    table = another_store.current()
    assert table[["annotator", "start_s", "end_s", "value"]].values.tolist() == [
        ["Mia", 0.0, 0.3, "open"],
        ["Mia", 0.4, 0.731, "closed"],
        ["Ben", 0.0, 1.0, "positive"],
    ]


def test_what_a_foreign_file_says_wrongly_is_listed_with_tier_and_time(another_store, tmp_path):
    foreign_elan(
        tmp_path / "clip.eaf",
        [("mouth:Mia", None, [(0, 300, "wide"), (300, 400, "Open"), (400, 9000, "closed")])],
    )
    (one,) = import_clip_files(another_store, tmp_path, clips={"clip": 1.0})
    for said in ("'wide'", "'Open'", "tier 'mouth:Mia', 0.400 to 9.000 s", "1.000 s", "clip.eaf"):
        assert said in one.error
    assert another_store.history().empty


@FORMS
def test_a_tier_without_annotator_needs_one_to_be_named(another_store, tmp_path, form):
    if form == "elan":
        foreign_elan(tmp_path / "clip.eaf", [("mouth", None, [(0, 300, "open")])])
    else:
        (tmp_path / "clip.TextGrid").write_text(
            'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<exists>\n1\n"IntervalTier"\n"mouth"\n0\n1\n2\n'
            '0\n0.3\n"open"\n0.3\n1\n""\n',
            encoding="utf-16",
        )
    (one,) = import_clip_files(another_store, tmp_path)
    assert "--annotator" in one.error
    assert "'mouth'" in one.error
    (one,) = import_clip_files(another_store, tmp_path, annotator="Mia")
    assert one.error == ""
    assert another_store.current()["annotator"].tolist() == ["Mia"]


def test_a_file_that_declares_entities_is_refused(another_store, tmp_path):
    (tmp_path / "bomb.eaf").write_text('<!DOCTYPE x [<!ENTITY a "aaaa">]><ANNOTATION_DOCUMENT/>')
    (one,) = import_clip_files(another_store, tmp_path)
    assert "entities" in one.error


def test_a_label_edited_in_elan_is_a_new_answer_with_the_times_shown_there(labelled, tmp_path):
    from pympi.Elan import Eaf

    folder = tmp_path / "out"
    export_clip_files(labelled, folder, form="elan")
    file = str(folder / "changed.eaf")
    eaf = Eaf(file)
    assert eaf.get_annotation_data_for_tier("mouth:Ada") == [(300, 330, "open")]
    eaf.remove_all_annotations_from_tier("mouth:Ada")
    eaf.add_annotation("mouth:Ada", 300, 330, "closed")
    eaf.add_annotation("mouth:Ada", 400, 500, "open")
    eaf.to_file(file)
    outcomes = {one.file: one for one in import_clip_files(labelled, folder)}
    assert outcomes["changed.eaf"].labels.recorded == 2
    table = labelled.current("mouth")
    table = table[table["clip"] == "changed"]
    assert table[["start_s", "end_s", "value"]].values.tolist() == [[0.3, 0.3, "closed"], [0.4, 0.5, "open"]]


def test_an_empty_folder_is_told(another_store, tmp_path):
    shutil.rmtree(tmp_path / "labels", ignore_errors=True)
    with pytest.raises(InvalidInputError, match=r"\.eaf"):
        import_clip_files(another_store, tmp_path)
