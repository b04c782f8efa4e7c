"""Single pictures that come as JPEG, decoded as those of a file are, so that both are the same to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load

LARGEST_BYTES = 8_000_000
"""More than any camera's picture of a size that is sent here; what is larger is refused before it is decoded."""


class JpegDecoder:
    """Decode one picture after the other.

    Examples
    --------
    >>> JpegDecoder().decode(b"no picture")
    Traceback (most recent call last):
    ...
    workbench.errors.InvalidInputError: A picture must be a JPEG. Received 10 bytes that are none.
    """

    def __init__(self) -> None:
        self._codec: Any = load("av").CodecContext.create("mjpeg", "r")
        self._codec.thread_count = 1  # frame threads would keep a picture back until the next one comes

    def decode(self, data: bytes | memoryview) -> np.ndarray:
        """Return a picture, shape (height, width, 3), uint8 RGB.

        Raises
        ------
        InvalidInputError
            It is no JPEG, or larger than :data:`LARGEST_BYTES`.
        """
        av = load("av")
        data = bytes(data)
        if len(data) > LARGEST_BYTES:
            raise InvalidInputError(
                f"A picture must have at most {LARGEST_BYTES} bytes. Received {len(data)}: send a smaller one."
            )
        try:
            frames = self._codec.decode(av.Packet(data)) if data[:2] == b"\xff\xd8" else []
        except av.FFmpegError:
            frames = []
        if len(frames) != 1:
            raise InvalidInputError(f"A picture must be a JPEG. Received {len(data)} bytes that are none.")
        image: np.ndarray = frames[0].reformat(format="rgb24").to_ndarray()
        return image
