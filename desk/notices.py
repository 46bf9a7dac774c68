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
from desk.reach import phone_of, reach, readers
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
    to = readers(work, view.id)
    _tell(work, "confirmed", view, to)
    _remind(work, view, to)


def moved(work: Work, view: AppointmentView) -> None:
    """An appointment has been moved and is now as `view`."""
    to = readers(work, view.id)
    _tell(work, "changed", view, to)
    _remind(work, view, to)


def cancelled(work: Work, view: AppointmentView) -> None:
    """An appointment has been given back; `view` is what it was, with its new version."""
    _tell(work, "cancelled", view, readers(work, view.id))


def restored(work: Work, view: AppointmentView, *, is_told: bool) -> None:
    """A suspended appointment stands again as `view`; who was told of the suspension hears it."""
    to = readers(work, view.id)
    if is_told:
        for reader in _all(work, view, next(iter(to), None)):
            _put(work, "resumed", view, reader)
    _remind(work, view, to)


def substituted(work: Work, view: AppointmentView) -> None:
    """Another doctor will see the patient; the notice asks what a reminder asks."""
    to = readers(work, view.id)
    begins = view.opening.starts_at
    for reader in _all(work, view, next(iter(to), None)):
        _put(work, "substituted", view, reader, until=begins, prompt=_ask(work, view, reader))
    _remind(work, view, to)


def retimed(work: Work, view: AppointmentView) -> None:
    """The patient is seen at another time; the notice asks what a reminder asks."""
    to = readers(work, view.id)
    begins = view.opening.starts_at
    for reader in _all(work, view, next(iter(to), None)):
        _put(work, "retimed", view, reader, until=begins, prompt=_ask(work, view, reader))
    _remind(work, view, to)


def room_changed(work: Work, view: AppointmentView, room: str) -> None:
    """The patient is seen in another room."""
    for reader in _all(work, view, next(iter(readers(work, view.id)), None)):
        _put(work, "room", view, reader, which=room)


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
        reader = next(iter(readers(work, view.id)), None)
        person = reach(work, reader, phone_of(work, view.id))
        for which, at in planned:
            channel = choose(work.channels, "reminder", _by_then(work, person, reader, at), at)
            if channel is not None:
                return Outlook("wechat" if CHANNELS[channel].in_wechat else "sms", which)
        return Outlook("out_of_reach" if planned else "none")

    def when_near(self, view: AppointmentView) -> str:
        """Return how who is here will hear that her turn is near: wechat, sms or out_of_reach."""
        work = self._work
        reader = next(iter(readers(work, view.id)), None)
        at = work.now + _NEAR
        person = _by_then(work, reach(work, reader, phone_of(work, view.id)), reader, at)
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
        Outbox.state.in_(("due", "leased")),
        Outbox.not_before < bindparam("at"),
    )
    .order_by(Outbox.not_before, Outbox.id)
)


def _tell(work: Work, kind: str, view: AppointmentView, to: Mapping[int, bool]) -> None:
    me = account(work)
    if me is not None:
        close = [reader for reader, is_close in to.items() if is_close and reader != me]
        told = [_Reader(reader) for reader in close[:1]]
    elif to or KINDS[kind].rings or phone_of(work, view.id):
        told = [_Reader(next(iter(to), None))]
    else:
        told = []
    known = {me, *(one.account for one in told)}
    for reader in (*told, *_copies(work, view, known)):
        _put(work, kind, view, reader)


def _remind(work: Work, view: AppointmentView, to: Mapping[int, bool]) -> None:
    """Write the reminders; all of them ask one thing, whether the patient comes."""
    begins = view.opening.starts_at
    planned = reminder_times(work.policy, work.local(work.now), begins)
    first = next(iter(to), None)
    if not planned or (first is None and phone_of(work, view.id) is None):
        return
    # A reminder that is late gives way to the next one.
    ends = [at for _, at in planned[1:]] + [begins]
    for reader in _all(work, view, first):
        prompt = _ask(work, view, reader)
        for (which, at), until in zip(planned, ends, strict=True):
            _put(work, "reminder", view, reader, which=which, at=at, until=until, prompt=prompt)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom a notice is written for; without an account it goes to the phone on file."""

    account: int | None
    is_copy: bool = False


def _all(work: Work, view: AppointmentView, first: int | None) -> list[_Reader]:
    """The reader, then those of the family who wish to be told the same."""
    return [_Reader(first), *_copies(work, view, {first})]


def _copies(work: Work, view: AppointmentView, but: Collection[int | None]) -> list[_Reader]:
    wished = sharing.copied(work, view.id)
    return [_Reader(one, is_copy=True) for one in wished if one not in but]


def _ask(work: Work, view: AppointmentView, reader: _Reader) -> PromptId | None:
    """Ask whether the patient comes, as a reminder does."""
    if reader.account is None:
        return None
    about = {"appointment": view.id}
    return prompts.ask(work, reader.account, "reminder", about, view.opening.starts_at)


def _put(  # noqa: PLR0913 - one row of the outbox
    work: Work,
    kind: str,
    view: AppointmentView,
    reader: _Reader,
    *,
    which: str = "",
    at: datetime | None = None,
    until: datetime | None = None,
    prompt: PromptId | None = None,
) -> None:
    payload = {} if until is None else {"until": until.isoformat()}
    notice = outbox.Notice(
        kind=kind,
        dedupe_key=":".join(
            filter(None, (kind, f"{view.id}:{view.version}", which, _copy_key(reader)))
        ),
        payload=payload,
        wechat_user_id=reader.account,
        is_copy=reader.is_copy,
        appointment_id=view.id,
        appointment_version=view.version,
        not_before=at,
        prompt_id=prompt,
    )
    outbox.put(work, notice)


def _copy_key(reader: _Reader) -> str:
    return f"copy:{reader.account}" if reader.is_copy else ""
