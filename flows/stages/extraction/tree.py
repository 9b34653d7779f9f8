"""A parsed page as arrays: its elements are walked once, and asked many times afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from lxml import etree, html


@dataclass(frozen=True, slots=True)
class Tree:
    """The elements of a page, or of a part of it, in document order. Each has a place, its index in
    all lists.

    - `tags`, `texts`, `tails`: of the elements, as lxml has them
    - `parents`: the place of the parent, -1 for the first element
    - `ends`: the place behind the last element within this one
    - `places`: the place of each element
    """

    elements: list[html.HtmlElement]  # all are held, or lxml creates each again when it is met
    tags: list[str]
    texts: list[str | None]
    tails: list[str | None]
    parents: list[int]
    ends: list[int]
    places: dict[html.HtmlElement, int]

    @classmethod
    def of(cls, root: html.HtmlElement) -> Self:
        elements = list(root.iter(etree.Element))
        places = {element: at for at, element in enumerate(elements)}
        parents = [-1, *(places[element.getparent()] for element in elements[1:])]
        ends = list(range(1, len(elements) + 1))
        for at in range(len(elements) - 1, 0, -1):  # children before their parents
            ends[parents[at]] = max(ends[parents[at]], ends[at])
        return cls(
            elements,
            [element.tag for element in elements],
            [element.text for element in elements],
            [element.tail for element in elements],
            parents,
            ends,
            places,
        )

    @property
    def root(self) -> html.HtmlElement:
        return self.elements[0]

    def within(self, element: html.HtmlElement) -> range:
        """The places of an element and of all that it contains."""
        at = self.places[element]
        return range(at, self.ends[at])

    def around(self, at: int) -> Iterator[int]:
        """The places of the elements around the one at a place, the innermost first."""
        while (at := self.parents[at]) >= 0:
            yield at
