"""A run that was exported answers as Keras does, without TensorFlow, and is never used when it does not."""

import json
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from tests.drawn_features import draw_dataset
from workbench.errors import InvalidInputError, StorageError
from workbench.features.spectrogram import N_SAMPLES, sound_spectrograms, spectrogram_images
from workbench.models.architectures import build
from workbench.models.backend import seed_everything
from workbench.models.exported import FACTS, FULL, Export, RuntimeNetwork
from workbench.models.exporting import LARGEST_DIFFERENCE, export_network
from workbench.models.inference import Predictor
from workbench.models.real_inputs import drawn_inputs
from workbench.models.runs import Run
from workbench.models.settings import INPUTS


def taught(network):
    """A network with the weights of no fresh one: biases and statistics away from 0 and 1."""
    seed_everything(3)
    full, rng = build(network), np.random.default_rng(4)
    full.set_weights(
        [w + rng.uniform(0, 0.2, w.shape).astype(w.dtype) if w.ndim == 1 else w for w in full.get_weights()]
    )
    return full


def exported(network, folder, full):
    predictor = Predictor(network, full)
    arrays, source = drawn_inputs(INPUTS[network])
    arrays = {name: values[:8] for name, values in arrays.items()}
    return predictor, export_network(predictor, folder, weights_hash="of these", arrays=arrays, source=source)


@pytest.fixture(scope="module")
def mouth(tmp_path_factory):
    predictor, export = exported("mouth", tmp_path_factory.mktemp("mouth"), taught("mouth"))
    return SimpleNamespace(keras=predictor, export=export, runtime=RuntimeNetwork(export))


@pytest.fixture(scope="module")
def audio(tmp_path_factory):
    predictor, export = exported("audio", tmp_path_factory.mktemp("audio"), taught("audio"))
    return SimpleNamespace(keras=predictor, export=export, runtime=RuntimeNetwork(export))


@pytest.fixture
def windows(rng):
    return rng.normal(0, 0.05, (3, N_SAMPLES)) * np.array([[0.2], [1.0], [5.0]])


def mouths(rng, n):
    return rng.integers(0, 256, (n, 28, 28, 3), dtype=np.uint8)


def test_the_exported_run_answers_as_keras_does(mouth, rng):
    pictures = mouths(rng, 20)
    ours, theirs = mouth.runtime.probabilities(mouths=pictures), mouth.keras.probabilities(mouths=pictures)
    assert ours.shape == (20, 2) and ours.dtype == theirs.dtype and np.ptp(ours[:, 1]) > 0
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert mouth.runtime.classes == mouth.keras.classes == ("closed", "open")
    assert mouth.runtime.probabilities(mouths=pictures[:0]).shape == (0, 2)


def test_an_answer_is_the_same_to_the_bit_whatever_stands_beside_it(mouth, audio, rng):
    pictures = mouths(rng, 6)
    columns = rng.uniform(-130, -10, (6, 701)).astype(np.float16)
    for runtime, arrays in ((mouth.runtime, {"mouths": pictures}), (audio.runtime, {"columns": columns})):
        together = runtime.probabilities(**arrays)
        for row in (5, 0, 3):
            alone = runtime.probabilities(**{name: a[row : row + 1] for name, a in arrays.items()})
            assert alone.tobytes() == together[row : row + 1].tobytes()


def test_threads_may_share_it(mouth, rng):
    pictures = mouths(rng, 40)
    expected, heard = mouth.runtime.probabilities(mouths=pictures), {}

    def ask(number):
        heard[number] = mouth.runtime.probabilities(mouths=pictures)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(heard[number].tobytes() == expected.tobytes() for number in range(4))


def test_it_says_what_it_takes(mouth):
    with pytest.raises(InvalidInputError, match="takes mouths"):
        mouth.runtime.probabilities(faces=np.zeros((1, 96, 96, 3), np.uint8))


def test_sound_of_one_column_goes_the_short_way_to_the_full_networks_answer(audio, windows):
    spectrograms = sound_spectrograms(windows)  # the paper's window: one column
    assert spectrograms.shape == (3, 701, 1)
    before = audio.runtime.n_full
    ours = audio.runtime.probabilities(columns=spectrograms)
    assert audio.runtime.n_full == before
    assert ours.tobytes() == audio.runtime.probabilities(columns=spectrograms[:, :, 0]).tobytes()
    images = spectrogram_images(np.repeat(spectrograms, 3, axis=2))
    np.testing.assert_allclose(ours, audio.keras.full(images, training=False), atol=1e-6)


def test_sound_that_changes_along_time_is_asked_of_the_full_network(audio, windows):
    spectrograms = sound_spectrograms(windows, overlap=1390)
    assert spectrograms.shape == (3, 701, 5)
    spectrograms[1] = spectrograms[1, :, :1]  # this one does not change
    before = audio.runtime.n_full
    ours = audio.runtime.probabilities(columns=spectrograms)
    assert audio.runtime.n_full == before + 2
    true = np.asarray(audio.keras.full(spectrogram_images(spectrograms), training=False))
    np.testing.assert_allclose(ours, true, atol=2e-6)
    np.testing.assert_allclose(audio.keras.probabilities(columns=spectrograms), true, atol=2e-6)
    narrow = audio.runtime.probabilities(columns=spectrograms[:, :, 0])
    assert np.abs(narrow - true)[[0, 2]].max() > 1e-4  # the short way would have been wrong


