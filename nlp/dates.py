"""Dates and times somebody asks for, as half-open local intervals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from nlp import clock, misheard
from nlp.calendar import monday_of, one_day
from nlp.datewords import (
    AFTER,
    BEFORE,
    FULL,
    LEAVING,
    MOVED,
    NOT_AFTER,
    NOT_BEFORE,
    TAKEN_BACK,
    TO,
    TRAPS,
)
from nlp.days import Days
from nlp.heard import When
from nlp.numerals import NUMBER, fold
from nlp.phrases import Phrase, joined, tokens

# Kinds of answer that hold numbers and never a wish for a day.
_PARTICULARS = frozenset({"birth_date", "id_number", "phone", "code", "name", "document"})
# What makes a wish of a date even then; 号 does not: it is a day of birth, too.
_BOOKS = re.compile(r"[挂约改换订退]|[想要]看|^(?:那|那就)*(?:还是|要不)")
_DAY_MINUTES = 24 * 60
_WEEK, _HALF_DAY = timedelta(days=7), timedelta(hours=12)
# An open end (周三以后) reaches as far as bookings do.
_OPEN_END = timedelta(days=14)
# 「月底前」 is no later than the month's last day, and that day too.
_LAST_OF = re.compile(r"[底末]$")


def find(  # noqa: PLR0913 - a text, and what is known around it
    text: str,
    now: datetime,
    asking: str | None = None,
    ignore: Sequence[tuple[int, int]] = (),
    about: Sequence[tuple[date, date]] = (),
    *,
    is_order: bool = False,
) -> tuple[When, ...]:
    """
    Return the intervals `text` asks for, in the order of the words; empty when none is meant.

    `ignore` holds spans that are names of people. `asking` is the kind of answer awaited: with
    `choice` a bare number is no day, with `birth_date` nothing is a wish unless it says so
    (改到后天). `about` are the days the conversation is about, as half-open spans: 「换成下午」 is
    the afternoon of those days. In an order of the staff no day is turned down: 「明天有事」 tells
    on which day somebody is away.
    """
    folded = _masked(fold(text), ignore)
    if asking in _PARTICULARS and not _BOOKS.search(folded):
        return ()
    if asking == "choice" and re.fullmatch(rf"\s*{NUMBER}[号]?[吧.]?\s*", folded):
        return ()
    bare = re.fullmatch(rf"\s*({NUMBER})[吧.]?\s*", folded) if asking == "day" else None
    if bare:
        folded = bare[1] + "号"
    phrases = joined(folded, tokens(folded, now), now.date(), is_order=is_order)
    whens: list[When] = []
    for said, second in _wanted(folded, phrases, is_order=is_order):
        is_bare = said.days is None
        first = replace(said, days=Days(tuple(about))) if is_bare and about else said
        when = _interval(folded, first, second, now)
        if is_bare and not about and (second is None or second.days is None):
            when = tuple(replace(one, names_day=False) for one in when)
        whens.extend(one for one in when if one not in whens)
    return tuple(one for one in whens if not any(_within(one, other) for other in whens))


def _within(one: When, other: When) -> bool:
    return other != one and one.start <= other.start and other.end <= one.end


def _masked(folded: str, ignore: Sequence[tuple[int, int]]) -> str:
    """Return the text with sound-alikes put right, names and what is no date blanked."""
    for begin, end in ignore:
        folded = folded[:begin] + "□" * (end - begin) + folded[end:]
    folded = misheard.righted(folded)
    return TRAPS.sub(lambda found: "□" * len(found[0]), folded)


def _wanted(
    folded: str, phrases: list[Phrase], *, is_order: bool = False
) -> list[tuple[Phrase, Phrase | None]]:
    """Pair the ends of ranges; drop what was taken back or ruled out."""
    pairs: list[tuple[Phrase, Phrase | None]] = []
    for phrase in phrases:
        last = pairs[-1] if pairs else None
        gap = folded[(last[1] or last[0]).end : phrase.begin] if last else ""
        if last and last[1] is None and TO.fullmatch(gap):
            pairs[-1] = (last[0], phrase)
        elif last and (TAKEN_BACK.search(gap) or MOVED.search(gap)):
            pairs = [(phrase, None)]
        else:
            pairs.append((phrase, None))
    if is_order:
        return pairs
    kept = [one for one in pairs if not _refused(folded, one[0], one[1] or one[0])]
    is_of_the_house = LEAVING.search(folded) or FULL.search(folded)
    return kept if kept or not is_of_the_house else pairs


def _refused(folded: str, first: Phrase, last: Phrase) -> bool:
    before, after = folded[: first.begin], folded[last.end :]
    return bool(NOT_BEFORE.search(before) or NOT_AFTER.match(after))


def _interval(
    folded: str, first: Phrase, second: Phrase | None, now: datetime
) -> tuple[When, ...]:
    if second is not None:
        return _range(first, second, now)
    wholes = _spread(first, now)
    if not wholes:
        return ()
    whole = wholes[0]
    if AFTER.match(folded, first.end):
        if first.minutes or first.hours:
            return (When(whole.start, _at(whole.start.date(), _limit(first), now)),)
        return (When(whole.start, whole.start + _OPEN_END),)
    if BEFORE.match(folded, first.end):
        if first.minutes:
            opening = _at(whole.start.date(), first.hours[0] * 60 if first.hours else 0, now)
        else:
            opening = _at(now.date(), 0, now)
        said = folded[first.begin : first.end]
        until = whole.end if _LAST_OF.search(said) and "周" not in said else whole.start
        return (When(opening, until),) if opening < until else ()
    return wholes


def _range(first: Phrase, second: Phrase, now: datetime) -> tuple[When, ...]:
    """Return what lies between two ends; a part of the day said once is that of every day."""
    begin, end = first.days, second.days
    if begin and end:
        end = _not_before(begin, end)
        if second.hours and not (first.hours or second.minutes):
            span = begin.spans[0][0], end.spans[-1][1]
            return _spread(replace(second, days=Days((span,))), now)
    wholes = _spread(first, now)
    if not wholes:
        return ()
    start = wholes[0].start
    day = replace(end, weekdays=(), month_day=None) if end else Days((one_day(start.date()),))
    hours = second.hours or (None if end else first.hours)
    last = _spread(replace(second, days=day, hours=hours), now)[-1]
    stop = last.start if second.minutes else last.end
    if second.minutes and not end and stop <= start:
        stop += _HALF_DAY
    return (When(start, stop),) if stop > start else wholes[:1]


def _not_before(begin: Days, end: Days) -> Days:
    """Return the end of a range of days, in the week of its beginning or the next."""
    if end.spans[0][0] < begin.spans[0][0] and end.weekdays:
        end = end.in_week_of(monday_of(begin.spans[0][0]))
    if end.spans[0][0] < begin.spans[0][0]:
        return Days(tuple((a + _WEEK, b + _WEEK) for a, b in end.spans))
    return end


def _limit(phrase: Phrase) -> int:
    """Return how late 「以后」 reaches: 下午3点以后 to the end of the afternoon, else the day."""
    return phrase.hours[1] * 60 if phrase.hours and phrase.minutes else _DAY_MINUTES


def _at(day: date, minutes: int, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo) + timedelta(minutes=minutes)


def _spread(phrase: Phrase, now: datetime) -> tuple[When, ...]:
    """Return the phrase as intervals: one per day when a part of the day is named."""
    meant = phrase.days or Days((one_day(now.date()),))
    if phrase.minutes is None and phrase.hours is None:
        return tuple(When(_at(a, 0, now), _at(b, 0, now)) for a, b in meant.spans)
    if phrase.minutes:
        begin, end = (
            phrase.minutes if phrase.fixed else clock.settled(phrase.minutes, phrase.hours)
        )
        over = begin
    else:
        begin, end = ((hour * 60) for hour in phrase.hours or (0, 24))
        over = end
    if phrase.days is None and _at(now.date(), over, now) < now:
        meant = Days((one_day(now.date() + timedelta(days=1)),))
    elif _at(meant.spans[0][0], over, now) < now:
        meant = _moved_on(meant, over, now)
    starts = [day for span in meant.spans for day in _each(span)]
    return tuple(
        When(_at(day, begin, now), _at(day, end, now)) for day in starts[: _OPEN_END.days]
    )


def _moved_on(meant: Days, over: int, now: datetime) -> Days:
    """Return days whose hour is over one round later: 周三上午, said on Wednesday afternoon."""
    if len(meant.spans) == 1:
        return meant.later()
    spans = [
        one if _at(one[0], over, now) >= now else (one[0] + _WEEK, one[1] + _WEEK)
        for one in meant.spans
    ]
    return replace(meant, spans=tuple(spans)) if meant.weekdays else meant


def _each(span: tuple[date, date]) -> list[date]:
    return [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days)]
