"""
Jobs that need the network: what they bring is fetched before their transaction begins.

So no row is locked while WeChat takes its time; a job that is fetched twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from bot import wechat
from bot.crowd import Crowd
from bot.house import House
from bot.wechat_errors import PermanentError, TransientError
from desk import attachments, laying, strangers
from desk.work import Actor, Work
from scheduling.strangers import Cut

# What is done with what was brought; as `bot.chores.Task` it tells when the job is due again.
Act = Callable[[Work], timedelta | None]
Errand = Callable[[House, Mapping[str, Any]], Act]
_ACTOR = Actor("job", name="courier")


def fetch(house: House, payload: Mapping[str, Any]) -> Act:
    """
    Download what somebody sent who waits for a person.

    Raises:
        TransientError: WeChat cannot be reached now; the job is tried again.
    """
    number = int(payload["attachment"])
    with house.engine.connect() as conn:
        work = house.work(conn, _ACTOR)
        media_id, is_gone = attachments.wanted(work, number), attachments.is_gone(work, number)
    if media_id is None:
        return _nothing
    try:
        content = wechat.connect(house).download_media(media_id)
    except PermanentError:  # older than three days, or a film, of which there is no file
        return partial(_lose, number=number)
    except TransientError:
        if not is_gone:
            raise
        return partial(_lose, number=number)
    return partial(_keep, number=number, content=content)


def _nothing(work: Work) -> None:
    """It was fetched, or forgotten, meanwhile."""


def _lose(work: Work, number: int) -> None:
    attachments.lost(work, number)


def _keep(work: Work, number: int, content: bytes) -> None:
    attachments.keep(work, number, content)


def lay(house: House, payload: Mapping[str, Any]) -> Act:
    """
    Read the next of WeChat's followers where it is the turn of those whom we do not know.

    Raises:
        TransientError: WeChat cannot be reached now; the job is tried again.
    """
    number = int(payload["broadcast"])
    with house.engine.connect() as conn:
        place = strangers.place(house.work(conn, _ACTOR), number)
    if place is None:
        return partial(laying.go_on, broadcast=number)
    try:
        found: Cut | str = Crowd(house).next_list(number, place)
    except PermanentError as error:
        found = str(error.code) if error.code else "lost"
    return partial(laying.lay_strangers, broadcast=number, at=place, found=found)


ERRANDS: Mapping[str, Errand] = {attachments.FETCH: fetch, laying.JOB: lay}
