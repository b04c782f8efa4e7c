import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pdf_text import Pdf
from tests.reports.test_group_accuracy import write_catalog
from workbench.datasets.rights.written import read_written
from workbench.errors import InvalidInputError
from workbench.reports.audience import Audience
from workbench.reports.card import card_of
from workbench.reports.card_blocks import card_blocks
from workbench.reports.document import Cell, Document, Facts, Heading, Table, Words, heads
from workbench.reports.pdf import pdf_of
from workbench.reports.run_report import report_of
from workbench.reports.writing import write_report

HOSTILE = (
    "#eval(\"1\") #image(\"/etc/passwd\") *bold* _x_ $y$ <label> @ref `raw` // gone /* gone */ \\ ] } ) = head",
    "日本語 😀 שלום عربي क्षि e\u0301\u0301",
    "\x00\x1b\ufffe\ue000\ud800",
    "x" * 400,
    "<script>alert(1)</script>",
)  # fmt: skip


@pytest.fixture(scope="module")
def report(written_world):
    project, runs = written_world
    return report_of(project, runs["audiovisual"], Audience())


@pytest.fixture(scope="module")
def pdf(report):
    return Pdf(pdf_of(report))


def spoken(report):
    """Every text of a report's blocks that is printed, with its figures."""
    for block in report.as_json()["blocks"]:
        kind = block.pop("kind")
        if kind == "table":
            yield block["caption"]
            for row in [block["head"], *block["rows"]]:
                yield from (text for cell in row for text in (cell["text"], cell["note"]) if text)
        elif kind in ("picture", "pictures"):
            yield from (one["caption"] for one in block.get("items", [block]))
        elif kind == "facts":
            yield from (text for row in block["rows"] for text in row)
        else:
            for value in block.values():
                yield from (
                    value if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
                )


def test_every_word_and_figure_of_the_report_stands_in_the_pdf(report, pdf):
    printed = pdf.text.replace(" ", "")
    texts = [text for text in spoken(report) if text not in ("yes",)]
    assert len(texts) > 150
    missing = [text for text in texts if "".join(text.split()) not in printed]
    assert missing == []


def test_it_is_tagged_and_says_its_title_and_language(report, pdf):
    assert b"/Marked true" in pdf.content and b"/Lang(en)" in pdf.content
    assert b"pdfuaid:part" in pdf.content and report.title.encode() in pdf.content
    assert len(pdf.elements("H1")) == 1 and len(pdf.elements("H2")) == sum(
        isinstance(block, Heading) and block.level == 2 for block in report.blocks
    )
    tables = [block for block in report.blocks if isinstance(block, Table)]
    assert len(pdf.elements("Table")) == len(tables)
    assert len(pdf.elements("TH")) == sum(len(table.head) for table in tables)
    figures = [body for body in pdf.elements("Figure") if b"/Alt" in body]
    assert len(figures) == 5


def test_every_page_says_whence_it_comes(report, pdf):
    for number, page in enumerate(pdf.pages, start=1):
        text = "".join(page.replace("\u200b", "").split())
        assert "".join(report.origin.split()) in text
        assert f"page{number}of{len(pdf.pages)}" in text


def test_a_short_table_is_never_cut(report, pdf):
    for block in report.blocks:
        if isinstance(block, Table):
            cells = ["".join(row[0].text.split()) + "".join(row[0].note.split()) for row in block.rows]
            pages = ["".join(page.replace("\u200b", "").split()) for page in pdf.pages]
            assert any(all(cell in page for cell in cells) for page in pages), block.caption


def test_a_long_table_goes_on_with_its_heads():
    rows = tuple((Cell(f"row {i}", head=True), Cell(str(i), number=True)) for i in range(150))
    long = Document(
        "t", "Q?", (Table("Many.", heads("Name of it", "n"), rows),), "origin", "2026-11-26 10:00 UTC"
    )
    pages = Pdf(pdf_of(long)).pages
    assert len(pages) > 2 and all("Name of it" in page for page in pages)


def test_text_from_data_is_set_as_it_stands():
    table = Table(HOSTILE[0], heads("A", "B"), tuple((Cell(text, head=True), Cell(text)) for text in HOSTILE))
    blocks = (
        Heading(HOSTILE[0]),
        *(Words(text) for text in HOSTILE),
        Facts(((HOSTILE[0], HOSTILE[1]),)),
        table,
    )
    report = Document(HOSTILE[0], HOSTILE[0], blocks, HOSTILE[0], "2026-11-26 10:00 UTC")
    text = Pdf(pdf_of(report)).text
    plain = "".join(text.split())
    assert plain.count("".join(HOSTILE[0].split())) >= 5
    assert "".join(HOSTILE[4].split()) in plain and "x" * 400 in plain
    assert "😀" in plain and "日" in plain  # a box of the last resort, which still says what it stands for
    assert "\ufffd" * 5 in text and "root:" not in text


@settings(max_examples=25, derandomize=True)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_there_is_no_text_that_cannot_be_set(texts):
    rows = tuple((Cell(text, head=True), Cell(text, note=text)) for text in texts)
    blocks = (Heading(f"H{texts[0]}"), *map(Words, texts), Table(texts[0], heads("A", "B"), rows))
    assert pdf_of(Document(f"T{texts[0]}", f"Q{texts[0]}", blocks, texts[0], "2026-11-26 10:00 UTC"))


def test_the_same_report_gives_the_same_bytes(report):
    assert pdf_of(report) == pdf_of(report)


def test_it_is_written_for_its_owner_alone_and_entered_into_the_register(project, runs, tmp_path):
    target = write_report(project, runs["audiovisual"].id, tmp_path / "report.pdf")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 and target.read_bytes().startswith(b"%PDF-1.7")
    assert [one.path for one in read_written(project)] == [str(target)]


def test_managers_read_no_name_and_no_small_group_and_analysts_do(project, runs):
    write_catalog(project)
    audiences = {"manager": Audience(), "analyst": Audience("analyst", smallest_group=1)}
    cards = {role: card_of(project, runs["audiovisual"], audience) for role, audience in audiences.items()}
    documents = {
        role: Document("", "", tuple(card_blocks(card)), "", "2026-11-26 10:00 UTC")
        for role, card in cards.items()
    }
    analyst, manager = set(spoken(documents["analyst"])), " ".join(spoken(documents["manager"]))
    assert {f"{i:02}" for i in range(6, 12)} | {"male", "female"} <= analyst
    assert "By speaker: 6 groups, none shown (fewer than 5 people)." in manager
    assert "By sex: 2 groups, none shown (fewer than 5 people)." in manager and "female" not in manager


def test_a_report_is_refused_where_its_data_may_not_be_reported_on(project, runs, tmp_path):
    from workbench.datasets.rights import declare

    declare(project, "sample", purpose="workplace")
    with pytest.raises(InvalidInputError, match=r"Article 5\(1\)\(f\)"):
        write_report(project, runs["audiovisual"].id, tmp_path / "r.pdf")
    assert list(tmp_path.glob("r.*")) == []


def test_annotators_get_no_report(project, runs, tmp_path):
    with pytest.raises(InvalidInputError, match="manager or an analyst"):
        write_report(project, runs["audiovisual"].id, tmp_path / "r.html", role="annotator")
