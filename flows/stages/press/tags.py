"""What an HTML parser can be given: tags that it reads in a time in proportion to their length."""

import re

# Of one element; libxml2 compares each attribute with all before it, which takes half a minute for
# 100,000. The most on a real page measured are 18.
MAX_ATTRIBUTES = 500

_ATTRIBUTE = r"[\s/]++[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s>]*+))?+"
# Comments and scripts are read so that nothing in them is taken for a tag.
_TAG = re.compile(
    r"<!--(?:[^-]|-(?!->))*+|<script\b[^>]*+>(?:[^<]|<(?!/script))*+"
    rf"|<[a-z][^\s/>]*+(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+(?P<more>{_ATTRIBUTE})?+",
    re.IGNORECASE,
)


def overloaded(markup: str) -> bool:
    """Whether an element has more attributes than are read."""
    return any(tag["more"] for tag in _TAG.finditer(markup))
