"""Single pictures that come as JPEG, decoded as those of a file are, so that both are the same to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load

LARGEST_BYTES = 8_000_000
"""More than any camera's picture of a size that is sent here; what is larger is refused before it is decoded."""
LARGEST_PIXELS = 4096 * 4096
"""A few bytes can claim any size, and memory for all of it would be taken: such a picture is refused, too."""


class JpegDecoder:
    """Decode one picture after the other.

    Examples
    --------
    >>> JpegDecoder().decode(b"no picture")
    Traceback (most recent call last):
    ...
    workbench.errors.InvalidInputError: A picture must be a JPEG of at most 16777216 pixels. Received 10 bytes that are none.
    """

    def __init__(self) -> None:
        self._codec: Any = load("av").CodecContext.create("mjpeg", "r")
        self._codec.thread_count = 1  # frame threads would keep a picture back until the next one comes
        self._codec.options = {"max_pixels": str(LARGEST_PIXELS)}

    def decode(self, data: bytes | memoryview) -> np.ndarray:
        """Return a picture, shape (height, width, 3), uint8 RGB.

        Raises
        ------
        InvalidInputError
            It is no JPEG, or larger than :data:`LARGEST_BYTES` or :data:`LARGEST_PIXELS`.
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
            raise InvalidInputError(
                f"A picture must be a JPEG of at most {LARGEST_PIXELS} pixels. Received {len(data)} bytes that are none."
            )
        image: np.ndarray = frames[0].reformat(format="rgb24").to_ndarray()
        return image
