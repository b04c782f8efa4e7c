"""Do something in a forked process that has given up what a kernel of the dashboards gives up, and hear what came of it."""

import json
import os
import select
import signal
import sys
import tempfile
import traceback
from contextlib import contextmanager
from pathlib import Path

from workbench.labels.kept_log import KeptLog
from workbench.servers.confinement import confine


def confined(project, do, secret=()):
    """Fork, confine, call ``do(own_folder)`` and return what it returned; an error in it is told and raised here."""
    with tempfile.TemporaryDirectory() as folder:
        own, connections = Path(folder) / "own", Path(folder) / "connections"
        own.mkdir()
        connections.mkdir()
        (connections / "kernel.json").write_text("{}")
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            _become(project, own, connections, do, writing, secret)
        os.close(writing)
        try:
            with os.fdopen(reading, "rb") as told:
                said = json.loads(told.read() or b'["it died", ""]')
        finally:
            os.waitpid(pid, 0)
        assert said[0] == "done", said[1]
        return said[1]


def _become(project, own, connections, do, writing, secret):
    try:
        signal.alarm(60)
        confine(project, own, connections / "kernel.json", secret)
        said = json.dumps(["done", do(own)])
    except BaseException:
        said = json.dumps(["failed", traceback.format_exc()])
    try:
        with os.fdopen(writing, "wb") as line:
            line.write(said.encode())
    finally:
        sys.stdout.flush()
        os._exit(0)


def tried(**attempts):
    """Call each and return what it came to: ``done``, or the kind of error."""
    found = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            found[name] = "done"
        except Exception as error:
            found[name] = type(error).__name__
    return found


@contextmanager
def kept(labels, *, every_s=0.5):
    """Keep the log of a label file in another process, as the keeper does: SQLite must not be open where one forks."""
    reading, writing = os.pipe()
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writing)
        log = KeptLog(labels)
        log.look()
        os.write(told, b"!")
        while not select.select([reading], [], [], every_s)[0]:
            log.look()
        log.close()
        os._exit(0)
    os.read(ready, 1)
    try:
        yield
    finally:
        os.close(writing)
        os.waitpid(pid, 0)
        for number in (reading, ready, told):
            os.close(number)
