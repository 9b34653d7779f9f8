"""The colours of the reading room can be read, in light and in dark."""

import re
from itertools import product

import pytest

from flows.reading.environment import style_sheet

LEAST = 4.5  # WCAG 2.2, success criterion 1.4.3, for text of any size
GROUNDS, TEXTS = ("ground", "raised"), ("ink", "soft", "accent")
PAIRS = [*product(TEXTS, GROUNDS), *product(["ink"], ["mark", "added", "cut"])]


def colours(scheme: str) -> dict[str, str]:
    """The colour variables of a scheme; dark ones stand over the light ones."""
    light, dark = re.findall(r":root \{(.+?)\n *\}", style_sheet(), re.DOTALL)[:2]
    found = re.findall(r"--([\w-]+): (#\w{6});", light if scheme == "light" else dark)
    return dict(found)


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, two: str) -> float:
    """WCAG's contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(two)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(scheme: str) -> None:
    """Every text stands out from every ground that it stands on."""
    found = colours(scheme)
    assert [pair for pair in PAIRS if contrast(*(found[name] for name in pair)) < LEAST] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_levels_differ_in_lightness(scheme: str) -> None:
    """Who sees no colours sees the order of the levels."""
    levels = [luminance(colours(scheme)[f"level-{level}"]) for level in range(5)]
    assert levels in (sorted(levels), sorted(levels, reverse=True))
    assert all(
        contrast(colours(scheme)[f"level-{one}"], colours(scheme)[f"level-{one + 1}"]) >= 1.3
        for one in range(4)
    )


def test_both_schemes_have_the_same_colours() -> None:
    """No colour of one is left over in the other."""
    assert set(colours("light")) == set(colours("dark"))


def test_style_sheet_fetches_nothing() -> None:
    """It can stand in a page that is opened from a mail."""
    assert not re.search(r"url\(|@import|<", style_sheet())
