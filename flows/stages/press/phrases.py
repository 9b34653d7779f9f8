"""Phrases translated to patterns.

The language of phrases is explained at the head of extraction/line_rules.toml; its word lists are
those of prompts.toml.
"""

import re

from flows.stages.press.vocabulary import any_of, read

# What follows "Baca juga:" is a headline: no full stop at its end, and no other sentence after it.
# An ellipsis is no full stop.
HEADLINE = r"(?!.*(?<![.])[.][\"”’']?(?:\s+[A-Z“\"]|\s*$)).{1,180}"
# A sign that may surround the words of a line. Quotation marks and question marks are part of the
# words.
AROUND = r"[^\w\"“”?#@]"
_LETTER = r"[^\W\d_]"
_NAME = r"(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,4})"
_DOMAIN = (
    r"(?<![\w.-])(?!\S{1,60}\.(?:go|ac|or|sch)\.id)"
    r"(?:[\w-]{1,30}\.){1,3}(?:com|co|id|net|org|tv|news)(?!\w)"
)
_CAPITAL = r"(?=(?-i:[A-Z\d\"“'‘\[]))"
_FORMS = {
    "Headline": HEADLINE,
    "Title": _CAPITAL + HEADLINE,
    "Inside": _CAPITAL + r"[^()\[\]]{2,250}",
    "LongInside": _CAPITAL + r"(?=(?:[^\s()\[\]]{1,40} ){5})[^()\[\]]{2,250}",
    "Name": _NAME,
    "FullName": _NAME.replace("{0,4}", "{1,4}"),
    "Domain": _DOMAIN,
    "Outlet": rf"(?:{_DOMAIN}|{_NAME})",
    "Link": r"<?(?:https?://|[\w.+-]{1,40}@)?[\w-]{1,30}(?:\.[\w-]{1,30}){1,3}(?:/\S{0,200})?>?",
    "ChatLink": r"<?(?:https?://)?(?:[\w-]{1,30}\.)?(?:whatsapp\.com|wa\.me|t\.me)/\S{1,200}",
    "Handle": r"@[\w.]{1,40}",
    "Hashtag": r"#\s?[^#.,!?]{1,40}",
    "Price": r"(?:Rp|IDR|USD|\$)\s?\d[\d.,]{0,12}(?: (?:ribu|juta))?",
    "Pages": r"(?<!\d)\d{1,2}(?:[\s|·]{1,3}\d{1,2}){0,12}(?!\d)",
    "Date": r"(?<!\d)\d{1,2}[\s./-]{1,3}(?:\d{1,2}|[^\W\d_]{3,9})[\s./-]{1,3}(?:19|20)\d\d(?!\d)",
    "Year": r"(?:19|20)\d\d(?!\d)",
    "Clock": r"\d{1,2}(?::\d{2}){1,2}",
    "Marks": r"[\W_]{1,60}",
    "Spoken": '[,.!?]["”]',
    "Dash": r"\s[-–—]+\s",
    "End": r"\s*$",
    "Stop": r"\s*(?:[.!?]|$)",
    "Label": r"(?!.*(?:[.!?][\"”’']?\s*/?|[-–—]\s*)$)",
    "Clause": r"(?!.*(?:[.!?][\"”’']?\s*(?:/?$|[(\[])|[-–—]\s*$))",
    "Unclosed": r"(?![^()\[\]]{0,80}[)\]])",
    "Text": ".{5,400}",
    "Line": ".{0,250}",
    "Short": ".{2,120}",
    "Credit": r"[^()\[\]]{0,120}",
    "Unslashed": "[^/]{2,250}",
}
_SIGNS = {
    "…": r"[^.!?]{0,160}(?:[.]\w[^.!?]{0,80}){0,2}",
    "***": ".{0,400}",
    "(": "(?:",
    ")": ")",
    "[": "(?:",
    "]": ")?",
    "<": "(?>(?:(?:",
    ">": r")[\s,;|•·&»«/-]{0,4}){1,20})",
    "|": "|",
    ":": r"\s?[:;»>|]\s?",
    "": " ?",
    "#": r"(?<!\w)\d[\d.,]{0,11}k?",
    "'": "[’']",
    "©": r"(?<!\w)©",
    r"\(": r"[(\[]",
    r"\)": r"[)\]]",
}
TOKEN = re.compile(
    r"(?:\{(?P<list>\w+)\}|(?P<word>[^\W_]+))(?P<ending>~?)"
    r"|(?P<sign>\s*(?:…|\*{3}|:)\s*|[()\[\]<>|#'©]|\\[()]|\s+)|(?P<other>\\?.)"
)


def translated(phrase: str) -> str:
    """The pattern of a phrase. Raises KeyError for a list or a form that does not exist."""
    opening, *others = phrase.split(" & ")
    if not others:
        return _in_order(opening)
    held = "".join(f"(?={_SIGNS['…']}{_in_order(other)})" for other in others)
    return _in_order(opening) + held + _SIGNS["***"]


def _in_order(phrase: str) -> str:
    return "".join(map(_translated, TOKEN.finditer(phrase)))


def _translated(token: re.Match[str]) -> str:
    if token["sign"]:
        return _SIGNS[token["sign"].strip()]
    if token["other"]:
        return re.escape(token["other"][-1])
    name = token["list"]
    if name and name[0].isupper():
        return _FORMS[name]
    words = token["word"] or any_of(read("prompts")[name]).replace(r"\~", r"\w*")
    ending = r"\w*" if token["ending"] else rf"(?!{_LETTER})"
    return rf"(?<!{_LETTER}){words}{ending}"
