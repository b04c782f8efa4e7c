"""Make a voice from a plan: vocal-fold pulses and breath through the resonances of a throat (source and filter).

After Klatt (1980), "Software for a cascade/parallel formant synthesizer": second-order resonators in cascade.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from workbench.media.audio import SOUND_RATE
from workbench.media.sample_cast.speech import CONTROL_RATE, SpeechPlan
from workbench.media.sample_cast.timbre import Voice, VoiceStyle

_HIGH_FORMANTS_HZ = (3500.0, 4500.0, 5600.0, 7000.0, 8600.0)
_BANDWIDTHS_HZ = (70.0, 90.0, 130.0, 220.0, 300.0, 420.0, 600.0, 900.0)
_BLOCK_STEPS = 4  # the throat changes shape every 4 ms
_ROOM_DB = -74.0


def _per_sample(track: np.ndarray, n_samples: int) -> np.ndarray:
    return np.interp(np.arange(n_samples) / SOUND_RATE, np.arange(len(track)) / CONTROL_RATE, track)


def pitch_track(rng: np.random.Generator, plan: SpeechPlan, voice: Voice, style: VoiceStyle) -> np.ndarray:
    """Return the pitch in Hz, one value per millisecond: falling along the sentence, rising with stress."""
    times_s = np.arange(len(plan.voiced)) / CONTROL_RATE
    along = np.clip((times_s - plan.start_s) / (plan.end_s - plan.start_s), 0, 1)
    movement = 1.1 * (plan.stress - 0.45) - 0.7 * (along - 0.5)
    movement = movement + 0.5 * np.sin(2 * np.pi * (rng.uniform(1.2, 2.0) * times_s + rng.uniform()))
    semitones = style.pitch + voice.pitch_range * style.pitch_range * movement
    return voice.pitch_hz * 2 ** (semitones / 12)


def _pulses(rng: np.random.Generator, pitch_hz: np.ndarray, voice: Voice, style: VoiceStyle) -> np.ndarray:
    """Return the flow of the vocal folds, differentiated (Rosenberg's pulse), for a pitch per sample."""
    uneven = voice.jitter * (1 + 2.5 * style.harshness)
    n_cycles = int(pitch_hz.sum() / SOUND_RATE) + 2
    stretch = 1 + uneven * rng.normal(0, 1, n_cycles + 1)
    smooth_phase = np.cumsum(pitch_hz) / SOUND_RATE
    phase = np.interp(smooth_phase, np.concatenate([[0.0], np.cumsum(stretch)]), np.arange(n_cycles + 2))
    cycle = phase.astype(int)
    within = phase - cycle
    strength = 1 + voice.shimmer * (1 + 2 * style.harshness) * rng.normal(0, 1, n_cycles + 3)
    strength = strength * np.where(np.arange(n_cycles + 3) % 2, 1 - 0.3 * style.harshness, 1.0)
    opens, closes = 0.4, 0.56 + 0.14 * style.breath - 0.1 * style.harshness
    rising = np.pi / opens * np.sin(np.pi * within / opens)
    falling = -np.pi / (2 * (closes - opens)) * np.sin(np.pi * (within - opens) / (2 * (closes - opens)))
    flow = np.where(within < opens, 0.5 * rising, np.where(within < closes, falling, 0.0))
    return flow * strength[cycle] / 8.0


def _resonate(source: np.ndarray, formants_hz: np.ndarray) -> np.ndarray:
    """Send a source through resonances that change every block; formants_hz has shape (n_blocks, k)."""
    n_formants = formants_hz.shape[1]
    bandwidths = np.array(_BANDWIDTHS_HZ[:n_formants])
    state = np.zeros((n_formants, 2))
    length = SOUND_RATE * _BLOCK_STEPS // CONTROL_RATE
    out = np.empty_like(source)
    c = -np.exp(-2 * np.pi * bandwidths / SOUND_RATE)
    for number, block in enumerate(formants_hz):
        b = 2 * np.exp(-np.pi * bandwidths / SOUND_RATE) * np.cos(2 * np.pi * block / SOUND_RATE)
        sections = np.zeros((n_formants, 6))
        sections[:, 0], sections[:, 3], sections[:, 4], sections[:, 5] = 1 - b - c, 1, -b, -c
        piece = slice(number * length, (number + 1) * length)
        out[piece], state = signal.sosfilt(sections, source[piece], zi=state)
    return out


def _tilted(sound: np.ndarray, rise_db: float) -> np.ndarray:
    """Make a sound brighter or darker by ``rise_db`` per octave above 1 kHz, at most 24 dB in all."""
    spectrum = np.fft.rfft(sound)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(sound), 1 / SOUND_RATE), 1000.0) / 1000.0)
    return np.fft.irfft(spectrum * 10 ** (np.clip(rise_db * octaves, -24, 24) / 20), n=len(sound))


