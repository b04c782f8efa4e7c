"""How soon a map of moments answers: ``python -m benchmarks.map_pace [--points 20000 100000]``.

In a notebook of a real JupyterLab a cell lays out nothing, it only knows coordinates (drawn by lot) and shows them. Measured
from the moment they are known in the kernel until the map was first painted; from letting go of a lasso until the chosen
points were painted (through the kernel and back); from pointing at a moment until its face was there; and frames a second
while the map is moved, with how many points were left out to keep up. Graphics are the browser's: in a headless Chromium
without a graphics card that is SwiftShader, which computes every pixel on the processor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from drawn_features import draw_face  # noqa: E402
from servers import running_lab  # noqa: E402

from benchmarks.chromium import CHROMIUM_ARGUMENTS  # noqa: E402
from workbench.datasets.moment_preview import png_of  # noqa: E402
from workbench.project import Project  # noqa: E402
from workbench.sentiment import SENTIMENTS  # noqa: E402

WATCH = """
window.told = {};
for (const name of ["aw-map-painted", "aw-map-chosen"]) document.addEventListener(name, () => (window.told[name] ??= Date.now()));
window.forget = () => (window.told = {});
window.until = (name) => new Promise((done) => { const look = () => (name in told ? done(told[name]) : requestAnimationFrame(look)); look(); });
window.pictured = (row) => new Promise((done) => { const look = () => { const image = document.querySelector(`.aw-card[data-row="${row}"] img`); image?.complete ? done(Date.now()) : requestAnimationFrame(look); }; look(); });
window.moved = (seconds) => new Promise((done) => {
  const over = document.querySelector(".aw-map-over"), box = over.getBoundingClientRect(), plot = over.parentElement, begun = performance.now(), times = [];
  let thinnest = 1;
  const step = (now) => {
    times.push(now);
    thinnest = Math.max(thinnest, Number(plot.dataset.step));
    const angle = times.length / 9, at = { clientX: box.x + 300 + 90 * Math.cos(angle), clientY: box.y + 250 + 90 * Math.sin(angle) };
    over.dispatchEvent(new PointerEvent("pointermove", at));
    now - begun < 1000 * seconds ? requestAnimationFrame(step) : done([times, thinnest]);
  };
  requestAnimationFrame(step);
});
"""


class DrawnPreviews:
    """Drawn faces in place of a dataset's."""

    def pictures(self, clip: str, moment: int) -> dict[str, bytes]:
        """Return a drawn face."""
        return {"face": png_of(draw_face(opening=moment % 10 / 10))}

    def sound(self, clip: str, time_s: float) -> None:
        """Return no sound."""
        return None


def drawn_map(n: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Return coordinates and moments of 24 speakers in three clouds."""
    rng, number = np.random.default_rng(1), np.arange(n)
    truth = np.array(SENTIMENTS)[number % 3]
    points = np.array([[-2, -1.5], [2, -1.5], [0, 2]])[number % 3] + rng.normal(0, 0.8, (n, 2))
    rows = {
        "clip": np.char.add("clip", (number // 100).astype(str)),
        "speaker": (number // 100 % 24).astype(str),
        "moment": number % 100,
        "time_s": number % 100 * 0.03,
        "heard": True,
        "part": np.array(["train", "validation", "test"])[rng.integers(0, 3, n)],
        "truth": truth,
        "predicted": np.where(rng.random(n) < 0.1, np.roll(truth, 1), truth),
        "confidence": rng.uniform(0.34, 1, n),
    }
    return points, pd.DataFrame(rows)


def write_notebook(folder: Path, n: int) -> str:
    """Write a notebook of two cells: what is imported before, and the map."""
    before = (
        f"import sys, time; sys.path.insert(0, {str(ROOT)!r})\n"
        "from benchmarks.map_pace import DrawnPreviews, drawn_map\n"
        "from workbench.sentiment import SENTIMENTS\n"
        "from workbench.widgets.map_explorer import MapExplorer\n"
        "from workbench.widgets.map_view import MapView\n"
        f"points, moments = drawn_map({n})"
    )
    shown = (
        "known = time.time()\n"
        "view = MapView(points, moments, classes=SENTIMENTS, title=f'known at {known:.3f}')\n"
        "MapExplorer(view, DrawnPreviews())"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (before, shown)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / f"map{n}.ipynb")
    return f"map{n}.ipynb"


def on_screen(page: Any, x: float, y: float) -> tuple[float, float]:
    """Return where a place of the map is on the page."""
    box = page.locator(".aw-map-over").bounding_box()
    half = 0.47 * min(box["width"], box["height"])
    return box["x"] + box["width"] / 2 + x * half, box["y"] + box["height"] / 2 - y * half


def measure(page: Any, address: str, n: int) -> str:
    """Measure one map; return a row of the table."""
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("(ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    painted = page.evaluate("until('aw-map-painted')")
    known = 1000 * float(page.locator(".aw-map h2").inner_text().split()[-1])
    page.locator(".aw-map-plot").scroll_into_view_if_needed()
    page.evaluate("forget()")
    corners = [(-0.9, -0.8), (-0.2, -0.8), (-0.1, -0.2), (-0.8, -0.1)]
    page.mouse.move(*on_screen(page, *corners[0]))
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*on_screen(page, *corner), steps=8)
    let_go = page.evaluate("Date.now()")
    page.mouse.up()
    lasso = page.evaluate("until('aw-map-chosen')") - let_go
    page.keyboard.press("Escape")
    page.get_by_text(f"all {n:,} moments").wait_for()
    page.locator(".aw-map-plot").focus()
    pointed = page.evaluate("Date.now()")
    page.keyboard.press("n")
    face = page.evaluate("pictured(0)") - pointed
    page.get_by_role("button", name="Move", exact=True).click()
    page.mouse.move(*on_screen(page, 0, 0))
    page.mouse.down()
    stamps, thinnest = page.evaluate("moved(4)")
    times = np.diff(np.array(stamps))
    page.mouse.up()
    painter = page.locator(".aw-map-plot").get_attribute("data-painter")
    slow = np.percentile(times, 95)
    return f"{n:>8,} {painted - known:14.0f} {lasso:11.0f} {face:10.0f} {1000 / times.mean():13.1f} {slow:12.1f}   {painter}, 1 of {thinnest} points while moved"


def main() -> None:
    """Print the table."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m benchmarks.map_pace", description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[20_000, 100_000])
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    print(f"{'':8} {'known to':>14} {'lasso to':>11} {'point to':>10} {'moved,':>13} {'95% of its':>12}")
    print(
        f"{'points':>8} {'painted, ms':>14} {'shown, ms':>11} {'face, ms':>10} {'frames a s':>13} {'frames, ms':>12}   by"
    )
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        notebooks = folder / "notebooks"
        notebooks.mkdir()
        files = {n: write_notebook(notebooks, n) for n in given.points}
        project = Project.open(folder / "project")
        os.environ["PYTHONPATH"] = str(ROOT)
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        for n, file in files.items():  # a server each: JupyterLab opens what was open before
            with running_lab(project.root, notebooks, home=folder / f"home{n}") as server:
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(120_000)
                page.add_init_script(WATCH)
                print(measure(page, server.notebook(file), n), flush=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
