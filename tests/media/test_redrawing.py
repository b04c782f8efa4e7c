"""A redrawn recording shows its pictures at their own times and sounds as it did."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from timed_video import grey_of, voice, write_timed_video

from workbench.errors import InvalidInputError
from workbench.media.audio import read_sound
from workbench.media.redrawing import redraw
from workbench.media.video import read_frames

UNEVEN_S = (0.0, 0.02, 0.1, 0.13, 0.35, 0.36, 0.5, 0.9, 0.92, 1.0)


def as_it_is(frame):
    return frame.image


def times_of(path):
    return [frame.time_s for frame in read_frames(path)]


def packets_of(path):
    """(seconds, bytes) of every packet of sound, from the clip's time zero."""
    with av.open(str(path)) as container:
        zero_s = (container.start_time or 0) / av.time_base
        stream = container.streams.audio[0]
        found = [(p.pts, bytes(p)) for p in container.demux(stream) if p.pts is not None]
        return [(round(float(pts * stream.time_base) - zero_s, 4), data) for pts, data in found]


def write_with_codec(path, *, codec, rate=48_000, layout="stereo", sound_starts_s=0.0):
    """A second of pictures that get brighter, and of a rising tone in ``codec``."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4" if path.suffix != ".webm" else "libvpx", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        heard = container.add_stream(codec, rate=rate)
        heard.layout = layout
        for number in range(25):
            picture = av.VideoFrame.from_ndarray(
                np.full((48, 64, 3), grey_of(number), np.uint8), format="rgb24"
            )
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        t = np.arange(rate) / rate
        tone = (0.3 * np.sin(2 * np.pi * (200 + 300 * t) * t)).astype(np.float32)
        channels = np.stack([tone] * len(heard.layout.channels))
        block = av.AudioFrame.from_ndarray(channels, format="fltp", layout=layout)
        block.sample_rate, block.time_base = rate, Fraction(1, rate)
        block.pts = round(sound_starts_s * rate)
        container.mux(heard.encode(block))
        container.mux(heard.encode(None))
    return path


def lag_s(heard, original):
    """How much later ``heard`` is than ``original``, by the peak of their correlation."""
    n = max(heard.samples.size, original.samples.size)
    spectrum = np.fft.rfft(heard.samples, 2 * n) * np.conj(np.fft.rfft(original.samples, 2 * n))
    peak = int(np.argmax(np.fft.irfft(spectrum)))
    return (peak if peak < n else peak - 2 * n) / 48_000


def test_pictures_keep_their_uneven_times(tmp_path, rng):
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    write_timed_video(source, UNEVEN_S, sound=voice(1.1, rng=rng))
    done = redraw(source, target, as_it_is)
    assert done.n_pictures == len(UNEVEN_S)
    assert times_of(target) == pytest.approx(UNEVEN_S, abs=1e-6)
    greys = [frame.image.mean() for frame in read_frames(target)]
    assert greys == pytest.approx([grey_of(k) for k in range(len(UNEVEN_S))], abs=2)


def test_what_is_drawn_is_what_is_shown(tmp_path):
    source, target = tmp_path / "a.mkv", tmp_path / "b.mp4"
    write_timed_video(source, UNEVEN_S)

    def mark(frame):
        image = np.zeros((60, 80, 3), np.uint8)
        image[:, : round(80 * frame.time_s)] = (213, 94, 0)
        return image

    assert redraw(source, target, mark).sound == "none"
    for frame in read_frames(target):
        edge = round(80 * frame.time_s)
        assert frame.image.shape == (60, 80, 3)
        if edge > 8:
            assert np.abs(frame.image[30, : edge - 8].astype(int) - (213, 94, 0)).max() < 12
        assert frame.image[30, edge + 8 :].size == 0 or frame.image[30, edge + 8 :].max() < 12


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "aac"), ("a.mkv", "aac"), ("a.ts", "aac"), ("a.mkv", "libmp3lame"), ("a.webm", "libopus"), ("a.mkv", "flac")],
)  # fmt: skip
def test_sound_that_mp4_can_hold_stays_the_same_bytes(tmp_path, name, codec):
    source, target = write_with_codec(tmp_path / name, codec=codec), tmp_path / "out.mp4"
    assert redraw(source, target, as_it_is).sound == "copied"
    before, after = packets_of(source), packets_of(target)
    bare = 7 if name == "a.ts" else 0  # the transport stream's own header of each packet
    assert [data[bare:] for _, data in before] == [data for _, data in after]
    assert [t for t, _ in after] == pytest.approx([t for t, _ in before], abs=0.0011)
    assert abs(lag_s(read_sound(target), read_sound(source))) < 0.0011


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.mkv", "pcm_s16le", 48_000, "stereo"),
        ("a.avi", "mp2", 44_100, "mono"),
        ("a.mkv", "libmp3lame", 8_000, "mono"),
        ("a.mkv", "pcm_s16le", 8_000, "5.1"),
    ],
)
def test_other_sound_becomes_aac_in_the_same_place(tmp_path, name, codec, rate, layout):
    source = write_with_codec(tmp_path / name, codec=codec, rate=rate, layout=layout)
    assert redraw(source, tmp_path / "out.mp4", as_it_is).sound == "converted"
    assert abs(lag_s(read_sound(tmp_path / "out.mp4"), read_sound(source))) < 0.005


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_sound_that_begins_late_still_begins_late(tmp_path, rng, name):
    source, target = tmp_path / name, tmp_path / "out.mp4"
    write_timed_video(source, np.arange(30) / 30, sound=voice(0.6, rng=rng), sound_starts_s=0.35)
    redraw(source, target, as_it_is)
    assert times_of(target) == pytest.approx(times_of(source), abs=1e-6)
    assert abs(lag_s(read_sound(target), read_sound(source))) < 0.005


def test_time_zero_is_the_clips_own(tmp_path, rng):
    source, target = tmp_path / "a.mkv", tmp_path / "out.mp4"
    write_timed_video(source, np.arange(30) / 30 + 5.0, sound=voice(1.0, rng=rng), sound_starts_s=5.0)
    redraw(source, target, as_it_is)
    with av.open(str(target)) as container:
        assert container.start_time == 0
        assert container.duration / av.time_base == pytest.approx(1.0, abs=0.06)
    assert times_of(target) == pytest.approx(times_of(source), abs=1e-3)


def test_a_hole_in_converted_sound_moves_nothing(tmp_path, rng):
    source = tmp_path / "a.mkv"
    with av.open(str(source), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        heard = container.add_stream("pcm_s16le", rate=48_000)
        heard.layout = "mono"
        for number in range(20):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        for starts_s in (0.0, 1.5):
            tone = np.full((1, 9_600), 8_000, np.int16)
            tone[:, ::40] = -8_000
            block = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            block.sample_rate, block.time_base, block.pts = (
                48_000,
                Fraction(1, 48_000),
                round(starts_s * 48_000),
            )
            container.mux(heard.encode(block))
        container.mux(heard.encode(None))
    redraw(source, tmp_path / "out.mp4", as_it_is)
    level = np.abs(read_sound(tmp_path / "out.mp4").samples)
    assert level[2_400:7_200].mean() > 0.1
    assert level[12_000:69_600].max() < 0.02
    assert level[74_400:79_200].mean() > 0.1


def test_the_end_lasts_as_long_as_the_picture_before_it(tmp_path):
    write_timed_video(tmp_path / "a.mp4", [0.0, 0.4, 0.6])
    redraw(tmp_path / "a.mp4", tmp_path / "b.mp4", as_it_is)
    with av.open(str(tmp_path / "b.mp4")) as container:
        assert container.duration / av.time_base == pytest.approx(0.8, abs=0.002)


def test_sound_alone_has_nothing_to_draw_on(wav, rng, tmp_path):
    with pytest.raises(InvalidInputError, match=r"sound\.wav must have a video stream to draw on"):
        redraw(wav(rng.normal(size=4_800) * 0.1), tmp_path / "out.mp4", as_it_is)


QUARTER_TURN = (0, 1 << 16, 0, (1 << 32) - (1 << 16), 0, 0, 0, 0, 1 << 30)
"""What a telephone held upright writes into the track's header."""


def test_a_turned_recording_comes_out_upright_and_is_not_turned_again(tmp_path):
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    write_timed_video(source, [0.0, 0.1], size=(48, 64))
    content = bytearray(source.read_bytes())
    matrix = content.index(b"tkhd") + 44
    content[matrix : matrix + 36] = struct.pack(">9I", *QUARTER_TURN)
    source.write_bytes(content)
    shapes = []
    redraw(source, target, lambda frame: shapes.append(frame.image.shape) or frame.image)
    assert shapes == [(64, 48, 3)] * 2
    with av.open(str(target)) as container:
        picture = next(container.decode(video=0))
        assert (picture.width, picture.height, picture.rotation) == (48, 64, 0)