def test_one_bin_that_differs_is_enough_for_the_full_network(audio, windows):
    spectrogram = np.repeat(sound_spectrograms(windows[:1]), 2, axis=2)
    spectrogram[0, 350, 1] += 3
    before = audio.runtime.n_full
    audio.runtime.probabilities(columns=spectrogram)
    assert audio.runtime.n_full == before + 1


def test_another_window_of_one_column_goes_the_short_way_too(audio, windows):
    spectrograms = sound_spectrograms(windows, window_length=1440, overlap=0)
    assert spectrograms.shape == (3, 721, 1)
    images = spectrogram_images(spectrograms)
    ours = audio.runtime.probabilities(columns=spectrograms)
    np.testing.assert_allclose(ours, audio.keras.full(images, training=False), atol=1e-6)


def test_an_export_knows_the_weights_it_is_of(mouth):
    folder = mouth.export.folder
    assert Export.find(folder, network="mouth", weights_hash="of these") == mouth.export
    assert Export.find(folder, network="mouth", weights_hash="of others") is None
    assert Export.find(folder, network="visual", weights_hash="of these") is None
    assert Export.find(folder / "nowhere", network="mouth", weights_hash="of these") is None


def test_answers_that_are_not_keras_s_are_refused_and_nothing_is_left_to_use(tmp_path, rng, mouth):
    other = Predictor("mouth", taught("mouth"))
    other.full = build("mouth")  # what is written is not what was asked
    with pytest.raises(StorageError, match="must lie within 1e-05"):
        export_network(
            other, tmp_path, weights_hash="x", arrays={"mouths": mouths(rng, 4)}, source="4 pictures"
        )
    assert not (tmp_path / FACTS).exists()
    assert mouth.export.facts["checked"]["largest_difference"][FULL] <= LARGEST_DIFFERENCE


@pytest.fixture
def run(project):
    run = Run.create(project, dataset="sample", network="mouth", seed=0, facts={})
    with pytest.raises(InvalidInputError, match="must be finished"):
        run.runtime()
    run.save_network(taught("mouth"))
    return run


def test_a_run_is_exported_once_and_anew_when_that_is_damaged_or_stale(run, rng):
    said, pictures = [], mouths(rng, 3)
    first = run.runtime(progress=lambda done, total, what: said.append((done, total, what)))
    assert "TensorFlow starts" in said[0][2] and said[-1][0] == said[-1][1]
    facts = run.folder / "exported" / FACTS
    assert "drawn moments" in json.loads(facts.read_text())["checked"]["on"]
    written = facts.stat().st_mtime_ns
    again = run.runtime(progress=lambda *_: pytest.fail("exported twice"))
    assert facts.stat().st_mtime_ns == written
    expected = first.probabilities(mouths=pictures)
    assert again.probabilities(mouths=pictures).tobytes() == expected.tobytes()
    network = run.folder / "exported" / "full.tflite"
    for damage in (b"", network.read_bytes()[:-1] + b"x"):
        network.write_bytes(damage)
        assert run.runtime().probabilities(mouths=pictures).tobytes() == expected.tobytes()
    run.save_network(build("mouth"))
    stale, fresh = expected, run.runtime().probabilities(mouths=pictures)
    assert np.abs(stale - fresh).max() > 1e-3
    np.testing.assert_allclose(fresh, run.predictor().probabilities(mouths=pictures), atol=1e-6)


def test_it_is_compared_on_the_runs_own_recordings_where_they_are(run, project, rng):
    draw_dataset(project, rng, speakers=("01", "02"), clips_each=1, lost=(0, 3))
    run.runtime()
    checked = json.loads((run.folder / "exported" / FACTS).read_text())["checked"]
    assert checked["on"] == "32 moments of 2 of its dataset's clips" and checked["n"] == 32


def test_a_run_is_asked_without_tensorflow_or_pandas(run):
    run.runtime()
    code = f"""
import sys
from pathlib import Path
import numpy as np
import workbench.systems.analysis, workbench.systems.lightweight_fusion, workbench.cli.app
from workbench.models.runs import Run
said = Run(Path({str(run.folder)!r})).runtime().probabilities(mouths=np.zeros((1, 28, 28, 3), np.uint8))
heavy = ("tensorflow", "keras", "pandas", "scipy", "sklearn", "pyarrow", "matplotlib", "sqlalchemy", "dask", "librosa")
print(said.shape, *[name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("(1, 2)\n", "")


@pytest.mark.slow
def test_the_fused_network_hears_one_column_or_many(tmp_path, rng, windows):
    predictor, export = exported("audiovisual", tmp_path, taught("audiovisual"))
    runtime, faces = RuntimeNetwork(export), rng.integers(0, 256, (3, 96, 96, 3), dtype=np.uint8)
    assert max(export.facts["checked"]["largest_difference"].values()) <= LARGEST_DIFFERENCE
    for overlap, n_full in ((250, 0), (1390, 3)):
        spectrograms = sound_spectrograms(windows, overlap=overlap)
        ours = runtime.probabilities(faces=faces, columns=spectrograms)
        true = predictor.full([faces / np.float32(255), spectrogram_images(spectrograms)], training=False)
        np.testing.assert_allclose(ours, true, atol=1e-6)
        assert runtime.n_full == n_full
