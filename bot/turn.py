"""
One message is one turn, one turn is one transaction: all of it happens, or none.

lock → known key? replay → load the state → understand → converse → store → commit → save.
No network but the database and Redis is touched in here; only the courier sends.
"""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot import paper
from bot.house import House
from bot.memory import Remembered, Visit
from bot.wire import MESSAGE_KINDS, Inbound
from desk import accounts, journal, ledger, outbox, told
from desk.counter import Counter
from desk.reach import reach
from desk.work import Actor, Work
from dialogue.reply import Reply
from dialogue.state import State
from handlers import conversation, danger
from handlers.scene import Said
from handlers.texts import common
from models.database import retrying
from nlp import preferences, redflags, triage
from nlp.heard import Heard
from nlp.understand import alarms, understand
from scheduling.channels import choose

_LOG = logging.getLogger(__name__)

# WeChat gives up a try after 5 s; by then our answer must have reached it.
BUDGET_SECONDS = 4.5
# Later than this a passive reply may come too late, so the courier takes it.
_LATE_SECONDS = 4.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 0.15
# An open conversation older than this is not even offered for resumption.
# Somebody else may end it, as whoever writes says.
_OF_OTHER = "of_other"
_FORGOTTEN = timedelta(hours=24)
_ATTEMPTS = 3
_FOLLOWING = {"subscribe": True, "unsubscribe": False}
# What opens the short window for messages of ours; a typed message opens the long one.
_TAPS = frozenset({"subscribe", "scan", "click", "scancode_push", "scancode_waitmsg"})
_PASSIVE, _COURIER = "passive", "courier"


class BusyError(Exception):
    """Another turn of this user is still running and the budget is used up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to answer, `""` for nothing, and what to remember of it."""

    text: str
    remembered: Remembered | None = None
    how: str = "answered"


