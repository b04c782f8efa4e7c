"""What is there, may it be used, and what was odd about it: all datasets, one of them, and the files behind each number."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.datasets.catalog import names
from workbench.datasets.rights.consent import NEVER
from workbench.datasets.rights.purposes import PURPOSES
from workbench.errors import InvalidInputError
from workbench.evaluation.alarms.said import many
from workbench.reports.card import DRAWN
from workbench.reports.data_facts import DataFacts, data_facts
from workbench.reports.labelling import part_of, standing_labels
from workbench.reports.names_shown import ClipNames, speakers_called
from workbench.reports.pages.page import Looking, Page
from workbench.reports.pages.rights import reasons_against, refusal

UNKNOWN = "(not known)"


def data_page(looking: Looking) -> Page:
    """Return all datasets, one of them, or the clips and files behind a number."""
    view = looking.view
    if not view.dataset:
        if view.show or view.code or view.outcome or view.true or view.of:
            raise InvalidInputError(
                "A list must be of one dataset. Received none: follow the links of the page."
            )
        return _all(looking)
    if view.dataset not in names(looking.project):
        raise InvalidInputError(
            f"A dataset must be one of those there ({', '.join(names(looking.project)) or 'none yet'}). "
            f"Received {view.dataset!r}."
        )
    if refused := refusal(looking, [view.dataset]):
        return refused
    facts = _facts(looking, view.dataset)
    makers = {"clips": _clips, "speakers": _speakers, "problems": _problems}
    if view.show and view.show not in makers:
        raise InvalidInputError(f"A list of data must be one of {', '.join(makers)}. Received {view.show!r}.")
    return makers[view.show](looking, facts) if view.show else _one(looking, facts)


def _facts(looking: Looking, name: str) -> DataFacts:
    return data_facts(looking.project, name, frozenset(standing_labels(looking.project)["clip"]))


def _all(looking: Looking) -> Page:
    refused = {name: why for name in names(looking.project) if (why := reasons_against(looking, name))}
    facts = [_facts(looking, name) for name in names(looking.project) if name not in refused]
    n_clips = sum(len(one.clips) for one in facts)
    minutes = sum(one.minutes for one in facts)
    return looking.page(
        "data.html.j2",
        datasets=[_row(looking, one) for one in facts],
        refused=refused,
        n_all=len(facts) + len(refused),
        sentence=f"{many(n_clips, 'clip')} of {many(sum(len(one.speakers) for one in facts), 'speaker')}, "
        f"{minutes:,.1f} minutes, in {many(len(facts), 'dataset')}.",
        n_problems=sum(n for one in facts for *_, n, _ in one.problems),
    )


def _row(looking: Looking, facts: DataFacts) -> dict[str, Any]:
    of = {"dataset": facts.name}
    n = len(facts.clips)
    purpose = PURPOSES.get(facts.rights.purpose)
    return {
        "name": facts.name,
        "href": looking.link(**of),
        "n": n,
        "clips_href": looking.link(show="clips", **of),
        "minutes": f"{facts.minutes:,.1f}",
        "n_speakers": len(facts.speakers),
        "speakers_href": looking.link(show="speakers", **of) if len(facts.clips) else "",
        "extracted": part_of(int(facts.clips["extracted"].sum()), n),
        "extracted_href": looking.link(show="clips", outcome="extracted", **of),
        "labelled": part_of(int(facts.clips["labelled"].sum()), n),
        "labelled_href": looking.link(show="clips", outcome="labelled", **of),
        "purpose": purpose.words if purpose else "not declared",
        "licence": facts.rights.licence or "not told",
        "consent": _consent_words(facts),
        "n_problems": sum(k for *_, k, _ in facts.problems),
        "problems_href": looking.link(**of),
    }


def _consent_words(facts: DataFacts) -> str:
    if not facts.to_ask:
        return "drawn actors: nobody need be asked"
    agreed = [facts.consent_of(speaker) for speaker in facts.to_ask]
    ends = sorted(c.expires_utc for c in agreed if c is not None and c.expires_utc != NEVER)
    first = f", the first ends {ends[0]}" if ends else ""
    return f"{sum(c is not None for c in agreed)} of {many(len(facts.to_ask), 'speaker')} agreed{first}"


def _one(looking: Looking, facts: DataFacts) -> Page:
    of = {"dataset": facts.name}
    rights = facts.rights
    problems = [
        {
            "code": code,
            "words": words,
            "n": n,
            "aside": aside,
            "href": looking.link(show="problems" if aside else "clips", code=code, **of),
        }
        for code, words, n, aside in facts.problems
    ]
    classes = [
        {"name": name or UNKNOWN, "share": part_of(n, len(facts.clips)), "href": looking.link(show="clips", true=name or UNKNOWN, **of)}
        for name, n in facts.classes.items()
    ]  # fmt: skip
    return looking.page(
        "dataset.html.j2",
        title=facts.name,
        row=_row(looking, facts),
        rights=rights,
        declared=f"{rights.declared_utc[:10]}" + (f" by {rights.declared_by}" if looking.audience.sees_names and rights.declared_by else ""),
        problems=problems,
        classes=classes,
        drawn=DRAWN if rights.drawn else "",
    )  # fmt: skip


def _limited(looking: Looking, facts: DataFacts) -> tuple[pd.DataFrame, list[str]]:
    """Return the clips that the address asks for, and in words what they are."""
    view, clips, words = looking.view, facts.clips, []
    if view.code:
        clips = clips[[view.code in codes.split(";") for codes in clips["odd"]]]
        words.append({code: said for code, said, *_ in facts.problems}.get(view.code, view.code))
    if view.true:
        clips = clips[clips["intended"] == ("" if view.true == UNKNOWN else view.true)]
        words.append(f"meant to show {view.true}")
    if view.of or view.value:
        speaker = _speaker(looking, facts)
        clips = clips[clips["speaker"] == speaker]
        words.append(speakers_called(looking.names, facts.speakers)[speaker])
    if view.outcome:
        of = {"extracted": ("extracted", True), "not-extracted": ("extracted", False),
              "labelled": ("labelled", True), "not-labelled": ("labelled", False)}  # fmt: skip
        if view.outcome not in of:
            raise InvalidInputError(
                f"Clips here are {', '.join(of)}. Received {view.outcome!r}: follow the links."
            )
        column, wanted = of[view.outcome]
        clips = clips[clips[column] == wanted]
        words.append(view.outcome.replace("-", " "))
    return clips, words


def _speaker(looking: Looking, facts: DataFacts) -> str:
    if not looking.audience.counts_by_speaker:
        raise InvalidInputError(
            "Whose clips are whose is not told here, for then figures about single people could be counted. "
            "Received a speaker: look at all clips instead."
        )
    numbers = looking.names.numbers("speaker", facts.speakers)
    found = next((name for name, number in numbers.items() if str(number) == looking.view.value), None)
    if looking.view.of != "speaker" or found is None:
        raise InvalidInputError(
            f"A speaker must be one of the {len(numbers)} of {facts.name}. Received {looking.view.value!r}."
        )
    return found


def _clips(looking: Looking, facts: DataFacts) -> Page:
    clips, words = _limited(looking, facts)
    part = looking.part(list(looking.mixed(clips).to_dict("records")))
    called = ClipNames.of(looking.project, looking.names, facts.name)
    people = speakers_called(looking.names, facts.speakers)
    rows = [
        row
        | {
            "called": called.called[row["clip"]],
            "href": looking.link("clip", dataset=facts.name, clip=called.keys[row["clip"]]),
            "by": people[row["speaker"]],
            "odd": row["odd"].replace(";", ", "),
        }
        for row in part.rows
    ]
    return looking.page(
        "data_clips.html.j2",
        title="The clips behind it",
        part=part,
        rows=rows,
        name=facts.name,
        what=many(len(clips), "clip"),
        words=", ".join(words) or "all",
        with_speakers=looking.audience.counts_by_speaker,
    )


def _speakers(looking: Looking, facts: DataFacts) -> Page:
    numbers = looking.names.numbers("speaker", facts.speakers)
    called = speakers_called(looking.names, facts.speakers)
    by = facts.clips.groupby("speaker").agg(n=("clip", "size"), seconds=("duration_s", "sum"))
    part = looking.part(sorted(facts.speakers, key=lambda name: numbers[name]))
    rows = []
    for speaker in part.rows:
        consent = facts.consent_of(speaker)
        rows.append(
            {
                "called": called[speaker],
                "n": int(by.loc[speaker, "n"]),
                "href": looking.link(show="clips", dataset=facts.name, of="speaker", value=numbers[speaker])
                if looking.audience.counts_by_speaker
                else "",
                "minutes": f"{by.loc[speaker, 'seconds'] / 60:.1f}",
                "consent": "not needed: drawn"
                if speaker not in facts.to_ask
                else "none"
                if consent is None
                else f"given {consent.given_utc}, ends {consent.expires_utc}, for {consent.scope.replace(';', ', ')}",
            }
        )
    return looking.page("speakers.html.j2", title="Speakers", part=part, rows=rows, name=facts.name)


def _problems(looking: Looking, facts: DataFacts) -> Page:
    """Return the files set aside for a reason; their names and messages only to those who may know names."""
    files = facts.set_aside
    if looking.view.code:
        files = files[files["code"] == looking.view.code]
    part = looking.part(list(files.to_dict("records")))
    said = {code: words for code, words, *_ in facts.problems}
    rows = [
        {
            "called": row["name"] if looking.audience.sees_names else f"file {part.first + i}",
            "origin": row["origin"] if looking.audience.sees_names else "",
            "why": row["message"] if looking.audience.sees_names else said[row["code"]],
            "code": row["code"],
        }
        for i, row in enumerate(part.rows)
    ]
    return looking.page(
        "problems.html.j2",
        title="Files set aside",
        part=part,
        rows=rows,
        name=facts.name,
        what=many(len(files), "file"),
    )
