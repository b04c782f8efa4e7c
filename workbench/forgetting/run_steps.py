"""Steps in ``reports/``: runs, groups and comparisons lose a speaker's rows and are judged again by what is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import WorkbenchError
from workbench.evaluation.comparison import compare
from workbench.evaluation.predictions import read
from workbench.evaluation.repeats import judge_repeats
from workbench.evaluation.report import evaluate
from workbench.files import read_json, write_json
from workbench.forgetting.work import Work, cleaned, columns_of
from workbench.models.groups import Group, list_groups
from workbench.models.runs import Run, utc_now

WITHDRAWAL = "withdrawal"
EMPTIED = "emptied"
"""Status of a run or group of whose tested clips none is left."""
_OF_ALL_CLIPS = ("gate.json", "reproduction.json", "maps", "figure.svg")
"""Made of all clips of a run together: erased whole, and made again when asked for."""
_JUDGED = ("run.json", "group.json", "evaluation.json", "result.json")


def runs(work: Work) -> None:
    """Take their rows out of every run and judge it by what is left; say which models learnt from them."""
    for run in every_run(work):
        if is_affected(work, run):
            _forget_in(work, run)


def groups(work: Work) -> None:
    """Do the same in cross-validations, seeds, searches and ablations."""
    for group in list_groups(work.project):
        members = group.runs(work.project)
        if is_affected(work, group) or any(is_affected(work, run) for run in members):
            _forget_in(work, group)
            if not work.dry:
                _result_again(work, group, members)


def comparisons(work: Work) -> None:
    """Compare again the runs that lost rows; a comparison one of whose runs has nothing left is erased."""
    changed = {run.id for run in every_run(work) if is_affected(work, run)}
    for path in sorted((work.project.reports / "comparisons").glob("*.json")):
        content = read_json(path)
        if not changed & set(content["runs"].values()):
            continue
        work.count += 1
        if work.dry:
            continue
        tables = {name: _table_of(Run(work.project.runs / run)) for name, run in content["runs"].items()}
        again = _compared({n: t for n, t in tables.items() if t is not None}, content.get("seed", 0))
        if again is None or any(table is None for table in tables.values()):
            work.remove(path)
        else:
            write_json(path, {**content, "comparison": again, "judged_again_utc": utc_now()})


def every_run(work: Work) -> Iterator[Run]:
    """Yield the project's runs."""
    return (Run(path.parent) for path in sorted(work.project.runs.glob("*/run.json")))


def models_of(work: Work) -> list[str]:
    """Return the ids of runs whose weights learnt from the speaker."""
    marked = ((run.id, _mark_of(work, run.facts())) for run in every_run(work))
    return [run_id for run_id, mark in marked if mark and mark["learnt_clips"]]


def is_affected(work: Work, holder: Run | Group) -> bool:
    """Whether a run or group holds anything of theirs, or did before this erasing changed it."""
    if _mark_of(work, holder.facts()):
        return True
    probe = Work(work.project, work.subject, work.id, dry=True)
    _tables(probe, holder)
    _files_of_clips(probe, holder)
    _texts(probe, holder)
    return probe.count > 0


def _mark_of(work: Work, facts: dict[str, Any]) -> dict[str, Any] | None:
    return next((mark for mark in facts.get("forgotten", []) if mark["erasing"] == work.id), None)


def _forget_in(work: Work, holder: Run | Group) -> None:
    """First say in its facts that it was changed, then judge again, then erase: each of these can be repeated."""
    if not work.dry and _mark_of(work, holder.facts()) is None:
        mark = {
            "erasing": work.id,
            "utc": utc_now(),
            "learnt_clips": _n_learnt(work, holder),
            "tested_clips": _n_tested(work, holder),
        }
        holder.update(forgotten=[*holder.facts().get("forgotten", []), mark])
    if not work.dry:
        _judge_again(work, holder)
    _tables(work, holder)
    _files_of_clips(work, holder)
    _texts(work, holder)
    for name in _OF_ALL_CLIPS:
        work.remove(holder.folder / name)


def _tables(work: Work, holder: Run | Group) -> None:
    for path in sorted(holder.folder.rglob("*.csv")):
        if "clip" in columns_of(path):
            work.filter_table(path)


def _files_of_clips(work: Work, holder: Run | Group) -> None:
    names = {*work.subject.clips, *work.subject.stems}
    for path in sorted(holder.folder.glob("*/*.npz")):
        if path.stem in names:
            work.remove(path)


def _texts(work: Work, holder: Run | Group) -> None:
    """Take names and clips out of what is told in words."""
    dataset = str(holder.facts().get("dataset", ""))
    for path in sorted(holder.folder.rglob("*.json")):
        if path.name in _OF_ALL_CLIPS:
            continue
        content = read_json(path)
        new = cleaned(content, lambda text: work.clean_text(text, dataset))
        if new != content:
            work.count += 1
            if not work.dry:
                write_json(path, new)


def _n_learnt(work: Work, holder: Run | Group) -> int:
    """Return of how many of their clips the weights have learnt."""
    if isinstance(holder, Group) or not (holder.folder / "split.csv").is_file():
        return 0
    split = holder.split()
    theirs = split[[work.subject.is_theirs(row) for row in split.to_dict("records")]]
    learnt = theirs if "fold" in split.columns else theirs[theirs["part"] != "test"]
    return int(learnt["clip"].nunique())


