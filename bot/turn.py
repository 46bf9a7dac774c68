"""
One message is one turn, one turn is one transaction: all of it happens, or none.

lock → known key? replay → load the state → understand → converse → store → commit → save.
No network but the database and Redis is touched in here; only the courier sends.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from desk.counter import Counter

from bot import paper
from bot.house import House
from bot.memory import Remembered, Visit
from bot.wire import Inbound
from desk import journal
from desk.work import Actor, Work
from dialogue.reply import Reply
from dialogue.state import State
from handlers import conversation
from handlers.scene import Said
from handlers.texts import common
from models.database import retrying
from nlp import redflags, triage
from nlp.heard import Heard, Person
from nlp.understand import understand

_LOG = logging.getLogger(__name__)

# WeChat gives up a try after 5 s; by then our answer must have reached it.
BUDGET_SECONDS = 4.5
# Later than this a passive reply may come too late, so the courier takes it.
_LATE_SECONDS = 4.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 0.15
# An open conversation older than this is not even offered for resumption.
_FORGOTTEN = timedelta(hours=24)
_ATTEMPTS = 3
_MOST_SYMPTOMS = 12


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
        state = earlier or State.fresh()
        person = Person(**state.person)
        flags = redflags.check(inbound.text, state.symptoms, person)
        action = next((f.action for f in flags if f.urgency == "emergency"), None)
        if action is None:
            return None
        return conversation.emergency(action, self._house.scene(inbound.sent_at))

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
            except (journal.KeyConflict, journal.SeqConflict):
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    def _transact(self, inbound: Inbound, visit: Visit, started: float) -> Outcome:
        with self._house.engine.begin() as conn:
            work = self._house.work(conn, Actor("chat", openid=inbound.openid))
            known = journal.find(work, inbound.key)
            if known is not None:
                return Outcome("" if known.via == "courier" else known.reply, how="replayed")
            before = self._before(work, visit)
            state, text = self._step(inbound, work, before)
            page, rest = paper.first_page(text)
            after = Remembered(before.seq + 1 if before else 1, work.now, state, rest)
            self._store(inbound, work, after, page, started)
            return Outcome(page if after else "", after)

    def _before(self, work: Work, visit: Visit) -> Remembered | None:
        """Return the conversation so far; the journal says which copy of it is the newest."""
        newest = journal.newest(work)
        if newest is None:
            return None
        for copy in (visit.remembered, self._house.memory.copy(visit.user)):
            if copy is not None and copy.seq == newest.seq:
                return copy
        if newest.state is not None and work.now - newest.at < _FORGOTTEN:
            try:
                return Remembered.from_json(newest.state)
            except ValueError:
                _LOG.warning("a journalled state is of an older version: starting afresh")
        return Remembered(newest.seq, newest.at, State.fresh())

    def _step(self, inbound: Inbound, work: Work, before: Remembered | None) -> tuple[State, str]:
        """Return the next state and the whole answer."""
        state = before.state if before else State.fresh()
        urgent = self.emergency(inbound, state)
        if urgent is not None:
            journal.ask_for_human(work, inbound.text, "emergency")
            return state, self._written(urgent)
        heard = self._hear(inbound, work, state)
        if before and before.rest and "more" in heard.preferences:
            return state, before.rest
        scene = self._house.scene(work.now, work.now - before.at if before else None)
        said = Said(
            kind="text" if inbound.text else inbound.kind,
            heard=heard,
            event=inbound.event,
            key=inbound.event_key,
            menu_id=inbound.menu_id,
        )
        state, reply = conversation.answer(state, said, Counter(work), scene)
        if reply is None:
            return state, ""
        return state, self._written(reply) or common.TROUBLE

    def _written(self, reply: Reply) -> str:
        return paper.write(reply, links=self._house.settings.wechat_links)

    def _hear(self, inbound: Inbound, work: Work, state: State) -> Heard:
        if not inbound.text:
            return Heard()
        return understand(
            inbound.text,
            work.local(work.now),
            self._house.vocabularies.current(work),
            conversation.context_of(state),
            self._model,
        )
