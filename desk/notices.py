"""
Notices about appointments, laid into the outbox by the act they tell of.

Each goes to one reader: who booked, else the patient's own account, else whoever is verified to
speak for the patient, else the phone on file; and to those of the family who wish to be told
the same (`desk.sharing`). Who acts in the chat has read the answer there, so
a notice of that act goes to somebody else or to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from desk import outbox, prompts, sharing
from desk.accounts import account
from desk.reach import first_reader, phone_of, reach, readers
from desk.rows import among
from desk.work import Work
from models import Outbox
from scheduling.channels import CHANNELS, KINDS, Reach, choose, spend
from scheduling.reminders import reminder_times
from scheduling.types import AppointmentView, Outlook, PromptId
from scheduling.waiting import WaitingView

_FIRST_VERSION = 1
# Nobody's turn is near sooner: by then the minute that a scan or a tap opens has passed.
_NEAR = timedelta(minutes=5)


def booked(work: Work, view: AppointmentView) -> None:
    """An appointment has been made: reminders, and a confirmation where it adds something."""
    telling = _Telling(work, view)
    telling.of_act("confirmed")
    telling.reminders()
    telling.write()


def moved(work: Work, view: AppointmentView) -> None:
    """An appointment has been moved and is now as `view`."""
    telling = _Telling(work, view)
    telling.of_act("changed")
    telling.reminders()
    telling.write()


def cancelled(work: Work, view: AppointmentView) -> None:
    """An appointment has been given back; `view` is what it was, with its new version."""
    telling = _Telling(work, view)
    telling.of_act("cancelled")
    telling.write()


def restored(work: Work, view: AppointmentView, *, is_told: bool) -> None:
    """A suspended appointment stands again as `view`; who was told of the suspension hears it."""
    telling = _Telling(work, view)
    if is_told:
        telling.to_all("resumed")
    telling.reminders()
    telling.write()


def substituted(work: Work, view: AppointmentView, usual_fen: int | None = None) -> None:
    """
    Another doctor will see the patient; the notice asks what a reminder asks.

    `usual_fen` is what that doctor mostly costs, where it is not what the patient was told.
    """
    more = {} if usual_fen is None else {"fee_fen": view.opening.fee_fen, "usual_fen": usual_fen}
    _changed(work, "substituted", view, more)


def retimed(work: Work, view: AppointmentView) -> None:
    """The patient is seen at another time; the notice asks what a reminder asks."""
    _changed(work, "retimed", view, {})


def _changed(work: Work, kind: str, view: AppointmentView, more: Mapping[str, int]) -> None:
    """Not before it could be taken back: who knows nothing need not hear that it was wrong."""
    telling = _Telling(work, view)
    telling.to_all(kind, asks=True, at=work.now + work.policy.undo_quiet, more=more)
    telling.reminders()
    telling.write()


def unchanged(work: Work, view: AppointmentView) -> None:
    """A change was taken back before the patient heard of it: only the reminders are written."""
    telling = _Telling(work, view)
    telling.reminders()
    telling.write()


def room_changed(work: Work, view: AppointmentView, room: str) -> None:
    """The patient is seen in another room; told again where it was changed back and forth."""
    telling = _Telling(work, view)
    at = work.now + work.policy.undo_quiet
    telling.to_all("room", which=f"{room}:{at.timestamp():.0f}", at=at)
    telling.write()


def offered(work: Work, appointment: int, to: int, until: datetime) -> None:
    """A place is held for who waits in line; `until` (local) she may take it."""
    prompt = prompts.ask(work, to, "offer", {"appointment": appointment}, until)
    notice = outbox.Notice(
        kind="offer",
        dedupe_key=f"offer:{appointment}",
        payload={"until": until.isoformat()},
        wechat_user_id=to,
        appointment_id=appointment,
        appointment_version=_FIRST_VERSION,
        prompt_id=prompt,
    )
    outbox.put(work, notice)


def waitlist_over(work: Work, entry: int, to: int, view: WaitingView) -> None:
    """The list has closed and nothing came back for who waited."""
    line = view.line
    payload = {
        "patient": view.patient_name_masked,
        "department": line.department_name,
        "doctor": line.doctor_name or "",
        "first": line.wish.first_on.isoformat(),
        "last": line.wish.last_on.isoformat(),
    }
    outbox.put(work, outbox.Notice("waitlist_over", f"waitlist_over:{entry}", payload, to))


def facts(view: AppointmentView) -> Mapping[str, str | int | None]:
    """Return what is told of an appointment; the patient's name masked."""
    place = view.opening
    return {
        "patient": view.patient_name_masked,
        "site": place.site_name,
        "department": place.department_name,
        "doctor": place.doctor_name,
        "room": place.room,
        "starts_at": place.starts_at.isoformat(),
        "code": view.code,
        "paid_fen": view.paid_fen,
    }


