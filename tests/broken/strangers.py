"""News to all followers, most of them strangers; couriers are killed -9 while WeChat is bad."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import closing

from sqlalchemy import insert, select, update

from bot.crowd import Crowd
from bot.house import House
from bot.turn import open_desk
from desk import staff
from desk.broadcasts import Broadcasts
from desk.work import Actor
from models import Broadcast, BroadcastList, Job, WechatUser, clock
from models.database import retrying
from scheduling.broadcasting import Audience
from tests import traces
from tests.broken import broadcasts, reminders, scenes
from tests.broken.phones import Mailroom, Wechat
from tests.broken.scenes import Seen
from tests.broken.works import Works

WORDS = "就诊提醒：周一停水，请自带饮水"
_AT_ONCE = 5_000
_WINDOW = Actor("window", name="test")
# WeChat forgets nothing within a day, and refuses a key that comes again within a minute.
_MINUTE = 61
_PLACES = {"broadcast.place_enc", "broadcast_list.after_enc", "broadcast_list.until_enc"}


def stranger_of(number: int) -> str:
    """The account of the follower with this number who never registered."""
    return f"oStranger{number:06d}000000000000"


def written(house: House, known: int) -> int:
    """Keep `known` accounts and a broadcast to everyone, confirmed by two; its number."""
    with open_desk(house, _WINDOW) as counter:
        for name in ("刘护士", "王护士"):
            staff.invite(counter.work, name, "desk")
        liu, wang = (staff.by_number(counter.work, number) for number in (1, 2))
        assert liu
        assert wang
    with house.engine.begin() as conn:
        now = clock.now(conn)
        conn.execute(insert(WechatUser), [reminders._account(house, n, now) for n in range(known)])
    crowd = Crowd(house).count()
    with open_desk(house, _WINDOW) as counter:
        desk = Broadcasts(counter.work)
        made = desk.draft(liu, Audience(kind="everyone"), WORDS, "mass", crowd=crowd)
        if desk.confirm(liu, made.id).state == "waiting":
            desk.approve(wang, made.id)
        counter.work.conn.execute(update(Broadcast).values(not_before=now))
        broadcasts._hurry(counter.work.conn, now)
    return made.id


def told(works: Works, *, strangers: int, known: int, kills: int, seed: int) -> Seen:
    """Couriers write to everyone; `kills` times all of them die when a list has just begun."""
    rng = random.Random(seed)
    others = [stranger_of(n) for n in range(strangers)]
    everybody = [*others, *(reminders.openid_of(n) for n in range(known))]
    rng.shuffle(everybody)
    with closing(works):
        wechat, mailroom = _followed(works, everybody)
        written(works.house, known)
        started = time.monotonic()
        for courier in works.couriers:
            courier.start()
        kept: set[str] = set()
        for kill in range(kills):
            _bad_day(wechat)
            _wait_for_list(works, mailroom, wechat, kill + 1)
            time.sleep(rng.uniform(0.0, 0.8))
            for courier in works.couriers:
                courier.kill()
            kept |= traces.of(works.house, others) - _PLACES
            for courier in works.couriers:
                courier.start()
        _finish(works, mailroom, wechat)
        seconds = time.monotonic() - started
        kept |= traces.of(works.house, others)
        return _seen(works, mailroom, everybody, kept, seconds)


def _followed(works: Works, openids: list[str]) -> tuple[Wechat, Mailroom]:
    """The simulator alone; all of them follow."""
    works.simulator.start()
    works.wait_for(f"{works.wechat_url}/phone/api/state")
    wechat = Wechat(works.wechat_url)
    mailroom = Mailroom(wechat)
    for start in range(0, len(openids), _AT_ONCE):
        wechat.follow(openids[start : start + _AT_ONCE])
        mailroom.read()
    return wechat, mailroom


def _seen(
    works: Works, mailroom: Mailroom, everybody: list[str], kept: set[str], seconds: float
) -> Seen:
    arrived = Counter(openid for openid, _ in mailroom.reminders().elements())
    with works.house.engine.connect() as conn:
        lists = len(conn.scalars(select(BroadcastList.id)).all())
    counts = {
        "followers": len(everybody),
        "arrived": sum(arrived.values()),
        "reached": len(arrived),
        "twice": sum(number > 1 for number in arrived.values()),
        "lists": lists,
        "courier deaths": sum(courier.deaths for courier in works.couriers),
        "seconds": seconds,
    }
    wrong = [f"of a stranger: {where}" for where in sorted(kept)]
    missed = set(everybody) - arrived.keys()
    if missed:
        wrong.append(f"{len(missed)} not reached")
    if counts["twice"]:
        wrong.append(f"{counts['twice']} arrived twice")
    return Seen(wrong, counts)


def _bad_day(wechat: Wechat) -> None:
    """One answer is lost of a list that was taken, one of the reading fails."""
    wechat.post("/simulator/faults", path="*/mass/send", kind="lost", count=1)
    wechat.post("/simulator/faults", path="*/user/get", kind="http", count=1)


def _states(works: Works) -> tuple[str, list[str]]:
    with works.house.engine.connect() as conn:
        lists = select(BroadcastList.state).where(BroadcastList.strangers)
        return conn.scalar(select(Broadcast.state)) or "", list(conn.scalars(lists))


def _wait_for_list(works: Works, mailroom: Mailroom, wechat: Wechat, number: int) -> None:
    """Until that list of strangers has been handed over; each of them is met by one death."""
    until = time.monotonic() + scenes._DRAIN_SECONDS
    while len(_states(works)[1]) < number:
        wechat.post("/simulator/clock", forward=_MINUTE)
        _push_on(works, mailroom)
        time.sleep(0.2)
        if time.monotonic() > until:
            raise TimeoutError([courier.log() for courier in works.couriers])


def _finish(works: Works, mailroom: Mailroom, wechat: Wechat) -> None:
    until, before = time.monotonic() + scenes._DRAIN_SECONDS, _states(works)
    while before[0] != "done":
        wechat.post("/simulator/clock", forward=_MINUTE)
        _push_on(works, mailroom)
        time.sleep(0.3)
        after = _states(works)
        if after != before:
            until, before = time.monotonic() + scenes._DRAIN_SECONDS, after
        if time.monotonic() > until:
            raise TimeoutError(f"{after}: {[courier.log() for courier in works.couriers]}")
    mailroom.read()


def _push_on(works: Works, mailroom: Mailroom) -> None:
    """What waits for its next try, or for a dead courier's lease, is due."""
    broadcasts._push_on(works, mailroom)

    def once() -> None:
        with works.house.engine.begin() as conn:
            waits = Job.kind == "lay_broadcast", Job.state == "due"
            conn.execute(update(Job).where(*waits).values(due_at=clock.now(conn)))

    retrying(once)
