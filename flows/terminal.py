"""Output for people: coloured lines on a terminal, plain ones elsewhere."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from flows.records import Span


def console(*, stderr: bool = False) -> Console:
    """Standard output or standard error. Texts are not markup, and lines are not wrapped."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


def line(*parts: str | tuple[str, str]) -> Text:
    """One line. Control characters, which a page may contain, become spaces."""
    whole = Text()
    for part in parts:
        text, style = part if isinstance(part, tuple) else (part, "")
        whole.append(
            "".join(character if character.isprintable() else " " for character in text), style
        )
    return whole


def marked(field: str, spans: Sequence[Span], to: Console) -> Iterator[str | tuple[str, str]]:
    """The passage of the first span, as parts of a line. Those of the spans that stand in it are
    bold on a terminal, and between » and « elsewhere; none, if the text has changed since.

    `field`: the text in which the spans were found, all of them in the same one.
    """
    begin = spans[0].sentence_start(field)
    places = [] if begin is None else [(span.start - begin, span.end - begin) for span in spans]
    yield from highlighted(spans[0].sentence, places, to)


def highlighted(
    text: str, places: Sequence[tuple[int, int]], to: Console
) -> Iterator[str | tuple[str, str]]:
    """A text as parts of a line. These places in it are bold on a terminal, and between » and «
    elsewhere. Places that overlap are one; what lies outside the text is left out.
    """
    plain = not to.is_terminal or to.no_color
    done = 0
    for start, end in _united(places, len(text)):
        yield text[done:start]
        yield f"»{text[start:end]}«" if plain else (text[start:end], "bold cyan")
        done = end
    yield text[done:]


def _united(places: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The places in a text of that length, in order, overlapping ones as one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in places):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        elif start < end:
            united.append((start, end))
    return united
