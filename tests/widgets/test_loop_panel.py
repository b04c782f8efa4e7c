"""One button that runs the whole loop, watched through JSON lines of a process."""

import json
import sys
import time

import pytest

from workbench.widgets.loop_panel import LoopRun, loop_panel, sentence


def command(*lines, then=""):
    """A process that says these lines, then does something."""
    said = "\n".join(
        f"print({line if isinstance(line, str) else repr(json.dumps(line))}, flush=True)" for line in lines
    )
    return (sys.executable, "-c", f"import sys, time, os\n{said}\n{then}")


def step(done, total=4, what="clip 7", remaining_s=200.0):
    return {"step": "extract", "done": done, "total": total, "what": what, "remaining_s": remaining_s}


def until(condition, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def finished(project):
    run = LoopRun(
        command(step(1), "'Loading a library'", step(2, remaining_s=None), {"finished": True}), project
    )
    run.start()
    until(lambda: run.state != "running")
    return run


def test_a_run_tells_every_step_and_then_that_it_is_done(project):
    run, heard = LoopRun(command(step(1), step(2), {"finished": True}), project), []
    run.on_change(lambda r: heard.append((r.state, r.step.done if r.step else None)))
    run.start()
    until(lambda: run.state == "finished")
    assert heard == [("running", None), ("running", 1), ("running", 2), ("finished", 2)]


def test_chatter_of_libraries_is_not_taken_for_progress(finished):
    assert finished.state == "finished"
    assert finished.step.done == 2


def test_a_step_is_said_in_words(project):
    run = LoopRun(command(step(3), then="time.sleep(60)"), project)
    run.start()
    until(lambda: run.step is not None)
    assert sentence(run) == "75% · about 3 min left · extract: clip 7"
    run.stop()


def test_stopping_ends_the_process_and_says_that_nothing_finished_is_lost(project):
    run = LoopRun(command(step(1), then="time.sleep(60)"), project)
    run.start()
    until(lambda: run.step is not None)
    run.stop()
    run.wait(timeout_s=10)
    assert run.state == "stopped"
    assert "kept" in sentence(run)


def test_a_process_that_does_not_want_to_stop_is_ended(project, monkeypatch):
    monkeypatch.setattr("workbench.widgets.loop_panel.PATIENCE_S", 0.1)
    stubborn = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print('deaf', flush=True); "
    ready = json.dumps(step(1))
    run = LoopRun(command(then=stubborn + f"print({ready!r}, flush=True); time.sleep(60)"), project)
    run.start()
    until(lambda: run.step is not None)
    run.stop()
    run.wait(timeout_s=10)
    assert run.state == "stopped"


def test_what_a_process_says_is_shown_as_text_and_not_as_a_page(project):
    run = LoopRun(command(step(1, what="<img src=x onerror=alert(1)>"), then="time.sleep(60)"), project)
    _start, _stop, _bar, said, _links = parts(loop_panel(project, run=run))
    run.start()
    until(lambda: "img" in said.value)
    assert "<img" not in said.value
    run.stop()


def test_a_stopped_run_can_be_started_again(project):
    run = LoopRun(command(step(1), then="time.sleep(60)"), project)
    run.start()
    until(lambda: run.step is not None)
    run.stop()
    run.wait(timeout_s=10)
    run.start()
    assert run.state == "running"  # its first step may be told already
    until(lambda: run.step is not None)
    run.stop()


def test_starting_twice_starts_one_process(project, tmp_path):
    count = f"open({str(tmp_path / 'starts')!r}, 'a').write('x'); time.sleep(60)"
    run = LoopRun(command(then=count), project)
    run.start()
    run.start()
    until(lambda: (tmp_path / "starts").exists())
    run.stop()
    run.wait(timeout_s=10)
    assert (tmp_path / "starts").read_text() == "x"


@pytest.mark.parametrize("then", ["sys.exit('No space left')", "print('No space left'); os._exit(2)"])
def test_a_run_that_ends_early_has_failed_and_says_its_last_words(project, then):
    run = LoopRun(command(step(1), then=then.replace("os._exit", "sys.stdout.flush(); os._exit")), project)
    run.start()
    until(lambda: run.state != "running")
    assert run.state == "failed"
    assert "No space left" in sentence(run)
    assert "doctor" in sentence(run)


def test_an_end_without_the_word_finished_is_a_failure(project):
    run = LoopRun(command(step(4)), project)
    run.start()
    until(lambda: run.state != "running")
    assert (run.state, run.problem) == ("failed", "exit status 0")


def test_the_process_works_in_the_project(project):
    run = LoopRun(command(then="print(os.environ['WORKBENCH_PROJECT'], os.getcwd(), flush=True)"), project)
    run.start()
    until(lambda: run.state != "running")
    assert run.problem == f"{project.root} {project.root}"


def parts(panel):
    controls, said, links = panel.children
    start, stop, bar = controls.children
    return start, stop, bar, said, links


def test_the_panel_offers_to_start_and_not_to_stop_before_it_ran(project):
    start, stop, _bar, said, links = parts(loop_panel(project))
    assert (start.disabled, stop.disabled) == (False, True)
    assert (said.value, links.value) == ("Not run yet.", "")


def test_the_panel_follows_the_run_and_its_buttons_work(project):
    run = LoopRun(command(step(3), then="time.sleep(60)"), project)
    start, stop, bar, said, _links = parts(loop_panel(project, run=run))
    start.click()
    until(lambda: bar.value == 3)
    assert (bar.max, start.disabled, stop.disabled) == (4, True, False)
    stop.click()
    assert (start.disabled, stop.disabled) == (False, True)
    assert said.value.startswith("Stopped.")


def test_the_panel_links_to_notebooks_and_dashboards_when_all_is_done(project, finished, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DASHBOARDS_URL", 'http://127.0.0.1:1/?token=a&b="<x>')
    (project.root / "notebooks").mkdir()
    for name in (
        "00_start.ipynb",
        "10_label_mouth.ipynb",
        "dashboard_evaluation.ipynb",
        "20_<img src=x>.ipynb",
    ):
        (project.root / "notebooks" / name).touch()
    links = parts(loop_panel(project, run=finished))[-1].value
    assert 'href="10_label_mouth.ipynb"' in links
    assert "&quot;&lt;x&gt;" in links
    assert "<img" not in links and "00_start" not in links and "dashboard_evaluation" not in links


def test_running_the_cell_again_shows_the_same_run(project):
    first, second = loop_panel(project), loop_panel(project)
    assert first is not second
    from workbench.widgets import loop_panel as module

    assert list(module._RUNS).count(project.root) == 1
