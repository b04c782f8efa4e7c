"""What is odd about a recording that is taken in all the same: a code and a sentence each."""

from __future__ import annotations

import math

from workbench.media.header import Header
from workbench.media.measure import PictureMeasure, SoundMeasure

SHORT_S = 0.3
LENGTHS_DIFFER_S = 0.5
LOW_SAMPLE_RATE = 16_000
CLIPPED_SHARE = 0.001
QUIET_DBFS = -70.0


def all_oddities(
    header: Header, pictures: PictureMeasure | None, sound: SoundMeasure | None, *, is_silent: bool
) -> dict[str, str]:
    """Return everything odd about a recording, a sentence for each code, in the order of the codes."""
    findings = [whole_oddities(header, pictures, None if is_silent else sound)]
    if pictures is not None:
        findings.append(picture_oddities(pictures))
    if sound is not None and header.sound is not None:
        findings.append(sound_oddities(sound, rate=header.sound.rate, is_silent=is_silent))
    codes = sorted({code for finding in findings for code in finding})
    return {code: " and ".join(finding[code] for finding in findings if code in finding) for code in codes}


def picture_oddities(pictures: PictureMeasure) -> dict[str, str]:
    """Return what is odd about the pictures."""
    odd = {}
    if pictures.n_frames == 1:
        odd["TOO_SHORT"] = "it has a single picture"
    if not pictures.is_even:
        odd["VARIABLE_FRAME_RATE"] = (
            f"the pauses between pictures are uneven (usually {pictures.frame_rate:.2f} a second)"
        )
    if pictures.n_misplaced:
        odd["ODD_TIMESTAMPS"] = (
            f"{pictures.n_misplaced} of {pictures.n_frames} pictures are timed before others and left out"
        )
    if pictures.n_failed or pictures.n_concealed:
        n_all = pictures.n_frames + pictures.n_failed
        odd["PARTLY_DAMAGED"] = f"{pictures.n_failed + pictures.n_concealed} of {n_all} pictures are damaged"
    return odd


def sound_oddities(sound: SoundMeasure, *, rate: int, is_silent: bool) -> dict[str, str]:
    """Return what is odd about the sound; ``rate`` in samples a second."""
    odd = {}
    if is_silent:
        odd["SILENT_TRACK"] = "its sound track is silent (below -80 dBFS throughout) and counts as none"
    elif (level := 10 * math.log10(max(sound.power, 1e-20))) < QUIET_DBFS:
        odd["VERY_QUIET"] = f"its mean level is {level:.0f} dBFS"
    if rate < LOW_SAMPLE_RATE:
        odd["LOW_SAMPLE_RATE"] = f"{rate:,} samples a second hold nothing above {rate // 2:,} Hz"
    if sound.clipped_share > CLIPPED_SHARE:
        odd["CLIPPED"] = f"{sound.clipped_share:.2%} of its sound is at full scale"
    if sound.is_cancelled:
        odd["OUT_OF_PHASE"] = "its channels cancel each other out: the first is taken"
    if not sound.is_finite:
        odd["NOT_FINITE"] = "some of its samples are NaN or infinite and are replaced"
    if sound.n_failed:
        odd["PARTLY_DAMAGED"] = f"{sound.n_failed} packets of its sound are damaged"
    return odd


def whole_oddities(
    header: Header, pictures: PictureMeasure | None, sound: SoundMeasure | None
) -> dict[str, str]:
    """Return what is odd about pictures and sound together; ``sound`` is None when it is silent."""
    odd = {}
    measures = [measure for measure in (pictures, sound) if measure is not None]
    if measures and max(measure.end_s for measure in measures) < SHORT_S:
        odd["TOO_SHORT"] = f"it lasts {max(measure.end_s for measure in measures):.3f} s"
    if pictures is not None and sound is not None:
        picture_s, sound_s = pictures.end_s - pictures.first_s, sound.end_s - sound.first_s
        if abs(picture_s - sound_s) > LENGTHS_DIFFER_S:
            odd["LENGTHS_DIFFER"] = f"{picture_s:.2f} s of pictures, {sound_s:.2f} s of sound"
    if header.n_pictures > 1 or header.n_sounds > 1:
        odd["SEVERAL_STREAMS"] = (
            f"{header.n_pictures} streams of pictures, {header.n_sounds} of sound: the first of each is used"
        )
    return odd
