import pytest

from workbench.errors import InvalidInputError
from workbench.media.container import demuxer_for, open_media
from workbench.media.video import read_frames


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (b"\x00\x00\x00\x20ftypisom", "mov"),
        (b"\x1a\x45\xdf\xa3rest", "matroska"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
        (b"fLaC\x00", "flac"),
        (b"OggS\x00", "ogg"),
        (b"\x00\x00\x01\xba\x44", "mpeg"),
        (b"FORM\x00\x00\x00\x00AIFF", "aiff"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90", "mp3"),
        (b"\xff\xf1\x50", "aac"),
        ((b"G" + b"\x00" * 187) * 3, "mpegts"),
        (b"#EXTM3U\n", None),
        (b"ffconcat version 1.0\n", None),
        (b"<?xml version", None),
        (b"%PDF-1.7", None),
        (b"\x7fELF", None),
        (b"", None),
    ],
)
def test_a_container_is_known_by_its_first_bytes(head, demuxer):
    assert demuxer_for(head) == demuxer


def refusal(path):
    with pytest.raises(InvalidInputError) as told, open_media(path):
        pass
    return str(told.value)


def test_an_empty_file_is_refused_as_empty(tmp_path):
    (tmp_path / "a.mp4").touch()
    assert "empty" in refusal(tmp_path / "a.mp4")


def test_garbage_named_mp4_is_refused(tmp_path, rng):
    (tmp_path / "a.mp4").write_bytes(b"\x01\x02" + rng.bytes(5_000))
    assert "first bytes" in refusal(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    "text", ["#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "ffconcat version 1.0\nfile '/etc/passwd'\n"]
)
def test_a_playlist_posing_as_mp4_is_refused_before_a_demuxer_sees_it(tmp_path, text):
    (tmp_path / "a.mp4").write_text(text)
    assert "first bytes" in refusal(tmp_path / "a.mp4")


def test_a_file_that_only_begins_like_an_mp4_is_refused(tmp_path, rng):
    (tmp_path / "a.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + rng.bytes(2_000))
    assert "mov" in refusal(tmp_path / "a.mp4")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert "readable" in refusal(tmp_path / "none.mp4")
    assert "readable" in refusal(tmp_path)


def test_a_recording_opens_whatever_it_is_called(tmp_path, grey_video):
    renamed = grey_video().rename(tmp_path / "concat:a|b %d.txt")
    assert len(list(read_frames(renamed))) == 30
