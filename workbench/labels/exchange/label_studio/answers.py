"""Answers as Label Studio keeps them: what we write into an annotation, and what an annotation found there says.

Everything that comes from the server is somebody else's text: types, lengths and values are checked here, once.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.annotation import check_annotator, check_operation
from workbench.labels.exchange.label_studio.config import CONTROL, OBJECT
from workbench.labels.exchange.label_studio.items import DATA_KEY, Item
from workbench.labels.schema import Schema

SKIPPED = ""
"""What an annotation says that was skipped (``was_cancelled``), and what a person says who took an answer back."""
_NAMESPACE = uuid.UUID("6b3f5f0e-6d0a-5c62-9a3f-8f7f0b1f5c11")
_NOT_IN_NAMES = re.compile(r"[^\w .'@-]")


@dataclass(frozen=True)
class SeenAnswer:
    """What one annotation on the server says.

    Attributes
    ----------
    annotation_id : int
    value : str
        The answer, or :data:`SKIPPED`.
    annotator : str
        Whose answer it is: whom we wrote it for, or the account that gave it.
    op_id : str
        The operation we wrote into it; empty for one that was made there.
    updated_at : str
        The server's mark of this version.
    edited_by : str
        The account that changed it last.
    seconds_taken : float or None
    """

    annotation_id: int
    value: str
    annotator: str
    op_id: str
    updated_at: str
    edited_by: str
    seconds_taken: float | None


def unique_id(item: Item, annotator: str, project: int) -> str:
    """Return the id by which the server refuses a second annotation of one person for one item of a project."""
    return str(uuid.uuid5(_NAMESPACE, f"{project}|{item.item_id}|{annotator}"))


def result_of(value: str, *, op_id: str, annotator: str) -> list[dict[str, Any]]:
    """Return the ``result`` of an annotation: an answer, or one that was skipped, with who said it by which operation."""
    return [{**_region(value), "meta": {DATA_KEY: {"op_id": op_id, "annotator": annotator}}}]


def prediction_result(value: str, probabilities: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the ``result`` of a prediction: the most probable class, and beside it the probability of each."""
    return [{**_region(value), "meta": {DATA_KEY: {"probabilities": dict(probabilities)}}}]


def _region(value: str) -> dict[str, Any]:
    return {
        "id": "workbench",
        "from_name": CONTROL,
        "to_name": OBJECT,
        "type": "choices",
        "value": {"choices": [value] if value else []},
    }


def account_name(user: Mapping[str, Any] | None, user_id: object) -> str:
    """Return the annotator that an account stands for: its e-mail address, made a tidy name."""
    text = str((user or {}).get("email") or (user or {}).get("username") or "")
    tidy = " ".join(_NOT_IN_NAMES.sub("-", text)[:64].split()).lstrip(" .'@-")
    try:
        return check_annotator(tidy)
    except InvalidInputError:
        return f"label-studio-user-{user_id}"


def read_annotation(annotation: Any, *, schema: Schema, users: Mapping[int, str]) -> SeenAnswer:
    """Return what an annotation says.

    Raises
    ------
    InvalidInputError
        It says nothing that is an answer to our question; the message says why.
    """
    if not isinstance(annotation, Mapping) or not isinstance(annotation.get("id"), int):
        raise InvalidInputError("An annotation must have an id. Received something else.")
    creator, editor = (_user_id(annotation.get(name)) for name in ("completed_by", "updated_by"))
    chosen = choice_of(annotation.get("result"))
    meta = _meta(annotation.get("result"))
    value = SKIPPED if annotation.get("was_cancelled") is True else schema.check(chosen)
    account = users.get(creator, f"label-studio-user-{creator}")
    taken = annotation.get("lead_time")
    return SeenAnswer(
        annotation_id=annotation["id"],
        value=value,
        annotator=meta.get("annotator", account),
        op_id=meta.get("op_id", ""),
        updated_at=str(annotation.get("updated_at"))[:64],
        edited_by=users.get(editor, account),
        seconds_taken=float(taken) if isinstance(taken, (int, float)) and 0 <= taken < 1e6 else None,
    )


def op_id_of(server: str, seen: SeenAnswer) -> str:
    """Return the operation id of what an annotation says: pulling the same version again is the same operation."""
    version = [server, seen.annotation_id, seen.op_id, seen.updated_at, seen.value]
    return "ls-" + hashlib.sha256(json.dumps(version).encode()).hexdigest()[:40]


def _user_id(value: Any) -> int:
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, int) else 0


def our_region(result: Any) -> Mapping[str, Any] | None:
    """Return the region of a result that answers our question; None when there is none."""
    if isinstance(result, list):
        for region in result[:1000]:
            if isinstance(region, Mapping) and region.get("from_name") == CONTROL:
                return region
    return None


def choice_of(result: Any) -> str:
    """Return the one choice of a result, ``"nothing"`` when there is not exactly one."""
    region = our_region(result)
    value = region.get("value") if region is not None else None
    choices = value.get("choices") if isinstance(value, Mapping) else None
    if isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], str):
        return choices[0][:200]
    return "nothing"


def _meta(result: Any) -> dict[str, str]:
    """Return op_id and annotator that we wrote into it, when both can be ours."""
    region = our_region(result)
    meta = region.get("meta") if region is not None else None
    told = meta.get(DATA_KEY) if isinstance(meta, Mapping) else None
    if not isinstance(told, Mapping):
        return {}
    try:
        return {
            "op_id": check_operation(str(told.get("op_id"))),
            "annotator": check_annotator(str(told.get("annotator"))),
        }
    except InvalidInputError:
        return {}
