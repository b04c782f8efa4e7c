"""A project on a Label Studio server: what can be asked of it, tried again where that is safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, StorageError
from workbench.labels.exchange.label_studio.answers import account_name
from workbench.labels.exchange.label_studio.retry import Retry
from workbench.labels.exchange.label_studio.wire import Answer, Wire

PAGE = 50
"""Tasks listed at once."""
_MOST_TASKS = 1_000_000
_LISTINGS = 5


class ProjectOnServer:
    """One project of a server.

    Attributes
    ----------
    address : str
    project : int
    page_size : int
        Tasks listed at once.
    """

    page_size = PAGE

    def __init__(self, wire: Wire, project: int, *, retry: Retry | None = None) -> None:
        self.address = wire.address
        self.project = project
        self.retry = retry or Retry()
        self._wire = wire

    @classmethod
    def create(cls, wire: Wire, *, title: str, config: str, retry: Retry | None = None) -> ProjectOnServer:
        """Make a new project that asks one question, and return it."""
        new = cls(wire, 0, retry=retry)
        answer = new.once(lambda sdk: sdk.projects.create(title=title, label_config=config))
        new.expect(answer, "A project could not be made")
        new.project = _whole(answer.content, "id")
        return new

    def once(self, request: Callable[[Any], Any]) -> Answer:
        """Send a request that must not be sent twice."""
        return self._wire.send(request)

    def ask(self, request: Callable[[Any], Any], what: str) -> Answer:
        """Send a request that may be sent again, until it is answered.

        Raises
        ------
        StorageError
            It was not answered however often it was tried.
        InvalidInputError
            The token does not do, or the address is another program's.
        """
        for n_failures in range(1, self.retry.attempts + 1):
            answer = self.once(request)
            if not answer.passing:
                self._check_allowed(answer)
                return answer
            if n_failures < self.retry.attempts:
                self.retry.wait(n_failures, asked_s=answer.wait_s)
        raise self.unreachable(answer, what)

    def unreachable(self, answer: Answer, what: str) -> StorageError:
        """Return the error that a server stayed out of reach; nothing here is lost by it."""
        why = answer.problem or f"status {answer.status}"
        return StorageError(
            f"{what}: {self.address} must answer. Received: {why}. What was exchanged is kept; the same command goes on "
            "from there. Labelling here goes on meanwhile."
        )

    def expect(self, answer: Answer, what: str) -> Answer:
        """Return the answer when the request was carried out, else raise what it says."""
        if answer.passing:
            raise self.unreachable(answer, what)
        self._check_allowed(answer)
        if not answer.good:
            raise InvalidInputError(
                f"{what}: {self.address} refused (status {answer.status}). It says: {answer.problem!r}."
            )
        return answer

    def describe(self) -> Mapping[str, Any]:
        """Return what the project says of itself."""
        what = f"Project {self.project} could not be read"
        answer = self.ask(lambda sdk: sdk.projects.get(id=self.project), what)
        return _mapping(self.expect(answer, what).content)

    def users(self) -> dict[int, str]:
        """Return the annotator that each account stands for."""
        what = "The accounts could not be read"
        answer = self.expect(self.ask(lambda sdk: sdk.users.list(), what), what)
        found = answer.content if isinstance(answer.content, list) else []
        return {
            user["id"]: account_name(user, user["id"])
            for user in found[:100_000]
            if isinstance(user, Mapping) and isinstance(user.get("id"), int)
        }

    def tasks(self) -> list[Mapping[str, Any]]:
        """Return every task with its annotations and predictions, each once.

        Pages move while others work, so a listing counts only when it holds as many tasks as the server says there are.
        """
        for _ in range(_LISTINGS):
            found, total = self._listing()
            if len(found) == total:
                return [found[number] for number in sorted(found)]
        raise StorageError(
            f"The tasks of project {self.project} changed each time they were listed. Nothing was changed: run the same "
            "command again when fewer people work there."
        )

    def _listing(self) -> tuple[dict[int, Mapping[str, Any]], int]:
        found: dict[int, Mapping[str, Any]] = {}
        total = -1
        for page in range(1, _MOST_TASKS // self.page_size):
            answer = self._page(page)
            if answer.status == 404:  # past the last page
                break
            content = _mapping(self.expect(answer, "The tasks could not be listed").content)
            tasks = content.get("tasks")
            if not isinstance(tasks, list):
                raise InvalidInputError(f"{self.address} must list tasks. It answered with something else.")
            total = _whole(content, "total")
            found.update(
                {t["id"]: t for t in tasks if isinstance(t, Mapping) and isinstance(t.get("id"), int)}
            )
            if len(tasks) < self.page_size or len(found) >= total:
                break
        return found, max(total, 0)

    def _page(self, page: int) -> Answer:
        return self.ask(
            lambda sdk: sdk.tasks.list(
                project=self.project, page=page, page_size=self.page_size, fields="all"
            ),
            "The tasks could not be listed",
        )

    def add_tasks(self, data: Sequence[Mapping[str, Any]]) -> Answer:
        """Add tasks, once: what became of it tells only the next listing when the answer is lost."""
        wanted = [{"data": dict(one)} for one in data]
        return self.once(lambda sdk: sdk.projects.import_tasks(id=self.project, request=wanted))

    def annotation(self, annotation_id: int) -> Mapping[str, Any] | None:
        """Return an annotation as it is now; None when it is gone."""
        what = f"Annotation {annotation_id} could not be read"
        answer = self.ask(lambda sdk: sdk.annotations.get(id=annotation_id), what)
        return None if answer.status == 404 else _mapping(self.expect(answer, what).content)

    def add_annotation(self, task_id: int, **fields: Any) -> Answer:
        """Add an annotation; its ``unique_id`` lets it be sent again: a second one is refused with 409."""
        what = "An answer could not be sent"
        return self.ask(lambda sdk: sdk.annotations.create(id=task_id, **fields), what)

    def change_annotation(self, annotation_id: int, **fields: Any) -> Answer:
        """Change an annotation; sent again it changes nothing."""
        what = "An answer could not be sent"
        return self.ask(lambda sdk: sdk.annotations.update(id=annotation_id, **fields), what)

    def add_prediction(self, **fields: Any) -> Answer:
        """Add a prediction, once."""
        return self.once(lambda sdk: sdk.predictions.create(**fields))

    def models_of(self, task_id: int) -> set[str]:
        """Return the models that have a prediction for a task."""
        what = "The predictions could not be read"
        answer = self.expect(self.ask(lambda sdk: sdk.predictions.list(task=task_id), what), what)
        found = answer.content if isinstance(answer.content, list) else []
        return {str(one.get("model_version")) for one in found[:10_000] if isinstance(one, Mapping)}

    def remove_prediction(self, prediction_id: int) -> None:
        """Remove a prediction; one that is gone already is as good."""
        what = "A doubled prediction could not be removed"
        answer = self.ask(lambda sdk: sdk.predictions.delete(id=prediction_id), what)
        if answer.status != 404:
            self.expect(answer, what)

    def task(self, task_id: int) -> Mapping[str, Any] | None:
        """Return a task as it is now; None when it is gone."""
        what = f"Task {task_id} could not be read"
        answer = self.ask(lambda sdk: sdk.tasks.get(id=str(task_id)), what)
        return None if answer.status == 404 else _mapping(self.expect(answer, what).content)

    def remove_task(self, task_id: int) -> None:
        """Remove a task; one that is gone already is as good."""
        what = "A doubled task could not be removed"
        answer = self.ask(lambda sdk: sdk.tasks.delete(id=str(task_id)), what)
        if answer.status != 404:
            self.expect(answer, what)

    def upload(self, file: Path, *, name: str) -> str:
        """Upload a recording without making a task of it, and return its address on the server."""
        what = f"{name} could not be uploaded"
        with file.open("rb") as stream:
            path = f"api/projects/{self.project}/import?commit_to_project=false"
            sent = self.expect(self._wire.upload(path, name=name, content=stream), what)
        numbers = _mapping(sent.content).get("file_upload_ids")
        if not isinstance(numbers, list) or len(numbers) != 1 or not isinstance(numbers[0], int):
            raise InvalidInputError(f"{what}: the server does not say where it put it.")
        told = self.expect(self.ask(lambda sdk: sdk.files.get(id=numbers[0]), what), what)
        return f"/data/{_mapping(told.content).get('file', '')}"

    def _check_allowed(self, answer: Answer) -> None:
        if answer.status in (401, 403):
            raise InvalidInputError(
                f"{self.address} must know the token. It does not (status {answer.status}): copy it anew from Label Studio's "
                "Account page. A legacy token must be switched on there by the owner."
            )
        if 300 <= answer.status < 400:
            raise InvalidInputError(f"{self.address} must be the server itself. {answer.problem}.")


def annotations_of(task: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the annotations of a listed task by their ids."""
    yield from _listed(task, "annotations")


def predictions_of(task: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the predictions of a listed task by their ids."""
    yield from _listed(task, "predictions")


def _listed(task: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    some = task.get(name)
    known = [
        one
        for one in (some if isinstance(some, list) else [])[:10_000]
        if isinstance(one, Mapping) and isinstance(one.get("id"), int)
    ]
    yield from sorted(known, key=lambda one: one["id"])


def _mapping(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise InvalidInputError(
            "Label Studio must answer with an object. It answered with something else: is this its address?"
        )
    return content


def _whole(content: Any, name: str) -> int:
    value = _mapping(content).get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidInputError(f"Label Studio must tell {name!r} as a whole number. It did not.")
    return value
