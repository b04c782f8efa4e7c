"""The extended Geneva minimalistic acoustic parameter set: 88 numbers per utterance, by openSMILE.

Eyben et al. 2016, "The Geneva Minimalistic Acoustic Parameter Set (GeMAPS) for Voice Research and Affective Computing",
IEEE Transactions on Affective Computing 7(2); the set eGeMAPSv02. The one door to openSMILE.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError, MissingDependencyError
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE

N_PARAMETERS = 88
EGEMAPS_LICENCE = (
    "openSMILE is free for research, teaching and personal use only (audEERING's own licence): "
    "ask audEERING before any commercial use."
)


@functools.cache
def _smile() -> Any:
    try:
        opensmile = load("opensmile")
    except MissingDependencyError as error:
        raise MissingDependencyError(
            "eGeMAPS parameters need openSMILE, which is no part of a plain installation. It was not found: run "
            f'`pip install "affect-workbench[egemaps]"`, or ask for features without it. {EGEMAPS_LICENCE}'
        ) from error
    return opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals
    )


def parameter_names() -> tuple[str, ...]:
    """Return what each number of :func:`egemaps` is, openSMILE's own names."""
    return tuple(_smile().feature_names)


def egemaps(samples: np.ndarray) -> np.ndarray:
    """Return the 88 parameters of an utterance.

    Parameters
    ----------
    samples : np.ndarray, shape (n,)
        Sound at 48 kHz in [-1, 1].

    Returns
    -------
    np.ndarray, shape (88,), float32
        What is undefined (the pitch of a whisper) is 0, as openSMILE itself mostly gives it.

    Raises
    ------
    MissingDependencyError
        openSMILE is not installed; the message names the command.
    InvalidInputError
        There is no sound at all.
    """
    if samples.size == 0:
        raise InvalidInputError("eGeMAPS parameters need sound. Received 0 samples.")
    row = _smile().process_signal(samples.astype(np.float32), SOUND_RATE).to_numpy()[0]
    return np.nan_to_num(row, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
