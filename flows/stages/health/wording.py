"""How problems are worded: phrases from wording.toml beside this module.

why(verdict, language)      -> the reason, in words
command_of(kind, source_id) -> the command that shows more
message(change, outlet, …)  -> what the operators are sent when a problem is opened or closed
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from flows.records import MessageLanguage, Problem, ProblemKind, ProblemMessage, stable_id
from flows.stages.health.verdicts import Value, Verdict
from flows.stages.watch.wording import Wording

# The rules of a verdict that a problem is over.
_OVER, _ACCEPTED = "over", "accepted"


def why(verdict: Verdict, language: MessageLanguage = "en") -> str:
    """The reason why a problem stands or, if it does not, why it is over."""
    values = {name: _shown(name, value, language) for name, value in verdict.values.items()}
    told = verdict.stands or verdict.rule == _ACCEPTED
    return _say("rules", verdict.rule if told else _OVER, language, **values)


def command_of(kind: ProblemKind, source_id: str) -> str:
    """The command that shows more of a problem."""
    return str(_phrases()["kinds"][kind]["command"]).format(source=source_id)


def message(
    problem: Problem, verdict: Verdict, outlet: str, language: MessageLanguage
) -> ProblemMessage:
    """What the operators are sent when a problem is opened or, if it has `closed_at`, closed."""
    opened_at, closed_at = problem.opened_at, problem.closed_at
    lines = [why(verdict, language)]
    if closed_at:
        since = _shown("opened", opened_at, language)
        lines.append(_say("messages", "since", language, opened=since))
    lines.append(_say("messages", "more", language, command=problem.command))
    event = "closed" if closed_at else "opened"
    key = stable_id(problem.id, event)
    title = _say("kinds", problem.kind, language, outlet=outlet)
    return ProblemMessage(
        id=key,
        problem_id=problem.id,
        event="closed" if closed_at else "opened",
        raised_at=closed_at or opened_at,
        title=_say("messages", event, language, title=title),
        text="\n".join([*lines, "", f"[{key}]"]),
    )


def _shown(name: str, value: Value, language: MessageLanguage) -> str:
    wording = Wording(language)
    if isinstance(value, datetime):
        if language == "en":
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return wording.instant(value)
    if isinstance(value, str):
        return _phrases()["fields"][value][language] if name == "field" else value
    if name == "nights":
        forms = _phrases()["nights"][language]
        return str(forms[0] if value == 1 else forms[-1]).format(n=value)
    if isinstance(value, float):
        return f"{value:.0%}"
    return wording.number(value)


def _say(group: str, phrase: str, language: MessageLanguage, **values: str) -> str:
    """A phrase; of several forms the first is for one of what `by` names."""
    said = _phrases()[group][phrase]
    form = said[language]
    if isinstance(form, list):
        form = form[0] if values[said["by"]] == "1" else form[-1]
    return str(form).format(**values)


@cache
def _phrases() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("wording.toml").read_text(encoding="utf-8"))
