"""What a message tells of a story: why it matters, what is new, and who reports it.

why(telling)            one line: the sides' terms, and how many outlets report it
occasion(telling, hit)  whose report it is, and of when
changes(telling)        what has become of an article, and of a story that is closed
news_quotes(telling)    the sentences with what is new
report_lines(telling)   the reports, with who took them over
other_links(telling)    links to reports, where there is no page of the story
values_of(telling)      all of it, for a template of the desk's own
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flows.records import AlertKind, Hit, Topic
from flows.stages.watch import templates
from flows.stages.watch.news import News
from flows.stages.watch.passages import sentences
from flows.stages.watch.texts import excerpt, fit, in_one_line, quoted, short_url
from flows.stages.watch.wording import Wording


@dataclass(frozen=True, slots=True)
class Lengths:
    """The most characters of each part."""

    title: int = 240
    topic: int = 60
    why: int = 160
    outlet: int = 40
    headline: int = 160
    sentence: int = 240
    term: int = 30


@dataclass(frozen=True, slots=True)
class _Count:
    """The most that are shown of each part."""

    sentences: int = 2
    terms: int = 2  # of each side
    reports: int = 4
    takers: int = 5  # outlets that took one report over
    links: int = 2
    shown: int = 50  # reports, the last ones, that a template sees


LENGTH, _COUNT = Lengths(), _Count()
# Of the read pairs of whole days that stand in one story, .96 of 110 are one event where both
# articles are as certain as this, 5 of 9 where one is less.
SURE = 0.7


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message tells of: its subject, one of the story's `reports`, which are in order of
    publication; `told` are the ids of the articles that earlier alerts covered, `news` is what the
    subject adds to them.
    """

    kind: AlertKind
    topic: Topic
    subject: Hit
    reports: Sequence[Hit]
    told: Collection[str]
    news: News
    story_link: str

    @property
    def wording(self) -> Wording:
        return Wording(self.topic.language)

    @property
    def headline(self) -> str:
        return in_one_line(self.subject.article.title)


# ---- why, where and when ----


def why(telling: Telling) -> str:
    """Which sides are tied by which terms, and who reports it."""
    return "; ".join(filter(None, (_sides(telling), _reach(telling))))


def _sides(telling: Telling) -> str:
    """The terms that were found, of each side the first ones: 'Rusia, Putin ↔ Korea Utara'."""
    by_side: dict[str, dict[str, str]] = {group.name: {} for group in telling.topic.all_of}
    for span in telling.subject.match.evidence:
        terms = by_side.setdefault(span.group, {})
        terms.setdefault(span.text.casefold(), fit(span.text, LENGTH.term))
    sides = [", ".join([*terms.values()][: _COUNT.terms]) for terms in by_side.values()]
    return " ↔ ".join(dict.fromkeys(filter(None, sides)))


def _reach(telling: Telling) -> str:
    """How many outlets report it, and whose report it is at the root."""
    wording, reports = telling.wording, telling.reports
    number = len(sure_outlets(reports))
    outlets = wording.count("outlets", number)
    if telling.kind == "closed":
        return wording.say("ended", outlets=outlets)
    if telling.kind == "pickup":
        outlets = wording.say("now", outlets=outlets)
    elif number == 1:
        return wording.say("alone", outlets=outlets)
    takers = {root: len(taken) for root, taken in _taken(reports).items()}
    root = max(takers, key=takers.__getitem__)  # the earliest of those with the most
    phrase = "original" if takers[root] else "first"
    return wording.say(phrase, outlets=outlets, outlet=_outlet(reports[root]))


def occasion(telling: Telling, report: Hit) -> str:
    """Whose report it is, and of when."""
    return f"{_outlet(report)}, {_when(telling.wording, report)}"


def sure_outlets(reports: Sequence[Hit]) -> set[str]:
    """The outlets of the reports that are surely of the event; of the surest, if none is."""
    least = min(SURE, max((report.article.certainty for report in reports), default=SURE))
    return {report.article.outlet for report in reports if report.article.certainty >= least}


