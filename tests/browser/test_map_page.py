"""The map of moments in a bare page: what the pointer and the keys do, and what the kernel then knows."""

import numpy as np
import pandas as pd
import pytest
from bare_page import BarePage
from drawn_features import draw_face

from workbench.datasets.moment_preview import png_of
from workbench.features.sound_pictures import wav_bytes
from workbench.sentiment import SENTIMENTS
from workbench.widgets.map_explorer import MapExplorer
from workbench.widgets.map_view import MapView

pytestmark = pytest.mark.browser
N = 2000
# A dozen moves on a page that needs 60 ms for each picture, one move a picture: nothing of it waits for the test.
MOVED_SLOWLY = """async () => {
  const plot = document.querySelector(".aw-map-plot");
  let thinnest = 1;
  plot.focus();
  for (let k = 0; k < 12; k++) {
    const end = performance.now() + 60;
    while (performance.now() < end);
    plot.dispatchEvent(new KeyboardEvent("keydown", { key: k % 2 ? "ArrowLeft" : "ArrowRight", bubbles: true, cancelable: true }));
    await new Promise(requestAnimationFrame);
    thinnest = Math.max(thinnest, Number(plot.dataset.step));
  }
  return thinnest;
}"""


class DrawnPreviews:
    """Faces and tones in place of a dataset."""

    def pictures(self, clip, moment):
        return {"face": png_of(draw_face(opening=moment % 10 / 10))}

    def sound(self, clip, time_s):
        return wav_bytes(0.1 * np.sin(2 * np.pi * 220 * np.arange(9_600) / 48_000))


def drawn_map(n=N, seed=2):
    """Three clouds, one a class, at the corners of a triangle; a tenth is told wrong."""
    rng = np.random.default_rng(seed)
    cloud = np.arange(n) % 3
    points = np.array([[-2, -1.5], [2, -1.5], [0, 2]])[cloud] + rng.normal(0, 0.45, (n, 2))
    truth = np.array(SENTIMENTS)[cloud]
    said = np.where(rng.random(n) < 0.1, np.roll(truth, 1), truth)
    rows = {
        "clip": [f"clip{k // 20:04d}" for k in range(n)],
        "speaker": [f"{k // 20 % 24:02d}" for k in range(n)],
        "moment": np.arange(n) % 20,
        "time_s": np.arange(n) % 20 * 0.03,
        "heard": True,
        "part": np.array(["train", "validation", "test"])[rng.integers(0, 3, n)],
        "truth": np.where(rng.random(n) < 0.05, "", truth),
        "predicted": said,
        "confidence": rng.uniform(0.34, 1, n),
    }
    title = f"visual, layer dense_16: t-SNE of {n:,} moments"
    note = "Neighbours are alike to the network; trustworthiness 0.973 (95% interval 0.968 to 0.978)."
    return MapView(points, pd.DataFrame(rows), classes=SENTIMENTS, title=title, note=note)


@pytest.fixture
def explore(page):
    def opened(view=None):
        bare = BarePage(page, MapExplorer(view or drawn_map(), DrawnPreviews()))
        page.set_default_timeout(10_000)
        bare.open()
        page.locator(".aw-map-plot[data-painter]").wait_for()
        return bare

    return opened


def on_screen(page, x, y):
    """Where a place of the map (its coordinates) is on the page."""
    box = page.locator(".aw-map-over").bounding_box()
    x, y, half = float(x), float(y), 0.47 * min(box["width"], box["height"])
    return box["x"] + box["width"] / 2 + x * half, box["y"] + box["height"] / 2 - y * half


def draw_lasso(page, corners):
    page.mouse.move(*on_screen(page, *corners[0]))
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*on_screen(page, *corner), steps=4)
    page.mouse.up()


def point_at(page, view, row):
    page.mouse.move(*on_screen(page, *view.points[row]))


def ink(page):
    """Return how much of the plot is painted, as a share, from a picture of it."""
    import io

    from PIL import Image

    picture = Image.open(io.BytesIO(page.locator(".aw-map-plot").screenshot())).convert("RGB")
    return float((np.asarray(picture, int).min(axis=2) < 200).mean())


