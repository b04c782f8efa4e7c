"""A clip written while it happens holds what came, to the last bit and millisecond."""

import numpy as np
import pytest
from camera_world import pictures, sound_blocks

from workbench.errors import InvalidInputError, StorageError
from workbench.media.audio import read_sound
from workbench.media.jpeg import JpegDecoder
from workbench.media.live_clip import LiveClip
from workbench.media.video import read_frames


@pytest.fixture
def clip(tmp_path):
    return LiveClip(tmp_path / "clips" / "one.mkv", (64, 48), with_sound=True)


def test_pictures_and_sound_come_back_as_they_were_sent(clip, rng):
    sent, heard = list(pictures(rng, 9)), list(sound_blocks(rng, 0.3))
    for _, time_s, jpeg in sent:
        clip.add_picture(time_s, jpeg)
    for start_s, block in heard:
        clip.add_sound(start_s, np.frombuffer(block, "<f4"))
    clip.close()
    assert clip.path.stat().st_mode & 0o777 == 0o600 and clip.path.parent.stat().st_mode & 0o777 == 0o700
    decoder, frames = JpegDecoder(), list(read_frames(clip.path))
    assert [frame.time_s for frame in frames] == pytest.approx([time_s for _, time_s, _ in sent])
    for frame, (_, _, jpeg) in zip(frames, sent, strict=True):
        assert np.array_equal(frame.image, decoder.decode(jpeg))
    samples = np.concatenate([np.frombuffer(block, "<f4") for _, block in heard])
    assert np.array_equal(read_sound(clip.path).samples, samples)


def test_a_hole_in_the_sound_is_silence_and_what_comes_twice_is_taken_once(clip, rng):
    (_, time_s, jpeg), *_ = pictures(rng, 1)
    clip.add_picture(time_s, jpeg)
    ones = np.ones(480, np.float32)
    clip.add_sound(0.01, ones)  # 480 samples of silence before
    clip.add_sound(0.015, 2 * ones)  # its first half is there already
    clip.add_sound(0.04, 3 * ones)
    clip.add_sound(0.0, ones)  # all of it is
    clip.close()
    heard = read_sound(clip.path).samples
    expected = np.repeat([0, 1, 2, 0, 3], [480, 480, 240, 720, 480])
    assert np.array_equal(heard, expected.astype(np.float32))


def test_pictures_must_follow_each_other(clip, rng):
    (_, _, jpeg), *_ = pictures(rng, 1)
    clip.add_picture(0.1, jpeg)
    with pytest.raises(InvalidInputError, match=r"later than the one before.*0\.1001"):
        clip.add_picture(0.1001, jpeg)  # the same millisecond
    clip.close()


def test_what_is_abandoned_is_gone_and_nothing_is_written_over(clip, tmp_path):
    with pytest.raises(StorageError, match="must be writable"):
        LiveClip(clip.path, (64, 48), with_sound=False)
    clip.abandon()
    assert list(clip.path.parent.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"\xff\xd8 no more", b"GIF89a", b"\xff\xd8" + b"0" * 8_000_001])
def test_what_is_no_jpeg_is_refused(data):
    with pytest.raises(InvalidInputError, match="A picture must"):
        JpegDecoder().decode(data)