class Turns:
    """Runs the turns of one house."""

    def __init__(self, house: House, model: triage.Model | None = None) -> None:
        self._house = house
        self._model = model

    def run(self, inbound: Inbound, started: float) -> str:
        """
        Return the text of the answer; `started` is the monotonic second the message came in.

        Raises:
            BusyError: the user's lock could not be had within the budget.
        """
        visit = self._enter(inbound, started)
        outcome = None
        try:
            outcome = self._settle(inbound, visit, started)
        except Exception as error:  # noqa: BLE001 - the one catch-all: a patient waits
            outcome = self._apology(inbound, visit, error)
        finally:
            self._house.memory.leave(visit, outcome.remembered if outcome else None)
        self._house.counters.add("turns", outcome.how)
        self._house.counters.add("turn_seconds", outcome.how, time.monotonic() - started)
        return outcome.text

    def emergency(self, inbound: Inbound, earlier: State | None = None) -> Reply | None:
        """Return what to say to an emergency in these words, needing nothing else; else None."""
        action = _alarm(inbound, earlier or State.fresh())
        if not action:
            return None
        is_other = _OF_OTHER in preferences.find(inbound.text)
        scene = self._house.scene(inbound.sent_at)
        return danger.answer(action, scene, inbound.text, is_other=is_other)

    def _enter(self, inbound: Inbound, started: float) -> Visit:
        """Wait for the user's lock; a retry waits here while the first try still works."""
        user = self._house.vault.lookup(inbound.openid)
        pause = _FIRST_PAUSE_SECONDS
        while True:
            visit = self._house.memory.enter(user)
            if visit.is_mine:
                return visit
            if time.monotonic() - started + pause > BUDGET_SECONDS:
                raise BusyError
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _settle(self, inbound: Inbound, visit: Visit, started: float) -> Outcome:
        """Run the transaction, again from its start where somebody else was faster."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return retrying(lambda: self._transact(inbound, visit, started))
            except journal.Conflict:
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    def _transact(self, inbound: Inbound, visit: Visit, started: float) -> Outcome:
        with self._house.engine.begin() as conn:
            arrival = journal.arrive(conn, self._house.vault, inbound.openid, inbound.key)
            known = arrival.answered
            if known is not None:
                return Outcome("" if known.reply_via == _COURIER else known.reply, how="replayed")
            work = self._house.work(conn, Actor("chat", openid=inbound.openid), arrival)
            before = self._before(work, arrival.latest, visit)
            _note_in_ledger(work, inbound)
            state, text = self._step(inbound, work, before)
            page, rest = paper.first_page(text, conversation.rest_line(state))
            after = Remembered(before.seq + 1 if before else 1, work.now, state, rest)
            via = self._way(work, page, started)
            is_kept = journal.store(work, _entry(inbound, after, page, via))
            if via == _COURIER:
                _leave_to_courier(work, page)
            if not is_kept:
                self._house.memory.draft(visit, after)
            return Outcome("" if via == _COURIER else page, after, how=via)

    def _way(self, work: Work, page: str, started: float) -> str:
        """Decide, before the commit, who delivers the answer: this connection or the courier."""
        if not page or time.monotonic() - started <= _LATE_SECONDS:
            return _PASSIVE
        account = accounts.account(work)
        if account is None:
            return _PASSIVE
        can_send = choose(work.channels, "reply", reach(work, account, None), work.now)
        return _COURIER if can_send else _PASSIVE

    def _before(
        self, work: Work, newest: journal.Latest | None, visit: Visit
    ) -> Remembered | None:
        """Return the conversation so far; the journal says which copy of it is the newest."""
        if newest is None:
            return None
        for copy in (*visit.copies, self._house.memory.copy(visit.user)):
            if copy and (copy.seq, copy.at) == (newest.seq, newest.received_at):
                return copy
        if newest.state is not None and work.now - newest.received_at < _FORGOTTEN:
            try:
                return Remembered.from_json(newest.state)
            except ValueError:
                _LOG.warning("a journalled state is of an older version: starting afresh")
        return Remembered(newest.seq, newest.received_at, State.fresh())

    def _step(self, inbound: Inbound, work: Work, before: Remembered | None) -> tuple[State, str]:
        """Return the next state and the whole answer."""
        state = before.state if before else State.fresh()
        heard = self._hear(inbound, work, state)
        if heard.alarm:
            urgent = danger.answer(
                heard.alarm,
                self._house.scene(work.now),
                inbound.text,
                is_known=bool(state.worry),
                is_other=_OF_OTHER in heard.preferences,
            )
            duty = self._house.settings.duty_phone
            Counter(work).requests.report_emergency(inbound.text, duty)
            return conversation.alarmed(state, heard), self._written(urgent)
        if before and before.rest and "more" in heard.preferences:
            return state, before.rest
        if before and not before.rest and heard.intent == "repeat":
            again = self._again(work, state, before)
            if again is not None:
                return again
        scene = self._house.scene(work.now, work.now - before.at if before else None)
        said = Said(
            kind="text" if inbound.text else inbound.kind,
            heard=heard,
            event=inbound.event,
            key=inbound.event_key,
            menu_id=inbound.menu_id,
            media_id=inbound.media_id,
            place=inbound.place,
        )
        state, reply = conversation.answer(state, said, Counter(work), scene)
        if reply is None:
            return state, ""
        return state, self._written(reply) or common.TROUBLE

    def _again(self, work: Work, state: State, before: Remembered) -> tuple[State, str] | None:
        """A notice that came since the last message, else, in care mode, the last answer."""
        notice = told.since(work, before.at)
        if notice is not None:
            scene = self._house.scene(work.now, work.now - before.at)
            said = notice.kind, notice.payload, notice.prompt
            return conversation.retold(state, said, Counter(work), scene)
        if not conversation.is_again(state):
            return None
        said_last = journal.last_reply(work, work.actor.openid or "")
        return (state, said_last) if said_last else None

    def _written(self, reply: Reply) -> str:
        return paper.write(reply, links=self._house.settings.wechat_links)

    def _hear(self, inbound: Inbound, work: Work, state: State) -> Heard:
        if not inbound.text:
            return Heard()
        heard = understand(
            inbound.text,
            work.local(work.now),
            self._house.vocabularies.of(work.directory),
            conversation.context_of(state),
            self._model,
        )
        return conversation.meant(state, heard)

    def _apology(self, inbound: Inbound, visit: Visit, error: Exception) -> Outcome:
        """Whatever broke: an emergency is still answered as one, everything else kindly."""
        error_id = secrets.token_hex(4)
        where = "".join(traceback.format_tb(error.__traceback__))
        # Without the error's own words: they may quote what a patient wrote.
        _LOG.error("turn %s failed: %s\n%s", error_id, type(error).__name__, where)
        urgent = self.emergency(inbound, visit.copies[0].state if visit.copies else None)
        state = visit.copies[0].state if visit.copies else State.fresh()
        text = self._written(urgent or conversation.trouble(state, error_id))
        return Outcome(text, how="failed")


def _alarm(inbound: Inbound, state: State) -> str:
    """What an emergency in these words calls for, or nothing."""
    return redflags.alarm(alarms(inbound.text, conversation.context_of(state)))


def _note_in_ledger(work: Work, inbound: Inbound) -> None:
    """Before anything is promised: what this message lets us send later."""
    if inbound.event in _FOLLOWING:
        ledger.followed(work, is_following=_FOLLOWING[inbound.event])
    if inbound.event in _TAPS or inbound.menu_id:
        ledger.tapped(work)
    elif inbound.kind in MESSAGE_KINDS:
        ledger.heard_from(work)


def _entry(inbound: Inbound, after: Remembered, page: str, via: str) -> journal.Entry:
    return journal.Entry(
        key=inbound.key,
        openid=inbound.openid,
        seq=after.seq,
        received_at=after.at,
        reply=page,
        reply_via=via,
        text=inbound.text or None,
        state=after.to_json(),
    )


def _leave_to_courier(work: Work, page: str) -> None:
    account = accounts.account(work)
    key = f"reply:{secrets.token_hex(16)}"
    outbox.put(work, outbox.Notice("reply", key, {"text": page}, wechat_user_id=account))


@contextmanager
def open_desk(house: House, actor: Actor) -> Iterator[Counter]:
    """One transaction at the counter for an edge or a command: committed when all went well."""
    with house.engine.begin() as conn:
        yield Counter(house.work(conn, actor))