def _outlet(report: Hit) -> str:
    return fit(report.article.outlet, LENGTH.outlet)


def _when(wording: Wording, report: Hit) -> str:
    """When a report was published, or when it was found if its page does not say."""
    article = report.article
    if article.precision is None:
        return wording.say("found", when=wording.instant(article.seen_at))
    return wording.instant(article.seen_at, article.precision)


# ---- what is new ----


def changes(telling: Telling) -> Iterator[str]:
    """What has become of an article that the desk was told of, and over what time a story that is
    closed was reported.
    """
    news, wording = telling.news, telling.wording
    if news.gone and news.gone.isdigit():
        yield wording.say("gone_with", status=news.gone)
    elif news.gone:
        # Only an HTTP status is the same in every language; the tables hold the other signs.
        yield wording.say("gone")
    if news.correction:
        quote = quoted(fit(news.correction, LENGTH.sentence))
        yield wording.say("corrected", quote=quote)
    if news.title_before:
        quote = quoted(fit(news.title_before, LENGTH.headline))
        yield wording.say("title_before", quote=quote)
    if telling.kind == "closed" and len(telling.reports) > 1:
        first, last = (_when(wording, telling.reports[place]) for place in (0, -1))
        yield wording.say("lasted", first=first, last=last)


def news_quotes(telling: Telling) -> list[str]:
    """The sentences that say what is new: those with new facts; of a new story those that matched,
    or else the first one.
    """
    told = [sentence for sentence in _sentences(telling) if not _is_told(telling, sentence[0])]
    quotes = dict.fromkeys(quoted(excerpt(sentence, at, LENGTH.sentence)) for sentence, at in told)
    return [*quotes][: _COUNT.sentences]


def _sentences(telling: Telling) -> Sequence[tuple[str, int]]:
    """Sentences, each with the place in it that must be seen."""
    if telling.kind != "new_story":
        return telling.news.sentences
    body = telling.subject.article.body
    places: dict[str, int] = {}
    for span in telling.subject.match.evidence:
        if span.field == "body":
            begin = span.sentence_start(body)
            places.setdefault(span.sentence, 0 if begin is None else span.start - begin)
    return [*places.items()] or [(body[start:end], 0) for start, end in sentences(body)[:1]]


def _is_told(telling: Telling, sentence: str) -> bool:
    """Whether the message says a sentence elsewhere: in its title, or as a correction."""
    return in_one_line(sentence) == telling.headline or sentence in (telling.news.correction or "")


# ---- the reports ----


def _taken(reports: Sequence[Hit]) -> dict[int, list[int]]:
    """By each report that is nobody else's, those that were taken from it, as their places."""
    places = {report.article.article_id: place for place, report in enumerate(reports)}
    taken: dict[int, list[int]] = {}
    for place, report in enumerate(reports):
        root = places.get(report.article.original_article_id, place)
        if root == place or report.article.relation not in ("copy", "rewrite"):
            taken.setdefault(place, [])
        else:
            taken.setdefault(root, []).append(place)
    return dict(sorted(taken.items()))


def report_lines(telling: Telling) -> list[str]:
    """The reports of a story that has several: a line for each that is nobody else's, with who took
    it over; for the first and the last ones if there are many.
    """
    wording, reports = telling.wording, telling.reports
    if len(reports) < 2:
        return []
    lines = [_report_line(telling, root, taken) for root, taken in _taken(reports).items()]
    left_out = len(lines) - _COUNT.reports
    if left_out > 0:
        half = _COUNT.reports // 2
        lines[half:-half] = [f"• {wording.count('more_reports', left_out)}"]
    heading = wording.say(
        "reported",
        outlets=wording.count("outlets", len(sure_outlets(reports))),
        articles=wording.count("articles", len(reports)),
    )
    return [f"{heading}\n{lines[0]}", *lines[1:]]


