"""The extended Geneva minimalistic acoustic parameter set: 88 numbers per utterance, by openSMILE.

Eyben et al. 2016, "The Geneva Minimalistic Acoustic Parameter Set (GeMAPS) for Voice Research and Affective Computing",
IEEE Transactions on Affective Computing 7(2); the set eGeMAPSv02. The one door to openSMILE.

openSMILE works in a process of its own (this module run as a program): where TensorFlow is loaded, in a notebook say,
its library ends the whole process (`Fatal Python error: Aborted`, opensmile 2.6 beside tensorflow 2.21).
"""

from __future__ import annotations

import atexit
import functools
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from typing import Any, BinaryIO

import numpy as np

from workbench.errors import InvalidInputError, MissingDependencyError
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE

N_PARAMETERS = 88
EGEMAPS_LICENCE = (
    "openSMILE is free for research, teaching and personal use only (audEERING's own licence): "
    "ask audEERING before any commercial use."
)
_ONE_AT_A_TIME = threading.Lock()
_LENGTH = np.dtype("<i8")
_NUMBER = np.dtype("<f4")


def egemaps(samples: np.ndarray) -> np.ndarray:
    """Return the 88 parameters of an utterance, in openSMILE's order (the mean pitch first).

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
        There is no sound at all, or openSMILE failed on it.
    """
    if samples.size == 0:
        raise InvalidInputError("eGeMAPS parameters need sound. Received 0 samples.")
    if find_spec("opensmile") is None:
        raise MissingDependencyError(
            "eGeMAPS parameters need openSMILE, which is no part of a plain installation. It was not found: run "
            f'`pip install "affect-workbench[egemaps]"`, or ask for features without it. {EGEMAPS_LICENCE}'
        )
    with _ONE_AT_A_TIME:
        answer = _asked(np.ascontiguousarray(samples, dtype=_NUMBER))
    if len(answer) != N_PARAMETERS * _NUMBER.itemsize:
        raise InvalidInputError(
            f"openSMILE must answer with {N_PARAMETERS} numbers. Its process ended on {samples.size} samples of sound: "
            "leave the recording out, or ask for features without it."
        )
    return np.nan_to_num(np.frombuffer(answer, _NUMBER), nan=0.0, posinf=0.0, neginf=0.0)


def _asked(samples: np.ndarray) -> bytes:
    """Return what the process answers; nothing where it ended, and the next call starts a new one."""
    process = _process()
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(np.array(samples.size, _LENGTH).tobytes() + samples.tobytes())
        process.stdin.flush()
        answer = process.stdout.read(N_PARAMETERS * _NUMBER.itemsize)
    except OSError:
        answer = b""
    if not answer:
        process.kill()
        process.wait()
        _process.cache_clear()
    return answer


@functools.cache
def _process() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.features.egemaps"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    atexit.register(process.kill)
    return process


def _serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer sound after sound until there are no more questions."""
    opensmile: Any = load("opensmile")
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals
    )
    while length := questions.read(_LENGTH.itemsize):
        n_samples = int(np.frombuffer(length, _LENGTH)[0])
        samples = np.frombuffer(questions.read(n_samples * _NUMBER.itemsize), _NUMBER)
        answers.write(smile.process_signal(samples, SOUND_RATE).to_numpy()[0].astype(_NUMBER).tobytes())
        answers.flush()


if __name__ == "__main__":
    own_answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever openSMILE prints must not stand among the answers
    _serve(sys.stdin.buffer, own_answers)
