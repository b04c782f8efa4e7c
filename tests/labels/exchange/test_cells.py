import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.labels.exchange.cells import neutral, plain
from workbench.labels.exchange.labels_table import export_labels, import_labels
from workbench.labels.exchange.manifest import manifest_path


@given(st.text(alphabet="'=+-@\t\rab", max_size=8) | st.text())
def test_the_mark_comes_off_again_and_no_marked_cell_begins_like_a_formula(text):
    assert plain(neutral(text)) == text
    assert neutral(text)[:1] not in tuple("=+-@\t\r")


def test_no_cell_of_an_exported_table_is_a_formula_and_every_name_comes_back(
    labelled, another_store, tmp_path
):
    file = tmp_path / "labels.csv"
    export_labels(labelled, file)
    with file.open(newline="") as stream:
        texts = [row[name] for row in csv.DictReader(stream) for name in ("clip", "annotator", "value")]
    assert not [text for text in texts if text[:1] in set("=+-@\t\r")]
    assert [text for text in texts if text.startswith("'=")]
    import_labels(another_store, file)
    assert another_store.current().equals(labelled.current())


def test_a_foreign_table_keeps_its_apostrophes(another_store, tmp_path):
    (tmp_path / "l.csv").write_text("clip,question,start_s,end_s,annotator,value\n'=x,mouth,0,0,Ada,open\n")
    import_labels(another_store, tmp_path / "l.csv")
    assert another_store.current()["clip"].tolist() == ["'=x"]


def test_a_table_changed_since_its_manifest_was_written_is_refused(labelled, another_store, tmp_path):
    for name in ("labels.csv", "labels.jsonl"):
        file = tmp_path / name
        n_labels = export_labels(labelled, file)
        manifest = json.loads(manifest_path(file).read_text())
        assert manifest["rows"] == n_labels
        assert sum(manifest["counts"]["question"].values()) == n_labels
        file.write_text(file.read_text().replace("Ada", "Eve", 1))
        with pytest.raises(InvalidInputError, match="manifest"):
            import_labels(another_store, file)
    manifest_path(file).write_text("[]")
    with pytest.raises(InvalidInputError, match="manifest"):
        import_labels(another_store, file)
    assert another_store.history().empty
