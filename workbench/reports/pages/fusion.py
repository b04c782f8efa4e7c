"""Does fusing face and voice help? The answer, whom it holds for, and the way down to the clips it is made of."""

from __future__ import annotations

from typing import Any

from workbench.errors import WorkbenchError
from workbench.evaluation.estimates import Share
from workbench.reports.answer import FUSED, fused_side, in_words, said, sides
from workbench.reports.card import DRAWN, card_of
from workbench.reports.card_blocks import card_blocks
from workbench.reports.document import Block
from workbench.reports.next_step import NextStep, next_step
from workbench.reports.pages.fusion_group import group_page
from workbench.reports.pages.fusion_groups import groups_shown
from workbench.reports.pages.fusion_lists import clips_page, comparisons_page, runs_page
from workbench.reports.pages.page import Looking, Page
from workbench.reports.pages.rights import refusal
from workbench.reports.stored import run_called
from workbench.reports.summary import Summary, System, summarise
from workbench.reports.told import told
from workbench.sentiment import MODALITY_COLOURS

SHAPES = {"visual": "circle", "audio": "square", "audiovisual": "diamond"}
_OTHER_COLOUR = "#0072B2"


def fusion_page(looking: Looking) -> Page:
    """Return the page of one stored comparison, or the list behind one of its numbers."""
    summary = summarise(looking.project, looking.view.comparison or None)
    if summary is None:
        return looking.page("fusion.html.j2", summary=None)
    if looking.view.show == "comparisons":
        return comparisons_page(looking)
    if refused := refusal(looking, [summary.comparison.dataset]):
        return refused
    if looking.view.show == "runs":
        return runs_page(looking, summary)
    if looking.view.of and not (looking.view.show or looking.view.system):
        return group_page(looking, summary)
    if looking.view.show or looking.view.system:
        return clips_page(looking, summary)
    return _overview(looking, summary)


def _overview(looking: Looking, summary: Summary) -> Page:
    named = {"comparison": summary.comparison.name}
    groups, unread = groups_shown(looking, summary)
    try:
        step = next_step(looking.project, summary)
    except WorkbenchError:  # predictions that cannot be read: the groups, which need them too, say why
        step = NextStep("Mend what could not be read, or train again: it is named below.", {})
    tested = _clips(looking, summary, system=summary.main.network) if summary.main else ""
    baseline = summary.baseline[0] if summary.baseline else ""
    return looking.page(
        "fusion.html.j2",
        summary=summary,
        main=_main(looking, summary),
        sides=_sides(looking, summary),
        leaks=_leaks(looking, summary),
        step={
            "sentence": step.sentence,
            "words": step.words,
            "href": _clips(looking, summary, **step.about) if step.about else "",
        },
        chart=_chart(summary),
        chart_words="How many test clips each told right, with 95% intervals: the longer the line, the less is known.",
        tested_href=tested,
        runs_href=looking.link(show="runs", **named),
        comparisons_href=looking.link(show="comparisons"),
        data_href=looking.link("data", dataset=summary.comparison.dataset),
        baseline_href=_clips(looking, summary, system=summary.main.network, true=baseline)
        if summary.main
        else "",
        warnings=[(who, told(looking.audience, code, words)) for who, code, words in summary.warnings],
        problems=[looking.problem(problem) for problem in (*summary.problems, *unread)],
        pairs=_pairs(looking, summary),
        classes=_classes(looking, summary),
        groups=groups,
        accuracies=[_accuracy(looking, summary, system) for system in summary.systems],
        drawn=DRAWN if summary.drawn else "",
        card=_card(looking, summary),
        data_hash=summary.main.facts.get("data_hash", "not known")[:12] if summary.main else "not known",
    )


def _card(looking: Looking, summary: Summary) -> list[Block]:
    """Return the fused system's card without the groups, which the page tells with links; nothing when its run is gone."""
    run = run_called(looking.project, summary.main.run_id) if summary.main else None
    try:
        return (
            list(card_blocks(card_of(looking.project, run, looking.audience), with_groups=False))
            if run
            else []
        )
    except WorkbenchError:  # its predictions are gone or damaged: the page has said so
        return []


def _clips(looking: Looking, summary: Summary, **fields: Any) -> str:
    return looking.link(show="clips", comparison=summary.comparison.name, **fields)


