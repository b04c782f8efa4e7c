"""A Label Studio that lives in this process, answers like the real one, and fails as a seed says.

Only the part of the API that is used here, with the real server's status codes and fields (the contract test runs
against both). It carries requests as an httpx transport, so nothing is listened on and nothing waits.
"""

import json
import random
import re
import urllib.parse
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

TOKEN = "t" * 40
FAULTS = (
    "lost before",
    "lost after",
    "late",
    "twice",
    "server error before",
    "server error after",
    "too many",
    "page instead of data",
    "half an answer",
    "restart",
    "shuffled",
)


@dataclass
class Clock:
    """Time that passes only when somebody waits."""

    now_s: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_s += seconds


class StandIn(httpx.BaseTransport):
    """The server. ``fault_share`` of its requests fail, in a way drawn from ``seed``."""

    def __init__(self, *, seed: int = 0, fault_share: float = 0.0) -> None:
        self.rng = random.Random(seed)
        self.fault_share = fault_share
        self.users = {1: "owner@example.org", 2: "mia@example.org", 3: "ben@example.org"}
        self.projects, self.tasks, self.annotations, self.predictions = {}, {}, {}, {}
        self.requests: list[tuple[str, str, str]] = []
        self._late: list[httpx.Request] = []
        self._down = 0
        self._ids = {"project": 0, "task": 0, "annotation": 0, "prediction": 0}
        self._moment = datetime(2026, 1, 1, tzinfo=UTC)

    # what carries a request, and what goes wrong on the way

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        fault = self._draw(request)
        self.requests.append((request.method, request.url.path, fault))
        if self._late and self.rng.random() < 0.5:
            self._answer(self._late.pop(self.rng.randrange(len(self._late))))
        if self._down:
            self._down -= 1
            raise httpx.ConnectError("restarting", request=request)
        return self._with_fault(request, fault)

    def flush(self) -> None:
        """Let everything that is still under way arrive."""
        while self._late:
            self._answer(self._late.pop(0))
        self._down = 0

    def _draw(self, request: httpx.Request) -> str:
        if self.rng.random() >= self.fault_share:
            return ""
        fault = self.rng.choice(FAULTS)
        listing = request.method == "GET" and request.url.path == "/api/tasks/"
        return "" if fault == "shuffled" and not listing else fault

    def _with_fault(self, request: httpx.Request, fault: str) -> httpx.Response:
        if fault == "lost before":
            raise httpx.ConnectTimeout("lost", request=request)
        if fault == "restart":
            self._down = self.rng.randint(1, 2)
            raise httpx.RemoteProtocolError("closed", request=request)
        if fault == "late":
            self._late.append(request)
            raise httpx.ReadTimeout("late", request=request)
        if fault == "server error before":
            return httpx.Response(self.rng.choice((500, 502, 503, 504)), text="<h1>error</h1>")
        if fault == "too many":
            return httpx.Response(429, json={"detail": "slow down"}, headers={"Retry-After": "7"})
        if fault == "page instead of data" and request.method == "GET":
            return httpx.Response(200, text="<html>Sign in</html>", headers={"content-type": "text/html"})
        answer = self._answer(request, shuffled=fault == "shuffled")
        if fault == "twice":
            self._answer(request)
        if fault == "lost after":
            raise httpx.ReadError("lost", request=request)
        if fault == "server error after":
            return httpx.Response(500, text="<h1>error</h1>")
        if fault == "page instead of data":
            return httpx.Response(200, text="<html>Sign in</html>", headers={"content-type": "text/html"})
        if fault == "half an answer" and len(answer.content) > 2:
            return httpx.Response(answer.status_code, content=answer.content[: len(answer.content) // 2])
        return answer

    # what the server does

    def _answer(self, request: httpx.Request, *, shuffled: bool = False) -> httpx.Response:
        if request.headers.get("authorization") != f"Token {TOKEN}":
            return _error(401, "Invalid token.")
        path = request.url.path.rstrip("/")
        query = dict(urllib.parse.parse_qsl(request.url.query.decode()))
        body = json.loads(request.content) if request.content else None
        for pattern, act in self._ROUTES:
            method, _, where = pattern.partition(" ")
            match = re.fullmatch(where, path)
            if match and method == request.method:
                return act(self, *map(int, match.groups()), body=body, query=query, shuffled=shuffled)
        return _error(404, "Not found.")

    def _next(self, kind: str) -> int:
        self._ids[kind] += 1
        return self._ids[kind]

    def _tick(self) -> str:
        self._moment += timedelta(milliseconds=7)
        return self._moment.isoformat().replace("+00:00", "Z")

    def _add_project(self, *, body, **_):
        number = self._next("project")
        self.projects[number] = {"id": number, "title": body["title"], "label_config": body["label_config"]}
        return _good(201, self.projects[number])

    def _project(self, number, **_):
        found = self.projects.get(number)
        return _good(200, found) if found else _error(404, "No Project matches the given query.")

    def _accounts(self, **_):
        return _good(200, [{"id": n, "email": email, "username": ""} for n, email in self.users.items()])

    def _import(self, project, *, body, **_):
        made = []
        for one in body:
            number = self._next("task")
            self.tasks[number] = {"id": number, "project": project, "data": one["data"]}
            made.append(number)
        return _good(201, {"task_count": len(made), "annotation_count": 0, "prediction_count": 0})

    def _whole_task(self, number):
        answers = [a for a in self.annotations.values() if a["task"] == number]
        return self.tasks[number] | {
            "annotations": [_shown(a) for a in answers],
            "predictions": [p for p in self.predictions.values() if p["task"] == number],
            "drafts": [],
            "total_annotations": sum(not a["was_cancelled"] for a in answers),
            "cancelled_annotations": sum(a["was_cancelled"] for a in answers),
        }

    def _list_tasks(self, *, query, shuffled, **_):
        numbers = sorted(n for n, task in self.tasks.items() if task["project"] == int(query["project"]))
        if shuffled:  # as when others work: the order is another one by the next page
            self.rng.shuffle(numbers)
        size = int(query["page_size"])
        start = (int(query["page"]) - 1) * size
        if start and start >= len(numbers):
            return _error(404, "Invalid page.")
        page = [self._whole_task(number) for number in numbers[start : start + size]]
        return _good(200, {"total": len(numbers), "total_annotations": 0, "tasks": page})

    def _task(self, number, **_):
        return _good(200, self._whole_task(number)) if number in self.tasks else _error(404, "Not found.")

    def _remove_task(self, number, **_):
        if self.tasks.pop(number, None) is None:
            return _error(404, "Not found.")
        self.annotations = {n: a for n, a in self.annotations.items() if a["task"] != number}
        return httpx.Response(204)

    def _annotate(self, task, *, body, **_):
        if task not in self.tasks:
            return _error(404, "No Task matches the given query.")
        if any(
            body.get("unique_id") and a["unique_id"] == body["unique_id"] for a in self.annotations.values()
        ):
            return _error(409, "Annotation with this unique id already exists")
        return _good(201, _shown(self.person_annotates(task, user=1, **body)))

    def _annotation(self, number, **_):
        found = self.annotations.get(number)
        return _good(200, _shown(found)) if found else _error(404, "Not found.")

    def _change_annotation(self, number, *, body, **_):
        if number not in self.annotations:
            return _error(404, "Not found.")
        self.person_edits(number, user=1, **body)
        return _good(200, _shown(self.annotations[number]))

    def _predict(self, *, body, **_):
        number = self._next("prediction")
        self.predictions[number] = {"id": number, "model_version": "", **body}
        return _good(201, self.predictions[number])

    def _list_predictions(self, *, query, **_):
        task = int(query["task"])
        return _good(200, [p for p in self.predictions.values() if p["task"] == task])

    def _remove_prediction(self, number, **_):
        gone = self.predictions.pop(number, None)
        return _error(404, "Not found.") if gone is None else httpx.Response(204)

    # what people do there, in its own pages

    def person_annotates(self, task, *, user, result, was_cancelled=False, unique_id=None, lead_time=None):
        """Somebody answers (or skips) a task; returns the annotation."""
        number, now = self._next("annotation"), self._tick()
        self.annotations[number] = {
            "id": number,
            "task": task,
            "result": result,
            "was_cancelled": was_cancelled,
            "unique_id": unique_id,
            "lead_time": lead_time,
            "completed_by": user,
            "updated_by": user,
            "created_at": now,
            "updated_at": now,
        }
        return self.annotations[number]

    def person_edits(self, number, *, user, **fields):
        """Somebody changes an annotation."""
        self.annotations[number] |= {**fields, "updated_by": user, "updated_at": self._tick()}

    _ROUTES = (
        ("GET /api/projects/(\\d+)", _project),
        ("POST /api/projects", _add_project),
        ("POST /api/projects/(\\d+)/import", _import),
        ("GET /api/users", _accounts),
        ("GET /api/tasks", _list_tasks),
        ("GET /api/tasks/(\\d+)", _task),
        ("DELETE /api/tasks/(\\d+)", _remove_task),
        ("POST /api/tasks/(\\d+)/annotations", _annotate),
        ("GET /api/annotations/(\\d+)", _annotation),
        ("PATCH /api/annotations/(\\d+)", _change_annotation),
        ("POST /api/predictions", _predict),
        ("GET /api/predictions", _list_predictions),
        ("DELETE /api/predictions/(\\d+)", _remove_prediction),
    )


def _shown(annotation):
    return {name: value for name, value in annotation.items() if name != "unique_id"}


def _good(status, content):
    return httpx.Response(status, json=content)


def _error(status, detail):
    return httpx.Response(status, json={"status_code": status, "version": "1.23.2", "detail": detail})
