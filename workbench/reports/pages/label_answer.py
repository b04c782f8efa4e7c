"""Is it enough, and when will it be? The forecast in words, and as places on a line."""

from __future__ import annotations

from datetime import date
from typing import Any

from workbench.reports.label_forecast import Forecast
from workbench.reports.labelling import QuestionProgress

QUESTION_WORDS = {
    "mouth": "mouth, open or closed",
    "sentiment": "sentiment of a picture",
    "sentiment_face": "sentiment by the moving face",
    "sentiment_voice": "sentiment by the voice",
    "sentiment_both": "sentiment by face and voice",
}
"""What the questions are called on pages."""


def answer_of(main: QuestionProgress, ahead: Forecast, wanted: int) -> dict[str, str]:
    """Return tone, symbol, word and sentence about whether it is enough, and when it will be."""
    if ahead.half is None:
        return {
            "tone": "unclear", "symbol": "○", "word": "Not known yet",
            "sentence": f"How far people agree about {QUESTION_WORDS[main.question]} cannot be told: {main.agreement.percent.undefined}. "
            "Let two people or more label the same moments.",
        }  # fmt: skip
    now = f"agreement is known to ±{100 * ahead.half:.1f} points"
    if ahead.state == "reached":
        return {
            "tone": "yes", "symbol": "✔", "word": "Enough",
            "sentence": f"For {QUESTION_WORDS[main.question]}, {now}, and ±{wanted} were wanted.",
        }  # fmt: skip
    if ahead.state == "unknown":
        return {
            "tone": "unclear", "symbol": "≈", "word": "Not enough yet",
            "sentence": f"For {QUESTION_WORDS[main.question]}, {now}, and ±{wanted} are wanted. When, cannot be told: {ahead.why}.",
        }  # fmt: skip
    if ahead.expected is None:
        word, when = "Not at this pace", "in more than ten years"
    else:
        word, when = f"Enough about {_day(ahead.expected)}", f"about {_day(ahead.expected)}"
    return {
        "tone": "unclear", "symbol": "≈", "word": word,
        "sentence": f"For {QUESTION_WORDS[main.question]}, {now}, and ±{wanted} are wanted: reached {when} "
        f"(95% band {_day(ahead.early)} to {_day(ahead.late)}).",
    }  # fmt: skip


def _day(day: date | None) -> str:
    return "more than ten years off" if day is None else f"{day:%-d %B %Y}"


def band_of(ahead: Forecast, today: date) -> dict[str, Any] | None:
    """Return the forecast as places on a line from today to the band's end, in per cent."""
    if ahead.state != "forecast" or ahead.early is None or ahead.expected is None:
        return None
    end = ahead.late or max(ahead.expected, ahead.early)
    span = max((end - today).days, 1) * 1.05
    return {
        "today": f"{today:%-d %b}",
        "early": 100 * (ahead.early - today).days / span,
        "expected": 100 * (ahead.expected - today).days / span,
        "late": 100.0 if ahead.late is None else 100 * (ahead.late - today).days / span,
        "open": ahead.late is None,
        "words": f"Today {today:%-d %B}; expected {_day(ahead.expected)}; 95% band from {_day(ahead.early)} to {_day(ahead.late)}.",
    }