def _main(looking: Looking, summary: Summary) -> dict[str, Any]:
    against = sides(summary.comparison.pairs)
    if not against:
        return {}
    k, n = fused_side(against)
    other = next(side.other for side in against if side.n == n)  # the list holds the clips that both judged
    return {
        "k": k,
        "n": n,
        "share": f"{k / n:.0%}",
        "k_href": _clips(looking, summary, system=FUSED, other=other, outcome="right"),
        "n_href": _clips(looking, summary, system=FUSED, other=other),
    }


def _sides(looking: Looking, summary: Summary) -> list[dict[str, Any]]:
    """Return every other system as it stands against the fused one, on the clips both judged."""
    found = []
    for side, gain in zip(sides(summary.comparison.pairs), summary.answer.gains, strict=True):
        of = {"system": side.other, "other": FUSED}
        found.append(
            {
                "words": said(side.other),
                "k": side.k_other,
                "n": side.n,
                "share": f"{side.k_other / side.n:.0%}",
                "gain": gain,
                "k_href": _clips(looking, summary, **of, outcome="right"),
                "n_href": _clips(looking, summary, **of),
            }
        )
    return found


def _leaks(looking: Looking, summary: Summary) -> list[str]:
    """Return in which ways the figures flatter; the split's own words where no alarm says it."""
    codes = {w["message"]: w["code"] for system in summary.systems for w in system.warnings}
    messages = [
        told(looking.audience, codes[leak], leak) if leak in codes else leak for leak in summary.leaks
    ]
    return list(dict.fromkeys(messages))


def _chart(summary: Summary) -> list[dict[str, Any]]:
    rows = []
    for system in summary.systems:
        accuracy = system.accuracy
        figure = (
            "undefined"
            if accuracy.value is None
            else f"{accuracy.value:.0%} ({accuracy.k:,} of {accuracy.n:,})"
        )
        rows.append(
            {
                "words": system.words,
                "said": f"⚠ {figure}" if system.leaks else figure,
                "value": accuracy.value,
                "low": accuracy.low,
                "high": accuracy.high,
                "colour": MODALITY_COLOURS.get(system.network, _OTHER_COLOUR),
                "shape": SHAPES.get(system.network, "triangle"),
                "hollow": bool(system.leaks),
            }
        )
    return rows


def _pairs(looking: Looking, summary: Summary) -> list[dict[str, Any]]:
    found = []
    for pair in summary.comparison.pairs:
        about = {"system": pair["a"], "other": pair["b"]}
        cells = ("both", "only_a", "only_b", "neither")
        found.append(
            {
                "sentence": in_words(pair["sentence"], summary.comparison.runs),
                "a": said(pair["a"]),
                "b": said(pair["b"]),
                **{cell: pair[cell] for cell in cells},
                "href": {cell: _clips(looking, summary, **about, cell=cell) for cell in cells},
            }
        )
    return found


def _classes(looking: Looking, summary: Summary) -> list[tuple[str, list[dict[str, Any]]]]:
    names = list(summary.systems[-1].level["per_class"]) if summary.systems else []
    return [
        (
            name,
            [
                {
                    "words": system.words,
                    "recall": Share(**system.level["per_class"][name]["recall"]),
                    "precision": Share(**system.level["per_class"][name]["precision"]),
                    "hit_href": _clips(looking, summary, system=system.network, true=name, said=name),
                    "true_href": _clips(looking, summary, system=system.network, true=name),
                    "said_href": _clips(looking, summary, system=system.network, said=name),
                }
                for system in summary.systems
                if name in system.level["per_class"]
            ],
        )
        for name in names
    ]


def _accuracy(looking: Looking, summary: Summary, system: System) -> dict[str, Any]:
    of = {"system": system.network}
    missing, n = system.not_judged
    return {
        "words": system.words,
        "leaks": system.leaks,
        "right": system.accuracy,
        "k_href": _clips(looking, summary, **of, outcome="right"),
        "n_href": _clips(looking, summary, **of),
        "macro_f1": system.level["macro_f1"],
        "not_judged": f"{missing} of {n}",
        "not_judged_href": _clips(looking, summary, **of, outcome="not-judged") if missing else "",
    }
