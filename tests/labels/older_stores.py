"""Stores as older workbenches made them, by the statements that they ran."""

import json

from workbench.labels.sqlite_driver import driver

TABLES = """
CREATE TABLE label_events (
	sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	op_id VARCHAR(64) NOT NULL, recorded_utc VARCHAR(32) NOT NULL, annotator VARCHAR(64) NOT NULL,
	question VARCHAR(64) NOT NULL, schema_version INTEGER NOT NULL, clip VARCHAR(255) NOT NULL,
	start_s DOUBLE NOT NULL, end_s DOUBLE NOT NULL, kind VARCHAR(16) NOT NULL, value VARCHAR(64) NOT NULL,
	undoes VARCHAR(64), details TEXT NOT NULL, {more}
	UNIQUE (op_id), UNIQUE (undoes)
);
CREATE INDEX label_events_by_item ON label_events (question, annotator, clip, start_s, end_s);
CREATE TABLE label_store (version INTEGER NOT NULL, created_utc VARCHAR(32) NOT NULL, PRIMARY KEY (version));
CREATE TRIGGER label_events_no_update BEFORE update ON label_events BEGIN SELECT RAISE(ABORT, 'label events are never changed or removed: record an undo'); END;
CREATE TRIGGER label_events_no_delete BEFORE delete ON label_events BEGIN SELECT RAISE(ABORT, 'label events are never changed or removed: record an undo'); END;
INSERT INTO label_store VALUES ({version}, '2026-01-01T00:00:00+00:00');
"""
MORE = {1: "", 2: '"after" VARCHAR(64), conflicts_with VARCHAR(64),'}


def make_older_store(path, *, version=1, n_answers=60):
    """Make a store with answers of two people to one question, every tenth of Ada's taken back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = driver().connect(str(path))
    connection.executescript(TABLES.format(more=MORE[version], version=version))
    columns = "op_id, recorded_utc, annotator, question, schema_version, clip, start_s, end_s, kind, value, undoes, details"
    insert = f"INSERT INTO label_events ({columns}) VALUES ({', '.join('?' * 12)})"
    for number in range(n_answers):
        who, time_s = ("Ada", "Bob")[number % 2], 0.03 * number
        common = ("2026-01-01T00:00:00+00:00", who, "mouth", 1, "clip.1a2b3c4d", time_s, time_s)
        details = json.dumps(
            {"pixels_sha256": "ä" * 8, "seconds_taken": 0.4}, sort_keys=True, ensure_ascii=False
        )
        connection.execute(insert, (f"operation-{number:05d}", *common, "answer", "open", None, details))
        if number % 20 == 0:
            connection.execute(
                insert, (f"undo-{number:05d}", *common, "undo", "", f"operation-{number:05d}", "{}")
            )
    connection.commit()
    connection.close()
    return path
