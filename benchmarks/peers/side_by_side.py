"""The same scripted annotator in our pages and in Label Studio's: ``python -m benchmarks.labelling_pace --beside-label-studio``.

One machine, one Chromium, the same pictures, in turns: one by one, by runs and while playing in Voila, then Label
Studio's label stream. The script answers as soon as the next picture is painted; each turn ends when the last answer is
saved. What was stored is counted on both sides.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from drawn_features import draw_dataset
from label_studio_server import label_studio_server
from servers import copy_notebooks, running_voila
from timed_video import recorded_dataset

from benchmarks.peers.label_studio_ui import label_in_label_studio
from workbench.datasets.catalog import Dataset
from workbench.datasets.frame_tasks import frame_tasks
from workbench.labels.store import LabelStore
from workbench.media.timeline import GRID_STEP_S
from workbench.project import Project

FRAMES, RUNS, PLAYING = "10_label_mouth.ipynb", "runs.ipynb", "13_label_while_playing.ipynb"
HOLD_S = 0.4
_WAIT_MS = 60_000
WATCH = """
window.painted = 0;
document.addEventListener("aw-painted", () => (window.painted += 1));
"""


# Painted, and something to answer: before the first pictures have come, a fast hand is ahead of them.
_NEXT_IS_PAINTED = """
(n) => window.painted >= n && document.querySelector('.aw-pictures')?.dataset.task
"""


@dataclass(frozen=True)
class Turn:
    """What one sitting came to: answers given, moments they are about, and how long it took."""

    way: str
    n_answers: int
    n_moments: int
    seconds: float


@dataclass(frozen=True)
class World:
    """Our projects with their servers, a browser, and Label Studio."""

    drawn: Project
    recorded: Project
    drawn_server: Any
    recorded_server: Any
    browser: Any
    label_studio: Any
    pictures: list[bytes]


def compare_ways(browser: Any, *, n_frames: int, n_rounds: int, server_folder: Path | None = None) -> None:
    """Print one table: labelled moments an hour in each way, and how many times Label Studio's that is."""
    turns: list[Turn] = []
    with ExitStack() as stack:
        world = _world(stack, browser, n_frames, server_folder)
        for number in range(n_rounds):
            for turn in _round(world, number, n_frames):
                print(f"  round {number + 1}: {turn}", flush=True)
                turns.append(turn)
    print(
        f"\n{'way':34} {'answers':>8} {'moments':>8} {'seconds':>8} {'moments/h':>10} {'x Label Studio':>15}"
    )
    for line in table_lines(turns):
        print(line)


def table_lines(turns: list[Turn]) -> Iterator[str]:
    """Yield a line for each way, all of its turns together; the last way is what the others are compared with."""
    ways = list(dict.fromkeys(turn.way for turn in turns))
    sums = {
        way: np.sum([(t.n_answers, t.n_moments, t.seconds) for t in turns if t.way == way], 0) for way in ways
    }
    base = sums[ways[-1]][1] / sums[ways[-1]][2]
    for way, (n_answers, n_moments, seconds) in sums.items():
        pace = n_moments / seconds
        yield f"{way:34} {n_answers:8.0f} {n_moments:8.0f} {seconds:8.1f} {pace * 3600:10,.0f} {pace / base:15.1f}"


def _world(stack: ExitStack, browser: Any, n_frames: int, server_folder: Path | None) -> World:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    drawn, recorded = Project.open(folder / "drawn"), Project.open(folder / "recorded")
    speakers = tuple(f"{number:02d}" for number in range(1, 9))
    dataset: Dataset = draw_dataset(
        drawn, np.random.default_rng(3), speakers=speakers, clips_each=3, n_moments=110
    )
    recorded_dataset(recorded, np.random.default_rng(5), n_frames=300)
    notebooks = copy_notebooks(folder / "notebooks")
    text = (notebooks / FRAMES).read_text().replace("n_tasks = 200", f"n_tasks = {n_frames}")
    (notebooks / FRAMES).write_text(text)
    by_runs = text.replace('unit = \\"frame\\"', 'unit = \\"run\\"')
    if by_runs == text:
        raise SystemExit(f"{FRAMES} no longer says its unit where this benchmark looks for it")
    (notebooks / RUNS).write_text(by_runs)
    servers = [
        stack.enter_context(running_voila(project.root, notebooks, home=folder / f"home-{project.root.name}"))
        for project in (drawn, recorded)
    ]
    label_studio = stack.enter_context(label_studio_server(server_folder or folder / "label-studio"))
    pictures = [task.pictures()[0].png for task in frame_tasks(dataset, "mouth", n_tasks=n_frames, seed=0)]
    return World(drawn, recorded, *servers, browser, label_studio, pictures)


