"""What a notebook shows of recordings that were just analysed."""

import numpy as np
import pytest
from scripted_networks import Scripted, by_content
from timed_video import voice, write_timed_video

from workbench.features.sight import Sight
from workbench.reports import analysed
from workbench.reports.analysed import SHOWN, analysed_folder, analysed_timeline
from workbench.systems import folder_analysis, folder_clip
from workbench.systems.analysis import analyze
from workbench.systems.lightweight_fusion import FusionNetworks


class Looks:
    """Sees a face in the first half of a second only."""

    def look(self, frame):
        if frame.time_s > 0.5:
            return Sight(frame.time_s, "lost")
        face = np.full((96, 96, 3), int(frame.image.mean()), np.uint8)
        return Sight(frame.time_s, "detected", (8.0, 6.0, 30.0, 30.0), 1, None, face, face[:28, :28])

    def heard(self, time_s, level_db):
        pass


@pytest.fixture
def films(tmp_path, monkeypatch, rng):
    mouth = Scripted(lambda n, **arrays: np.tile([0.4, 0.6], (n, 1)))
    runs = {"mouth": "m", "visual": "v", "audiovisual": "av"}
    networks = FusionNetworks(mouth, Scripted(by_content(1)), Scripted(by_content(2)), runs)
    for module in (analysed, folder_analysis, folder_clip):
        monkeypatch.setattr(module, "load_fusion", lambda *args, **settings: networks)
    for module in (analysed, folder_clip):
        monkeypatch.setattr(
            module, "analyze", lambda *args, **said: analyze(*args, **said | {"looker": Looks()})
        )
    folder_clip._system.cache_clear()
    folder = tmp_path / "films"
    folder.mkdir()
    write_timed_video(folder / "$a$.mp4", np.arange(30) / 30, sound=voice(1.0, rng=rng))
    (folder / "bad.mp4").write_bytes(b"no recording")
    yield folder
    folder_clip._system.cache_clear()


def test_a_timeline_covers_the_whole_recording_and_draws_the_opinion(project, films):
    figure = analysed_timeline(project, films / "$a$.mp4").figure
    (ax,) = figure.axes
    assert ax.get_xlim() == pytest.approx((0, 1.02), abs=0.031)
    assert any("mouth open" in text.get_text() for text in ax.get_legend().get_texts())
    assert analysed_timeline(project, films / "$a$.mp4")._repr_png_()[0].startswith(b"\x89PNG")


def test_a_folder_is_shown_as_counts_of_moments(project, films):
    table = analysed_folder(project, films, project.root / "t.csv", n_workers=0)
    assert list(table.columns) == list(SHOWN)
    good, bad = table.to_dict("records")
    assert good["faces"] == f"18/{good['moments']}"
    assert (bad["label"], bad["faces"]) == ("", "")
    assert "must be a recording by its content" in bad["problem"]
