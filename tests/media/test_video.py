from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.media.audio import SOUND_RATE, read_sound
from workbench.media.video import frame_at, frames_on_grid, read_frames, write_video

NTSC = Fraction(30_000, 1_001)


def test_what_was_written_is_read_back_in_order_at_its_times(grey_video):
    frames = list(read_frames(grey_video(n_frames=30)))
    assert np.allclose([f.time_s for f in frames], np.arange(30) / float(NTSC), atol=1e-4)
    assert np.allclose([f.image.mean() for f in frames], 20 + 7 * np.arange(30), atol=3)
    assert frames[0].image.shape == (48, 64, 3)


def test_the_same_input_writes_the_same_bytes(grey_video, rng):
    sound = rng.normal(0, 0.1, 48_000).astype(np.float32)
    assert grey_video("a.mp4", sound=sound).read_bytes() == grey_video("b.mp4", sound=sound).read_bytes()


def test_moving_pictures_write_the_same_bytes_every_time(tmp_path, rng):
    still = rng.integers(0, 255, (360 + 60, 480, 3), dtype=np.uint8)
    still = np.cumsum(still.astype(np.float32) - 127, axis=1).clip(-600, 600) / 6 + 127
    frames = [np.ascontiguousarray(still[k : k + 360].astype(np.uint8)) for k in range(0, 60, 2)]
    for name in "abcde":
        write_video(tmp_path / name, frames, frame_rate=NTSC)
    assert len({(tmp_path / name).read_bytes() for name in "abcde"}) == 1


def test_a_click_is_heard_when_its_flash_is_seen(tmp_path):
    flash = 17
    frames = [np.full((48, 64, 3), 255 if k == flash else 0, np.uint8) for k in range(40)]
    sound = np.zeros(round(40 / NTSC * SOUND_RATE), np.float32)
    at = round(flash / NTSC * SOUND_RATE)
    sound[at : at + 48] = 0.9
    write_video(tmp_path / "clap.mp4", frames, frame_rate=NTSC, sound=sound)
    seen_s = next(f.time_s for f in read_frames(tmp_path / "clap.mp4") if f.image.mean() > 128)
    heard = read_sound(tmp_path / "clap.mp4")
    heard_s = np.argmax(np.abs(heard.samples)) / SOUND_RATE
    assert abs(heard_s - seen_s) < 0.002
    assert abs(heard.duration_s - 40 / float(NTSC)) < 0.05


def test_the_grid_reuses_the_very_frame_while_no_new_one_is_shown(grey_video):
    path = grey_video(n_frames=60)
    times = np.array([f.time_s for f in read_frames(path)])
    moments = list(frames_on_grid(path))
    assert [m.index for m in moments] == list(range(67))  # 60 frames last 2.002 s
    for moment in moments:
        assert moment.frame.time_s == times[times <= moment.time_s + 1e-6][-1]
    reused = [a.frame is b.frame for a, b in pairwise(moments)]
    assert sum(reused) == 67 - len({m.frame.time_s for m in moments}) > 0


def test_a_grid_slower_than_the_pictures_leaves_some_out(grey_video):
    greys = [round(m.frame.image.mean()) for m in frames_on_grid(grey_video(n_frames=30), step_s=0.1)]
    assert len(greys) == 11
    assert np.allclose(np.diff(greys), 21, atol=8)


def test_pictures_of_uneven_pace_are_chosen_by_their_timestamps(tmp_path):
    path = tmp_path / "uneven.mkv"
    shown_ms = [0, 40, 50, 300, 310, 600]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=1_000)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1_000)
        for k, at in enumerate(shown_ms):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 40 * k, np.uint8), format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    for moment in frames_on_grid(path):
        expected = max(k for k, at in enumerate(shown_ms) if at <= 1_000 * moment.time_s + 1e-3)
        assert round(moment.frame.image.mean() / 40) == expected
    assert moment.time_s == pytest.approx(0.87)  # the last picture stands 290 ms, as the one before it did


@pytest.mark.parametrize(("pictures_start_s", "sound_starts_s"), [(0.0, 0.4), (0.4, 0.0), (1.0, 1.4)])
def test_streams_that_start_apart_stay_on_one_clock(tmp_path, pictures_start_s, sound_starts_s):
    path = tmp_path / "apart.mkv"
    with av.open(str(path), "w") as container:
        video, voice = container.add_stream("libx264", rate=25), container.add_stream("flac", rate=SOUND_RATE)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        voice.layout = "mono"
        sound = np.zeros((1, SOUND_RATE), np.int16)
        sound[0, 4_800:4_850] = 20_000
        block = av.AudioFrame.from_ndarray(sound, format="s16", layout="mono")
        block.sample_rate, block.time_base = SOUND_RATE, Fraction(1, SOUND_RATE)
        block.pts = round(sound_starts_s * SOUND_RATE)
        for k in range(25):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 10 * k, np.uint8), format="rgb24")
            frame.pts, frame.time_base = k + round(pictures_start_s * 25), Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        container.mux(voice.encode(block))
        container.mux(voice.encode(None))
    zero_s = min(pictures_start_s, sound_starts_s)
    assert next(read_frames(path)).time_s == pytest.approx(pictures_start_s - zero_s, abs=0.002)
    click_s = np.argmax(read_sound(path).samples) / SOUND_RATE
    assert click_s == pytest.approx(sound_starts_s - zero_s + 0.1, abs=0.003)


def test_a_clip_filmed_on_its_side_comes_upright(tmp_path):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24, :32] = 255  # a white corner, top left as stored
    path = tmp_path / "phone.mp4"
    write_video(path, [picture] * 5, frame_rate=Fraction(25))
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 4 + 40
    turn = (0, 1 << 16, 0, -(1 << 16), 0, 0, 48 << 16, 0, 1 << 30)  # show it turned 90 degrees clockwise
    content[matrix : matrix + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in turn)
    path.write_bytes(content)
    shown = next(read_frames(path)).image
    assert shown.shape == (64, 48, 3)
    corners = {"top right": shown[8, 40], "top left": shown[8, 8], "bottom right": shown[56, 40]}
    assert max(corners, key=lambda name: corners[name].mean()) == "top right"


def test_the_picture_on_screen_at_a_time_is_found(grey_video):
    path = grey_video(n_frames=30)
    assert abs(frame_at(path, 0.5).image.mean() - (20 + 7 * 14)) < 3
    assert abs(frame_at(path, 99.0).image.mean() - (20 + 7 * 29)) < 3


def test_a_recording_of_sound_alone_has_no_pictures(wav):
    with pytest.raises(InvalidInputError, match="video stream"):
        list(read_frames(wav(np.zeros(4_800))))


def test_a_clip_cut_off_in_the_middle_yields_what_is_whole(grey_video):
    path = grey_video(n_frames=60, sound=None, size=(240, 320))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    assert 0 < len(list(read_frames(path))) < 60
