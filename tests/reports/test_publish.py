import json
import re
import stat
from html.parser import HTMLParser

import pytest

from tests.reports.test_group_accuracy import write_catalog
from tests.reports.world import write_comparison, write_world
from tests.rights_world import declare
from workbench.datasets.rights import declare as declare_rights
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.files import sha256_of
from workbench.project import Project
from workbench.reports.crawl import crawl, file_of
from workbench.reports.publication import latest_publication, publications
from workbench.reports.publish import publish
from workbench.reports.view_state import ViewState

SMALL = {"n_speakers": 4, "n_clips": 3}


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A project and its publication; never to be changed."""
    project = Project.open(tmp_path_factory.mktemp("published"))
    write_world(project, **SMALL)
    write_catalog(project, n_speakers=SMALL["n_speakers"])
    told = []
    return project, publish(project, progress=lambda *step: told.append(step)), told


def test_every_link_leads_to_a_file_of_the_manifest(published):
    _, made, _ = published
    files = made.manifest["files"]
    assert made.manifest["complete"] and made.manifest["n_pages"] > 20 and "index.html" in files
    pages = [name for name in files if name.endswith(".html")]
    for name in pages:
        for tag, attributes in Tags((made.folder / name).read_text(encoding="utf-8")).tags:
            if tag == "a" and not attributes["href"].startswith("#"):
                assert attributes["href"] in files, (name, attributes)


def test_a_page_loads_nothing_and_runs_nothing(published):
    _, made, _ = published
    for name in made.manifest["files"]:
        if name.endswith(".html"):
            text = (made.folder / name).read_text(encoding="utf-8")
            tags = Tags(text).tags
            assert not {"script", "link", "iframe", "audio", "video", "form", "base"} & {
                tag for tag, _ in tags
            }
            assert not re.search(r"data:image/(?!svg)|data:audio|data:video|url\(|@import", text)
            assert not [key for _, attributes in tags for key in attributes if key.startswith("on")]
            assert "default-src 'none'" in text and '<html lang="en">' in text and text.count("<h1") == 1


def test_the_manifest_names_what_is_there_and_says_whence_it_comes(published):
    project, made, _ = published
    there = {path.name for path in made.folder.iterdir()} - {"manifest.json"}
    assert there == set(made.manifest["files"]) and made.damaged() == []
    assert made.manifest == json.loads((made.folder / "manifest.json").read_text())
    assert made.manifest["files"]["index.html"] == sha256_of(made.folder / "index.html")
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{8}", made.folder.name)
    assert set(made.manifest) >= {"made_utc", "version", "data_hashes", "runs", "role"}
    assert list(made.manifest["data_hashes"]) == ["sample"] and len(made.manifest["runs"]) == 3
    assert latest_publication(project).folder == made.folder


def test_it_is_its_owners_alone(published):
    _, made, _ = published
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.folder.iterdir()} == {0o600}


def test_the_progress_ends_where_it_says(published):
    _, made, told = published
    assert told[-1][0] == told[-1][1] == made.manifest["n_pages"]


def test_managers_read_no_name_of_a_clip(published):
    _, made, _ = published
    text = "".join((made.folder / name).read_text(errors="ignore") for name in made.manifest["files"])
    assert not re.search(r"s\d\d-c\d", text)


@pytest.fixture
def without_reports(monkeypatch):
    """Publish pages only: drawing the report's figures takes longer than all the rest."""
    monkeypatch.setattr("workbench.reports.publish._write_reports", lambda *_: ())


def test_a_bound_is_kept_and_said(published, without_reports):
    project, *_ = published
    made = publish(project, most_pages=6, keep=9)
    assert made.manifest["n_pages"] == 6 and not made.manifest["complete"]
    assert "beyond.html" in made.manifest["files"]
    assert "It holds 6 pages" in (made.folder / "beyond.html").read_text()


def test_the_newest_publications_are_kept_and_nothing_else_is_touched(project, runs, without_reports):
    folder = project.reports / "published"
    folder.mkdir()
    (folder / "sample.html").write_text("older")
    (folder / "mine").mkdir()
    for most in (1, 2, 3):
        made = publish(project, most_pages=most, keep=2)
    stamps = [one.folder.name for one in publications(project)]
    assert made.folder.name in stamps and len(stamps) <= 2
    assert {path.name for path in folder.iterdir()} == {*stamps, "sample.html", "mine"}


def test_rights_refuse_it_and_nothing_is_left(project, runs):
    declare_rights(project, "sample", purpose="education")
    with pytest.raises(InvalidInputError, match=r"Article 5\(1\)\(f\)"):
        publish(project)
    assert not (project.reports / "published").exists()


def test_comparisons_of_data_that_may_not_be_published_are_left_out(project, runs, without_reports):
    write_comparison(project, runs, name="20261122-101500-other")
    write_comparison(project, runs, name="20261123-101500-unwanted", dataset="unwanted")
    declare(project, "unwanted")
    declare_rights(project, "unwanted", purpose="workplace")
    made = publish(project, "20261121-101500-sample", most_pages=70)
    assert file_of(ViewState("fusion", comparison="20261123-101500-unwanted")) not in made.manifest["files"]
    assert file_of(ViewState("fusion", show="comparisons")) in made.manifest["files"]
    index = (made.folder / "index.html").read_text().partition("</style>")[2]
    assert "20261121-101500-sample" in index and "unwanted" not in index
    with pytest.raises(InvalidInputError, match="workplace"):
        publish(project, "20261123-101500-unwanted")


@pytest.mark.parametrize(
    "wrong", [{"role": "annotator"}, {"role": "x"}, {"most_pages": 0}, {"keep": 0}, {"name": "no"}]
)
def test_wrong_wishes_are_refused_in_words(written_world, wrong):
    project, _ = written_world
    with pytest.raises(InvalidInputError, match="Received"):
        publish(project, **wrong)


def test_nothing_to_publish_says_what_to_do(project):
    with pytest.raises(InvalidInputError, match="workbench demo"):
        publish(project)


@pytest.mark.parametrize(
    "bad", ["<script>1</script>", '<img src="data:image/jpeg;base64,AA">', "<video>", "<audio>"]
)
def test_a_page_with_a_face_a_voice_or_a_script_is_never_published(bad):
    found = crawl([ViewState()], lambda view: ("", bad), meant=lambda view: view, most_pages=3)
    with pytest.raises(WorkbenchError, match="no recording and no script"):
        list(found)


def test_pages_for_analysts_lie_where_no_server_looks(published, without_reports):
    project, *_ = published
    named = publish(project, role="analyst", most_pages=8)
    assert named.folder.parent == project.reports / "published_for_analysts"
    assert latest_publication(project).manifest["role"] == "manager"
    assert [one.folder for one in publications(project, "analyst")] == [named.folder]


def test_a_text_that_speaks_of_a_picture_is_no_picture():
    text = "&#34;data:image/jpeg;base64,AA&#34; &lt;script&gt; data:video/mp4"
    assert (
        len(list(crawl([ViewState()], lambda view: ("", text), meant=lambda view: view, most_pages=3))) == 1
    )


def test_a_crash_leaves_the_publication_before_it(published, monkeypatch):
    project, made, _ = published

    def broken(*_):
        raise RuntimeError("power cut")

    monkeypatch.setattr("workbench.reports.published_pages.render_view", broken)
    with pytest.raises(RuntimeError):
        publish(project, keep=9)
    assert made.folder.is_dir() and made.damaged() == []
    assert not [path for path in made.folder.parent.iterdir() if path.name.startswith(".partial-")]
