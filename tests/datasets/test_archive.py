import io
import stat
import struct
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.datasets import archive
from workbench.datasets.archive import ArchiveLimits, extract_zip, is_zip
from workbench.errors import InvalidInputError, StorageError


def pack(path, members, **options):
    """Write a ZIP; ``members`` are (name or ZipInfo, bytes)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as opened:
        for member, content in members:
            opened.writestr(member, content)
    return path


def special(name, mode):
    member = zipfile.ZipInfo(name)
    member.create_system, member.external_attr = 3, mode << 16
    return member


def everything(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def test_a_good_archive_is_unpacked_for_its_owner(tmp_path):
    packed = pack(tmp_path / "a.zip", [("Actor_05/", b""), ("Actor_05/x.mp4", b"one"), ("y.wav", b"two")])
    written = extract_zip(packed, tmp_path / "out")
    assert written == [tmp_path / "out/Actor_05/x.mp4", tmp_path / "out/y.wav"]
    assert [p.read_bytes() for p in written] == [b"one", b"two"]
    assert {p.stat().st_mode & 0o777 for p in written} == {0o600}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../evil", "climbs"),
        ("a/../../evil", "climbs"),
        ("./a", "climbs"),
        ("a//b", "climbs"),
        ("/etc/evil", "absolute"),
        ("C:/evil", "drive"),
        ("c:evil", "drive"),
        ("a\\..\\evil", "backslash"),
        ("x" * 256, "255 bytes"),
        (special("link", stat.S_IFLNK | 0o777), "link"),
        (special("pipe", stat.S_IFIFO | 0o600), "pipe"),
        (special("disk", stat.S_IFBLK | 0o600), "pipe"),
    ],
    ids=lambda value: str(getattr(value, "filename", value))[:20],
)
def test_one_unsafe_member_refuses_the_whole_archive(tmp_path, name, why):
    packed = pack(tmp_path / "a.zip", [("good.mp4", b"fine"), (name, b"evil")])
    before = everything(tmp_path)
    with pytest.raises(InvalidInputError, match=why):
        extract_zip(packed, tmp_path / "out")
    assert everything(tmp_path) == before


def test_a_nul_in_a_name_is_refused(tmp_path):
    packed = pack(tmp_path / "a.zip", [("good.mp4Xexe", b"x")])
    packed.write_bytes(packed.read_bytes().replace(b"good.mp4Xexe", b"good.mp4\0exe"))
    with pytest.raises(InvalidInputError, match="NUL|damaged"):
        extract_zip(packed, tmp_path / "out")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a.mp4", "A.MP4"),
        ("caf\u00e9", "cafe\u0301"),
        ("same", "same"),
        ("a", "a/b"),
        ("a/b", "A"),
        ("straße", "STRASSE"),
    ],
)
def test_names_that_are_one_on_some_systems_are_refused(tmp_path, one, two):
    with pytest.warns(UserWarning, match="Duplicate") if one == two else nullcontext():
        packed = pack(tmp_path / "a.zip", [(one, b"1"), (two, b"2")])
    with pytest.raises(InvalidInputError, match="must differ"):
        extract_zip(packed, tmp_path / "out")
    assert everything(tmp_path) == ["a.zip"]


def test_an_encrypted_member_is_refused(tmp_path):
    packed = pack(tmp_path / "a.zip", [("secret.mp4", b"x" * 50)])
    blob = bytearray(packed.read_bytes())
    blob[6] |= 1
    blob[blob.index(b"PK\x01\x02") + 8] |= 1
    packed.write_bytes(blob)
    with pytest.raises(InvalidInputError, match="encrypted"):
        extract_zip(packed, tmp_path / "out")


def test_a_bomb_is_refused_before_a_byte_is_written(tmp_path):
    packed = pack(tmp_path / "a.zip", [("zeros.mp4", bytes(20 * 1024**2))])
    with pytest.raises(InvalidInputError, match="bomb"):
        extract_zip(packed, tmp_path / "out")


def test_many_small_bombs_are_refused_together(tmp_path):
    packed = pack(tmp_path / "a.zip", [(f"{k}.mp4", bytes(1024**2)) for k in range(12)])
    with pytest.raises(InvalidInputError, match="times its size"):
        extract_zip(packed, tmp_path / "out")


@pytest.mark.parametrize("limits", [ArchiveLimits(max_members=1), ArchiveLimits(max_bytes=5)])
def test_too_many_members_or_bytes_are_refused(tmp_path, limits):
    packed = pack(tmp_path / "a.zip", [("a", b"1234"), ("b", b"1234")])
    with pytest.raises(InvalidInputError, match="at most"):
        extract_zip(packed, tmp_path / "out", limits=limits)


def test_a_member_that_is_longer_than_it_says_is_not_believed(tmp_path):
    packed = pack(tmp_path / "a.zip", [("a.mp4", b"x" * 1000)])
    blob = bytearray(packed.read_bytes())
    at = blob.index(b"PK\x01\x02")
    blob[at + 24 : at + 28] = struct.pack("<I", 10)
    packed.write_bytes(blob)
    with pytest.raises(InvalidInputError):
        extract_zip(packed, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_half_an_archive_is_refused(tmp_path, share, rng):
    packed = pack(tmp_path / "a.zip", [("a.mp4", rng.bytes(5000)), ("b.mp4", rng.bytes(5000))])
    packed.write_bytes(packed.read_bytes()[: int(packed.stat().st_size * share)])
    with pytest.raises(InvalidInputError, match="damaged"):
        extract_zip(packed, tmp_path / "out")
    assert everything(tmp_path) == ["a.zip"]


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_flipped_byte_in_a_member_is_noticed_and_nothing_is_left(tmp_path, method, rng):
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w", method) as opened:
        opened.writestr("good.mp4", rng.bytes(3000))
        opened.writestr("bad.mp4", rng.bytes(3000))
    blob = bytearray(packed.read_bytes())
    blob[blob.index(b"bad.mp4") + 1500] ^= 0xFF
    packed.write_bytes(blob)
    with pytest.raises(InvalidInputError, match="damaged"):
        extract_zip(packed, tmp_path / "out")
    assert everything(tmp_path) == ["a.zip"]


def test_a_full_disk_is_said_beforehand(tmp_path, monkeypatch):
    packed = pack(tmp_path / "a.zip", [("a.mp4", b"x" * 1000)])
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 999}))
    with pytest.raises(StorageError, match="999 free"):
        extract_zip(packed, tmp_path / "out")


def test_a_zip_is_known_by_content_or_name(tmp_path):
    assert is_zip(pack(tmp_path / "a.bin", [("a", b"1")]))
    assert is_zip(tmp_path / "anything.ZIP")
    (tmp_path / "a.mp4").write_bytes(b"words")
    assert not is_zip(tmp_path / "a.mp4")


NAMES = st.lists(
    st.sampled_from(["a", "B", "..", ".", "", "c:", "\\", "é", "x.mp4", " "]), min_size=1, max_size=4
).map("/".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    members=st.lists(st.tuples(NAMES, st.binary(max_size=40)), max_size=4),
    noise=st.binary(max_size=3),
    at=st.integers(0, 400),
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_whatever_is_in_it_nothing_lands_outside_and_it_is_all_or_nothing(
    tmp_path_factory, members, noise, at
):
    folder = tmp_path_factory.mktemp("fuzz")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, blob in members:
            opened.writestr(name or "empty", blob)
    blob = bytearray(content.getvalue())
    blob[at : at + len(noise)] = noise
    (folder / "a.zip").write_bytes(blob)
    try:
        written = extract_zip(folder / "a.zip", folder / "inner" / "out")
    except InvalidInputError:
        written = None
    outside = [p for p in folder.rglob("*") if p.is_file() and not p.is_relative_to(folder / "inner" / "out")]
    assert outside == [folder / "a.zip"]
    assert written is None or all(isinstance(p, Path) and p.is_file() for p in written)
    assert (written is not None) == (folder / "inner" / "out").exists()
