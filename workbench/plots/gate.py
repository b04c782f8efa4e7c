"""Draw what the gate found: pairs too much alike side by side, and the score under each split with its mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.gate import Example, SplitScore
from workbench.plots.comparison import plot_accuracies
from workbench.plots.style import FAINT, new_figure, plain, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAIRS_A_ROW = 3
_LONGEST_CLIP = 30
_GAP = 0.06  # between the two pictures of a pair, as a share of a picture's width


def plot_pairs(examples: Sequence[Example], pictures: Sequence[tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Draw each test picture beside the picture of training it is too much like, with their distance.

    Parameters
    ----------
    examples : sequence of Example
        None at all is drawn as a sentence.
    pictures : sequence of (np.ndarray, np.ndarray), shape (height, width, 3) each
        The test's and the training's picture of each example.

    Raises
    ------
    InvalidInputError
        There are not as many pictures as examples.
    """
    if len(examples) != len(pictures):
        raise InvalidInputError(
            f"Every pair needs its two pictures. Received {len(examples)} examples and {len(pictures)} pairs of pictures."
        )
    if not examples:
        return _say("no test picture is near-identical to one of training")
    n_columns = min(_PAIRS_A_ROW, len(examples))
    n_rows = -(-len(examples) // n_columns)
    figure, axes = new_figure(n_rows, n_columns, width_inch=3.9 * n_columns, height_inch=2.9 * n_rows)
    figure.set_layout_engine("constrained", wspace=0.06)
    with styled():
        for ax in axes:
            ax.set_axis_off()
        for ax, example, (test, train) in zip(axes, examples, pictures, strict=False):
            _draw_pair(ax, example, test, train)
    return figure


def _say(sentence: str) -> Figure:
    figure, (ax,) = new_figure(1, 1, width_inch=5.2, height_inch=0.6)
    ax.set_axis_off()
    ax.text(0, 0.5, sentence, transform=ax.transAxes, va="center", color=FAINT)
    return figure


def _draw_pair(ax: Axes, example: Example, test: np.ndarray, train: np.ndarray) -> None:
    height = test.shape[0] / test.shape[1]
    sides = (
        (0.0, "test", example.test_clip, example.test_time_s, test),
        (1 + _GAP, "training", example.train_clip, example.train_time_s, train),
    )
    for left, part, clip, time_s, picture in sides:
        ax.imshow(picture, extent=(left, left + 1, 0, height))
        ax.text(left, height + 0.03, part, fontsize=9, fontweight="bold", va="bottom")
        when = "" if time_s is None else f"\nat {time_s:.2f} s"
        ax.text(left, -0.03, f"{_cut(clip)}{when}", fontsize=7, color=FAINT, va="top")
    ax.set(xlim=(0, 2 + _GAP), ylim=(-0.24, height + 0.26))
    if example.distance is not None:
        said = plain(f"distance {example.distance:.3f}, {example.hash_bits} of 64 bits")
        ax.text(0, height + 0.15, said, fontsize=9, va="bottom")


def _cut(clip: str) -> str:
    return plain(clip if len(clip) <= _LONGEST_CLIP else clip[: _LONGEST_CLIP - 1] + "…")


def plot_split_scores(scores: Sequence[SplitScore], *, ax: Axes | None = None) -> Axes:
    """Draw the score of one network under each split with its interval; a leaking split's is hollow and marked.

    Raises
    ------
    InvalidInputError
        There is no score.
    """
    if not scores:
        raise InvalidInputError("Scores under several splits need one split or more. Received none.")
    ax = plot_accuracies(
        {score.split: score.accuracy for score in scores},
        words={score.split: f"by {score.split}" for score in scores},
        leaking=[score.split for score in scores if score.leaks],
        ax=ax,
    )
    of = " and ".join(sorted({f"{score.of}s" for score in scores if score.run})) or "clips"
    ax.set_xlabel(f"{of} told right (point) and the 95% interval (line);\neach split has its own test {of}")
    return ax
