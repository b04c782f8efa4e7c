from fractions import Fraction

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.media.header import missing_share, read_header
from workbench.media.video import write_video


@pytest.fixture
def film(tmp_path):
    frames = [np.full((48, 64, 3), number, np.uint8) for number in range(25)]
    sound = np.zeros(48_000, np.float32)
    write_video(tmp_path / "film.mp4", frames, frame_rate=Fraction(25), sound=sound)
    return tmp_path / "film.mp4"


def test_a_header_says_what_is_in_it(film):
    header = read_header(film)
    assert (header.container, header.n_pictures, header.n_sounds) == ("mov", 1, 1)
    assert (header.pictures.codec, header.pictures.width, header.pictures.height) == ("h264", 64, 48)
    assert header.pictures.declared_s == pytest.approx(1.0)
    assert (header.sound.codec, header.sound.rate, header.sound.decodable) == ("aac", 48_000, True)


def test_words_have_no_header(tmp_path):
    (tmp_path / "words.mp4").write_text("words")
    with pytest.raises(InvalidInputError):
        read_header(tmp_path / "words.mp4")


@pytest.mark.parametrize(
    ("head", "n_bytes", "missing"),
    [
        (b"RIFF" + (992).to_bytes(4, "little"), 1000, 0.0),
        (b"RIFF" + (992).to_bytes(4, "little"), 500, 0.5),
        (b"FORM" + (992).to_bytes(4, "big"), 250, 0.75),
        (b"RIFF" + b"\xff\xff\xff\xff", 500, 0.0),
        (b"RIFF" + bytes(4), 500, 0.0),
        (b"fLaC" + (992).to_bytes(4, "little"), 500, 0.0),
    ],
)
def test_what_is_cut_off_shows_in_the_declared_length(tmp_path, head, n_bytes, missing):
    path = tmp_path / "a"
    path.write_bytes(head + bytes(n_bytes - 8))
    assert missing_share(path) == pytest.approx(missing)
