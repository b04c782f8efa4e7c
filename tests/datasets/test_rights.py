"""Nothing is shown, reported or exported of a dataset without purpose, licence and everybody's consent."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.datasets.catalog import Dataset
from workbench.datasets.rights import ACTS, declare, read_rights, require, why_not
from workbench.datasets.rights.audit import audit_file, audit_lines
from workbench.datasets.rights.consent import (
    NEVER,
    Consent,
    add_consents,
    checked,
    consent_file,
    read_consent_table,
    read_consents,
    withdraw,
)
from workbench.datasets.rights.declaration import rights_file
from workbench.datasets.rights.purposes import PURPOSES, notice
from workbench.datasets.rights.standing import lines_of, standing_of, what_next
from workbench.errors import InvalidInputError, StorageError

DAY = date(2026, 11, 26)


def agreed(speaker, **said):
    words = {
        "given_utc": "2026-01-01",
        "version": "1",
        "scope": "all",
        "expires_utc": "2027-01-01",
        "proof": "shelf 3",
    }
    return Consent(speaker, **{**words, **said})


@pytest.fixture
def talk(project):
    """A dataset of two known speakers, declared for research, with a licence."""
    catalog(project, "talk", [("a.1", "anna"), ("b.1", "ben"), ("b.2", "ben")])
    declare(project, "talk", purpose="research", licence="CC BY 4.0")
    return project


def catalog(project, name, clips):
    dataset = Dataset(project.dataset_folder(name))
    dataset.folder.mkdir()
    rows = [
        {
            "clip": c,
            "file": f"{c}.mp4",
            "sha256": c,
            "kind": "video",
            "speaker": s,
            "intended": "",
            "duration_s": 1.0,
        }
        for c, s in clips
    ]
    dataset.write_table(pd.DataFrame(rows))
    return dataset


@pytest.mark.parametrize("act", ACTS)
def test_everything_in_order_is_allowed(talk, act):
    add_consents(talk, "talk", [agreed("anna"), agreed("ben")])
    assert why_not(talk, ["talk"], act, DAY) == ()


def test_nothing_said_is_refused_for_three_reasons_each_with_its_command(project):
    catalog(project, "talk", [("a.1", "anna")])
    refusals = why_not(project, ["talk"], "report", DAY)
    assert len(refusals) == 3
    for said, command in zip(
        refusals,
        ("workbench rights talk --purpose", "workbench rights talk --licence", "workbench consent talk add"),
        strict=True,
    ):
        assert command in said
    with pytest.raises(InvalidInputError, match="purpose must be declared"):
        require(project, ["talk"], "report")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (agreed("ben", expires_utc="2026-11-25"), "must not have expired"),
        (agreed("ben", withdrawn_utc="2026-11-26"), "withdrawn by ben: erase with `workbench forget"),
        (agreed("ben", given_utc="2026-11-27"), "must have begun"),
        (agreed("ben", scope="dashboard;report"), "its scope lacks 'export' for ben"),
        (None, "no consent of ben"),
    ],
)
def test_each_trouble_with_a_consent_has_its_sentence(talk, row, said):
    add_consents(talk, "talk", [agreed("anna"), *filter(None, [row])])
    (refusal,) = why_not(talk, ["talk"], "export", DAY)
    assert said in refusal
    assert "anna" not in refusal


def test_the_last_day_still_counts(talk):
    add_consents(talk, "talk", [agreed("anna"), agreed("ben", expires_utc=DAY.isoformat())])
    assert why_not(talk, ["talk"], "export", DAY) == ()


def test_pages_for_others_count_speakers_and_name_none(talk):
    (refusal,) = why_not(talk, ["talk"], "dashboard", DAY, named=False)
    assert "2 speakers" in refusal
    assert "anna" not in refusal


def test_everybody_together_covers_all_but_those_with_a_word_of_their_own(talk):
    add_consents(talk, "talk", [agreed("*", expires_utc=NEVER)])
    assert why_not(talk, ["talk"], "export", DAY) == ()
    withdraw(talk, "talk", "ben")
    (refusal,) = why_not(talk, ["talk"], "export")
    assert "withdrawn by ben" in refusal
    add_consents(talk, "talk", [agreed("ben", version="2")])
    assert why_not(talk, ["talk"], "export", DAY) == ()


def test_clips_of_nobody_known_need_the_consent_of_everybody_together(project):
    catalog(project, "talk", [("a.1", "")])
    declare(project, "talk", purpose="research", licence="CC0")
    (refusal,) = why_not(project, ["talk"], "report", DAY)
    assert "speaker is not known" in refusal
    assert "--all" in refusal


@pytest.mark.parametrize("purpose", ["workplace", "education"])
def test_forbidden_purposes_name_the_article_whatever_else_is_in_order(talk, purpose):
    add_consents(talk, "talk", [agreed("*")])
    declare(talk, "talk", purpose=purpose, reason="we want to")
    for act in ACTS:
        (refusal,) = why_not(talk, ["talk"], act, DAY)
        assert "EU AI Act, Article 5(1)(f)" in refusal
        assert "medical-or-safety" in refusal


def test_medical_or_safety_needs_a_written_reason(talk):
    add_consents(talk, "talk", [agreed("*")])
    declare(talk, "talk", purpose="medical-or-safety")
    (refusal,) = why_not(talk, ["talk"], "report", DAY)
    assert "written reason" in refusal
    declare(talk, "talk", reason="fatigue of drivers, study 12")
    assert why_not(talk, ["talk"], "report", DAY) == ()


def test_customer_facing_has_a_notice_with_what_is_to_be_filled_in():
    assert PURPOSES["customer-facing"].needs_notice
    assert "Article 50(3)" in notice()
    assert notice().count("«") >= 3


def test_drawn_counts_for_clips_of_the_truth_only(project):
    dataset = catalog(project, "sample", [("a.1", "actor-01"), ("b.1", "ben")])
    declare(project, "sample", purpose="research", licence="CC0", drawn=True)
    assert "no consent of actor-01, ben" in why_not(project, ["sample"], "export", DAY)[0]
    dataset.truth_file.write_text("clip,frame\na.1,0\na.1,1\n")
    assert "no consent of ben" in why_not(project, ["sample"], "export", DAY)[0]
    assert "actor-01" not in why_not(project, ["sample"], "export", DAY)[0]


def test_drawn_cannot_be_said_by_hand_and_is_kept_by_later_words(project):
    declare(project, "sample", purpose="research", drawn=True)
    assert declare(project, "sample", licence="CC0").drawn
    assert declare(project, "other", licence="CC0").drawn is False


def test_a_dataset_whose_catalog_is_gone_needs_everybodys_consent(project):
    declare(project, "gone", purpose="research", licence="CC0")
    assert why_not(project, ["gone"], "report", DAY)
    add_consents(project, "gone", [agreed("*")])
    assert why_not(project, ["gone"], "report", DAY) == ()


def test_wrong_words_are_refused_and_nothing_is_written(project):
    with pytest.raises(InvalidInputError, match="purpose must be one of"):
        declare(project, "talk", purpose="fun")
    with pytest.raises(InvalidInputError, match="one line"):
        declare(project, "talk", licence="CC0\nINJECTED")
    assert not rights_file(project, "talk").exists()
    with pytest.raises(InvalidInputError, match="act must be one of"):
        why_not(project, [], "show")


@pytest.mark.parametrize(
    "wrong",
    [
        {"proof": ""},
        {"scope": "everything"},
        {"given_utc": "soon"},
        {"expires_utc": ""},
        {"expires_utc": "2025-01-01"},
        {"speaker": "a\nb"},
    ],
)
def test_a_wrong_row_is_refused_with_all_others(talk, wrong):
    row = agreed("ben")
    with pytest.raises(InvalidInputError):
        add_consents(
            talk,
            "talk",
            [agreed("anna"), Consent(**{**{k: getattr(row, k) for k in row.__dataclass_fields__}, **wrong})],
        )
    assert read_consents(talk, "talk") == []


def test_the_same_row_again_adds_nothing_and_history_stays(talk):
    assert add_consents(talk, "talk", [agreed("ben")]) == 1
    assert add_consents(talk, "talk", [agreed("ben")]) == 0
    withdraw(talk, "talk", "ben")
    withdraw(talk, "talk", "ben")
    assert [bool(row.withdrawn_utc) for row in read_consents(talk, "talk")] == [False, True]
    with pytest.raises(InvalidInputError, match="none of 'anna'"):
        withdraw(talk, "talk", "anna")


def test_a_table_from_elsewhere_may_lack_optional_columns_only(talk, tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(
        'speaker,given_utc,scope,expires_utc,proof\nanna,2026-02-01T10:00:00Z,"report, export",2028-01-01,"form, p. 2"\n'
    )
    (row,) = read_consent_table(file)
    assert (row.scope, row.given_utc, row.proof) == ("report;export", "2026-02-01", "form, p. 2")
    file.write_text("speaker,given_utc\nanna,2026-02-01\n")
    with pytest.raises(InvalidInputError, match="expires_utc, proof, scope is missing"):
        read_consent_table(file)


@settings(max_examples=25)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(
        lambda t: t.isprintable() and t.strip()
    ),
)
def test_any_printable_speaker_survives_the_table(tmp_path_factory, speaker):
    from workbench.project import Project

    project = Project.open(tmp_path_factory.mktemp("c"))
    project.dataset_folder("d").mkdir()
    row = checked(agreed(speaker, proof=speaker))
    add_consents(project, "d", [row])
    assert read_consents(project, "d") == [row]


def test_files_are_for_their_owner_and_damage_is_told(talk):
    add_consents(talk, "talk", [agreed("anna")])
    for path in (rights_file(talk, "talk"), consent_file(talk, "talk"), audit_file(talk)):
        assert path.stat().st_mode & 0o777 == 0o600
    rights_file(talk, "talk").write_text('{"purpose": 3}')
    with pytest.raises(StorageError, match="workbench rights talk"):
        read_rights(talk, "talk")
    consent_file(talk, "talk").write_text("nonsense")
    with pytest.raises(StorageError, match=r"consent\.csv"):
        read_consents(talk, "talk")


def test_the_audit_tells_every_declaration_and_no_name(talk):
    add_consents(talk, "talk", [agreed("anna"), agreed("ben")])
    withdraw(talk, "talk", "anna")
    declare(talk, "talk", purpose="workplace")
    lines = audit_lines(talk)
    assert [line["event"] for line in lines] == [
        "rights declared",
        "consent added",
        "consent withdrawn",
        "rights declared",
    ]
    assert (lines[-1]["purpose_before"], lines[-1]["purpose"]) == ("research", "workplace")
    text = audit_file(talk).read_text()
    assert "anna" not in text
    assert "ben" not in text
    with audit_file(talk).open("a") as stream:
        stream.write('{"cut')
    assert audit_lines(talk) == lines


def test_what_is_known_and_missing_is_said_in_words(talk):
    text = "\n".join(lines_of(standing_of(talk, "talk")))
    assert "research: research and evaluation sets" in text
    assert text.count("- Every speaker") == 1  # one mend for three acts
    assert what_next(talk, "talk")[0].startswith("Before dashboards")
    add_consents(talk, "talk", [agreed("*", expires_utc=NEVER)])
    assert what_next(talk, "talk") == []


def test_a_withdrawal_counts_whoever_need_not_be_asked(project):
    dataset = catalog(project, "sample", [("a.1", "actor-01"), ("b.1", "actor-02")])
    dataset.truth_file.write_text("clip,frame\na.1,0\nb.1,0\n")
    declare(project, "sample", purpose="research", licence="CC0", drawn=True)
    assert why_not(project, ["sample"], "export", DAY) == ()
    add_consents(project, "sample", [agreed("actor-02", withdrawn_utc="2026-02-01")])
    assert "withdrawn by actor-02" in why_not(project, ["sample"], "export", DAY)[0]
