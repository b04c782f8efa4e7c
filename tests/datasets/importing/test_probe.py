"""Bad and odd recordings, each with the one right answer."""

import numpy as np
import pytest

from workbench.datasets.importing.finding import container_of
from workbench.datasets.importing.naming import stem_and_extension
from workbench.datasets.importing.outcome import QUARANTINED, REFUSED, WARNED, Objection
from workbench.datasets.importing.probe import Facts, Limits, probe


def look(path, **limits):
    return probe(path, extension=stem_and_extension(path.name)[1], limits=Limits(**limits))


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


# ---- what is whole ------------------------------------------------------------------------------------------


def test_a_film_with_sound_is_audiovisual(tmp_path, record):
    facts = look(record(tmp_path / "a.mp4"))
    assert (facts.kind, facts.width, facts.height, facts.n_frames, facts.frame_rate) == (
        "audiovisual",
        64,
        48,
        30,
        30.0,
    )
    assert facts.sound_rate == 48_000 and facts.oddities == {}
    assert facts.duration_s == pytest.approx(1.0, abs=0.05)


def test_a_film_without_sound_is_video(tmp_path, record):
    facts = look(record(tmp_path / "a.mp4", sound=None))
    assert (facts.kind, facts.sound_rate, facts.oddities) == ("video", 0, {})


def test_sound_alone_is_audio(tmp_path, voice_file):
    facts = look(voice_file(tmp_path / "a.wav", duration_s=0.7))
    assert (facts.kind, facts.width, facts.n_frames, facts.oddities) == ("audio", 0, 0, {})
    assert facts.duration_s == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mkv", {}),
        ("a.mov", {}),
        ("a.avi", {"codec": "mpeg4", "sound_codec": "pcm_s16le"}),
        ("a.mpg", {"codec": "mpeg1video", "sound_codec": "mp2", "rate": 25}),
        ("a.ts", {}),
        ("a.flac", {"n_frames": 0, "sound_codec": "flac"}),
        ("a.ogg", {"n_frames": 0, "sound_codec": "libopus"}),
        ("a.mp3", {"n_frames": 0, "sound_codec": "libmp3lame"}),
        ("a.m4a", {"n_frames": 0, "container": "mp4"}),
        ("a.aiff", {"n_frames": 0, "sound_codec": "pcm_s16be"}),
    ],
)
def test_every_container_that_is_read_is_taken_without_a_remark(tmp_path, record, name, options):
    path = record(tmp_path / name, **options)
    facts = look(path)
    assert isinstance(facts, Facts), facts
    assert facts.oddities == {}
    assert facts.container == container_of(path.read_bytes()[:564])


def test_quiet_speech_as_in_ravdess_is_no_reason_for_a_remark(tmp_path, record, tone):
    assert look(record(tmp_path / "a.mp4", sound=tone(1.0, level=0.002))).oddities == {}


# ---- what is refused or set aside ---------------------------------------------------------------------------


