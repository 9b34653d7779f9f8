"""What a line must show for a phrase to be worth trying: how it begins, or a word that it holds.

Most lines of a page fall under no rule, and telling so by trying the patterns of all of them was
the greatest single cost of extraction. A clue follows from the phrase itself, and it is never
stricter than the phrase: what it lets through is for the pattern to decide.

    clue_of(phrase)  -> the Clue of a phrase in the language of flows.stages.press.phrases
    starts_of(line)  -> how the words of a line may begin, to compare with Clue.starts
    folded(line)     -> a line to look for Clue.holds in
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.stages.press.phrases import AROUND, TOKEN
from flows.stages.press.vocabulary import read

_START = 3  # letters; the shortest stems of the word lists have as many
_RARE = 4  # the least letters of a word that most sentences do not have
_LATIN = re.compile(r"[a-z]*", re.IGNORECASE | re.ASCII)
_AROUND = re.compile(f"{AROUND}*")
_ODD = frozenset("\u017f\u212a\u0131\u0130")  # what ignores case takes these for Latin letters
_DIGIT = "0"  # how a number begins
_CONDITIONS = frozenset(["Label", "Clause", "Unclosed"])  # forms that match no text themselves
# Signs and forms that begin with one of a few characters
_BEGIN = {
    ":": ":;»>|",
    "#": _DIGIT,
    "'": "'’",
    "©": "©",
    r"\(": "([",
    **dict.fromkeys(["Pages", "Date", "Year", "Clock"], _DIGIT),
    "Handle": "@",
    "Hashtag": "#",
}
_COMMON_SIGNS = frozenset(".,-?!")
_HOLD = {"©": "©", r"\(": "([", "ChatLink": "/", "Handle": "@", "Hashtag": "#"}  # one of each


@dataclass(frozen=True, slots=True)
class Clue:
    """What every text of a phrase shows, in lower case.

    - `starts`: its first letters, a sign, or "0" for any digit; None if it may begin with any word
    - `holds`: words and signs of which it has one; empty if none are known
    """

    starts: frozenset[str] | None
    holds: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Group:
    """Brackets of a phrase with their alternatives."""

    alternatives: Sequence[Sequence["_Node"]]
    is_optional: bool


_Node = _Group | re.Match[str]


def clue_of(phrase: str) -> Clue:
    """The clue of a phrase. Raises KeyError for a list that does not exist."""
    opening = phrase.partition(" & ")[0]
    whole = _Group(_alternatives(TOKEN.finditer(opening)), is_optional=False)
    starts, is_empty = _starts(whole)
    return Clue(None if is_empty else starts, _holds(whole))


def starts_of(line: str) -> frozenset[str] | None:
    """How the words of a line may begin: with one of the signs around them, or with the first
    letters behind these. None if that cannot be told.
    """
    opening = line[:_START]
    if opening.isascii() and opening.isalpha():  # as most lines
        return frozenset((opening.lower(),))
    signs = _AROUND.match(line)
    behind = signs.end() if signs else 0
    opening = line[behind : behind + _START]
    if not _ODD.isdisjoint(opening):
        return None
    return frozenset((*line[:behind], _start(opening)))


def _start(opening: str) -> str:
    letters = _LATIN.match(opening)
    if letters and letters[0]:
        return letters[0].lower()
    return _DIGIT if opening[:1].isdigit() else opening[:1]


def folded(line: str) -> str:
    """A line as patterns that ignore case read it."""
    return line.casefold().replace("\u0131", "i").replace("i\u0307", "i")  # dotless and dotted


def opening_words(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for folded lines that finds the first word of any of these phrases, also within
    another word. What words begin with in common is tried once, so it is faster than they are.
    """
    tree: dict[str, Any] = {}
    for phrase in phrases:
        branch = tree
        for letter in folded(phrase).split()[0]:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    return re.compile(_branched(tree) if tree else r"(?!)")


