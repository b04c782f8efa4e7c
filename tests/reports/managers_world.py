"""What managers look at: runs with their comparison, a catalog, problems found on import, and labels of three people."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from tests.reports.world import split_of, write_world
from workbench.datasets.catalog import COLUMNS
from workbench.labels.annotation import LabelEvent
from workbench.labels.event_table import label_events, linked, row_of
from workbench.labels.store import LabelStore
from workbench.sentiment import SENTIMENTS

ANNOTATORS = ("Ada Lovelace", "Grace Hopper", "Zoe Zed")


def write_catalog(project, *, n_men=2, name="sample", **sizes):
    """Catalog the world's clips: the last ``n_men`` of the speakers are men, every third clip is acted strongly."""
    clips = split_of(**sizes)[["clip", "speaker"]]
    n_speakers = clips["speaker"].nunique()
    table = clips.assign(**dict.fromkeys(COLUMNS, "")).assign(clip=clips["clip"], speaker=clips["speaker"])
    table["file"] = table["clip"] + ".mp4"
    table["sha256"] = table["clip"]
    table["kind"] = "audiovisual"
    table["duration_s"] = 0.36
    table["intended"] = [SENTIMENTS[i % 3] for i in range(len(table))]
    table["sex"] = ["male" if int(s) >= n_speakers - n_men else "female" for s in table["speaker"]]
    table["intensity"] = ["strong" if i % 3 == 0 else "normal" for i in range(len(table))]
    table["warnings"] = [
        "CLIPPED;VERY_QUIET" if i % 20 == 0 else "CLIPPED" if i % 10 == 0 else "" for i in range(len(table))
    ]
    folder = project.dataset_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    table[[*COLUMNS, "sex", "intensity", "warnings"]].to_csv(folder / "catalog.csv", index=False)
    aside = [{"file": "x.mp4", "sha256": "x", "name": "Secret Name.mp4", "origin": "in/Secret Name.mp4",
              "code": "SHORT_DECODE", "message": "Secret Name.mp4 is cut."}]  # fmt: skip
    pd.DataFrame(aside).to_csv(folder / "quarantine.csv", index=False)
    return table


def write_labels(project, *, n_days=5, clips_a_day=1, today=None, **sizes):
    """Let three people answer two questions about some clips a day, up to today."""
    today = today or datetime.now(UTC)
    rng = np.random.default_rng(3)
    clips = list(split_of(**sizes)["clip"])
    with LabelStore.open(project.labels) as store:
        number = 0
        for day in range(n_days):
            at = (today - timedelta(days=n_days - 1 - day)).replace(hour=0, minute=0, second=1, microsecond=0)
            for clip in clips[day * clips_a_day : (day + 1) * clips_a_day]:
                truth = SENTIMENTS[int(clip[-1]) % 3]
                for who in ANNOTATORS:
                    for question in ("sentiment_face", "sentiment_both"):
                        value = (
                            truth
                            if rng.random() < 0.8
                            else "cannot tell"
                            if rng.random() < 0.3
                            else "neutral"
                        )
                        number += 1
                        at += timedelta(seconds=3)
                        record(store, who, question, clip, value, at, number)


def record(store, who, question, clip, value, at, number):
    """Record an answer as if it had been given at a time of the past."""
    event = LabelEvent(
        op_id=f"op-{number:08}", annotator=who, question=question, schema_version=1, clip=clip,
        start_s=0.12, end_s=0.12, kind="answer", value=value,
    )  # fmt: skip
    with store.database.writing() as connection:
        row = row_of(event, sequence=number, recorded_utc=at.isoformat())
        connection.execute(label_events.insert(), [linked(row, before="")])


def write_managers_world(project, *, n_men=2, **sizes):
    """Write everything; return the runs as ``{network: run}``."""
    write_catalog(project, n_men=n_men, **sizes)
    write_labels(project, **sizes)
    return write_world(project, **sizes)
