"""What a kernel of the dashboards cannot do, by the system's rule; and that its pages read all they need."""

import hashlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.reports.managers_world import write_catalog, write_managers_world
from tests.servers.confined import confined, kept, tried
from tests.timed_video import voice, write_timed_video
from workbench import landlock
from workbench.errors import StorageError
from workbench.labels.address import address_of, choose
from workbench.labels.annotation import LabelEvent
from workbench.labels.kept_log import KeptLog
from workbench.labels.sqlite_driver import driver
from workbench.labels.store import LabelStore
from workbench.reports.audience import audience_for
from workbench.reports.clip_media import clip_media
from workbench.reports.names_shown import ClipNames
from workbench.reports.pages import render_query
from workbench.reports.pseudonyms import Pseudonyms
from workbench.servers import confinement
from workbench.servers.confinement import close_written_files, end_keeper, start_keeper

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def needs(version):
    return pytest.mark.skipif(landlock.version() < version, reason=f"no Landlock {version} here")


needs_landlock = needs(landlock.TRUNCATES)


def add(project, *numbers):
    with LabelStore.open(project.labels) as store:
        for n in numbers:
            store.record(
                LabelEvent(
                    op_id=f"operation-{n:04}", annotator="Ada", question="mouth", schema_version=1, clip=f"c{n}",
                    start_s=0.3, end_s=0.3, kind="answer", value="open",
                )
            )  # fmt: skip


def labels_seen(project):
    with LabelStore.open(project.labels, read_only=True) as store:
        return store.last_sequence()


def insert(file, module):
    connection = module.connect(str(file), timeout=0.2)
    connection.execute("INSERT INTO store_version(version, created_utc) VALUES (99, 'x')")
    connection.commit()


@pytest.fixture
def lived(project):
    """A project with two labels and a file of every kind."""
    add(project, 1, 2)
    for name in ("datasets/d/catalog.csv", "reports/x.html", "people.json", "notebooks/dashboard_clip.ipynb"):
        (project.root / name).parent.mkdir(exist_ok=True, parents=True)
        (project.root / name).write_text("before")
    return project


@needs_landlock
def test_a_notebook_that_tries_to_write_gets_nothing_and_reads_the_labels(lived):
    root, file, home = lived.root, lived.labels / "labels.db", Path.home() / f".workbench-{os.getpid()}"

    def attempts(own):
        (own / "kept").write_text("x")
        found = tried(
            sqlite=lambda: insert(file, sqlite3),
            driver=lambda: insert(file, driver()),
            bytes=lambda: file.open("r+b"),
            short=lambda: os.truncate(file, 0),
            away=file.unlink,
            aside=lambda: file.rename(own / "stolen.db"),
            over=lambda: (own / "kept").replace(file),
            linked=lambda: os.link(file, own / "linked.db"),
            log=lambda: (lived.labels / "labels.db-wal").open("r+b"),
            index=lambda: (lived.labels / "labels.db-shm").open("r+b"),
            lock=lambda: (lived.labels / "labels.db.lock").open("a"),
            beside=lambda: (lived.labels / "new").write_text("x"),
            data=lambda: (root / "datasets" / "d" / "catalog.csv").open("a"),
            new_data=lambda: (root / "datasets" / "e").mkdir(),
            report=lambda: (root / "reports" / "x.html").write_text("x"),
            people=lambda: (root / "people.json").write_text("x"),
            notebook=lambda: (root / "notebooks" / "dashboard_clip.ipynb").write_text("x"),
            home=lambda: home.write_text("x"),
            workbench=lambda: Path(landlock.__file__).with_name("new.py").write_text("x"),
            temporary=lambda: Path(f"/tmp/workbench-{os.getpid()}").write_text("x"),
            child=lambda: subprocess.run(["/bin/sh", "-c", f"echo x > {home}"], check=True, stderr=subprocess.DEVNULL),
            through_link=lambda: ((own / "link").symlink_to(file), (own / "link").open("r+b")),
        )  # fmt: skip
        with tempfile.TemporaryFile("w") as temporary:
            temporary.write("x")
        Path("/dev/null").write_text("x")
        return [found, labels_seen(lived)]

    with kept(lived.labels):
        found, seen = confined(lived, lambda own: (os.environ.update(TMPDIR=str(own)), attempts(own))[1])
    assert "done" not in found.values(), found
    assert seen == 2 and not home.exists()
    with LabelStore.open(lived.labels) as store:
        assert store.database.complaints() == [] and store.last_sequence() == 2
    for name in ("datasets/d/catalog.csv", "reports/x.html", "people.json", "notebooks/dashboard_clip.ipynb"):
        assert (lived.root / name).read_text() == "before"


