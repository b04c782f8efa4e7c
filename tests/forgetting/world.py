"""A project in which one speaker has left a canary in everything that is ever written."""

import gzip
import struct
import wave
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tests.labels.older_stores import make_older_store
from tests.reports.world import clip_predictions, write_comparison, write_run
from tests.rights_world import declare
from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.importing.run import import_path
from workbench.datasets.rights.consent import Consent, add_consents
from workbench.datasets.rights.written import record_written
from workbench.evaluation.predictions import read, write
from workbench.evaluation.report import evaluate
from workbench.files import write_json
from workbench.labels.annotation import LabelEvent
from workbench.labels.backups import FOLDER, back_up
from workbench.labels.exchange.event_log import export_events
from workbench.labels.exchange.labels_table import export_labels
from workbench.labels.sqlite_driver import driver
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.reports.writing import write_report
from workbench.systems.seeds import result_of_seeds

CANARY = b"CANARY"
SPEAKER, N_SPEAKERS, N_TAKES = "actor-05", 6, 3


@dataclass(frozen=True)
class World:
    """The project and what of it is the speaker's."""

    project: object
    source: Path
    outside: Path
    clips: tuple[str, ...]
    runs: dict[str, Run]


def voice(path, canary=b""):
    """Write half a second of noise of its own, with a note in the file's metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(zlib.crc32(path.name.encode())).integers(
        -9000, 9000, 24_000, dtype=np.int16
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.tobytes())
    note = (
        b"LIST"
        + struct.pack("<I", 4 + 8 + len(canary))
        + b"INFOICMT"
        + struct.pack("<I", len(canary))
        + canary
    )
    content = path.read_bytes() + note
    path.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])


def make_world(project, folder, *, labels=None):
    """Fill a project; ``labels`` is another place for the answers than its own file."""
    source, outside = folder / "source", folder / "outside"
    outside.mkdir()
    for actor in range(1, N_SPEAKERS + 1):
        for take, emotion in enumerate(("03", "05", "01")[:N_TAKES]):
            name = f"03-01-{emotion}-01-01-0{take % 2 + 1}-{actor:02}.wav"
            voice(source / name, CANARY + b"MEDIA!" if actor == 5 else b"other!")
    voice(source / "03-01-09-01-01-01-05.wav", CANARY + b"ASIDE!")  # no such emotion: set aside
    import_path(project, source, "talk")
    copies = folder / "copies"
    voice(copies / "somebody.wav", b"other!")
    one = next(source.glob("*-05.wav"))
    (copies / "CANARYNAME of a holiday.wav").write_bytes((source / "03-01-03-01-01-01-05.wav").read_bytes())
    import_path(project, copies, "copies")
    voice(folder / "asides" / "03-01-03-01-01-01-O5.wav")  # a letter in place of a digit: set aside
    (folder / "asides" / "03-01-03-01-01-01-O5.wav").write_bytes(one.read_bytes())
    import_path(project, folder / "asides", "asides")
    for name in ("talk", "copies"):
        declare(project, name)
    add_consents(
        project, "talk", [Consent(SPEAKER, "2026-01-01", "1", "all", "2027-01-01", "CANARYPROOF shelf")]
    )
    table = Dataset(project.datasets / "talk").table()
    clips = tuple(table.loc[table["speaker"] == SPEAKER, "clip"])
    assert len(clips) == N_TAKES
    _features(project, table, source)
    _labels(project, table, clips, labels)
    runs = _runs(project, table)
    _pages(project, runs, clips, outside)
    return World(project, source, outside, clips, runs)


def _features(project, table, source):
    dataset = Dataset(project.datasets / "talk")
    for clip, speaker in zip(table["clip"], table["speaker"], strict=True):
        mark = "CANARY" if speaker == SPEAKER else "other"
        folder = FeatureStore(dataset.features).folder / clip
        folder.mkdir(parents=True)
        np.savez_compressed(
            folder / "features.npz", **{f"{mark}_time_s": np.arange(3.0)}, note=np.array([mark])
        )
        write_json(folder / "report.json", {"clip": clip, "odd": [mark]})
        (dataset.folder / "voice").mkdir(exist_ok=True)
        np.savez(dataset.folder / "voice" / f"{clip}.npz", mark=np.frombuffer(mark.encode(), np.uint8))
    stems = [name.rpartition(".")[0] for name in table["name"]]
    notes = ["CANARYROW" if one == SPEAKER else "plain" for one in table["speaker"]]
    actors = [int(one[-2:]) for one in table["speaker"]]
    np.savez(
        dataset.folder / "embeddings.npz",
        clip=np.array(stems),
        actor=np.array(actors),
        note=np.array(notes),
        video=np.random.default_rng(0).random((len(stems), 4)),
        audio=np.zeros((len(stems), 2)),
    )
    downloads = dataset.folder / "downloads"
    downloads.mkdir()
    for actor in (5, 6):
        with zipfile.ZipFile(downloads / f"Audio_{actor}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(source / f"03-01-03-01-01-01-0{actor}.wav", "x.wav")
    (dataset.folder / "truth.csv").write_text(
        "clip,frame,note\n"
        + "".join(f'{clip},0,"{n}, really"\n' for clip, n in zip(table["clip"], notes, strict=True))
    )
    (dataset.folder / ".partial-1234-left").write_bytes(b"CANARYHALF")


def said(number, kind, clip, **changes):
    given = {
        "op_id": f"operation-{number:05d}",
        "annotator": ("Ada", "Bob")[number % 2],
        "question": "sentiment",
        "schema_version": 2,
        "clip": clip,
        "start_s": 0.03 * number,
        "end_s": 0.03 * number,
        "kind": kind,
        "value": "neutral" if kind == "answer" else "",
    }
    return LabelEvent(**{**given, **changes})


def _labels(project, table, clips, where):
    if where is not None:
        (project.labels / "database.url").write_text(where + "\n")
        (project.labels / "database.url").chmod(0o600)
    with LabelStore.open(project.labels) as store:
        rows = list(table["clip"]) * 3
        store.record_all([said(n, "answer", clip) for n, clip in enumerate(rows)])
        flags = [
            said(1000 + n, "flag", clip, details={"note": "CANARYNOTE é"}) for n, clip in enumerate(clips)
        ]
        store.record_all(flags)
        items = [
            QueueItem(f"i-{n}", clip, 0.0, 0.0, payload={"why": "CANARYITEM" if clip in clips else "plain"})
            for n, clip in enumerate(table["clip"])
        ]
        queue = TaskQueue(store, "all", "sentiment")
        queue.fill(items)
        queue.claim("Ada", 20)
        back_up(store, project.labels / FOLDER, keys=project.labels / "backup.keys")
        if where is None:
            _plain_backup(project.labels / FOLDER / "20250101T000000000000Z-1", store)
    older = make_older_store(project.labels / "labels-version-1-20260101T000000000000Z.db", n_answers=10)
    connection = driver().connect(str(older))
    insert = "INSERT INTO label_events (op_id, recorded_utc, annotator, question, schema_version, clip, start_s, end_s, kind, value, details) VALUES (?, '', 'Ada', 'mouth', 1, ?, 0, 0, 'answer', 'open', ?)"
    connection.execute(insert, ("old-1", clips[0], '{"note": "CANARYOLD"}'))
    connection.commit()
    connection.close()
    journal = {"version": 1, "server": "https://example.org/1", "annotations": {}, "tasks": ["wb-1"]}
    write_json(
        project.labels / "label_studio" / "a.json", {**journal, "uploads": {clips[0]: "/CANARYUPLOAD.wav"}}
    )


def _plain_backup(folder, store):
    from tests.labels.test_erasing import make_plain

    make_plain(folder, store)


def _runs(project, table):
    speakers = sorted(set(table["speaker"]))
    rows = [
        {"clip": clip, "speaker": speaker, "part": "test" if speakers.index(speaker) >= 2 else "train"}
        for clip, speaker in zip(table["clip"], table["speaker"], strict=True)
    ]
    split = pd.DataFrame(rows)
    rng, runs = np.random.default_rng(1), {}
    for network, accuracy in {"visual": 0.6, "audio": 0.6, "audiovisual": 0.9}.items():
        predictions = clip_predictions(split, accuracy, rng=rng)
        notes = ["CANARYROW" if one == SPEAKER else "plain" for one in predictions["speaker"]]
        runs[network] = run = write_run(
            project, network, predictions.assign(note=notes), split, dataset="talk"
        )
        write(predictions, run.folder / "validation_predictions.csv")
        for folder in ("timeline", "suggestions", "maps"):
            (run.folder / folder).mkdir()
        for clip, speaker in zip(table["clip"], table["speaker"], strict=True):
            if speaker in (SPEAKER, "actor-06"):
                np.savez(run.folder / "timeline" / f"{clip}.npz", p=np.array([clip]))
        np.savez_compressed(run.folder / "maps" / "x.npz", clips=split["clip"].to_numpy(str))
        (run.folder / "network.keras").write_bytes(b"weights")
        write_json(run.folder / "gate.json", {"examples": [{"clip": str(table["clip"].iloc[-1])}]})
    learnt = split.assign(
        part=["train" if s == SPEAKER else p for s, p in zip(split["speaker"], split["part"], strict=True)]
    )
    runs["mouth"] = write_run(
        project, "mouth", clip_predictions(learnt, 0.8, rng=rng), learnt, dataset="talk"
    )
    (runs["mouth"].folder / "network.keras").write_bytes(b"weights")
    alone = split[split["speaker"] == SPEAKER]
    table = read(runs["audio"].folder / "predictions.csv")
    table = table[table["speaker"] == SPEAKER].reset_index(drop=True)
    runs["alone"] = write_run(project, "audio", table, alone, dataset="talk", seed=7)
    compared = {name: runs[name] for name in ("visual", "audio", "audiovisual")}
    write_comparison(project, compared, dataset="talk", name="20261121-101500-talk")
    write_comparison(
        project,
        {"audio": runs["alone"], "visual": runs["visual"]},
        dataset="talk",
        name="20261122-101500-talk",
    )
    group = Group.create(
        project,
        kind="seeds",
        dataset="talk",
        network="visual",
        seed=0,
        facts={"n_seeds": 1, "split": "speaker"},
    )
    runs["visual"].update(group=group.id)
    write_json(group.folder / "result.json", result_of_seeds([runs["visual"]], seed=0).as_json())
    group.update(status="finished", warnings=[])
    _folds(project, runs["audio"])
    return runs


def _folds(project, run):
    facts = {
        "split": "speaker",
        "folds": [{"number": 1, "of": 1, "speakers": ["actor-05", "actor-06"]}],
        "warnings": [],
    }
    group = Group.create(project, kind="folds", dataset="talk", network="audio", seed=0, facts=facts)
    table = read(run.folder / "predictions.csv")
    write(table.assign(fold=1), group.predictions)
    write_json(group.folder / "evaluation.json", evaluate(table, split="speaker").as_json())
    run.update(group=group.id, fold=facts["folds"][0])
    write_json(group.folder / "result.json", {"each": [], "n_speakers": 6})
    group.update(status="finished")


def _pages(project, runs, clips, outside):
    published = project.reports / "published"
    write_report(project, runs["audiovisual"].id, published / "talk.html")
    (published / "20260101").mkdir()
    (published / "20260101" / "index.html").write_text(f"CANARYPAGE {clips[0]}")
    (published / "20260101" / "other.html").write_text("a page of the same publication")
    write_json(published / "20260102" / "manifest.json", {"data_hashes": {"talk": "ab"}})
    (published / "20260102" / "index.html").write_text("18 clips of 6 speakers")
    write_json(published / "20260103" / "manifest.json", {"data_hashes": {"other": "ab"}})
    for_analysts = project.reports / "published_for_analysts" / "20260104"
    write_json(for_analysts / "manifest.json", {"data_hashes": {"talk": "ab"}})
    (for_analysts / "groups.html").write_text(f"{SPEAKER}, by name only")
    (published / "another.html").write_text("about another study")
    (published / "report.pdf").write_bytes(b"%PDF CANARYPDF")
    write_report(project, runs["visual"].id, outside / "report.html")
    write_json(project.reports / "analyses" / f"{clips[0]}.json", {"clip": clips[0], "label": "CANARY"})
    with LabelStore.open(project.labels, read_only=True) as store:
        export_labels(store, outside / "labels.csv")
        export_events(store, outside / "all.events.jsonl")
        export_labels(store, outside / "changed.csv")
    files = [outside / name for name in ("labels.csv", "all.events.jsonl", "changed.csv")]
    record_written(project, "labels", files, ["talk"])
    table = Dataset.open(project, "talk").table()
    for name, whose in (
        ("theirs.mp4", table["clip"].isin(clips)),
        ("others.mp4", ~table["clip"].isin(clips)),
    ):
        (outside / name).write_bytes(b"pictures with a face, and no word")
        record_written(project, "picture", [outside / name], ["talk"], about=table.loc[whose, "sha256"])
    with (outside / "changed.csv").open("a") as stream:
        stream.write("\n")
    seen = project.reports / "label_studio" / "p" / "model.csv"
    seen.parent.mkdir(parents=True)
    seen.write_text(f"clip,speaker,note\n{clips[0]},{SPEAKER},CANARYLS\nother,x,plain\n")


def every_byte(root):
    """Yield every file below a folder with its bytes, as they lie and unpacked."""
    for path in sorted(root.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path, content
            if path.suffix == ".gz":
                yield path, gzip.decompress(content)
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for member in archive.infolist():
                        inside = archive.read(member)
                        yield path, member.filename.encode() + inside + inside.replace(b"\0\0\0", b"")
