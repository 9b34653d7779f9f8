"""Whom a text names as its source: outlets in credit lines, agencies anywhere."""

import re

from flows.records import Clipping

AGENCY = re.compile(
    r"\b(AFP|AP|Associated Press|Reuters|A[Nn][Tt][Aa][Rr][Aa]|Anadolu|Bloomberg|Kyodo|Sputnik|TASS"
    r"|Xinhua|Yonhap)\b"
)
EDITION = re.compile(
    r"(?<=.)(news|indonesia|com|id)$"
)  # what the name of an outlet may lack: 'Antara' is antaranews
PART = re.compile(r"[^\W_]+")


def outlet_names(clipping: Clipping) -> set[str]:
    """What a credit line may call its outlet: 'voa', 'voaindonesia'."""
    joined = {"".join(PART.findall(name.lower())) for name in (clipping.source_id, clipping.outlet)}
    return {name for whole in joined for name in (whole, EDITION.sub("", whole)) if name}


def credited(clipping: Clipping) -> set[str]:
    """What its credit line may name: 'VOA Indonesia' names voa and voaindonesia; never its own
    outlet.
    """
    names = [PART.findall(name.lower()) for name in (clipping.credit or "").split(";")]
    return {
        "".join(name[:end]) for name in names for end in range(1, len(name) + 1)
    } - outlet_names(clipping)


def agencies(body: str) -> set[str]:
    """The agencies that a text names, in the form of credited names."""
    return {"".join(PART.findall(name.lower())) for name in AGENCY.findall(body)}
