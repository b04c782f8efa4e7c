"""A stream without anybody's face: a looker that remembers, networks that look at what they are shown, and the whole as reference."""

import math

import numpy as np

from tests.scripted_networks import Scripted, by_content
from workbench.evaluation.accumulate import ALPHA
from workbench.features.sight import Sight
from workbench.features.spectrogram import level_db, sound_column
from workbench.media.audio import SOUND_RATE
from workbench.sentiment import SENTIMENTS
from workbench.systems.lightweight_fusion import FusionNetworks, answer_moments
from workbench.systems.moment_events import MomentAnswer


def moody_networks():
    """Networks that answer by content; the mouth opens and closes with the brightness."""

    def mouth(n, *, mouths):
        p = (mouths.reshape(n, -1).mean(axis=1) % 40) / 40
        return np.column_stack([1 - p, p])

    return FusionNetworks(
        Scripted(mouth), Scripted(by_content(1)), Scripted(by_content(2)), {"audiovisual": "a run"}
    )


class RememberingLooker:
    """Sees a face in bright pictures; its box depends on everything seen and heard before, so that a lost state shows."""

    def __init__(self, *, cuttable=lambda n: True):
        self.n, self.mean, self.loud, self.again = 0, 0.0, 0.0, None
        self.times, self.told, self.cuttable = [], [], cuttable

    def look(self, frame):
        self.times.append(frame.time_s)
        bright = float(frame.image.mean())
        if self.again is not None:
            assert frame.time_s == self.again
            self.again = None
        else:
            self.n, self.mean = self.n + 1, 0.7 * self.mean + 0.3 * bright
        if bright < 40:
            return Sight(frame.time_s, "lost")
        crop = np.resize(frame.image, (96, 96, 3))
        box = (self.mean, self.loud, 50.0, 60.0 + self.n % 3)
        return Sight(frame.time_s, "detected", box, 1, np.zeros((68, 2), np.float32), crop, crop[:28, :28])

    def heard(self, time_s, level_db):
        self.told.append(time_s)
        self.loud = 0.9 * self.loud + (0.0 if math.isnan(level_db) else level_db)

    def state(self):
        known = {"n": self.n, "mean": self.mean, "loud": self.loud, "s": self.times[-1]}
        return known if self.cuttable(self.n) else None

    def restore(self, state):
        self.n, self.mean, self.loud, self.again = state["n"], state["mean"], state["loud"], state["s"]


def answers_of_the_whole(moments, samples, looker, networks, *, alpha=ALPHA):
    """The same system, told everything at once: ``moments`` of ``frames_on_grid``, the whole sound or None."""
    answers, opinion, frame, n_told = [], None, None, 0
    for moment in moments:
        if moment.frame is not frame:
            frame = moment.frame
            while samples is not None and (n_told + 1) * 0.03 <= frame.time_s + 1e-6:
                column, level = _heard(samples, n_told)
                if column is not None or n_told * 1440 + 720 <= samples.size:
                    looker.heard(round(n_told * 0.03, 9), level)
                n_told += 1
            sight = looker.look(frame)
        column, level = (None, math.nan) if samples is None else _heard(samples, moment.index)
        said = {"heard": column is not None, "level_db": level}
        place = (moment.index, moment.time_s, sight.time_s, sight.status)
        if sight.face is None:
            answers.append(MomentAnswer(*place, **said))
            continue
        asked = answer_moments(
            networks,
            faces=sight.face[None],
            mouths=sight.mouth[None],
            columns=np.zeros((1, 701), np.float16) if column is None else column[None],
            heard=np.array([column is not None]),
        )
        now = asked.probabilities[0]
        opinion = now if opinion is None else alpha * now + (1 - alpha) * opinion
        answers.append(
            MomentAnswer(
                *place,
                box=sight.box,
                p_open=float(asked.p_open[0]),
                mouth_open=bool(asked.p_open[0] > 0.5),
                branch=str(asked.branch[0]),
                probabilities=dict(zip(SENTIMENTS, map(float, now), strict=True)),
                accumulated=dict(zip(SENTIMENTS, map(float, opinion), strict=True)),
                **said,
            )
        )
    return answers


def _heard(samples, index):
    first = round(round(index * 0.03, 9) * SOUND_RATE)
    piece = samples[first : first + 1440]
    if piece.size < 720:
        return None, math.nan
    piece = np.pad(piece, (0, 1440 - piece.size))
    return sound_column(piece).astype(np.float16), float(level_db(piece))
