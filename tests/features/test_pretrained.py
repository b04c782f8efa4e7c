import sys

import pytest

from workbench.errors import InvalidInputError, MissingDependencyError
from workbench.features import pretrained
from workbench.features.pretrained import ENVIRONMENT_VARIABLE, find_landmark_model


@pytest.fixture(autouse=True)
def no_model_is_named(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


def test_the_packages_model_is_found_and_known_without_importing_the_package():
    model = find_landmark_model()
    assert model.is_known and model.path.name == "shape_predictor_68_face_landmarks.dat"
    assert "face_recognition_models" not in sys.modules


def test_the_licence_says_that_the_model_is_for_research():
    assert "research" in find_landmark_model().licence and "300-W" in find_landmark_model().licence


def test_another_file_is_used_but_told_as_unknown(tmp_path, monkeypatch):
    other = tmp_path / "mine.dat"
    other.write_bytes(b"something else")
    assert find_landmark_model(other).path == other and not find_landmark_model(other).is_known
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(other))
    model = find_landmark_model()
    assert not model.is_known and "mine.dat" in model.licence


def test_a_changed_file_has_another_hash(tmp_path):
    other = tmp_path / "mine.dat"
    other.write_bytes(b"one")
    first = find_landmark_model(other).sha256
    other.write_bytes(b"another")
    assert find_landmark_model(other).sha256 != first


def test_a_named_file_that_is_missing_is_said(tmp_path):
    with pytest.raises(InvalidInputError, match=r"none at .*gone\.dat"):
        find_landmark_model(tmp_path / "gone.dat")


def test_a_missing_package_names_the_command(monkeypatch):
    monkeypatch.setattr(pretrained, "_PACKAGE", "no_such_package")
    with pytest.raises(MissingDependencyError, match="make install"):
        find_landmark_model()