class Notices:
    """What the conversations may ask about notices."""

    def __init__(self, work: Work) -> None:
        """Answer within this piece of work."""
        self._work = work

    def outlook(self, view: AppointmentView) -> Outlook:
        """Return how the first reminder of an appointment that can come will come."""
        work = self._work
        planned = reminder_times(work.policy, work.local(work.now), view.opening.starts_at)
        reader, phone = first_reader(work, view.id)
        person = reach(work, reader, phone)
        for which, at in planned:
            channel = choose(work.channels, "reminder", _by_then(work, person, reader, at), at)
            if channel is not None:
                return Outlook("wechat" if CHANNELS[channel].in_wechat else "sms", which)
        return Outlook("out_of_reach" if planned else "none")

    def when_near(self, view: AppointmentView) -> str:
        """Return how who is here will hear that her turn is near: wechat, sms or out_of_reach."""
        work = self._work
        reader, phone = first_reader(work, view.id)
        at = work.now + _NEAR
        person = _by_then(work, reach(work, reader, phone), reader, at)
        channel = choose(work.channels, "ahead", person, at)
        if channel is None:
            return "out_of_reach"
        return "wechat" if CHANNELS[channel].in_wechat else "sms"


def _by_then(work: Work, person: Reach, reader: int | None, at: datetime) -> Reach:
    """What will be left of a person's windows and credits once all that waits now is sent."""
    waits = work.conn.execute(_WAITS, {"reader": reader, "at": at})
    for row in waits:
        person = spend(work.channels, row.kind, person, max(row.not_before, work.now))
    return person


_WAITS = (
    select(Outbox.kind, Outbox.not_before)
    .where(
        Outbox.wechat_user_id == bindparam("reader"),
        among(Outbox.state, ("due", "leased")),
        Outbox.not_before < bindparam("at"),
    )
    .order_by(Outbox.not_before, Outbox.id)
)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom a notice is written for; without an account it goes to the phone on file."""

    account: int | None
    is_copy: bool = False


class _Telling:
    """What one act tells of an appointment: who reads it is asked once, all is written at once."""

    def __init__(self, work: Work, view: AppointmentView) -> None:
        self._work = work
        self._view = view
        self._to = readers(work, view.id)
        self._wished = sharing.copied(work, view.id)
        self._notices: list[outbox.Notice] = []

    def write(self) -> None:
        """Lay everything into the outbox."""
        outbox.put_all(self._work, self._notices)

    def of_act(self, kind: str) -> None:
        """Tell who did not act: who acts in the chat reads the answer there."""
        me = account(self._work)
        if me is not None:
            close = [reader for reader, is_close in self._to.items() if is_close and reader != me]
            told = [_Reader(reader) for reader in close[:1]]
        elif self._to or KINDS[kind].rings or phone_of(self._work, self._view.id):
            told = [_Reader(self._first)]
        else:
            told = []
        known = {me, *(one.account for one in told)}
        for reader in (*told, *self._copies(known)):
            self._put(kind, reader)

    def to_all(
        self,
        kind: str,
        *,
        asks: bool = False,
        which: str = "",
        at: datetime | None = None,
        more: Mapping[str, int] | None = None,
    ) -> None:
        """Tell the reader and those of the family who wish it; or ask them, until it begins."""
        until = self._view.opening.starts_at if asks else None
        for reader in self._all():
            prompt = self._ask(reader) if asks else None
            self._put(kind, reader, which=which, at=at, until=until, prompt=prompt, more=more)

    def reminders(self) -> None:
        """Write the reminders; all of them ask one thing, whether the patient comes."""
        work, begins = self._work, self._view.opening.starts_at
        planned = reminder_times(work.policy, work.local(work.now), begins)
        if not planned or (self._first is None and phone_of(work, self._view.id) is None):
            return
        # A reminder that is late gives way to the next one.
        ends = [at for _, at in planned[1:]] + [begins]
        for reader in self._all():
            prompt = self._ask(reader)
            for (which, at), until in zip(planned, ends, strict=True):
                self._put("reminder", reader, which=which, at=at, until=until, prompt=prompt)

    @property
    def _first(self) -> int | None:
        return next(iter(self._to), None)

    def _all(self) -> list[_Reader]:
        """The reader, then those of the family who wish to be told the same."""
        return [_Reader(self._first), *self._copies({self._first})]

    def _copies(self, but: Collection[int | None]) -> list[_Reader]:
        return [_Reader(one, is_copy=True) for one in self._wished if one not in but]

    def _ask(self, reader: _Reader) -> PromptId | None:
        """Ask whether the patient comes, as a reminder does."""
        if reader.account is None:
            return None
        about, until = {"appointment": self._view.id}, self._view.opening.starts_at
        return prompts.ask(self._work, reader.account, "reminder", about, until)

    def _put(  # noqa: PLR0913 - one row of the outbox
        self,
        kind: str,
        reader: _Reader,
        *,
        which: str = "",
        at: datetime | None = None,
        until: datetime | None = None,
        prompt: PromptId | None = None,
        more: Mapping[str, int] | None = None,
    ) -> None:
        view = self._view
        copy = f"copy:{reader.account}" if reader.is_copy else ""
        key = ":".join(filter(None, (kind, f"{view.id}:{view.version}", which, copy)))
        notice = outbox.Notice(
            kind=kind,
            dedupe_key=key,
            payload={**(more or {}), **({} if until is None else {"until": until.isoformat()})},
            wechat_user_id=reader.account,
            is_copy=reader.is_copy,
            appointment_id=view.id,
            appointment_version=view.version,
            not_before=at,
            prompt_id=prompt,
        )
        self._notices.append(notice)
