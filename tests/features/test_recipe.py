from pathlib import Path

from workbench.features import mouth
from workbench.features.pretrained import LandmarkModel
from workbench.features.recipe import recipe_of

MODEL = LandmarkModel(Path("a.dat"), "aa", True)


def test_the_recipe_changes_with_the_model_and_with_a_setting(monkeypatch):
    first = recipe_of(MODEL)
    assert first == recipe_of(LandmarkModel(Path("elsewhere.dat"), "aa", True))
    assert first != recipe_of(LandmarkModel(Path("a.dat"), "bb", False))
    monkeypatch.setattr(mouth, "MOUTH_MARGIN", 2.0)
    assert first != recipe_of(MODEL)
