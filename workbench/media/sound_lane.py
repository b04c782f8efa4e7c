"""The sound of one recording for another file: its packets as they are where MP4 can hold them, else as AAC.

A copied packet is the very same bytes at the very same time, so nothing is lost and nothing can drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from workbench.lazy import load
from workbench.media.container import start_s

SoundFate = Literal["copied", "converted", "left out", "none"]
"""What became of the sound: the same bytes, AAC made of it, no decoder for it, or there was none."""

_HELD_BY_MP4 = {"aac", "ac3", "alac", "eac3", "flac", "mp3", "opus"}
_LEAST_MP3_RATE = 16_000
"""MP4 has no word for slower MP3."""
_CHANNELS = {1: "mono", 2: "stereo"}
_AAC_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000)
_BITS_PER_CHANNEL = 96_000
_SLACK_S = 0.02
"""Timestamps that are less than this beside the count of samples are rounding, no hole."""


class SoundLane:
    """Put a source's first sound stream into a target, as far as the pictures are.

    Parameters
    ----------
    source, target : av containers
        The source is read by nobody else; the target's other streams are added before the first call of :meth:`until`.
    """

    def __init__(self, source: Any, target: Any) -> None:
        self._source, self._target = source, target
        stream = source.streams.audio[0] if source.streams.audio else None
        self.fate = _fate(stream)
        self._waiting: tuple[float, Any] | None = None
        self._packets: Iterator[tuple[float, Any]] = iter(())
        if self.fate == "copied":
            self._packets = _copied(source, stream, target.add_stream_from_template(stream))
        elif self.fate == "converted":
            self._packets = _converted(source, stream, _aac(stream, target))

    def until(self, time_s: float | None) -> None:
        """Write the sound that begins before ``time_s``; None writes all there is."""
        while True:
            packet = self._waiting or next(self._packets, None)
            if packet is None:
                return
            self._waiting = packet
            if time_s is not None and packet[0] > time_s:
                return
            self._target.mux(packet[1])
            self._waiting = None


def _fate(stream: Any) -> SoundFate:
    if stream is None:
        return "none"
    context = stream.codec_context
    if context is None:
        return "left out"
    slow_mp3 = context.name.startswith("mp3") and context.rate < _LEAST_MP3_RATE
    name = context.codec.canonical_name
    return "copied" if name in _HELD_BY_MP4 and not slow_mp3 else "converted"


def _copied(source: Any, stream: Any, written: Any) -> Iterator[tuple[float, Any]]:
    """Yield (seconds, packet) with the source's own timestamps, moved so that the clip begins at zero."""
    shift = round(start_s(source) / stream.time_base)
    last: int | None = None
    for packet in source.demux(stream):
        if packet.dts is None or packet.pts is None:
            continue  # the mark of the end
        packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
        if last is not None and packet.dts <= last:
            continue  # doubled or backward: a file in order cannot hold it
        last = packet.dts
        time_s = float(packet.pts * stream.time_base)
        packet.stream = written
        yield time_s, packet


def _aac(stream: Any, target: Any) -> Any:
    context = stream.codec_context
    rate = context.rate if context.rate in _AAC_RATES else 48_000
    written = target.add_stream("aac", rate=rate)
    written.layout = _CHANNELS.get(context.channels, "stereo")
    written.bit_rate = _BITS_PER_CHANNEL * len(written.layout.channels)
    return written


def _converted(source: Any, stream: Any, written: Any) -> Iterator[tuple[float, Any]]:
    """Yield (seconds, AAC packet) of what can be decoded, on the clip's clock."""
    av, rate, n_written = load("av"), written.rate, 0
    for samples in _in_place(_resampled(source, stream, written), rate):
        block = av.AudioFrame.from_ndarray(samples, format="fltp", layout=written.layout.name)
        block.sample_rate, block.pts, block.time_base = rate, n_written, Fraction(1, rate)
        n_written += samples.shape[1]
        yield from ((n_written / rate, packet) for packet in written.encode(block))
    yield from ((n_written / rate, packet) for packet in written.encode(None))


def _in_place(blocks: Iterator[tuple[float, np.ndarray]], rate: int) -> Iterator[np.ndarray]:
    """Yield samples without a hole from time zero on: silence where there is one, so that what follows stays in time."""
    n_there = 0
    for time_s, samples in blocks:
        n_missing = round(time_s * rate) - n_there
        while n_missing > _SLACK_S * rate:
            silence = np.zeros((len(samples), min(n_missing, rate)), np.float32)
            n_there, n_missing = n_there + silence.shape[1], n_missing - silence.shape[1]
            yield silence
        if n_missing < -_SLACK_S * rate:
            samples = samples[:, -n_missing:]  # before time zero, or twice
        if samples.shape[1]:
            n_there += samples.shape[1]
            yield np.ascontiguousarray(samples)


def _resampled(source: Any, stream: Any, written: Any) -> Iterator[tuple[float, np.ndarray]]:
    """Yield (seconds, samples of shape (channels, n)) as the encoder takes them."""
    av, zero_s, ends_s = load("av"), start_s(source), 0.0
    resampler: Any = None
    shape: tuple[str, str, int] | None = None
    for packet in source.demux(stream):
        try:
            decoded = packet.decode()
        except av.InvalidDataError:
            continue  # a damaged packet: the rest is still good
        for frame in decoded:
            if (frame.format.name, frame.layout.name, frame.rate) != shape:
                shape = (frame.format.name, frame.layout.name, frame.rate)
                resampler = av.AudioResampler(format="fltp", layout=written.layout.name, rate=written.rate)
            time_s = ends_s if frame.pts is None else float(frame.pts * frame.time_base) - zero_s
            ends_s = time_s + frame.samples / frame.rate
            frame.pts = None  # the resampler keeps the order, this function the time
            pieces = [block.to_ndarray() for block in resampler.resample(frame)]
            if pieces:
                yield time_s, np.concatenate(pieces, axis=1)