def _table_of(holder: Run | Group) -> pd.DataFrame | None:
    path = holder.folder / "predictions.csv"
    return read(path) if path.is_file() else None


def _n_tested(work: Work, holder: Run | Group) -> int:
    """Return how many of their clips it was tested on."""
    table = _table_of(holder)
    return 0 if table is None else int(table.loc[_theirs(work, table), "clip"].nunique())


def _theirs(work: Work, table: pd.DataFrame) -> list[bool]:
    return [work.subject.is_theirs(row) for row in table[["clip", "speaker"]].to_dict("records")]


def _judge_again(work: Work, holder: Run | Group) -> None:
    """Store the evaluation of what is left, marked as judged again; take it away when nothing is.

    The predictions lose their rows afterwards: cut off in between, it is done again from the same table.
    """
    facts, table = holder.facts(), _table_of(holder)
    if facts.get("status") == EMPTIED:
        (holder.folder / "evaluation.json").unlink(missing_ok=True)
        (holder.folder / "predictions.csv").unlink(missing_ok=True)
        return
    if table is None or not (holder.folder / "evaluation.json").is_file() or not any(_theirs(work, table)):
        return
    left = table[[not one for one in _theirs(work, table)]].reset_index(drop=True)
    n_clips = sum(mark["tested_clips"] for mark in facts["forgotten"])
    judged = _evaluated(left, facts, [*_given(table, facts), _alarm(n_clips)])
    if judged is None:
        holder.update(status=EMPTIED)
        _judge_again(work, holder)
        return
    write_json(holder.folder / "evaluation.json", judged)
    holder.update(warnings=judged["warnings"])


def _given(table: pd.DataFrame, facts: dict[str, Any]) -> list[dict[str, str]]:
    """Return the warnings that do not come of judging the table: those are found again, or are no longer so."""
    judged = _evaluated(table, facts, [])
    own = {WITHDRAWAL, *(warning["code"] for warning in judged["warnings"])} if judged else {WITHDRAWAL}
    return [w for w in facts.get("warnings", []) if w["code"].startswith("leak") or w["code"] not in own]


def _evaluated(
    table: pd.DataFrame, facts: dict[str, Any], warnings: list[dict[str, str]]
) -> dict[str, Any] | None:
    if not len(table):
        return None
    return evaluate(table, split=facts.get("split"), split_warnings=warnings, seed=facts["seed"]).as_json()


def _alarm(n_clips: int) -> dict[str, str]:
    words = "1 clip was" if n_clips == 1 else f"{n_clips} clips were"
    return {
        "code": WITHDRAWAL,
        "message": f"Re-evaluated after a withdrawal on {utc_now()[:10]}: {words} erased from what it was tested on. "
        "Train again for figures of a whole test.",
    }


def _compared(tables: dict[str, pd.DataFrame], seed: int) -> dict[str, Any] | None:
    try:
        return compare(tables, seed=seed).as_json()
    except WorkbenchError:  # fewer than two, or no clip in common
        return None


def _result_again(work: Work, group: Group, members: list[Run]) -> None:
    """Make what came out of a group anew by its kind; a search keeps the scores its trials were chosen by."""
    path = group.folder / "result.json"
    if not path.is_file() or group.facts()["kind"] == "search":
        return
    again = {"seeds": _of_seeds, "folds": _of_folds, "ablation": _of_ablation}[group.facts()["kind"]]
    result = again(group, members)
    if result is None:
        path.unlink()
        group.update(status=EMPTIED)
    else:
        write_json(path, {**result, "judged_again_utc": utc_now()})


def _of_seeds(group: Group, members: list[Run]) -> dict[str, Any] | None:
    tables = {f"seed {run.facts()['seed']}": _table_of(run) for run in members}
    there = {name: table for name, table in tables.items() if table is not None}
    return judge_repeats(there, seed=group.facts()["seed"]).as_json() if there else None


def _of_folds(group: Group, members: list[Run]) -> dict[str, Any] | None:
    table = _table_of(group)
    if table is None:
        return None
    each = []
    for run in members:
        path = run.folder / "evaluation.json"
        if path.is_file():
            judged = read_json(path)
            accuracy = (judged["clips"] or judged["frames"])["accuracy"]
            each.append({"fold": run.facts()["fold"], "run": run.id, "accuracy": accuracy})
    return {"each": each, "n_speakers": int(table["speaker"].nunique())}


def _of_ablation(group: Group, members: list[Run]) -> dict[str, Any] | None:
    facts, old = group.facts(), read_json(group.folder / "result.json")
    files = {name: group.folder / f"{name.replace(' ', '_')}.csv" for name in old["systems"]}
    tables = {name: read(path) for name, path in files.items() if _has_rows(path)}
    pairs = _compared(tables, facts["seed"])
    if pairs is None or len(tables) < len(files):
        return None
    systems = {name: _evaluated(table, facts, facts["warnings"]) for name, table in tables.items()}
    return {"systems": systems, "pairs": pairs["pairs"]}


def _has_rows(path: Path) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8").count("\n") > 1
