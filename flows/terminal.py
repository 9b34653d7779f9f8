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


def marked(spans: Sequence[Span], to: Console) -> Iterator[str | tuple[str, str]]:
    """The passage of the first span, as parts of a line. The spans in it are bold on a terminal,
    and between » and « elsewhere.
    """
    passage = spans[0].sentence
    offset = spans[0].start - passage.index(spans[0].text)  # of the passage in its field
    yield from highlighted(
        passage, [(span.start - offset, span.end - offset) for span in spans], to
    )


def highlighted(
    text: str, places: Sequence[tuple[int, int]], to: Console
) -> Iterator[str | tuple[str, str]]:
    """A text as parts of a line. These places in it, except those that overlap an earlier one, are
    bold on a terminal, and between » and « elsewhere.
    """
    plain = not to.is_terminal or to.no_color
    done = 0
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if done <= start and end <= len(text):
            yield text[done:start]
            yield f"»{text[start:end]}«" if plain else (text[start:end], "bold cyan")
            done = end
    yield text[done:]
