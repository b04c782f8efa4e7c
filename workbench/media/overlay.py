"""What the system saw and said, drawn on a picture: the face's box, the mouth's state, and a bar of sentiment beneath.

The bar has a strip of its own below the picture, so that nothing of the picture is hidden by it. Nothing is told by
colour alone: the mouth has a word and a shape, every sentiment its word, its number, its mark and its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from workbench.media.lettering import Rgb, rgb, width_of, write
from workbench.sentiment import SENTIMENT_COLOURS, SENTIMENTS

_PAPER, _INK, _FAINT, _BOX = 17, rgb("#FFFFFF"), rgb("#BBBBBB"), rgb("#F0E442")
_TROUGH = 51
_MOUTHS = {True: ("mouth open", rgb("#E69F00")), False: ("mouth closed", rgb("#56B4E9"))}
_JUDGED_BY = {
    "visual": "judged by the face",
    "audiovisual": "judged by face and voice",
    None: "no face: nothing is judged",
}
_NARROWEST = 400
"""Pixels that the strip needs for its words; a narrower picture stands in the middle of it."""
_LETTERS = (13, 40)


@dataclass(frozen=True)
class Shown:
    """What is drawn on one picture.

    Attributes
    ----------
    box : tuple of float, or None
        x, y, width, height of the face in pixels of the picture.
    mouth_open : bool or None
    branch : {"visual", "audiovisual"} or None
        What the moment was judged by; None without a face.
    now, so_far : sequence of float, shape (3,), or None
        The moment's probabilities and the accumulated ones; the latter stay when the face is lost.
    """

    box: tuple[float, float, float, float] | None = None
    mouth_open: bool | None = None
    branch: str | None = None
    now: Sequence[float] | None = None
    so_far: Sequence[float] | None = None


class Overlay:
    """Draw on the pictures of one recording; all come out in the size of the first.

    Parameters
    ----------
    width, height : int
        Of the recording's first picture. A later one of another size is fitted into its place.
    """

    def __init__(self, width: int, height: int) -> None:
        self._picture = (width, height)
        self.width = _even(max(width, _NARROWEST))
        self._letters = int(np.clip(round(self.width / 46), *_LETTERS))
        self._line = max(round(self._letters / 9), 2)
        self._gap = round(self._letters * 0.5)
        self._strip = round(self._letters * 4.1) + 6 * self._gap
        self.height = _even(height + self._strip)
        self._left = (self.width - width) // 2

    def draw(self, image: np.ndarray, time_s: float, shown: Shown) -> np.ndarray:
        """Return the picture with what was seen on it and said beneath.

        Parameters
        ----------
        image : np.ndarray, shape (height, width, 3), uint8
            RGB; left as it is.

        Returns
        -------
        np.ndarray, shape (self.height, self.width, 3), uint8
        """
        page = np.full((self.height, self.width, 3), _PAPER, np.uint8)
        width, height = self._picture
        place, scale, (x, y) = _fitted(image, width, height)
        page[:height, self._left : self._left + width] = place
        if shown.box is not None:
            left, top, across, down = (side * scale for side in shown.box)
            box = (left + x + self._left, top + y, across, down)
            self._draw_face(page[:height], box, shown.mouth_open)
        self._draw_strip(page[height:], time_s, shown)
        return page

    def _draw_face(
        self, page: np.ndarray, box: tuple[float, float, float, float], mouth_open: bool | None
    ) -> None:
        left, top = round(box[0]), round(box[1])
        corner = (round(box[0] + box[2]), round(box[1] + box[3]))
        # A bright line between dark ones is seen on any skin and any wall.
        cv2.rectangle(page, (left, top), corner, (0, 0, 0), self._line + 2 * max(self._line // 2, 1))
        cv2.rectangle(page, (left, top), corner, _BOX, self._line)
        if mouth_open is not None:
            self._draw_mouth(page, left, top, mouth_open)

    def _draw_mouth(self, page: np.ndarray, left: int, top: int, mouth_open: bool) -> None:
        """Write the mouth's state on a plate above the box, or inside it where there is no room above."""
        word, colour = _MOUTHS[mouth_open]
        size, gap = self._letters, self._gap
        width, height = width_of(word, size) + 2 * size + 3 * gap, round(size * 1.3) + gap
        x = int(np.clip(left, 0, max(page.shape[1] - width, 0)))
        y = top - height if top >= height else min(max(top, 0), max(page.shape[0] - height, 0))
        page[y : y + height, x : x + width] = _PAPER
        middle = (x + gap + size, y + height // 2)
        if mouth_open:
            cv2.ellipse(page, middle, (size * 2 // 3, size * 2 // 5), 0, 0, 360, colour, -1, cv2.LINE_AA)
        else:
            half = (size * 2 // 3, max(size // 10, 1))
            upper, lower = (
                (middle[0] - half[0], middle[1] - half[1]),
                (middle[0] + half[0], middle[1] + half[1]),
            )
            cv2.rectangle(page, upper, lower, colour, -1)
        write(page, word, x=x + 2 * gap + 2 * size, y=y + gap // 2, size_px=size, colour=_INK)

    def _draw_strip(self, strip: np.ndarray, time_s: float, shown: Shown) -> None:
        size, gap = self._letters, self._gap
        left, right = width_of("so far", size) + 2 * gap, strip.shape[1] - gap
        clock = f"{int(time_s // 60)}:{time_s % 60:05.2f}"
        write(strip, _JUDGED_BY[shown.branch], x=gap, y=gap, size_px=size, colour=_INK)
        write(strip, clock, x=right - width_of(clock, size), y=gap, size_px=size, colour=_FAINT)
        y = 2 * gap + round(size * 1.3)
        for name, shares, height in (("now", shown.now, size // 2), ("so far", shown.so_far, size)):
            write(strip, name, x=gap, y=y + height // 2 - round(size * 0.62), size_px=size, colour=_INK)
            _draw_bar(strip[y : y + height, left:right], shares)
            y += height + gap
        self._draw_words(strip, y, (left, right), shown.so_far)

    def _draw_words(
        self, strip: np.ndarray, y: int, edges: tuple[int, int], shares: Sequence[float] | None
    ) -> None:
        """Write each sentiment with its mark and number; the largest is framed."""
        size, gap = self._letters, self._gap
        column = (edges[1] - edges[0]) / len(SENTIMENTS)
        best = None if shares is None else int(np.argmax(shares))
        for number, name in enumerate(SENTIMENTS):
            x = round(edges[0] + number * column)
            said = name if shares is None else f"{name} {shares[number]:.2f}"
            _draw_mark(strip, name, x + size // 2, y + round(size * 0.68), size // 2)
            end_x = x + size + gap
            end_x += write(strip, said, x=end_x, y=y, size_px=size, colour=_INK)
            if number == best:
                corner = (end_x + gap // 2, y + round(size * 1.3))
                cv2.rectangle(strip, (x - gap // 2, y - gap // 4), corner, _INK, self._line)


def _draw_bar(bar: np.ndarray, shares: Sequence[float] | None) -> None:
    """Fill a bar with the three shares, always in the same order; without any it stays an empty trough."""
    bar[:] = _TROUGH
    if shares is None:
        return
    edges = [0, *(round(bar.shape[1] * float(edge)) for edge in np.cumsum(shares) / np.sum(shares))]
    for name, left, right in zip(SENTIMENTS, edges, edges[1:], strict=False):
        bar[:, left:right] = rgb(SENTIMENT_COLOURS[name])
        bar[:, max(left, 1) - 1 : left] = _PAPER


def _draw_mark(strip: np.ndarray, name: str, x: int, y: int, radius: int) -> None:
    """Draw a sentiment's mark: a triangle down, a dot, a triangle up."""
    colour: Rgb = rgb(SENTIMENT_COLOURS[name])
    if name == "neutral":
        cv2.circle(strip, (x, y), radius, colour, -1, cv2.LINE_AA)
        return
    way = 1 if name == "negative" else -1
    corners = [(x - radius, y - way * radius), (x + radius, y - way * radius), (x, y + way * radius)]
    cv2.fillPoly(strip, [np.array(corners, np.int32)], colour, cv2.LINE_AA)


def _fitted(image: np.ndarray, width: int, height: int) -> tuple[np.ndarray, float, tuple[int, int]]:
    """Return the picture in a place of this size, how much it was scaled, and where in the place it begins."""
    if image.shape[:2] == (height, width):
        return image, 1.0, (0, 0)
    scale = min(width / image.shape[1], height / image.shape[0])
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    place = np.zeros((height, width, 3), np.uint8)
    place[y : y + size[1], x : x + size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return place, scale, (x, y)


def _even(number: int) -> int:
    return number + number % 2
