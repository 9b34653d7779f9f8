"""The people behind an article: its authors, its editors, and the agency or outlet it is from.

Witnesses name people. Names in a label count, and so do visible names that the metadata confirm. If
there are neither, the first witness that names anybody is believed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.records import Origin, Removed
from flows.stages.extraction.credit_lines import Role
from flows.stages.extraction.label_groups import Credit
from flows.stages.extraction.metadata import Metadata
from flows.stages.extraction.names import name_key
from flows.stages.extraction.witnesses import (
    SOURCE_TAGS,
    WITNESSES,
    Case,
    Surroundings,
    Witness,
    build_case,
    is_own,
)
from flows.stages.press.text import text_key


@dataclass(frozen=True, slots=True)
class People:
    """Names joined by '; ', or None if the page names nobody. `origins` are the places that named
    them, by role.
    """

    author: str | None
    editor: str | None
    credit: str | None
    origins: Mapping[str, tuple[Origin, ...]]


_Said = tuple[Witness, Credit]


def read_people(
    metadata: Metadata,
    around: Surroundings,
    removed: Sequence[Removed],
    outlet: str,
    home: str,
) -> People:
    """The people that a page names. `removed` is what was cut from its text; `outlet` and `home`
    are the source's name and address.
    """
    case = build_case(metadata, around, removed, outlet, home)
    said = [
        (witness, credit) for witness in WITNESSES for credit in _judged(case, witness.hear(case))
    ]
    editors = _settled("editor", said, case.stated["editor"])
    known = frozenset([*(name_key(credit.name) for _, credit in editors), *case.stated["editor"]])
    stated = {
        name: spelling for name, spelling in case.stated["author"].items() if name not in known
    }
    others = _without(known, said)
    credits = [(witness, credit) for witness, credit in said if credit.role == "credit"]
    authors = _settled("author", others, stated)
    if not authors and not credits:  # an agency's text has an author, even if it names none
        authors = _settled("helper", others, stated)
    origins = {
        "author": _origins(authors),
        "editor": _origins(editors),
        "credit": _origins(credits),
    }
    return People(_joined(authors), _joined(editors), _joined(credits), origins)


def _origins(said: Iterable[_Said]) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(Origin(witness.place, credit.text) for witness, credit in said))


def _joined(said: Iterable[_Said]) -> str | None:
    return "; ".join({name_key(credit.name): credit.name for _, credit in said}.values()) or None


def _judged(case: Case, credits: Iterable[Credit]) -> Iterator[Credit]:
    """The credits without those of the outlet itself. A name that the page's metadata give as its
    source is one, whatever role it has elsewhere.
    """
    source = text_key(case.metadata.tag(*SOURCE_TAGS))
    for credit in credits:
        if is_own(credit.name, case.own):
            continue
        if text_key(credit.name) == source:
            yield replace(credit, role="credit")
        else:
            yield credit


def _without(editors: frozenset[str], said: Sequence[_Said]) -> list[_Said]:
    """What is said, without authors who are the editors. They stay if a label names them, or if a
    visible witness names no other author.
    """

    def is_editor(credit: Credit) -> bool:
        return name_key(credit.name) in editors

    writers = {
        witness for witness, credit in said if credit.role == "author" and not is_editor(credit)
    }
    return [
        (witness, credit)
        for witness, credit in said
        if credit.role != "author"
        or witness.explicit
        or not is_editor(credit)
        or (witness.place == "visible" and witness not in writers)
    ]


def _settled(role: Role, said: Sequence[_Said], stated: Mapping[str, str]) -> list[_Said]:
    """Who has a role, in the order of the page. `stated` are names in the metadata, by key."""
    named = [pair for pair in said if pair[1].role == role]
    sure = [
        (witness, credit)
        for witness, credit in named
        if witness.explicit or (witness.place == "visible" and name_key(credit.name) in stated)
    ]
    first = [pair for pair in named if pair[0] is named[0][0]]
    chosen: dict[str, _Said] = {}
    for witness, credit in sure or first:
        chosen.setdefault(name_key(credit.name), (witness, _as_stated(credit, stated)))
    return sorted(chosen.values(), key=lambda pair: pair[1].at)


def _as_stated(credit: Credit, stated: Mapping[str, str]) -> Credit:
    """A credit whose name is in capitals on the page, with the spelling of the metadata."""
    if credit.name in credit.text:
        return credit
    return replace(credit, name=stated.get(name_key(credit.name), credit.name))
