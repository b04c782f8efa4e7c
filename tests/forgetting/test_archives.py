"""What the last look sees inside files, and what it does not pretend to have seen."""

import gzip
import zipfile

import numpy as np
import pytest

from workbench.forgetting.archives import holds_any

WORD = (b"clip.1a2b3c4d",)


def test_a_word_is_found_as_it_lies_and_unpacked(tmp_path):
    (tmp_path / "plain.txt").write_bytes(b"-" * (2**20 - 5) + WORD[0])
    (tmp_path / "packed.gz").write_bytes(gzip.compress(b"-" * 99 + WORD[0]))
    np.savez_compressed(tmp_path / "texts.npz", clip=np.array(["-" * 262_130 + WORD[0].decode()]))
    assert all(holds_any(path, WORD) for path in tmp_path.iterdir())


@pytest.mark.parametrize("n_cut", [0, 30])
def test_a_packed_file_is_cleared_only_when_it_could_be_read(tmp_path, n_cut):
    content = gzip.compress(np.random.default_rng(1).bytes(5_000))
    (tmp_path / "cut.gz").write_bytes(content[: len(content) - n_cut])
    assert holds_any(tmp_path / "cut.gz", WORD) is bool(n_cut)


def test_an_archive_with_a_damaged_member_is_not_cleared(tmp_path):
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"0123456789" * 50)
    assert not holds_any(path, WORD)
    path.write_bytes(path.read_bytes().replace(b"0123456789", b"9876543210", 1))
    assert holds_any(path, WORD)
