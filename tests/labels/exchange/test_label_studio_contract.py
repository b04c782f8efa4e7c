"""The stand-in answers like a real Label Studio: the same requests to both, the same statuses and fields."""

import httpx
import pytest
from label_studio_standin import TOKEN, StandIn
from two_sides import PIXEL

from workbench.labels.exchange.label_studio.answers import result_of
from workbench.labels.exchange.label_studio.config import label_config
from workbench.labels.schema import MOUTH

FIELDS = {
    "project": {"id", "title", "label_config"},
    "task": {
        "id",
        "data",
        "annotations",
        "predictions",
        "drafts",
        "total_annotations",
        "cancelled_annotations",
    },
    "annotation": {
        "id",
        "task",
        "result",
        "was_cancelled",
        "completed_by",
        "updated_by",
        "created_at",
        "updated_at",
        "lead_time",
    },
    "prediction": {"id", "task", "result", "score", "model_version"},
    "user": {"id", "email"},
}


@pytest.fixture(params=["stand-in", pytest.param("real", marks=pytest.mark.slow)])
def client(request):
    """A client of the stand-in, and one of the real server."""
    if request.param == "stand-in":
        address, token, transport = "http://localhost", TOKEN, StandIn()
    else:
        server = request.getfixturevalue("label_studio")
        address, token, transport = server.address, server.token, None
    headers = {"Authorization": f"Token {token}"}
    with httpx.Client(
        base_url=address, headers=headers, transport=transport, timeout=60, trust_env=False
    ) as client:
        yield client


def test_both_answer_alike(client):
    made = client.post("/api/projects/", json={"title": "contract", "label_config": label_config(MOUTH)})
    assert made.status_code == 201
    assert set(made.json()) >= FIELDS["project"]
    project = made.json()["id"]
    assert client.get(f"/api/projects/{project}/").json()["label_config"] == label_config(MOUTH)
    assert client.get("/api/projects/999999/").status_code == 404
    assert all(set(user) >= FIELDS["user"] for user in client.get("/api/users/").json())

    data = [{"data": {"image": PIXEL, "workbench": {"item": f"i{n}", "start_s": 0.333333}}} for n in range(3)]
    assert client.post(f"/api/projects/{project}/import", json=data).status_code == 201
    pages = [client.get("/api/tasks/", params=page(project, n)) for n in (1, 2, 3)]
    assert [one.status_code for one in pages] == [200, 200, 404]
    assert [one.json()["total"] for one in pages[:2]] == [3, 3]
    tasks = [task for one in pages[:2] for task in one.json()["tasks"]]
    assert [task["data"] for task in tasks] == [one["data"] for one in data]
    assert all(set(task) >= FIELDS["task"] - {"annotations"} for task in tasks)

    check_annotations(client, project, tasks[0]["id"])
    check_predictions(client, tasks[1]["id"])
    assert client.get(f"/api/tasks/{tasks[0]['id']}/").json()["annotations"][0]["was_cancelled"] is True
    assert client.delete(f"/api/tasks/{tasks[2]['id']}/").status_code == 204
    assert client.delete(f"/api/tasks/{tasks[2]['id']}/").status_code == 404
    assert client.get(f"/api/tasks/{tasks[2]['id']}/").status_code == 404
    refused = client.get("/api/users/", headers={"Authorization": "Token wrong"})
    assert (refused.status_code, bool(refused.json()["detail"])) == (401, True)


def page(project, number):
    return {"project": project, "page": number, "page_size": 2, "fields": "all"}


def check_annotations(client, project, task):
    said = {"result": result_of("open", op_id="operation-1", annotator="Zoë"), "unique_id": unique(project)}
    first = client.post(f"/api/tasks/{task}/annotations/", json=said)
    assert first.status_code == 201
    assert set(first.json()) >= FIELDS["annotation"]
    assert first.json()["result"] == said["result"]
    again = client.post(f"/api/tasks/{task}/annotations/", json=said)
    assert (again.status_code, bool(again.json()["detail"])) == (409, True)
    assert (
        client.post("/api/tasks/999999/annotations/", json=said | {"unique_id": unique(9)}).status_code == 404
    )

    number = first.json()["id"]
    change = {"result": result_of("", op_id="operation-2", annotator="Zoë"), "was_cancelled": True}
    changed = client.patch(f"/api/annotations/{number}/", json=change)
    assert changed.status_code == 200
    assert changed.json()["updated_at"] > first.json()["updated_at"]
    listed = client.get("/api/tasks/", params=page(project, 1)).json()["tasks"][0]
    assert [(a["was_cancelled"], a["result"]) for a in listed["annotations"]] == [(True, change["result"])]
    assert listed["cancelled_annotations"] == 1
    assert client.get(f"/api/annotations/{number}/").json()["updated_at"] == changed.json()["updated_at"]
    assert client.get("/api/annotations/999999/").status_code == 404


def check_predictions(client, task):
    one = {
        "task": task,
        "result": result_of("open", op_id="x" * 9, annotator="x"),
        "score": 0.5,
        "model_version": "r",
    }
    made = [client.post("/api/predictions/", json=one) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert set(made[0].json()) >= FIELDS["prediction"]
    listed = client.get("/api/predictions/", params={"task": task}).json()
    assert [p["id"] for p in listed] == [answer.json()["id"] for answer in made]
    assert client.delete(f"/api/predictions/{listed[1]['id']}/").status_code == 204
    assert client.delete(f"/api/predictions/{listed[1]['id']}/").status_code == 404


def unique(number):
    return f"00000000-0000-4000-8000-{number:012d}"
