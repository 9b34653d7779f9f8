"""A guard against tags that an HTML parser needs too long for."""

import re

# The most attributes of one element. libxml2 compares each with all before it, which takes half a
# minute for 100,000. No element of the real pages measured has more than 18.
MAX_ATTRIBUTES = 500

_ATTRIBUTE = r"[\s/]++[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s>]*+))?+"
# Comments and scripts are matched so that nothing inside them is taken for a tag.
_TAG = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+|<script\b[^>]*+>(?:[^<]++|<(?!/script))*+"
    rf"|<[a-z][^\s/>]*+(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+(?P<more>{_ATTRIBUTE})?+",
    re.IGNORECASE,
)


def overloaded(markup: str) -> bool:
    """Whether an element has more than MAX_ATTRIBUTES attributes."""
    return any(tag["more"] for tag in _TAG.finditer(markup))
