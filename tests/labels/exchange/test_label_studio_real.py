"""The sync against a real Label Studio server: what goes out comes back identical, both ways, twice."""

import httpx
import pytest
from two_sides import GUESS, PIXEL

from workbench.labels.exchange.label_studio.answers import prediction_result, result_of
from workbench.labels.exchange.label_studio.config import label_config
from workbench.labels.exchange.label_studio.items import Item, ItemToSend
from workbench.labels.exchange.label_studio.pulling import pull_predictions
from workbench.labels.exchange.label_studio.report import SyncReport
from workbench.labels.exchange.label_studio.sending import ItemPrediction
from workbench.labels.exchange.label_studio.server import ProjectOnServer, annotations_of
from workbench.labels.exchange.label_studio.sync import LabelStudioSync
from workbench.labels.exchange.label_studio.wire import Wire
from workbench.labels.schema import MOUTH

pytestmark = pytest.mark.slow
FRAMES = [Item("mouth", 'clip "ü", 1.a', n * 0.03, n * 0.03) for n in range(5)]
SPANS = [Item("mouth", "clip.b", 1 / 3, 2 / 3)]


@pytest.fixture
def wire(label_studio):
    """A connection of the first user."""
    wire = Wire(label_studio.address, label_studio.token)
    yield wire
    wire.close()


def start(wire, store, folder, medium):
    project = ProjectOnServer.create(wire, title=medium, config=label_config(MOUTH, medium=medium))
    return LabelStudioSync(store, project, "mouth", folder)


def say(store, event, item, value, **changes):
    place = {"clip": item.clip, "start_s": round(item.start_s, 6), "end_s": round(item.end_s, 6)}
    return store.record(event(**place, value=value, schema_version=2, **changes)).event.op_id


def test_frames_go_out_are_answered_and_edited_there_and_both_sides_end_equal(
    label_studio, wire, store, another_store, tmp_path, event
):
    sync = start(wire, store, tmp_path, "image")
    to_send = [ItemToSend(item, "image", lambda: PIXEL) for item in FRAMES]
    for item, value in zip(FRAMES, ("open", "closed", "cannot tell"), strict=False):
        say(store, event, item, value, annotator="Zoë")
    predictions = [ItemPrediction(item, "run-1", GUESS) for item in FRAMES]
    report = sync.run(to_send, predictions=predictions)
    assert (report.tasks_sent, report.answers_sent, report.predictions_sent) == (5, 3, 5)
    assert sync.run(to_send, predictions=predictions).changes == 0
    backend = {"result": prediction_result("closed", {}), "score": 0.9, "model_version": "back/end"}
    del backend["result"][0]["meta"]
    sync.server.expect(sync.server.add_prediction(task=sync.server.tasks()[0]["id"], **backend), "told")
    pulled = pull_predictions(sync.server, "mouth", report=SyncReport())
    ours = {one.item.start_s: one.probabilities for one in pulled if one.model == "run-1"}
    assert ours == {item.start_s: GUESS for item in FRAMES}
    (theirs,) = [one for one in pulled if one.model == "back/end"]
    assert theirs.probabilities == pytest.approx({"closed": 0.9, "open": 0.1})

    # Everything there, pulled into an empty store, is what was sent.
    other = LabelStudioSync(another_store, sync.server, "mouth", tmp_path / "other")
    assert other.run().answers_recorded == 3
    assert another_store.current().equals(store.current())
    assert other.run().changes == 0

    tasks = sync.server.tasks()
    with httpx.Client(timeout=60, trust_env=False) as mia:
        label_studio.sign_in(mia, user="mia@example.org", password="a long enough one", new=True)
        native = [
            {k: v for k, v in result_of("open", op_id="x" * 9, annotator="x")[0].items() if k != "meta"}
        ]
        answer = {"result": native, "lead_time": 2.5, "was_cancelled": False}
        url = f"{label_studio.address}/api"
        assert mia.post(f"{url}/tasks/{tasks[3]['id']}/annotations/", json=answer).status_code == 201
        skip = {"result": [], "was_cancelled": True}
        assert mia.post(f"{url}/tasks/{tasks[4]['id']}/annotations/", json=skip).status_code == 201
        (ours,) = annotations_of(tasks[0])
        edited = [{**ours["result"][0], "value": {"choices": ["closed"]}}]
        assert mia.patch(f"{url}/annotations/{ours['id']}/", json={"result": edited}).status_code == 200
    report = sync.run()
    assert (report.answers_recorded, report.skips_recorded, report.conflicts) == (2, 1, 0)
    table = store.answers("mouth").set_index("start_s")
    assert table.loc[0.0, ["annotator", "value"]].tolist() == ["Zoë", "closed"]
    assert table.loc[0.0, "details"]["label_studio"]["edited_by"] == "mia@example.org"
    assert table.loc[0.09, ["annotator", "value"]].tolist() == ["mia@example.org", "open"]

    say(store, event, FRAMES[1], "open", annotator="Zoë")
    assert sync.run().answers_changed_there == 1
    assert sync.run().changes == 0
    assert other.run().answers_recorded == 3
    assert another_store.current().equals(store.current())


def test_spans_are_tasks_with_their_recording_and_keep_their_exact_ends(
    label_studio, wire, store, another_store, tmp_path, event
):
    recording = tmp_path / "clip.mp4"
    recording.write_bytes(bytes(range(256)) * 40)
    sync = start(wire, store, tmp_path, "video")
    say(store, event, SPANS[0], "open")
    items = [ItemToSend(Item("mouth", "clip.b", 0.333333, 0.666667), "video", lambda: str(recording))]
    assert sync.run(items).answers_sent == 1
    (task,) = sync.server.tasks()
    assert task["data"]["video"].endswith("#t=0.333,0.667")
    headers = {"Authorization": f"Token {label_studio.token}"}
    address = label_studio.address + task["data"]["video"].partition("#")[0]
    assert httpx.get(address, headers=headers, trust_env=False).content == recording.read_bytes()
    LabelStudioSync(another_store, sync.server, "mouth", tmp_path / "other").run()
    assert another_store.current().equals(store.current())
    assert sync.run(items).changes == 0