def _round(world: World, number: int, n_frames: int) -> Iterator[Turn]:
    yield _in_page(world, "one by one", FRAMES, f"Frames {number}", n_frames)
    yield _in_page(world, "by runs", RUNS, f"Runs {number}", n_frames // 2)
    for speed in ("0.5", "1"):
        yield _while_playing(world, f"while playing, {speed}x", f"Play {number} {speed[0]}", speed)
    page = world.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    seconds = label_in_label_studio(page, world.label_studio, world.pictures, n_frames)
    page.context.close()
    yield Turn("Label Studio, its label stream", n_frames, n_frames, seconds)


def _opened(world: World, server: Any, notebook: str, name: str) -> Any:
    page = world.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(server.notebook(notebook))
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Start", exact=True).click()
    return page


def _in_page(world: World, way: str, notebook: str, name: str, n_answers: int) -> Turn:
    page = _opened(world, world.drawn_server, notebook, name)
    page.locator(".aw-pictures:not([data-task='']) canvas").first.wait_for(timeout=_WAIT_MS)
    page.locator(".aw-labeller").focus()
    start = time.perf_counter()
    for number in range(n_answers):
        page.keyboard.press("12"[number % 2])
        if number < n_answers - 1:
            page.wait_for_function(_NEXT_IS_PAINTED, arg=number + 1, timeout=_WAIT_MS, polling="raf")
    _wait_until_saved(page)
    seconds = time.perf_counter() - start
    page.context.close()
    details = _answers(world.drawn, name)["details"]
    if len(details) != n_answers:
        raise SystemExit(f"{way}: {len(details)} stored of {n_answers} answers")
    return Turn(way, n_answers, sum(one.get("n_moments", 1) for one in details), seconds)


def _while_playing(world: World, way: str, name: str, speed: str) -> Turn:
    page = _opened(world, world.recorded_server, PLAYING, name)
    page.wait_for_function(
        "document.querySelector('.aw-play')?.dataset.spans !== undefined", timeout=_WAIT_MS
    )
    page.get_by_label("Speed").select_option(speed)
    page.locator(".aw-play").focus()
    start = time.perf_counter()
    page.keyboard.press("Enter")
    _hold_in_turns(page)
    _wait_until_saved(page)
    seconds = time.perf_counter() - start
    shown = json.loads(page.locator(".aw-play").get_attribute("data-spans"))
    page.context.close()
    table = _answers(world.recorded, name)
    stored = sorted(table[["start_s", "end_s", "value"]].itertuples(index=False, name=None))
    if stored != [tuple(span) for span in shown] or not stored:
        raise SystemExit(f"{way}: {len(stored)} spans stored, {len(shown)} shown")
    n_moments = sum(round((end_s - start_s) / GRID_STEP_S) + 1 for start_s, end_s, _ in stored)
    return Turn(way, len(stored), n_moments, seconds)


def _hold_in_turns(page: Any) -> None:
    """Hold the key and let it go, again and again, until the clip has ended."""
    act: Callable[[str], None]
    page.wait_for_function("document.querySelector('.aw-play').dataset.state === 'labelling'")
    down = False
    while page.locator(".aw-play").get_attribute("data-state") == "labelling":
        act = page.keyboard.up if down else page.keyboard.down
        act("o")
        down = not down
        page.wait_for_timeout(HOLD_S * 1000)
    if down:
        page.keyboard.up("o")


def _wait_until_saved(page: Any) -> None:
    page.locator(".aw-save[data-state=saved]").wait_for(timeout=_WAIT_MS)


def _answers(project: Project, name: str) -> Any:
    with LabelStore.open(project.labels, read_only=True) as store:
        answers = store.answers("mouth")
    return answers[answers["annotator"] == name]