def lonely(view, mask):
    """The row, of those of a mask, whose nearest neighbour is farthest away."""
    rows = np.flatnonzero(mask)
    distances = np.linalg.norm(view.points[rows][:, None] - view.points[None], axis=2)
    return int(rows[np.sort(distances, axis=1)[:, 1].argmax()])


def test_a_lasso_chooses_the_same_points_in_the_kernel_and_dims_the_others(explore, page, screenshot):
    view = explore().widget.view
    assert page.locator(".aw-map-plot").get_attribute("data-painter") == "webgl2"
    page.wait_for_timeout(100)
    before = ink(page)
    screenshot("map-whole")
    corners = [(-1.05, -1.05), (-0.2, -1.05), (-0.2, 0), (-1.05, 0)]
    draw_lasso(page, corners)
    page.wait_for_function("document.querySelector('.aw-map').dataset.chosen > 0")
    inside = ((view.points > [-1.05, -1.05]) & (view.points < [-0.2, 0])).all(axis=1)
    assert int((inside ^ view.chosen).sum()) <= 6  # the hand is on whole pixels
    assert view.selection.source == "map" and set(view.moments["truth"][view.chosen]) <= {"negative", ""}
    assert page.locator(".aw-map-words").inner_text() == view.selection.words
    told = page.locator(".aw-map-entry[data-category=negative] .aw-map-count").inner_text()
    assert (
        told
        == f"{(view.moments['truth'][view.chosen] == 'negative').sum()} of {view.colourings[0].categories[0].n}"
    )
    page.wait_for_timeout(100)
    assert ink(page) < 0.6 * before
    screenshot("map-lasso")
    page.keyboard.press("Escape")
    page.get_by_text(f"all {N:,} moments").wait_for()
    assert view.selection.moments == ()


def test_pointing_shows_the_face_and_what_is_known_and_plays_the_sound(explore, page, screenshot):
    view = explore().widget.view
    row = lonely(view, view.moments["truth"] != "")
    point_at(page, view, row)
    card = page.locator(f".aw-card[data-row='{row}']")
    card.wait_for()
    assert card.get_by_role("img").evaluate("one => one.decode().then(() => one.naturalWidth)") == 96
    for name, words in view.words_about(row):
        assert f"{name}\n{words}" in card.locator("dl").inner_text()
    page.mouse.down()
    page.mouse.up()
    page.locator(f".aw-card[data-heard='{row}']").wait_for()
    screenshot("map-pointed-at")
    assert view.selection.moments == ()
    page.get_by_label("play what I point at").check()
    point_at(page, view, 0)
    page.locator(".aw-card[data-heard='0']").wait_for()


def test_colours_change_with_their_legend_and_an_entry_chooses(explore, page, screenshot):
    view = explore().widget.view
    for name in ("right or wrong", "speaker", "confidence", "part"):
        page.get_by_label("Colour by").select_option(name)
        names = page.locator(".aw-map-entry span:first-of-type").all_inner_texts()
        assert names == [one.name for one in {c.name: c for c in view.colourings}[name].categories]
        page.wait_for_timeout(60)
        screenshot(f"map-{name.replace(' ', '-')}")
    page.get_by_label("Colour by").select_option("right or wrong")
    page.get_by_role("button", name="wrong").click()
    page.get_by_text("right or wrong wrong").wait_for()
    rows = view.moments[view.chosen]
    assert len(rows) > 50 and (rows["truth"] != rows["predicted"]).all()


