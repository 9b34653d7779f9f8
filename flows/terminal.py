"""What is shown to a person: lines in colour on a terminal, plain ones elsewhere."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from flows.records import Span


def console(*, stderr: bool = False) -> Console:
    """Standard output or standard error: nothing in a text is markup, and no line is broken."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


def line(*parts: str | tuple[str, str]) -> Text:
    """One line. A page's control characters do not reach the terminal."""
    whole = Text()
    for part in parts:
        text, style = part if isinstance(part, tuple) else (part, "")
        whole.append(
            "".join(character if character.isprintable() else " " for character in text), style
        )
    return whole


def marked(spans: Sequence[Span], to: Console) -> Iterator[str | tuple[str, str]]:
    """The passage of the first span, with the terms in it in bold on a terminal, elsewhere between
    » and «.
    """
    plain = not to.is_terminal or to.no_color
    passage = spans[0].sentence
    begin = spans[0].start - passage.index(spans[0].text)  # of the passage in its field
    done = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        one, two = span.start - begin, span.end - begin
        if done <= one and two <= len(passage):
            yield passage[done:one]
            yield f"»{passage[one:two]}«" if plain else (passage[one:two], "bold cyan")
            done = two
    yield passage[done:]