def bad_files(folder, record, voice_file, tone, rng):
    """Name, file and the code it must get."""

    def content(name, blob):
        (folder / name).write_bytes(blob)
        return folder / name

    late_index = cut(record(folder / "late_index.mp4", faststart=False), 0.6)
    damaged = record(folder / "damaged.mp4", n_frames=60, sound=None)
    blob = bytearray(damaged.read_bytes())
    first = blob.index(b"mdat") + 4
    blob[first:] = bytes(len(blob) - first)
    encrypted = record(folder / "locked.mp4", sound=None)
    yield content("empty.mp4", b""), "EMPTY"
    yield content("random.mp4", b"\x01" + rng.bytes(20_000)), "NOT_MEDIA"
    yield content("text.wav", b"these are words\n" * 100), "NOT_MEDIA"
    yield content("photo.mp4", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(600)), "NOT_MEDIA"
    yield content("heic.mp4", b"\x00\x00\x00\x18ftypheic" + bytes(600)), "NOT_MEDIA"
    yield content("utf16.mp3", "words".encode("utf-16")), "NOT_MEDIA"
    yield content("playlist.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), "FORBIDDEN_CONTAINER"
    yield content("script.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n"), "FORBIDDEN_CONTAINER"
    yield (
        content("drawing.mp4", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
        "FORBIDDEN_CONTAINER",
    )
    yield late_index, "TRUNCATED"
    yield content("head_only.mp4", b"\x00\x00\x00\x18ftypisom" + bytes(40)), "TRUNCATED"
    yield cut(record(folder / "faststart.mp4", n_frames=60), 0.6), "SHORT_DECODE"
    yield cut(voice_file(folder / "half.wav"), 0.5), "SHORT_DECODE"
    yield (
        cut(record(folder / "half.flac", n_frames=0, sound=tone(3.0), sound_codec="flac"), 0.5),
        "SHORT_DECODE",
    )
    yield cut(record(folder / "half.mkv", n_frames=60), 0.6), "SHORT_DECODE"
    yield content("damaged.mp4", bytes(blob)), "DAMAGED"
    yield content("locked.mp4", encrypted.read_bytes().replace(b"avc1", b"encv")), "UNSUPPORTED_CODEC"


def test_each_bad_file_gets_its_code_and_a_sentence_that_names_it(tmp_path, record, voice_file, tone, rng):
    for path, code in bad_files(tmp_path, record, voice_file, tone, rng):
        answer = look(path)
        assert isinstance(answer, Objection), (path.name, answer)
        assert answer.code == code, (path.name, answer)
        assert path.name in answer.message
        assert answer.outcome == ("quarantined" if code in QUARANTINED else "refused")
        assert code in REFUSED or code in QUARANTINED


@pytest.mark.parametrize(
    "limits",
    [{"max_bytes": 1000}, {"max_pixels": 64 * 48 - 1}, {"max_duration_s": 0.9}],
    ids=lambda limit: next(iter(limit)),
)
def test_what_is_over_a_limit_is_refused(tmp_path, record, limits):
    assert look(record(tmp_path / "a.mp4"), **limits).code == "TOO_LARGE"


def test_a_picture_larger_than_its_header_said_is_refused(tmp_path, record, monkeypatch):
    path = record(tmp_path / "a.mp4")
    monkeypatch.setattr("workbench.datasets.importing.probe._header_objection", lambda *_: None)
    assert look(path, max_pixels=1000).code == "TOO_LARGE"


# ---- what is taken in with a remark -------------------------------------------------------------------------


def odd_files(folder, record, voice_file, tone):
    """File and the codes it must get."""
    square = np.where(tone(1.0) > 0, 1.0, -1.0).astype(np.float32)
    against = np.concatenate([tone(1.0), -tone(1.0)])
    middle = record(folder / "middle.mp4", n_frames=120, sound=None, size=(128, 96))
    blob = bytearray(middle.read_bytes())
    at = blob.index(b"mdat") + (len(blob) - blob.index(b"mdat")) // 2
    blob[at : at + 400] = bytes(400)
    middle.write_bytes(blob)
    uneven = np.cumsum([1 + (number % 7 == 0) * 3 for number in range(30)]).tolist()
    yield record(folder / "one.mp4", n_frames=1, sound=None), {"TOO_SHORT"}
    yield record(folder / "short.mp4", n_frames=6, sound=None), {"TOO_SHORT"}
    yield voice_file(folder / "ten_ms.wav", duration_s=0.01), {"TOO_SHORT"}
    yield record(folder / "longer.mp4", sound=tone(2.0)), {"LENGTHS_DIFFER"}
    yield record(folder / "uneven.mp4", pts=uneven, sound=None), {"VARIABLE_FRAME_RATE"}
    yield voice_file(folder / "telephone.wav", rate=8000), {"LOW_SAMPLE_RATE"}
    yield voice_file(folder / "loud.wav", samples=square), {"CLIPPED"}
    yield voice_file(folder / "against.wav", samples=against), {"OUT_OF_PHASE"}
    yield record(folder / "silent.mp4", sound=0 * tone(1.0)), {"SILENT_TRACK"}
    yield voice_file(folder / "silent.wav", level=0.0), {"SILENT_TRACK"}
    yield voice_file(folder / "whisper.wav", level=0.0004), {"VERY_QUIET"}
    yield middle, {"PARTLY_DAMAGED"}
    yield record(folder / "tracks.mkv", n_sounds=2), {"SEVERAL_STREAMS"}
    yield voice_file(folder / "sound.mp4"), {"OTHER_EXTENSION"}


def test_each_odd_file_is_taken_in_with_its_codes(tmp_path, record, voice_file, tone):
    for path, codes in odd_files(tmp_path, record, voice_file, tone):
        facts = look(path)
        assert isinstance(facts, Facts), (path.name, facts)
        assert set(facts.oddities) == codes, (path.name, facts.oddities)
        assert codes <= set(WARNED)


def test_a_silent_track_beside_pictures_counts_as_no_sound(tmp_path, record, tone):
    assert look(record(tmp_path / "a.mp4", sound=0 * tone(1.0))).kind == "video"


def test_the_sleeve_of_a_song_does_not_count_as_pictures(tmp_path, record):
    import av

    plain = record(tmp_path / "plain.m4a", n_frames=0, container="mp4")
    with av.open(str(plain)) as source, av.open(str(tmp_path / "song.m4a"), "w", format="mp4") as target:
        voice = target.add_stream_from_template(source.streams.audio[0])
        sleeve = target.add_stream("mjpeg")
        sleeve.width, sleeve.height, sleeve.pix_fmt = 64, 48, "yuvj420p"
        sleeve.disposition = av.stream.Disposition.attached_pic
        target.mux(sleeve.encode(av.VideoFrame(64, 48, "yuvj420p")))
        target.mux(sleeve.encode(None))
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = voice
                target.mux(packet)
    facts = look(tmp_path / "song.m4a")
    assert (facts.kind, facts.oddities) == ("audio", {})


def test_values_that_are_no_numbers_are_replaced_and_told(tmp_path, record, tone):
    samples = tone(1.0)
    samples[0, 100:110] = np.nan
    path = record(tmp_path / "a.wav", n_frames=0, sound=samples, sound_codec="pcm_f32le", container="wav")
    assert set(look(path).oddities) == {"NOT_FINITE"}


def test_looking_twice_gives_the_same_answer(tmp_path, record):
    path = record(tmp_path / "a.mp4")
    assert look(path) == look(path)