def _report_line(telling: Telling, root: int, taken: Sequence[int]) -> str:
    wording, report = telling.wording, telling.reports[root]
    article = report.article
    precision = article.precision or "minute"
    when = wording.short(article.seen_at, precision)
    if article.precision is None:
        when = wording.say("found", when=when)
    marks = _marks(telling, report)
    if article.relation in ("copy", "rewrite"):  # of a report that is not among these
        marks = [wording.say(f"is_{article.relation}"), *marks]
    line = _marked(f"• {_outlet(report)}, {when}", marks)
    return "; ".join([line, *_taken_over(telling, [telling.reports[place] for place in taken])])


def _taken_over(telling: Telling, reports: Sequence[Hit]) -> Iterator[str]:
    """By whom a report was copied and rewritten, and by whom since the desk last heard of it."""
    for relation, phrase in (("copy", "copied"), ("rewrite", "rewritten")):
        for since in (False, True):
            takers = [
                _marked(_outlet(each), [telling.wording.say("unsure")] * _is_unsure(each))
                for each in reports
                if each.article.relation == relation and _is_fresh(telling, each) == since
            ]
            if takers:
                yield telling.wording.say(
                    f"{phrase}_since" if since else phrase,
                    outlets=_listed(telling.wording, takers),
                )


def _listed(wording: Wording, names: Sequence[str]) -> str:
    """Names, each once, and how many more there are."""
    different = [*dict.fromkeys(names)]
    listed = ", ".join(different[: _COUNT.takers])
    left_out = len(different) - _COUNT.takers
    return wording.count("more", left_out, listed=listed) if left_out > 0 else listed


def _marked(text: str, marks: Sequence[str]) -> str:
    return f"{text} ({', '.join(marks)})" if marks else text


def _marks(telling: Telling, report: Hit) -> list[str]:
    marks = ["fresh"] if _is_fresh(telling, report) else []
    marks += ["unsure"] * _is_unsure(report)
    return [telling.wording.say(mark) for mark in marks]


def _is_unsure(report: Hit) -> bool:
    return report.article.certainty < SURE


def _is_fresh(telling: Telling, report: Hit) -> bool:
    return bool(telling.told) and report.article.article_id not in telling.told


def other_links(telling: Telling) -> list[str]:
    """Links to some of the other reports, where no page of the story leads to them: those first
    that the desk has not seen.
    """
    others = [
        report
        for report in telling.reports
        if report is not telling.subject and report.article.relation != "copy"
    ]
    if telling.story_link or not others:
        return []
    others.sort(key=lambda report: report.article.article_id in telling.told)
    first, *more = (short_url(report.article.url) for report in others[: _COUNT.links])
    return [f"{telling.wording.say('other_links')}\n{first}", *more]


# ---- for a template ----


def values_of(telling: Telling) -> templates.Values:
    wording, subject = telling.wording, telling.subject
    return templates.Values(
        topic=fit(telling.topic.title, LENGTH.topic),
        kind=telling.kind,
        label=wording.say(telling.kind),
        headline=fit(telling.headline, LENGTH.headline),
        outlet=_outlet(subject),
        when=_when(wording, subject),
        why=fit(why(telling), LENGTH.why),
        link=short_url(subject.article.url),
        story_link=telling.story_link,
        outlets=tuple(dict.fromkeys(_outlet(report) for report in telling.reports)),
        changes=tuple(changes(telling)),
        news=tuple(news_quotes(telling)),
        reports=tuple(_shown(telling, report) for report in telling.reports[-_COUNT.shown :]),
    )


def _shown(telling: Telling, report: Hit) -> templates.Shown:
    article = report.article
    return templates.Shown(
        outlet=_outlet(report),
        when=_when(telling.wording, report),
        relation=telling.wording.say(f"is_{article.relation}"),
        link=short_url(article.url),
        new=_is_fresh(telling, report),
        sure=not _is_unsure(report),
    )