@needs_landlock
def test_a_notebook_reads_the_project_s_data_and_nothing_private(lived, tmp_path, monkeypatch):
    home, servers = tmp_path / "home", tmp_path / "home" / "servers"
    for place in (home, servers, tmp_path / "beside"):
        place.mkdir()
        (place / "key").write_text("secret")
    (home / "link").symlink_to(lived.datasets / "d" / "catalog.csv")
    monkeypatch.setenv("HOME", str(home))

    def read(*names):
        return tried(**{str(name): name.read_bytes for name in names})

    allowed = (
        lived.labels / "labels.db",
        lived.datasets / "d" / "catalog.csv",
        lived.reports / "x.html",
        home / "link",
    )
    allowed += (tmp_path / "beside" / "key", Path(sys.executable), Path(landlock.__file__), Path(np.__file__))
    refused = (
        home / "key",
        servers / "key",
        lived.root / "people.json",
        lived.root / "notebooks" / "dashboard_clip.ipynb",
    )
    found = confined(lived, lambda _: [read(*allowed), read(*refused)], secret=[servers])
    assert set(found[0].values()) == {"done"}, found[0]
    assert set(found[1].values()) == {"PermissionError"}, found[1]


@needs_landlock
def test_what_cannot_be_given_up_in_order_stops_the_kernel(tmp_path):
    with pytest.raises(FileNotFoundError):
        landlock.restrict(writable=[tmp_path / "missing"], readable=[])
    (tmp_path / "x").write_text("still free")


@needs_landlock
def test_what_disappears_while_the_rules_are_made_stops_nothing(lived, monkeypatch):
    beside = confinement._beside
    monkeypatch.setattr(
        confinement, "_beside", lambda private: [*beside(private), lived.root.parent / "gone"]
    )
    with kept(lived.labels):
        assert confined(lived, lambda _: labels_seen(lived)) == 2


@needs(landlock.SCOPES)
def test_no_tcp_no_signals_no_other_process_and_no_sockets_without_a_file(project):
    abstract = f"\0workbench-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as other:
        other.bind(abstract)
        other.listen()
        port, parent = server.getsockname()[1], os.getpid()
        found = confined(
            project,
            lambda _: tried(
                connect=lambda: socket.create_connection(("127.0.0.1", port), timeout=5),
                listen=lambda: socket.create_server(("127.0.0.1", 0)),
                abstract=lambda: socket.socket(socket.AF_UNIX).connect(abstract),
                memory=lambda: os.close(os.open(f"/proc/{parent}/mem", os.O_RDONLY)),
                signal=lambda: os.kill(parent, 0) or os.kill(parent, signal.SIGCONT),
            ),
        )
        assert set(found.values()) == {"PermissionError"}, found
        choose(project.labels, f"postgresql://me:secret@127.0.0.1:{port}/labels")
        allowed = confined(
            project,
            lambda _: tried(
                named=lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close(),
                other=lambda: socket.create_connection(("127.0.0.1", port ^ 1), timeout=5),
            ),
        )
        assert allowed == {"named": "done", "other": "PermissionError"}


@pytest.mark.parametrize(
    ("url", "ports"),
    [
        ("postgresql://u@h/d", (5432,)),
        ("postgresql://u@h:6000/d", (6000,)),
        ("postgresql://u@/d?host=a:6001&host=b:6002", (6001, 6002)),
        ("postgresql://u@/d?host=a,b&port=6001,6002", (6001, 6002)),
        ("postgresql://u@/d?host=/run/postgresql", (5432,)),
        ("sqlite:////x/labels.db", ()),
    ],
)
def test_the_ports_of_an_address(url, ports):
    assert address_of(url).ports == ports


@needs_landlock
def test_what_others_write_meanwhile_is_seen_at_once_and_checkpoints_do_no_harm(project):
    add(project, 1)

    def watch(_):
        seen, deadline = [labels_seen(project)], time.monotonic() + 30
        while seen[-1] < 60 and time.monotonic() < deadline:
            if (now := labels_seen(project)) != seen[-1]:
                seen.append(now)
        return seen

    def write():
        for n in range(2, 61):
            add(project, n)  # opened and closed each time, as short-lived programs do
            if n % 20 == 0:
                with LabelStore.open(project.labels) as store:
                    store.database.scrub()

    with kept(project.labels):
        writer = threading.Thread(target=write)
        seen = []
        reader = threading.Thread(target=lambda: seen.extend(confined(project, watch)))
        reader.start()
        time.sleep(0.3)
        writer.start()
        writer.join()
        reader.join()
    assert seen == sorted(seen) and seen[-1] == 60 and len(seen) > 3, seen


