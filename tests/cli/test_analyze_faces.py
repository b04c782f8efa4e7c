import pytest
from typer.testing import CliRunner

from workbench.cli.app import app
from workbench.errors import InvalidInputError


@pytest.mark.parametrize("given", ["loudest", "0", "-1"])
def test_a_face_that_cannot_be_chosen_is_refused_before_anything_is_loaded(project, given):
    done = CliRunner().invoke(
        app, ["analyze", "clip.mp4", f"--faces={given}", "--project", str(project.root)]
    )
    assert isinstance(done.exception, InvalidInputError) and "largest, speaking" in str(done.exception)


def test_choosing_a_face_needs_a_trained_system_as_ever(project):
    done = CliRunner().invoke(
        app, ["analyze", "clip.mp4", "--faces", "speaking", "--upright", "--project", str(project.root)]
    )
    assert "trained system" in str(done.exception)
