"""The downloader against a real HTTP server on this machine: ranges, cuts, wrong bytes, missing files."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workbench.datasets import download, resumable
from workbench.datasets.download import archive_names, download_ravdess, read_record
from workbench.datasets.resumable import check_url, fetch
from workbench.errors import InvalidInputError, StorageError
from workbench.progress import Stopped

NAME = "Video_Speech_Actor_05.zip"


class Server(ThreadingHTTPServer):
    """A public record of some files, with faults on demand."""

    daemon_threads = True

    def __init__(self, files):
        self.files, self.asked = files, []
        self.cut_once_at, self.wrong_once, self.always, self.no_ranges = {}, set(), {}, False
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def record(self):
        return {
            "files": [
                {
                    "key": name,
                    "size": len(content),
                    "checksum": "md5:" + hashlib.md5(content).hexdigest(),
                    "links": {"self": f"{self.url}/files/{name}"},
                }
                for name, content in self.files.items()
            ]
        }


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        server, name = self.server, self.path.rsplit("/", 1)[-1]
        wanted = self.headers.get("Range")
        server.asked.append((name, wanted))
        if name in server.always:
            return self.send_error(server.always[name])
        if name == "moved":
            self.send_response(302)
            self.send_header("Location", "http://example.org/elsewhere")
            return self.end_headers()
        content = json.dumps(server.record()).encode() if name == "record" else server.files.get(name)
        if content is None:
            return self.send_error(404)
        if name in server.wrong_once:
            server.wrong_once.discard(name)
            content = bytes(len(content))
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and not server.no_ranges else 0
        if first >= len(content):
            return self.send_error(416)
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        end = server.cut_once_at.pop(name, len(content))
        self.wfile.write(content[first:end])
        self.close_connection = True


@pytest.fixture
def server(rng):
    names = [*archive_names(range(5, 7), ["speech_audio", "speech_video"]), "Audio_Song_Actors_01-24.zip"]
    running = Server({name: rng.bytes(600_000) for name in names})
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(resumable.time, "sleep", lambda _: None)


def get(server, folder, **options):
    options = {"actors": [5], "kinds": ["speech_video"], **options}
    return download_ravdess(folder, record_url=f"{server.url}/record", **options)


def test_the_archives_asked_for_arrive_whole_with_their_licence(server, tmp_path):
    told = []
    paths = get(
        server,
        tmp_path,
        kinds=["speech_audio", "speech_video"],
        actors=[5, 6],
        progress=lambda *step: told.append(step),
    )
    assert [p.name for p in paths] == ["Audio_Speech_Actors_01-24.zip", NAME, "Video_Speech_Actor_06.zip"]
    assert all(p.read_bytes() == server.files[p.name] for p in paths)
    assert "CC BY-NC-SA 4.0" in (tmp_path / "RAVDESS-LICENCE.txt").read_text()
    assert told[-1] == (1_800_000, 1_800_000, "Video_Speech_Actor_06.zip")
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert not list(tmp_path.glob("*.part"))


def test_what_is_there_and_right_is_not_fetched_again(server, tmp_path):
    get(server, tmp_path)
    server.asked.clear()
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]
    assert server.asked == [("record", None)]


def test_what_is_there_and_wrong_is_fetched_anew(server, tmp_path):
    (tmp_path / NAME).write_bytes(b"half")
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]


def test_a_cut_connection_is_gone_on_with_where_it_was(server, tmp_path):
    server.cut_once_at[NAME] = 250_000
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]
    assert server.asked[1:] == [(NAME, None), (NAME, "bytes=250000-")]


def test_a_stopped_download_is_gone_on_with_in_the_next_run(server, tmp_path):
    def stop(done, total, what):
        raise Stopped

    with pytest.raises(Stopped):
        get(server, tmp_path, progress=stop)
    n_there = (tmp_path / f"{NAME}.part").stat().st_size
    assert 0 < n_there < 600_000 and not (tmp_path / NAME).exists()
    server.asked.clear()
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]
    assert server.asked[1:] == [(NAME, f"bytes={n_there}-")]


def test_a_server_without_ranges_starts_again_from_the_beginning(server, tmp_path):
    server.no_ranges = True
    server.cut_once_at[NAME] = 250_000
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]


def test_the_beginning_of_another_file_is_noticed_and_thrown_away(server, tmp_path):
    (tmp_path / f"{NAME}.part").write_bytes(b"other bytes" * 1000)
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]
    (tmp_path / NAME).unlink()
    (tmp_path / f"{NAME}.part").write_bytes(bytes(700_000))
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]


def test_a_wrong_checksum_is_fetched_once_more(server, tmp_path):
    server.wrong_once.add(NAME)
    assert get(server, tmp_path)[0].read_bytes() == server.files[NAME]


def test_a_checksum_that_stays_wrong_is_said_and_nothing_is_kept(server, tmp_path, monkeypatch):
    record = server.record()
    record["files"][1]["checksum"] = "md5:" + "0" * 32
    monkeypatch.setattr(server, "record", lambda: record)
    with pytest.raises(StorageError, match="another one twice"):
        get(server, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["RAVDESS-LICENCE.txt"]


def test_a_record_or_file_that_is_not_there_is_said(server, tmp_path):
    with pytest.raises(InvalidInputError, match="404"):
        download_ravdess(tmp_path, record_url=f"{server.url}/absent")
    with pytest.raises(InvalidInputError, match=r"Video_Speech_Actor_07\.zip"):
        get(server, tmp_path, actors=[7])
    server.always[NAME] = 404
    with pytest.raises(InvalidInputError, match="404"):
        get(server, tmp_path)


def test_a_server_that_keeps_failing_is_given_up_and_the_beginning_kept(server, tmp_path):
    part = tmp_path / "x.part"
    part.write_bytes(server.files[NAME][:1000])
    server.always[NAME] = 503
    with pytest.raises(StorageError, match="6 times in a row"):
        fetch(f"{server.url}/files/{NAME}", part, n_bytes=600_000, tell=lambda _: None)
    assert part.stat().st_size == 1000


def test_a_longer_file_than_the_record_says_is_refused(server, tmp_path):
    with pytest.raises(InvalidInputError, match="sends more"):
        fetch(f"{server.url}/files/{NAME}", tmp_path / "x.part", n_bytes=1000, tell=lambda _: None)


def test_nobody_listening_is_said(tmp_path):
    with pytest.raises(StorageError, match="reachable"):
        download_ravdess(tmp_path, record_url="http://127.0.0.1:9/record")


def test_too_little_space_is_said_before_the_first_byte(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(StorageError, match="600,000 more bytes"):
        get(server, tmp_path)


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "file:///etc/passwd", "ftp://example.org/x", "https:///x", "words"]
)
def test_only_https_is_fetched(url):
    with pytest.raises(InvalidInputError, match="https"):
        check_url(url)


def test_a_redirect_to_plain_http_is_not_followed(server):
    with pytest.raises(InvalidInputError, match="https"):
        read_record(f"{server.url}/moved")


@pytest.mark.parametrize(
    "change",
    [
        {"key": "../evil.zip"},
        {"checksum": "none"},
        {"links": {"self": "file:///etc/passwd"}},
        {"size": "many"},
    ],
)
def test_a_record_that_is_odd_is_refused(server, tmp_path, monkeypatch, change):
    record = server.record()
    record["files"][0].update(change)
    monkeypatch.setattr(server, "record", lambda: record)
    with pytest.raises(InvalidInputError):
        get(server, tmp_path)


def test_only_actors_and_kinds_that_exist_are_asked_for():
    assert archive_names([18, 17], ["song_video"]) == ["Video_Song_Actor_17.zip"]
    assert archive_names(range(1, 25), ["speech_audio", "song_audio"]) == [
        "Audio_Speech_Actors_01-24.zip",
        "Audio_Song_Actors_01-24.zip",
    ]
    for actors, kinds in [
        ([0], ["speech_audio"]),
        ([25], ["speech_audio"]),
        ([], ["speech_audio"]),
        ([1], ["films"]),
    ]:
        with pytest.raises(InvalidInputError):
            archive_names(actors, kinds)
