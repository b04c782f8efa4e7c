"""An erasing that is cut off anywhere is gone on with by the same command, to the same end."""

import os
import signal
import subprocess
import sys

import pytest

from tests.forgetting.test_forget import canaries
from tests.forgetting.world import SPEAKER
from workbench import files
from workbench.forgetting import run as forgetting
from workbench.forgetting.run import forget, is_unfinished
from workbench.forgetting.steps import STEPS, Step
from workbench.labels.backups import check
from workbench.labels.store import LabelStore

pytestmark = pytest.mark.slow


class Killed(BaseException):
    """What no step may catch."""


def assert_all_gone(world, erased):
    assert not is_unfinished(world.project, SPEAKER)
    assert erased.left == []
    assert canaries(world.project.root) == set()
    assert erased.models == [world.runs["mouth"].id]
    with LabelStore.open(world.project.labels, read_only=True) as store:
        assert check(store) == []


@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.name for step in STEPS])
def test_after_any_step_that_was_done_and_not_noted(world, monkeypatch, number):
    step = STEPS[number]

    def cut(work):
        step.do(work)
        raise Killed

    steps = (*STEPS[:number], Step(step.name, step.what, cut), *STEPS[number + 1 :])
    monkeypatch.setattr(forgetting, "STEPS", steps)
    with pytest.raises(Killed):
        forget(world.project, SPEAKER)
    monkeypatch.undo()
    assert is_unfinished(world.project, SPEAKER)
    assert_all_gone(world, forget(world.project, SPEAKER))


@pytest.mark.parametrize("n", [17, 41, 70])
def test_at_any_write_in_the_middle_of_a_step(world, monkeypatch, n):
    left, sync = [n], files._sync_folder

    def fault(folder):
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        sync(folder)

    monkeypatch.setattr(files, "_sync_folder", fault)
    with pytest.raises(Killed):
        forget(world.project, SPEAKER)
    monkeypatch.undo()
    assert_all_gone(world, forget(world.project, SPEAKER))


def test_killed_outright_in_the_middle_of_a_step(world):
    code = (
        "import os, signal, sys\n"
        "from workbench import files\n"
        "from workbench.forgetting.run import forget\n"
        "from workbench.project import Project\n"
        "n, sync = [33], files._sync_folder\n"
        "def fault(folder):\n"
        "    n[0] -= 1\n"
        "    n[0] or os.kill(os.getpid(), signal.SIGKILL)\n"
        "    sync(folder)\n"
        "files._sync_folder = fault\n"
        "forget(Project.open(sys.argv[1]), sys.argv[2])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(world.project.root), SPEAKER], env=os.environ, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert_all_gone(world, forget(world.project, SPEAKER))


def test_a_journal_that_was_being_written_is_not_taken_for_the_journal(world, monkeypatch):
    monkeypatch.setattr(forgetting, "STEPS", ())
    monkeypatch.setattr(forgetting, "_finish", lambda *_: None)
    forget(world.project, SPEAKER)  # begun, and nothing of it done
    monkeypatch.undo()
    (journal,) = (world.project.reports / "forgetting").glob("*.json")
    journal.with_name(f"{files.TEMPORARY_PREFIX}0-{journal.name}").write_bytes(journal.read_bytes())
    assert_all_gone(world, forget(world.project, SPEAKER))
    assert [path.name for path in journal.parent.iterdir()] == [journal.name]
    assert SPEAKER not in journal.read_text() and "finished_utc" in journal.read_text()
