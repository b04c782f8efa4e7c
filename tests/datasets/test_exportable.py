"""Whether what is computed of a recording may leave the house is asked by its content."""

import pandas as pd
import pytest

from workbench.datasets.catalog import Dataset
from workbench.datasets.forgotten import bury
from workbench.datasets.rights import declare
from workbench.datasets.rights.consent import NEVER, Consent, add_consents
from workbench.datasets.rights.recordings import require_exportable
from workbench.errors import InvalidInputError
from workbench.files import sha256_of


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "elsewhere.mp4"
    path.write_bytes(b"any content")
    return path


def catalogued(project, recording, name="films"):
    dataset = Dataset(project.dataset_folder(name))
    row = {
        "clip": "a.1",
        "file": "a.1.mp4",
        "sha256": sha256_of(recording),
        "kind": "audiovisual",
        "speaker": "ann",
    }
    dataset.write_table(pd.DataFrame([row | {"intended": "", "duration_s": "1.0"}]))


def test_a_recording_of_no_dataset_is_ones_own(project, recording):
    assert require_exportable(project, recording) == ()
    catalogued(project, recording)
    recording.write_bytes(b"something else")
    assert require_exportable(project, recording) == ()


def test_a_recording_of_a_dataset_needs_what_the_dataset_needs(project, recording):
    catalogued(project, recording)
    with pytest.raises(InvalidInputError, match="purpose must be declared"):
        require_exportable(project, recording)
    declare(project, "films", purpose="research", licence="ours", source="here")
    with pytest.raises(InvalidInputError, match="no consent of ann"):
        require_exportable(project, recording)
    agreed = Consent("ann", "2026-01-01", "1", "export", NEVER, "shelf 3")
    add_consents(project, "films", [agreed])
    assert require_exportable(project, recording) == ("films",)


def test_a_changed_catalog_is_read_anew(project, recording):
    assert require_exportable(project, recording) == ()
    catalogued(project, recording)
    with pytest.raises(InvalidInputError):
        require_exportable(project, recording)


def test_who_was_forgotten_is_not_exported_from_a_copy_either(project, recording):
    catalogued(project, recording)
    bury(project, "films", "ann", [sha256_of(recording)])
    with pytest.raises(InvalidInputError, match="erased because its speaker did"):
        require_exportable(project, recording)
