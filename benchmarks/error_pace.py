"""How fast a cell of the confusion matrix leads to its moments: ``python -m benchmarks.error_pace``.

A headless Chromium opens a notebook of one call in JupyterLab and clicks every cell and several bars in turn, some twice: the
time from the click until the cards with all their pictures were painted. Once right after the page has opened, once after
its quiet work (pictures of what may be clicked next) is done, and once beside a process that trains.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from benchmarks.chromium import CHROMIUM_ARGUMENTS
from benchmarks.labelling_pace import ROOT, training

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from error_world import draw_cast, draw_runs  # noqa: E402
from servers import running_lab  # noqa: E402

from workbench.project import Project  # noqa: E402
from workbench.sentiment import SENTIMENTS  # noqa: E402
from workbench.systems.modalities import store_comparison  # noqa: E402

NOTEBOOK = "errors.ipynb"
CALL = """from workbench.project import Project
from workbench.reports.understanding import newest_comparison
from workbench.widgets.confusion_explorer import explore_errors

project = Project.open()
explore_errors(project, newest_comparison(project, "sample").runs)"""
LIMIT_MS = 300
SPEAKERS = tuple(f"{number:02d}" for number in range(1, 9))
CLIPS_EACH, N_MOMENTS = 9, 100
WATCH = 'window.painted = []; document.addEventListener("aw-moments-painted", (e) => window.painted.push(e.detail));'


def project_of_drawings(folder: Path) -> Project:
    """Make a project with a comparison whose test part holds some thousand moments."""
    project, rng = Project.open(folder / "project"), np.random.default_rng(3)
    cast = draw_cast(project, rng, speakers=SPEAKERS, clips_each=CLIPS_EACH, n_moments=N_MOMENTS)
    runs = draw_runs(
        project, cast, rng, tested=SPEAKERS[:4], validating=SPEAKERS[4:5], n_moments=N_MOMENTS, right=0.7
    )
    store_comparison(project, runs)
    return project


def notebook_of_errors(folder: Path) -> Path:
    """Write the notebook that shows the errors and nothing else, and return its folder."""
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CALL)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / NOTEBOOK)
    return folder


def open_page(page: Any, server: Any) -> None:
    """Open the notebook, run it, and wait for the first cards."""
    page.add_init_script(WATCH)
    page.goto(server.notebook(NOTEBOOK))
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("(ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".aw-card img").first.wait_for()
    page.get_by_role("tab", name="Confusion and groups").click()
    page.locator(".aw-group").first.wait_for()


def places(page: Any) -> Iterator[Any]:
    """Every cell, then the first bar of every group."""
    for true in SENTIMENTS:
        for said in SENTIMENTS:
            yield page.locator(f".aw-cell[data-first={true}][data-second={said}]")
    for of in ("speaker", "sex", "intensity", "statement", "mouth"):
        yield page.locator(f".aw-group[data-first={of}]").first


def clicks_ms(page: Any) -> np.ndarray:
    """Click each place and return how long each took to be painted."""
    found = []
    for place in places(page):
        before = page.evaluate("window.painted.length")
        place.click()
        page.wait_for_function("n => window.painted.length > n", arg=before)
        found.append(page.evaluate("window.painted.at(-1).ms"))
        page.wait_for_timeout(250)
    return np.array(found)


def line(what: str, ms: np.ndarray) -> str:
    """One row of the table."""
    p50, p95 = np.percentile(ms, (50, 95))
    return f"{what:38} {len(ms):6} {p50:7.0f} {p95:7.0f} {ms.max():7.0f}   {int((ms <= LIMIT_MS).sum())}/{len(ms)}"


def main() -> None:
    """Print the table."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        project = project_of_drawings(folder)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        with running_lab(
            project.root, notebook_of_errors(folder / "notebooks"), home=folder / "home"
        ) as server:
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.set_default_timeout(120_000)
            open_page(page, server)
            n_tested = 4 * CLIPS_EACH
            print(f"{n_tested * N_MOMENTS:,} test moments of {n_tested} clips, in JupyterLab")
            print(
                f"{'click to all pictures painted, ms':38} {'clicks':>6} {'p50':>7} {'p95':>7} {'max':>7}   <= {LIMIT_MS} ms"
            )
            print(line("right after the page opened", clicks_ms(page)), flush=True)
            page.wait_for_timeout(10_000)
            print(line("later", clicks_ms(page)), flush=True)
            with training():
                print(line("a training beside it", clicks_ms(page)), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