def test_everything_can_be_done_by_keys_alone(explore, page, screenshot):
    view = explore().widget.view
    page.locator(".aw-map-plot").focus()
    page.keyboard.press("n")
    page.locator(".aw-card[data-row='0']").wait_for()
    page.keyboard.press("n")
    page.locator(".aw-card[data-row='1']").wait_for()
    page.keyboard.press("p")
    page.locator(".aw-card[data-row='0']").wait_for()
    page.keyboard.press(" ")
    page.locator(".aw-card[data-heard='0']").wait_for()
    for key in ("ArrowLeft", "ArrowDown") * 3 + ("+",) * 3:
        page.keyboard.press(key)
    page.wait_for_timeout(60)
    page.keyboard.press("Enter")
    page.get_by_text("window on the map").wait_for()
    assert 50 < view.chosen.sum() < N / 2
    screenshot("map-by-keys")
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    page.get_by_text(f"all {N:,} moments").wait_for()


def test_what_another_view_chooses_is_shown_here(explore, page):
    bare = explore()
    view = bare.widget.view
    chosen = [view.names[row] for row in (3, 5, 8)]
    sent = []
    bare.widget.send = lambda content, buffers=None: sent.append((content, buffers))
    view.selection.choose(chosen, source="confusion", words="negative said as neutral")
    assert sent[0][0]["words"] == f"3 of {N:,} moments here; negative said as neutral"
    assert np.flatnonzero(np.frombuffer(sent[0][1][0], np.uint8)).tolist() == [3, 5, 8]
    bare.open()  # a page that is opened later shows it, too
    page.get_by_text("negative said as neutral").wait_for()
    page.locator(".aw-map[data-chosen='3']").wait_for()


def test_moving_and_zooming_keep_the_pointer_on_its_point(explore, page):
    view = explore().widget.view
    row = lonely(view, np.ones(N, bool))
    place = on_screen(page, *view.points[row])
    page.locator(".aw-map-plot").focus()
    page.mouse.move(*place)
    page.mouse.wheel(0, -600)
    page.wait_for_timeout(100)
    page.mouse.move(place[0] + 1, place[1])
    page.locator(f".aw-card[data-row='{row}']").wait_for()
    page.get_by_role("button", name="Move").click()
    page.mouse.move(*place)
    page.mouse.down()
    page.mouse.move(place[0] + 60, place[1] - 40, steps=5)
    page.mouse.up()
    page.mouse.move(0, 0)
    page.mouse.move(place[0] + 61, place[1] - 40)
    page.wait_for_function(f"document.querySelector('.aw-card').dataset.row === '{row}'")
    assert view.selection.moments == ()


def test_a_browser_that_cannot_keep_up_thins_the_map_only_while_it_moves(explore, page):
    explore()
    page.wait_for_timeout(100)
    before = ink(page)
    assert page.evaluate(MOVED_SLOWLY) > 1
    page.locator(".aw-map-plot[data-step='1']").wait_for()
    page.wait_for_timeout(60)
    assert ink(page) == pytest.approx(before, rel=0.02)


def test_a_browser_without_webgl_paints_the_same_on_a_plain_canvas(explore, page, screenshot):
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, how) { return kind === 'webgl2' ? null : get.call(this, kind, how); };"
    )
    view = explore().widget.view
    assert page.locator(".aw-map-plot").get_attribute("data-painter") == "canvas"
    page.wait_for_timeout(100)
    assert ink(page) > 0.02
    view_before = ink(page)
    page.get_by_role("button", name="negative").click()
    page.get_by_text("class negative").wait_for()
    page.wait_for_timeout(100)
    assert ink(page) < 0.6 * view_before
    assert (view.moments["truth"][view.chosen] == "negative").all()
    screenshot("map-canvas")


def test_a_map_whose_graphics_context_was_taken_away_paints_again(explore, page):
    explore()
    page.wait_for_timeout(100)
    before = ink(page)
    page.evaluate(
        "document.querySelector('.aw-map-points').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    page.wait_for_timeout(300)
    assert ink(page) == pytest.approx(before, rel=0.05)


def test_axe_finds_nothing_to_complain_of(explore, page):
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    view = explore().widget.view
    point_at(page, view, lonely(view, np.ones(N, bool)))
    page.locator(".aw-card img").wait_for()
    found = Axe().run(page, context=".aw-map")
    assert found.violations_count == 0, found.generate_report()
