"""Alarms as an audience may read them: some name people or recordings."""

from __future__ import annotations

from workbench.reports.audience import Audience

NAMES_NOBODY = frozenset(
    (
        "collapsed", "missing_class", "ties", "not_above_majority", "class_order", "empty", "few_clips", "few_speakers",
        "unknown_speakers", "wide_interval", "over_fitting",
    )
)  # fmt: skip
"""Codes of alarms whose words are counts only."""
_WITHOUT_NAMES = {
    "leak_frames": "Moments of the same clips are in training and in test, so the network has learnt the very pictures it "
    "is judged by: this accuracy says nothing about new clips or new people.",
    "leak_clips": "Moments of the same clips are in training and in test, so the network has learnt the very pictures it "
    "is judged by: this accuracy says nothing about new clips or new people.",
    "leak_speakers": "People of the test were in training, too. The network may recognise the person instead of the "
    "sentiment: this accuracy is not one for new people.",
    "leak_sentences": "Sentences of the test were said in training by the same people. Voice and mouth are nearly "
    "repeated: this accuracy is not one for new words.",
    "one_speaker": "One speaker carries the score: about the others it is not surely better than always saying their "
    "commonest class. Learn from more people, and test on more.",
    "no_sound": "Some recordings have no sound: nothing can be heard in them.",
    "silent_sound": "Some recordings are silent: what the voice says about them means nothing.",
    "clipped_sound": "Some recordings are cut off at full scale, and cut waves sound angry to any network.",
}
_OTHER = "There is an alarm ({code}) that names people or recordings: an analyst can read it."
_OTHER_LEAK = (
    "Training and test share something ({code}), so this accuracy flatters: an analyst can read what."
)


def told(audience: Audience, code: str, message: str) -> str:
    """Return an alarm's message, without names of people and recordings where the audience must not know them."""
    if audience.sees_names or code in NAMES_NOBODY:
        return message
    other = _OTHER_LEAK if code.startswith("leak") else _OTHER
    return _WITHOUT_NAMES.get(code, other.format(code=code))