def _hiss(rng: np.random.Generator, plan: SpeechPlan, n_samples: int) -> np.ndarray:
    """Return the noise of consonants: white noise in a band for each place of the tongue."""
    white = rng.normal(0, 1, n_samples)
    strength, centre_hz = _per_sample(plan.noise, n_samples), _per_sample(plan.noise_hz, n_samples)
    total = np.zeros(n_samples)
    for low_hz, high_hz in ((600, 1400), (1400, 2800), (2800, 4800), (4800, 9000)):
        share = np.exp(-((np.log2(centre_hz / np.sqrt(low_hz * high_hz))) ** 2) / 0.25)
        sections = signal.butter(2, (low_hz, high_hz), btype="bandpass", fs=SOUND_RATE, output="sos")
        total += signal.sosfilt(sections, white) * share
    return total * strength


def _scaled_to(sound: np.ndarray, weight: np.ndarray, level_db: float) -> np.ndarray:
    power = float((sound**2 * weight).sum() / max(weight.sum(), 1e-9))
    return sound * (10 ** (level_db / 20) / np.sqrt(max(power, 1e-20)))


def speak(rng: np.random.Generator, plan: SpeechPlan, voice: Voice, style: VoiceStyle) -> np.ndarray:
    """Return the sound of a planned sentence.

    Returns
    -------
    np.ndarray, shape (n,), float32
        At 48 kHz, in [-1, 1].
    """
    n_samples = round(plan.duration_s * SOUND_RATE)
    voiced = _per_sample(plan.voiced, n_samples)
    pitch_hz = _per_sample(pitch_track(rng, plan, voice, style), n_samples)
    pulses = _pulses(rng, pitch_hz, voice, style)
    breath = voice.breath + 0.5 * style.breath
    aspiration = rng.normal(0, 1, n_samples) * breath * (0.35 + np.abs(pulses) * 0.6)
    source = (pulses * (1 - 0.35 * style.breath) + aspiration) * voiced
    blocks = np.arange(0, n_samples, SOUND_RATE * _BLOCK_STEPS // CONTROL_RATE) / SOUND_RATE
    low = plan.at(plan.formants_hz, blocks) * np.array(
        [1 + 0.5 * style.smile, 1 + style.smile, 1 + style.smile]
    )
    high = np.tile(np.array(_HIGH_FORMANTS_HZ) * voice.high_formants, (len(blocks), 1))
    spoken = _resonate(source, np.concatenate([low, high], axis=1) * voice.tract)
    spoken = _tilted(spoken, voice.brightness_db + style.brightness_db + 3.0)
    level_db = voice.level_db + style.level_db
    loud = voiced > 0.6
    spoken = _scaled_to(spoken, loud, level_db)
    if style.harshness > 0:
        # Pressed voices overdrive: the peaks flatten and new high partials appear.
        drive = 10 ** (-level_db / 20) * (0.4 + 0.8 * style.harshness)
        spoken = _scaled_to(np.tanh(spoken * drive), loud, level_db)
    hiss = _hiss(rng, plan, n_samples) * 10 ** ((level_db - 4 + 0.5 * style.brightness_db) / 20)
    room = rng.normal(0, 10 ** (_ROOM_DB / 20), n_samples)
    return (0.97 * np.tanh((spoken + hiss) / 0.97) + room).astype(np.float32).clip(-1, 1)
