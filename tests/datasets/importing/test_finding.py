import os

import pytest

from workbench.datasets.importing.finding import find_recordings
from workbench.errors import InvalidInputError


def names(found):
    return [item.relative for item in found]


def test_recordings_are_found_by_content_or_by_extension_and_the_rest_is_counted(source, voice_file):
    voice_file(source / "b" / "voice.wav")
    voice_file(source / "no_extension")
    for name in ["a.mp4", "readme.txt", "t.csv", "face.jpg", "words.align", ".hidden.mp4", "late.mp4.part"]:
        (source / name).write_bytes(b"words")
    found, n_ignored = find_recordings(source)
    assert names(found) == ["a.mp4", "b/voice.wav", "no_extension"]
    assert n_ignored == 6


def test_the_mark_of_utf16_text_is_not_taken_for_sound(source):
    (source / "notes").write_text("hello", encoding="utf-16")
    assert find_recordings(source) == ([], 1)


def test_two_bytes_that_could_be_an_mp3_do_not_make_a_recording(source):
    (source / "table.bin").write_bytes(b"\xff\xfb" + bytes(600))
    assert find_recordings(source) == ([], 1)


def test_a_photograph_in_an_mp4_wrapper_is_no_recording(source):
    (source / "photo.heic").write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(600))
    assert find_recordings(source) == ([], 1)


def test_links_and_pipes_are_answered_for_and_never_followed(source, tmp_path, voice_file):
    outside = voice_file(tmp_path / "outside" / "x.wav")
    (source / "link.wav").symlink_to(outside)
    (source / "folder").symlink_to(outside.parent)
    (source / "loop").symlink_to(source)
    (source / "note.txt").symlink_to(outside)
    os.mkfifo(source / "pipe.wav")
    found, n_ignored = find_recordings(source)
    assert {item.relative: item.objection.code for item in found} == {
        "folder": "LINK", "link.wav": "LINK", "loop": "LINK", "pipe.wav": "UNREADABLE",
    }  # fmt: skip
    assert n_ignored == 1


def test_a_folder_that_cannot_be_read_is_answered_for(source, monkeypatch, voice_file):
    voice_file(source / "good.wav")
    (source / "closed").mkdir()
    listed = os.scandir

    def scandir(folder):
        if str(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    found, _ = find_recordings(source)
    assert [(item.relative, item.objection and item.objection.code) for item in found] == [
        ("closed", "UNREADABLE"),
        ("good.wav", None),
    ]


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(InvalidInputError, match="check the path"):
        find_recordings(tmp_path / "absent")
