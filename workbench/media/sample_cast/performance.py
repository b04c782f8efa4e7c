"""Play one part: pictures, sound, and the truth of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from workbench.media.audio import SOUND_RATE
from workbench.media.sample_cast.actor import Actor, clip_generator
from workbench.media.sample_cast.expression import EXPRESSIONS
from workbench.media.sample_cast.face import FaceState, draw_face
from workbench.media.sample_cast.motion import draw_motion, wander
from workbench.media.sample_cast.scene import Camera, draw_light, draw_wall
from workbench.media.sample_cast.script import SENTIMENT_OF, Part
from workbench.media.sample_cast.speech import SpeechPlan, plan_speech
from workbench.media.sample_cast.timbre import style_of
from workbench.media.sample_cast.voice import speak

FRAME_RATE = Fraction(30_000, 1_001)
SHORTEST_S = 1.72
LONGEST_S = 2.28
OPEN_GAP_PX = 3.0
"""Lips at least this far apart in the picture count as open; the plan keeps real gaps well above it."""

_SMILE_GAP = 0.32
_INTENSITY = {1: 0.94, 2: 1.1}


@dataclass(frozen=True)
class Performance:
    """A part played by an actor; arrays have one value per picture.

    Attributes
    ----------
    sound : np.ndarray, shape (n_samples,), float32
        At 48 kHz, exactly as long as the pictures.
    states : list of FaceState
    opening : np.ndarray, shape (n_frames,)
        Gap of the inner lips as a share of the actor's widest.
    speaking : np.ndarray, shape (n_frames,), bool
    """

    actor: Actor
    part: Part
    seed: int
    sound: np.ndarray
    states: list[FaceState]
    opening: np.ndarray
    speaking: np.ndarray

    def pictures(self) -> Iterator[np.ndarray]:
        """Yield the pictures, shape (360, 480, 3), uint8."""
        looks = self.actor.looks
        studio = clip_generator(self.seed, actor=self.actor.number, clip=999)
        wall, light = draw_wall(studio, looks), draw_light(studio, looks)
        rng = clip_generator(self.seed, actor=self.actor.number, clip=1000 + self.part.number)
        camera = Camera(light, rng, ambient=looks.ambient)
        for state in self.states:
            yield camera.take(draw_face(wall, looks, state), state.pose)

    def truth(self) -> pd.DataFrame:
        """Return one row per picture; see :data:`workbench.media.sample_cast.truth.COLUMNS`."""
        n_frames = len(self.states)
        gaps_px = np.array([state.gap * state.pose.scale_px for state in self.states])
        return pd.DataFrame(
            {
                "file": self.part.file,
                "frame": np.arange(n_frames),
                "time_s": np.arange(n_frames) / float(FRAME_RATE),
                "mouth_opening": self.opening,
                "mouth": np.where(gaps_px >= OPEN_GAP_PX, "open", "closed"),
                "sentiment": self.part.sentiment,
                "speaking": self.speaking.astype(int),
                "face_expression": SENTIMENT_OF[self.part.face],
                "voice_expression": SENTIMENT_OF[self.part.voice],
            }
        )


def _states(
    rng: np.random.Generator,
    actor: Actor,
    part: Part,
    plan: SpeechPlan,
    middles_s: np.ndarray,
    opening: np.ndarray,
) -> list[FaceState]:
    felt = EXPRESSIONS[part.face]
    strength = (
        actor.face_strength
        * _INTENSITY[part.intensity]
        * (1 + wander(rng, middles_s, period_s=2.5, size=0.05))
    )
    liveliness = style_of(part.face, strength=1.0).liveliness
    motion = draw_motion(
        rng, middles_s, scale_px=actor.looks.scale_px, liveliness=liveliness, emphasis=opening
    )
    rounding = plan.at(plan.rounding, middles_s)
    return [
        FaceState(
            pose=motion.poses[k],
            expression=actor.rest.plus(felt.scaled(float(strength[k]))),
            gap=float(opening[k]) * actor.looks.mouth_reach,
            rounding=float(rounding[k]),
            blink=float(motion.blink[k]),
            gaze=motion.gaze[k],
        )
        for k in range(len(middles_s))
    ]


def perform(actor: Actor, part: Part, *, seed: int) -> Performance:
    """Let an actor play a part: plan the speech, speak it, and move the face with it."""
    rng = clip_generator(seed, actor=actor.number, clip=part.number)
    style = style_of(part.voice, strength=actor.voice_strength * _INTENSITY[part.intensity])
    plan = plan_speech(
        rng,
        statement=part.statement,
        tempo=style.tempo * rng.uniform(0.96, 1.04),
        articulation=style.articulation,
        shortest_s=SHORTEST_S,
        longest_s=LONGEST_S,
    )
    sound = speak(rng, plan, actor.voice, style)
    n_frames = round(plan.duration_s * FRAME_RATE)
    # A picture stands for the time it is shown: the lips are those of its middle.
    middles_s = (np.arange(n_frames) + 0.5) / float(FRAME_RATE)
    opening = plan.at(plan.lips, middles_s)
    if part.face == "happy" and actor.toothy and part.intensity == 2:
        opening = np.maximum(opening, _SMILE_GAP)
    n_samples = round(n_frames / FRAME_RATE * SOUND_RATE)
    return Performance(
        actor=actor,
        part=part,
        seed=seed,
        sound=np.pad(sound, (0, max(n_samples - len(sound), 0)))[:n_samples],
        states=_states(rng, actor, part, plan, middles_s, opening),
        opening=opening,
        speaking=(middles_s >= plan.start_s) & (middles_s < plan.end_s),
    )
