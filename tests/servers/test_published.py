"""Published pages: what the manifest names and nothing else, unchanged, for those they were made for."""

import asyncio
import hashlib
import json

import pytest

from tests.reports.managers_world import write_catalog
from tests.rights_world import declare
from tests.servers.gate_in_process import running_gate
from workbench.files import read_json, write_json
from workbench.servers import published
from workbench.servers.published import Published

PAGE = "<h1>Published</h1>" + "x" * 2000


def publish(project, files, *, stamp="20261126-101500-0000abcd", role="manager", **more):
    folder = project.reports / "published" / stamp
    folder.mkdir(parents=True)
    digests = {}
    for name, text in files.items():
        (folder / name).write_text(text)
        digests[name] = hashlib.sha256(text.encode()).hexdigest()
    content = {"files": digests | more, "made_utc": f"2026-11-26T{stamp[9:11]}:15:00+00:00", "role": role}
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder


def found(kept, name="index.html", role="manager"):
    return asyncio.run(kept.find(name, role))


@pytest.fixture
def looking(monkeypatch):
    """Look at the folder every time."""
    monkeypatch.setattr(published, "LOOK_EVERY_S", -1.0)


def test_a_named_file_is_found_and_one_beside_it_is_not(project):
    folder = publish(project, {"index.html": PAGE, "fusion.html": PAGE})
    (folder / "notes.html").write_text("canary")
    kept = Published(project)
    assert found(kept).content == PAGE.encode() == found(kept, "").content
    assert found(kept, "notes.html") is None and found(kept, "manifest.json") is None
    assert found(kept, role="annotator") is None and found(kept, role="") is None


def test_a_changed_file_is_not_served(project):
    folder = publish(project, {"index.html": PAGE, "fusion.html": PAGE})
    (folder / "fusion.html").write_text("canary")
    kept = Published(project)
    assert found(kept) and found(kept, "fusion.html") is None
    assert kept.damaged == ("fusion.html",)


@pytest.mark.parametrize(
    "name", ["../../../people.json", "/etc/hostname", "..", ".hidden.html", "a//b.html", "x.db", "x"]
)
def test_a_manifest_cannot_name_what_lies_elsewhere(project, name):
    (project.root / "people.json").write_text("canary")
    digest = hashlib.sha256(b"canary").hexdigest()
    publish(project, {"index.html": PAGE}, **{name: digest})
    kept = Published(project)
    assert found(kept) and found(kept, name) is None


def test_a_link_out_of_the_publication_is_not_followed(project):
    (project.root / "secret.html").write_text("canary")
    folder = publish(project, {"index.html": PAGE}, **{"out.html": hashlib.sha256(b"canary").hexdigest()})
    (folder / "out.html").symlink_to(project.root / "secret.html")
    assert found(Published(project), "out.html") is None


def test_the_newest_publication_counts_and_what_is_withdrawn_is_gone(project, looking):
    first = publish(project, {"index.html": PAGE})
    kept = Published(project)
    assert found(kept)
    second = publish(project, {"index.html": "newer"}, stamp="20261126-111500-0000abcd")
    assert found(kept).content == b"newer"
    (second / "manifest.json").unlink()
    (first / "manifest.json").unlink()
    assert found(kept) is None


def test_what_was_published_for_analysts_is_theirs_alone(project):
    publish(project, {"index.html": PAGE}, role="analyst")
    kept = Published(project)
    assert found(kept, role="analyst") and found(kept) is None


def test_pages_are_closed_when_a_consent_behind_them_ends(project, looking, monkeypatch):
    monkeypatch.setattr(published, "RIGHTS_EVERY_S", -1.0)
    write_catalog(project, n_speakers=6, n_clips=1)
    folder = publish(project, {"index.html": PAGE})
    manifest = read_json(folder / "manifest.json")
    write_json(folder / "manifest.json", manifest | {"data_hashes": {"sample": "ab"}})
    kept = Published(project)
    assert found(kept) is None  # nobody has said what the data may be used for
    declare(project)
    assert found(kept)
    (project.dataset_folder("sample") / "consent.csv").unlink()
    assert found(kept) is None and found(kept, role="analyst") is None


def test_over_http_a_page_comes_packed_and_is_not_sent_twice(project):
    publish(project, {"index.html": PAGE})
    with running_gate(project) as (_, visitor):
        one = visitor().with_key()
        plain = one.ask("/published/index.html")
        assert plain.text == PAGE and plain.headers["Content-Type"].startswith("text/html")
        packed = one.ask("/published/index.html", Accept_Encoding="gzip")
        assert packed.headers["Content-Encoding"] == "gzip" and int(packed.headers["Content-Length"]) < 200
        again = one.ask("/published/index.html", **{"If-None-Match": plain.headers["Etag"]})
        assert again.status == 304 and again.text == ""
        listed = one.ask("/").text
        assert "Last publication" in listed and "report" not in listed
        assert visitor().ask("/published/index.html").status == 302


def test_the_report_of_a_publication_stands_on_the_list(project):
    publish(project, {"index.html": PAGE, "report.html": PAGE, "report.pdf": "%PDF-1.7"})
    with running_gate(project) as (_, visitor):
        one = visitor().with_key()
        listed = one.ask("/").text
        assert 'href="/published/report.html"' in listed and 'href="/published/report.pdf"' in listed
        assert one.ask("/published/report.pdf").headers["Content-Type"] == "application/pdf"
