"""The same file imported again, from two processes at once, or after a kill in the middle: every event is there once."""

import random
import subprocess
import sys
import time

import pytest

from workbench.labels.exchange.event_log import export_events, import_events
from workbench.labels.store import LabelStore

IMPORT = """
import sys, pathlib
from workbench.labels.exchange.event_log import import_events
from workbench.labels.store import LabelStore
store = LabelStore.open(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(import_events(store, pathlib.Path(sys.argv[2])).recorded, flush=True)
"""
N_EVENTS = 12_000


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A file of many events and the dump of the store it came from."""
    from workbench.labels.annotation import LabelEvent

    folder = tmp_path_factory.mktemp("exported")
    with LabelStore.open(folder) as store:
        store.record_all(
            LabelEvent(
                op_id=f"operation-{n:06d}",
                annotator="Ada",
                question="mouth",
                schema_version=2,
                clip=f"clip.{n % 50}",
                start_s=n * 0.03,
                end_s=n * 0.03,
                kind="answer",
                value="open",
            )
            for n in range(N_EVENTS)
        )
        file = folder / "all.events.jsonl"
        export_events(store, file)
        return file, store.dump_sha256()


def importer(store, file):
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, store, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_an_export_into_an_empty_store_has_the_same_dump(exported, tmp_path):
    file, dump = exported
    with LabelStore.open(tmp_path) as store:
        import_events(store, file)
        assert store.dump_sha256() == dump
        assert store.broken_links() == []


def test_l12_the_same_file_imported_from_two_processes_at_once_is_there_once(exported, tmp_path):
    file, dump = exported
    both = [importer(tmp_path, file) for _ in range(2)]
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    recorded = [int(process.communicate(timeout=120)[0]) for process in both]
    assert sorted(recorded) == [0, N_EVENTS]
    with LabelStore.open(tmp_path) as store:
        assert store.dump_sha256() == dump


@pytest.mark.parametrize("seed", [1, 2])
def test_l12_an_import_killed_midway_left_nothing_or_all_and_goes_on_to_the_same_count(
    exported, tmp_path, seed
):
    file, dump = exported
    process = importer(tmp_path, file)
    process.stdin.write("go\n")
    process.stdin.flush()
    time.sleep(random.Random(seed).uniform(0.05, 1.0))
    process.kill()
    process.communicate()
    with LabelStore.open(tmp_path) as store:
        assert store.last_sequence() in (0, N_EVENTS)
        import_events(store, file)
        assert import_events(store, file).recorded == 0
        assert store.dump_sha256() == dump
