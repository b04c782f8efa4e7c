"""The running system without any training: networks that answer by a rule, so that a test knows what comes of it."""

import numpy as np

from workbench.systems.branch_answers import TimelineNetworks
from workbench.systems.lightweight_fusion import FusionNetworks


class Scripted:
    """A network whose answer to n rows is ``answer(n, **arrays)``; ``asked`` keeps how many rows each time."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def probabilities(self, **arrays):
        n = len(next(iter(arrays.values())))
        self.asked.append(n)
        return np.asarray(self.answer(n, **arrays), float)


def by_content(seed):
    """A rule that looks at what it is shown: other rows, other answers, whatever they stand beside."""
    weights = np.random.default_rng(seed).normal(size=(3, 2))

    def answer(n, **arrays):
        seen = np.stack([np.asarray(a, float).reshape(n, -1).mean(axis=1) / 128 for a in arrays.values()], 1)
        scores = np.exp(seen @ weights[:, : seen.shape[1]].T)
        return scores / scores.sum(axis=1, keepdims=True)

    return answer


def surely(*classes_of_moments):
    """A rule that gives 0.9 to the class whose number is said for each moment, the last one for all that follow."""

    def answer(n, **arrays):
        numbers = [classes_of_moments[min(k, len(classes_of_moments) - 1)] for k in range(n)]
        return np.full((n, 3), 0.05) + 0.85 * np.eye(3)[numbers]

    return answer


def opened(*openings):
    """A mouth rule: P(open) as said for each moment, the last one for all that follow."""

    def answer(n, **arrays):
        p = np.array([openings[min(k, len(openings) - 1)] for k in range(n)])
        return np.column_stack([1 - p, p])

    return answer


def networks(*, mouth, visual, audio, audiovisual):
    """The networks of a timeline from four rules; ``audio`` may be None."""
    fusion = FusionNetworks(Scripted(mouth), Scripted(visual), Scripted(audiovisual), {})
    return TimelineNetworks(fusion, None if audio is None else Scripted(audio))
