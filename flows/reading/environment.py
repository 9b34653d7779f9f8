"""The templates of the reading room, and what all of them may say."""

from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.reading.language import Language, Wording
from flows.reading.marks import marked, printable


@cache
def environment(languages: tuple[Language, ...]) -> Environment:
    """The environment of pages in these languages; what a page does not define is an error.

    Templates have what a Wording has, with `phrase` as `say`, and `marked(text, places)`. `| web`
    is the address of a link, or none if it does not lead to the web.
    """
    made = Environment(
        loader=PackageLoader("flows.reading"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording = Wording(languages)
    made.globals |= _words(wording) | {"languages": languages, "marked": marked}
    made.filters["web"] = web
    return made


@cache
def style_sheet() -> Markup:
    """The text of style.css, which holds nothing that HTML would read otherwise."""
    return Markup((files("flows.reading") / "style.css").read_text(encoding="utf-8"))  # noqa: S704


def web(address: str) -> str | None:
    """The address, if it is one of the web. Any other, such as `javascript:`, could do harm."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return None
    return address if scheme in ("http", "https") else None


def _words(wording: Wording) -> dict[str, object]:
    said = (wording.instant, wording.clock, wording.day, wording.full_day)
    counted = (wording.number, wording.share, wording.delay)
    return {"say": wording.phrase} | {each.__name__: each for each in (*said, *counted)}


def _finalized(value: object) -> object:
    """What a template prints. A value that is missing is an error, as is one that is undefined."""
    if value is None:
        raise TypeError("a template prints a value that is missing")
    if type(value) is str:
        return printable(value)
    return value
