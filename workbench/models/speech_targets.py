"""Every emotion is told apart, and what is asked for is summed from them.

The clips of all emotions are learnt from, also of those that stand for no sentiment (fearful, disgusted, surprised):
they teach what voices do. An answer is the probability of the emotions that stand for each sentiment, over those that
stand for any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidInputError


@dataclass(frozen=True)
class Targets:
    """What the network tells apart, and what each of that stands for.

    Attributes
    ----------
    names : tuple of str
        The emotions (or, where no emotion is known, the sentiments).
    standing_for : np.ndarray, shape (n_targets, n_classes)
        1 where a target stands for a class; a row of zeros stands for none.
    """

    names: tuple[str, ...]
    standing_for: np.ndarray

    @classmethod
    def of(cls, emotions: Sequence[str], intended: Sequence[str], classes: tuple[str, ...]) -> Targets:
        """Return the targets of clips with an emotion, an intended class, or both.

        Raises
        ------
        InvalidInputError
            One emotion is intended as two classes, or a class has no clip.
        """
        meaning: dict[str, str] = {}
        for emotion, meant in zip(emotions, intended, strict=True):
            name = emotion or meant
            if name and meaning.setdefault(name, meant) != meant:
                raise InvalidInputError(
                    f"An emotion must stand for one sentiment or for none. {name!r} is intended as {meaning[name] or 'none'} "
                    f"and as {meant or 'none'}: mend the catalog."
                )
        missing = [name for name in classes if name not in meaning.values()]
        if missing:
            raise InvalidInputError(
                f"Every class needs clips to learn from. There are none of {', '.join(missing)}."
            )
        names = tuple(sorted(meaning))
        return cls(
            names, np.array([[meaning[name] == each for each in classes] for name in names], np.float32)
        )

    def numbers(self, emotions: Sequence[str], intended: Sequence[str]) -> np.ndarray:
        """Return the number of each clip's target, shape (n,)."""
        return np.array(
            [self.names.index(e or i) for e, i in zip(emotions, intended, strict=True)], dtype=np.int64
        )

    def answers(self, scores: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (n, n_classes), from the targets' log probabilities.

        Logarithms, up to a constant a row: where a target that stands for no class takes all, what is left for the
        others is too small a number to be shared out.
        """
        asked = self.standing_for.any(axis=1)
        left = scores[:, asked].astype(np.float64)
        shares = np.exp(left - left.max(axis=1, keepdims=True)) @ self.standing_for[asked]
        return shares / shares.sum(axis=1, keepdims=True)