@needs_landlock
def test_labels_that_are_made_while_a_kernel_runs_are_read(project):
    keeper = start_keeper(project.labels)
    try:
        maker = threading.Timer(1.0, lambda: add(project, 1, 2, 3))
        maker.start()

        def wait(_):
            missing = tried(early=lambda: labels_seen(project))["early"]
            while not (project.labels / "labels.db").exists():
                time.sleep(0.02)
            time.sleep(0.5)
            return [missing, labels_seen(project)]

        assert confined(project, wait) == ["InvalidInputError", 3]
        maker.join()
    finally:
        end_keeper(keeper)
    assert sorted(path.name for path in project.labels.glob("labels.db-*")) == []


@needs_landlock
@pytest.mark.parametrize("hot", [False, True])
def test_a_file_with_a_rollback_journal_is_read_also_after_its_writer_was_killed(project, hot):
    add(project, 1, 2)
    file = project.labels / "labels.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    if hot:
        code = (
            "import sqlite3, os, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "[c.execute(s) for s in ('PRAGMA cache_size=1', 'BEGIN', 'DROP TABLE label_events', 'CREATE TABLE t (a)')];"
            "c.executemany('INSERT INTO t VALUES (?)', ((b'x' * 900,) for _ in range(900))); os.kill(os.getpid(), 9)"
        )
        subprocess.run([sys.executable, "-c", code, str(file)], check=False)
        assert file.with_name("labels.db-journal").stat().st_size > 0
    with kept(project.labels):
        assert confined(project, lambda _: labels_seen(project)) == 2
    assert not file.with_name("labels.db-journal").exists()


@needs_landlock
def test_without_anybody_who_keeps_the_log_it_is_an_honest_error(project, monkeypatch):
    add(project, 1)
    monkeypatch.setattr("workbench.labels.sqlite_driver.LOG_WITHIN_S", 0.2)

    def ask(_):
        with pytest.raises(StorageError) as told:
            labels_seen(project)
        return str(told.value)

    assert "label store" in confined(project, ask)


def test_a_log_is_kept_of_whichever_file_is_there(project):
    with closing(KeptLog(project.labels)) as log:
        assert not log.look()
        add(project, 1)
        assert log.look() and (project.labels / "labels.db-shm").exists()
        (project.labels / "labels.db").rename(project.labels / "old.db")
        for left in project.labels.glob("labels.db-*"):
            left.unlink()
        assert not log.look()
        add(project, 1, 2)
        assert log.look() and (project.labels / "labels.db-wal").exists()
        (project.labels / "labels.db").write_bytes(b"no database" * 500)
        assert log.look() in (True, False)  # damaged: told by the page, no reason to end
    assert labels_damaged(project)


def labels_damaged(project):
    with pytest.raises(StorageError):
        labels_seen(project)
    return True


@needs_landlock
def test_the_four_pages_and_the_pictures_and_sound_of_a_clip_are_as_they_are_outside(project, rng):
    sizes = {"n_speakers": 6, "n_clips": 2}
    write_managers_world(project, **sizes)
    clip = write_catalog(project, **sizes)["clip"].iloc[0]
    media = project.dataset_folder("sample") / "media"
    media.mkdir(exist_ok=True)
    write_timed_video(media / f"{clip}.mp4", np.arange(9) * 0.04, sound=voice(0.36, rng=rng))
    audience = audience_for(project, "analyst")
    key = ClipNames.of(project, Pseudonyms.of(project, audience), "sample").keys[clip]

    def look(_):
        meta, buffers = clip_media(project, key, audience=audience)
        pages = [
            render_query(project, "", audience, page=page).html
            for page in ("fusion", "labels", "data", "clip")
        ]
        return [meta["sound"] is not None, [hashlib.sha256(one).hexdigest() for one in buffers], pages]

    outside = look(None)
    with kept(project.labels):
        assert confined(project, look) == outside
    assert outside[0] and len(outside[1]) >= 9 and all(len(page) > 300 for page in outside[2])


@on_linux
def test_what_was_open_for_writing_before_is_closed(tmp_path):
    with (tmp_path / "x").open("w") as held, (tmp_path / "x").open() as read:
        pid = os.fork()
        if pid == 0:
            close_written_files()
            still = [
                number
                for number in (held.fileno(), read.fileno())
                if Path(f"/proc/self/fd/{number}").exists()
            ]
            os._exit(0 if still == [read.fileno()] else 1)
        assert os.waitpid(pid, 0)[1] == 0


def test_every_version_is_told_in_one_line_and_what_it_lacks():
    said = {version: landlock.told(version) for version in range(8)}
    assert all("\n" not in line for line in said.values())
    assert "write whatever this account may" in said[0]
    assert "TCP" in said[3] and "TCP" not in said[4] and "cutting" in said[2] and "not kept" not in said[6]


def test_where_there_is_no_landlock_nothing_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(landlock, "version", lambda: 0)
    assert landlock.restrict(writable=[], readable=[]) == 0
    (tmp_path / "x").write_text("as ever")
