import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.log_mel import N_BANDS
from workbench.models.speech_network import MOST_PARAMETERS, N_COLUMNS, build_speech_network
from workbench.models.speech_targets import Targets
from workbench.models.speech_training import SpeechSettings, fit_speech, speech_probabilities
from workbench.sentiment import SENTIMENTS

EMOTIONS = ["angry", "calm", "fearful", "happy"]
INTENDED = ["negative", "neutral", "", "positive"]


@pytest.fixture(scope="module")
def told():
    return Targets.of(EMOTIONS, INTENDED, SENTIMENTS)


def bright_bands(rng, n_each=8):
    """Pictures of which each emotion has its own bright bands."""
    pictures, targets = [], []
    for k in range(4):
        for _ in range(n_each):
            picture = rng.normal(0, 0.5, (int(rng.integers(40, 90)), N_BANDS))
            picture[:, 16 * k : 16 * k + 10] += 2
            pictures.append(picture.astype(np.float32))
            targets.append(k)
    return pictures, np.array(targets)


def test_emotions_are_summed_to_what_they_stand_for(told):
    assert told.names == ("angry", "calm", "fearful", "happy")
    assert told.numbers(["happy", ""], ["positive", "happy"]).tolist() == [3, 3]
    answers = told.answers(np.log([[0.3, 0.2, 0.49, 0.01]]))
    assert answers[0] == pytest.approx(np.array([30, 20, 1]) / 51), (
        "fearful stands for none, the rest is shared anew"
    )
    assert told.answers(np.array([[-900.0, -901.0, 0.0, -950.0]]))[0] == pytest.approx(
        [0.731, 0.269, 0], abs=1e-3
    )


def test_without_emotions_the_sentiments_themselves_are_told_apart():
    told = Targets.of(["", "", ""], list(SENTIMENTS), SENTIMENTS)
    assert told.names == SENTIMENTS and (told.standing_for == np.eye(3)).all()


def test_an_emotion_with_two_meanings_and_a_missing_class_are_refused():
    with pytest.raises(InvalidInputError, match="'calm' is intended as neutral and as positive"):
        Targets.of(["calm", "calm"], ["neutral", "positive"], SENTIMENTS)
    with pytest.raises(InvalidInputError, match="none of negative"):
        Targets.of(["calm", "happy"], ["neutral", "positive"], SENTIMENTS)


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(InvalidInputError, match="epochs must be greater than 0"):
        SpeechSettings(epochs=0)


@pytest.mark.slow
def test_too_many_parameters_are_refused(rng, told):
    pictures, targets = bright_bands(rng, 1)
    settings = SpeechSettings(members=9, width=48)
    with pytest.raises(InvalidInputError, match=f"at most {MOST_PARAMETERS:,} parameters"):
        fit_speech(pictures, np.zeros((4, 0)), targets, told=told, settings=settings, seed=0)


@pytest.mark.slow
def test_silence_around_an_utterance_counts_for_nothing(rng):
    """The attention looks at the masked moments only: what stands elsewhere, far from the utterance, is not heard."""
    network = build_speech_network(n_targets=4, width=4)
    picture = rng.normal(size=(1, N_COLUMNS, N_BANDS, 1)).astype(np.float32)
    mask = np.zeros((1, N_COLUMNS), np.float32)
    mask[:, :48] = 1
    other = picture.copy()
    other[:, 96:] += 3
    heard = network([picture, mask], training=False), network([other, mask], training=False)
    assert np.asarray(heard[0]) == pytest.approx(np.asarray(heard[1]), abs=1e-6)
    mask[:, 96:] = 1
    assert np.abs(np.asarray(network([other, mask], training=False)) - np.asarray(heard[0])).max() > 1e-5


@pytest.mark.slow
def test_it_learns_and_the_same_seed_learns_the_same(rng, told):
    pictures, targets = bright_bands(rng)
    statistics = rng.normal(size=(len(targets), 3))
    settings = SpeechSettings(epochs=8, width=6, batch_size=8, learning_rate=0.01, mixing=0.0)
    answers = []
    for _ in range(2):
        network, history = fit_speech(pictures, statistics, targets, told=told, settings=settings, seed=5)
        answers.append(speech_probabilities(network, told, pictures, statistics))
    assert [row["epoch"] for row in history] == list(range(1, 9))
    assert history[-1]["loss"] < history[0]["loss"]
    asked = targets != 2
    right = answers[0][asked].argmax(axis=1) == told.standing_for[targets[asked]].argmax(axis=1)
    assert right.mean() > 0.8
    assert answers[0] == pytest.approx(answers[1], abs=1e-4)
