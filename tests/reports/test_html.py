import re
from html.parser import HTMLParser

import pytest

from tests.reports.world import mouth_predictions, split_of, write_run, write_world
from workbench.errors import InvalidInputError
from workbench.files import read_json
from workbench.reports.html import page
from workbench.reports.writing import write_report

HOSTILE = "<img src=x onerror=alert(1)>\"'&<script>alert(2)</script>"
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Outline(HTMLParser):
    """Tags with their attributes, text outside style, and whether every tag is closed in turn."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words, self.misnested = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.misnested.append(tag)

    def handle_data(self, text):
        if "style" not in self.open:
            self.words.append(text)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def fused(written_world):
    """The fused run and its page."""
    project, runs = written_world
    return runs["audiovisual"], page(project, runs["audiovisual"])


def test_the_answer_stands_before_every_figure(fused):
    text = " ".join(Outline(fused[1]).words)
    assert text.index("Does fusing face and voice help?") < text.index("Yes") < text.index("Accuracy")
    assert "Face and voice together do better than either alone." in text
    assert "54 clips of 6 people" in text and "by speaker" in text


def test_the_page_loads_nothing_and_runs_nothing(fused):
    outline = Outline(fused[1])
    assert not {"script", "link", "iframe", "object", "embed", "form"} & {tag for tag, _ in outline.tags}
    addresses = [
        value
        for _, attributes in outline.tags
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action")
    ]
    inside = {f"#{attributes['id']}" for _, attributes in outline.tags if "id" in attributes}
    pictures = [address for address in addresses if address not in inside]
    assert len(pictures) == 5 and all(address.startswith("data:image/") for address in pictures)
    assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]
    assert "default-src 'none'" in fused[1] and not re.search(r"url\(|@import", fused[1])


def test_the_page_can_be_read_without_seeing_it(fused):
    outline = Outline(fused[1])
    assert outline.all("html")[0]["lang"] == "en" and len(outline.all("h1")) == 1
    images = outline.all("img")
    assert len(images) == 5 and all(image["alt"] for image in images)
    assert "49" in images[0]["alt"] or "of 54" in images[0]["alt"]
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert outline.misnested == [] and outline.open == []


def test_every_share_carries_counts_and_interval(fused):
    text = " ".join(" ".join(Outline(fused[1]).words).split())
    assert re.search(r"face and voice \(audiovisual\) 5\d of 54 9\d\.\d% \(\d\d\.\d to \d+\.\d\)", text)


def test_origin_is_printed(fused):
    run, text = fused
    for fact in (run.id, "ab" * 32, run.facts()["started_utc"], "learning rate", "Affect Workbench"):
        assert fact in text


def test_limits_of_use_are_printed(fused):
    assert "Article 5(1)(f)" in fused[1] and "drawn actors" not in fused[1]


def test_a_leaking_split_has_a_banner_and_no_yes(project):
    run = write_world(project, split_kind="frame", n_speakers=6, n_clips=4)["audiovisual"]
    text = page(project, run)
    assert 'class="banner" role="alert"' in text and "These figures flatter" in text
    assert "Cannot be answered" in text and "tone-yes" not in text.split("</style>")[1]


def test_every_figure_of_a_leaking_split_carries_its_mark(project):
    runs = write_world(project, split_kind="frame", n_speakers=6, n_clips=4)
    text = page(project, runs["audiovisual"]).split("</style>")[1]
    outline = " ".join("".join(Outline(text).words).split())
    assert "⚠ leaks: Face and voice was right on" in outline
    for words in ("face only (visual)", "voice only (audio)", "face and voice (audiovisual)"):
        assert f"{words} ⚠ leaks" in outline
    assert "⚠ leaks (face only and voice only): " in outline
    assert outline.count("⚠ leaks") > 12  # the chart's and the matrices' words come on top


def test_no_figure_of_a_clean_split_is_marked(fused):
    assert "⚠ leaks" not in fused[1]


def test_a_mouth_run_is_reported_by_moments(project, rng):
    split = split_of(n_speakers=6, n_clips=4)
    run = write_run(project, "mouth", mouth_predictions(split, 0.95, rng=rng), split)
    text = " ".join("".join(Outline(page(project, run)).words).split())
    assert "How well does the mouth network do?" in text
    assert re.search(r"told \d+ of 144 moments right", text) and "in 12 clips of 3 people" in text


def test_text_from_data_stays_text(project, rng):
    split = split_of(n_speakers=6, n_clips=4)
    split["speaker"] = HOSTILE + split["speaker"]
    split["clip"] = HOSTILE + split["clip"]
    from tests.reports.world import clip_predictions

    classes = {"p_negative": f"p_{HOSTILE}", "p_neutral": "p_$b$", "p_positive": "p_c"}
    table = clip_predictions(split, 0.2, rng=rng).rename(columns=classes)
    table["truth"] = table["truth"].map(
        {old.removeprefix("p_"): new.removeprefix("p_") for old, new in classes.items()}
    )
    run = write_run(project, "visual", table, split)
    run.update(
        version=HOSTILE,
        data_hash=HOSTILE,
        settings={HOSTILE: HOSTILE},
        warnings=[{"code": "x", "message": HOSTILE}],
    )
    outline = Outline(page(project, run))
    assert not outline.all("script") and not [
        a for a in outline.all("img") if not a["src"].startswith("data:image/")
    ]
    assert HOSTILE in "".join(outline.words)


def test_the_file_is_written_whole_and_its_path_returned(project, runs, tmp_path):
    run = runs["visual"]
    target = tmp_path / "deep" / "report.html"
    assert write_report(project, run.id, target) == target
    settings = project.reports / "settings.json"  # whoever has no key cannot tell who is "annotator 1"
    assert len(read_json(settings)["pseudonyms"]) == 32 and settings.stat().st_mode & 0o077 == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]


@pytest.mark.parametrize("name", ["report.txt", "report", "folder.html"])
def test_another_kind_of_target_is_refused(project, runs, tmp_path, name):
    run = runs["visual"]
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InvalidInputError, match=r"ending in \.html or \.pdf"):
        write_report(project, run.id, tmp_path / name)


def test_an_unknown_run_is_refused(project, tmp_path):
    with pytest.raises(InvalidInputError, match="run must be named"):
        write_report(project, "nothing", tmp_path / "x.html")