def _branched(tree: Mapping[str, Any]) -> str:
    if "" in tree:
        return ""
    return f"(?:{'|'.join(re.escape(letter) + _branched(tree[letter]) for letter in sorted(tree))})"


def united(begun: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """All of these starts; None if one of them is not known."""
    known = list(begun)
    return None if None in known else frozenset().union(*filter(None, known))


def _alternatives(tokens: Iterator[re.Match[str]]) -> list[list[_Node]]:
    """The alternatives up to the bracket that closes around them."""
    found: list[list[_Node]] = [[]]
    for token in tokens:
        sign = token["sign"]
        if sign in {"(", "[", "<"}:
            found[-1].append(_Group(_alternatives(tokens), is_optional=sign == "["))
        elif sign in {")", "]", ">"}:
            break
        elif sign == "|":
            found.append([])
        else:
            found[-1].append(token)
    return found


# ---- how a text begins ----

# The first letters, None for any; and whether the text may be empty, so that the next part begins.
_Starts = tuple[frozenset[str] | None, bool]


def _starts(node: _Node) -> _Starts:
    if isinstance(node, re.Match):
        return _token_starts(node)
    begun = [_sequence_starts(nodes) for nodes in node.alternatives]
    is_empty = node.is_optional or any(empty for _, empty in begun)
    return united(starts for starts, _ in begun), is_empty


def _sequence_starts(nodes: Iterable[_Node]) -> _Starts:
    begun: list[frozenset[str] | None] = []
    for node in nodes:
        starts, is_empty = _starts(node)
        begun.append(starts)
        if not is_empty:
            return united(begun), False
    return united(begun), True


def _token_starts(token: re.Match[str]) -> _Starts:
    if token["sign"]:
        sign = token["sign"].strip()
        begin = frozenset(_BEGIN.get(sign, ()))
        return (None if sign in {"…", "***"} else begin), sign in {"…", "***", ""}
    if token["other"]:
        return frozenset(token["other"][-1].lower()), False
    name = token["list"] or ""
    if name in _CONDITIONS:
        return frozenset(), True
    if name[:1].isupper():
        return (frozenset(_BEGIN[name]) if name in _BEGIN else None), False
    return united(_word_start(word) for word in _words(token)), False


def _word_start(word: str) -> frozenset[str] | None:
    """How a word begins; None if an ending may follow before there are enough letters."""
    start = _start(word[:_START])
    if not word.isascii() or (len(start) < _START and word[len(start) :].startswith("~")):
        return None
    return frozenset({start})


def _words(token: re.Match[str]) -> list[str]:
    """The words that a token stands for; "~" follows one that may have any ending."""
    words = [token["word"]] if token["word"] else read("prompts")[token["list"]]
    return [f"{word}{token['ending']}" for word in words]


# ---- what a text holds ----


def _holds(node: _Node) -> frozenset[str]:
    """The fewest words or signs of which a text of the node has one; empty if none are known."""
    if isinstance(node, re.Match):
        return _token_holds(node)
    if node.is_optional:
        return frozenset()
    each = [_fewest(map(_holds, nodes)) for nodes in node.alternatives]
    return frozenset().union(*each) if all(each) else frozenset()


def _fewest(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return min(filter(None, sets), key=len, default=frozenset())


def _token_holds(token: re.Match[str]) -> frozenset[str]:
    sign, other, name = token["sign"] or "", token["other"] or "", token["list"] or ""
    if other:
        rare = not other[-1].isalnum() and other[-1] not in _COMMON_SIGNS
        return frozenset(other[-1] if rare else ())
    if sign or name[:1].isupper():
        return frozenset(_HOLD.get(sign or name, ()))
    longest = [max(word.replace("~", " ").split(), key=len) for word in _words(token)]
    return frozenset(map(folded, longest)) if min(map(len, longest)) >= _RARE else frozenset()
