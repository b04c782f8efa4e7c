import numpy as np
import pytest

from workbench.datasets.embeddings import read_embeddings
from workbench.errors import InvalidInputError


@pytest.fixture
def arrays(rng):
    return {
        "clip": np.array(["01-01-03-01-01-01-01", "01-01-04-01-01-01-02", "01-01-06-01-01-01-01"]),
        "video": rng.normal(size=(3, 2, 4)).astype(np.float16),
        "video_len": np.array([2, 1, 2], np.int8),
        "audio": rng.normal(size=(3, 5)).astype(np.float16),
        "emotion": np.array(["happy", "sad", "fearful"]),
        "actor": np.array([1, 2, 1], np.int8),
    }


def stored(tmp_path, arrays):
    path = tmp_path / "embeddings.npz"
    np.savez(path, **arrays)
    return path


def test_valid_pieces_are_averaged_and_emotions_without_sentiment_left_out(tmp_path, arrays):
    found = read_embeddings(stored(tmp_path, arrays))
    assert found.clips.to_dict("list") == {
        "clip": ["01-01-03-01-01-01-01", "01-01-04-01-01-01-02"],
        "speaker": ["actor-01", "actor-02"],
        "sex": ["male", "female"],
        "emotion": ["happy", "sad"],
        "intended": ["positive", "negative"],
    }
    assert found.n_left_out == 1
    video = arrays["video"].astype(float)
    assert found.video[0] == pytest.approx(video[0].mean(axis=0)) and (found.video[1] == video[1, 0]).all()
    assert found.audio.shape == (2, 5)


def test_names_actors_and_sentiments_of_ones_own_will_do(tmp_path, arrays):
    own = {"clip": np.array(["a", "b", "c"]), "actor": np.array(["anna", "ben", "anna"])}
    own |= {"emotion": np.array(["positive", "neutral", "negative"]), "video": arrays["video"][:, 0]}
    del arrays["video_len"]
    found = read_embeddings(stored(tmp_path, arrays | own))
    assert list(found.clips["speaker"]) == ["anna", "ben", "anna"] and set(found.clips["sex"]) == {""}
    assert list(found.clips["intended"]) == ["positive", "neutral", "negative"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"audio": None}, "It has no audio"),
        ({"audio": np.zeros((2, 5))}, "one row per clip"),
        ({"audio": np.zeros(3)}, r"audio \(n, e\)"),
        ({"audio": np.full((3, 5), np.nan)}, "audio must be finite"),
        ({"clip": np.array(["a", "b", "a"])}, "'a' stands there 2 times"),
        ({"video_len": np.array([2, 3, 2])}, "between 1 and 2"),
        ({"video_len": np.array([2, 0, 2])}, "between 1 and 2"),
        ({"emotion": np.array(["bored"] * 3)}, "Received bored"),
    ],
)
def test_what_is_no_embeddings_is_refused_with_the_reason(tmp_path, arrays, change, said):
    changed = {name: values for name, values in (arrays | change).items() if values is not None}
    with pytest.raises(InvalidInputError, match=said):
        read_embeddings(stored(tmp_path, changed))


def test_pickles_and_other_files_are_refused(tmp_path, arrays):
    with pytest.raises(InvalidInputError, match="plain arrays"):
        read_embeddings(stored(tmp_path, arrays | {"clip": np.array([{}, {}, {}], dtype=object)}))
    with pytest.raises(InvalidInputError, match=r"must be an \.npz file"):
        read_embeddings(tmp_path / "none.npz")
