"""
Notices about appointments, laid into the outbox by the act they tell of.

Each goes to one reader: who booked, else the patient's own account, else whoever is verified to
speak for the patient, else the phone on file. Who acts in the chat has read the answer there, so
a notice of that act goes to somebody else or to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, case, func, select

from desk import outbox, prompts
from desk.accounts import account
from desk.appointments import SEES_ALL
from desk.reach import phone_of, reach
from desk.work import Work
from models import Appointment, Outbox, PatientLink
from scheduling.channels import CHANNELS, KINDS, Reach, Window, choose
from scheduling.reminders import reminder_times
from scheduling.types import AppointmentView, Outlook, PromptId


def booked(work: Work, view: AppointmentView) -> None:
    """An appointment has been made: reminders, and a confirmation where it adds something."""
    readers = _readers(work, view)
    _tell(work, "confirmed", view, readers)
    _remind(work, view, readers)


def moved(work: Work, view: AppointmentView) -> None:
    """An appointment has been moved and is now as `view`."""
    readers = _readers(work, view)
    _tell(work, "changed", view, readers)
    _remind(work, view, readers)


def cancelled(work: Work, view: AppointmentView) -> None:
    """An appointment has been given back; `view` is what it was, with its new version."""
    _tell(work, "cancelled", view, _readers(work, view))


class Notices:
    """What the conversations may ask about notices."""

    def __init__(self, work: Work) -> None:
        """Answer within this piece of work."""
        self._work = work

    def outlook(self, view: AppointmentView) -> Outlook:
        """Return how the first reminder of an appointment that can come will come."""
        work = self._work
        planned = reminder_times(work.policy, work.local(work.now), view.opening.starts_at)
        reader = next(iter(_readers(work, view)), None)
        person = reach(work, reader, phone_of(work, view.id))
        for which, at in planned:
            channel = choose(work.channels, "reminder", _by_then(work, person, reader, at), at)
            if channel is not None:
                return Outlook("wechat" if CHANNELS[channel].in_wechat else "sms", which)
        return Outlook("out_of_reach" if planned else "none")


def _by_then(work: Work, person: Reach, reader: int | None, at: datetime) -> Reach:
    """What will be left of a person's windows once everything that waits now has been sent."""
    waits = (Outbox.wechat_user_id == reader, Outbox.state == "due", Outbox.not_before < at)
    before = work.conn.scalar(select(func.count()).select_from(Outbox).where(*waits)) or 0
    left = tuple(Window(w.until, max(0, w.left - before)) for w in person.windows)
    return replace(person, windows=left)


def _tell(work: Work, kind: str, view: AppointmentView, readers: Mapping[int, bool]) -> None:
    me = account(work)
    if me is not None:
        others = [reader for reader, is_close in readers.items() if is_close and reader != me]
        if not others:
            return
        _put(work, kind, view, others[0])
    elif readers or KINDS[kind].rings or phone_of(work, view.id):
        _put(work, kind, view, next(iter(readers), None))


def _remind(work: Work, view: AppointmentView, readers: Mapping[int, bool]) -> None:
    """Write the reminders; all of them ask one thing, whether the patient comes."""
    begins = view.opening.starts_at
    planned = reminder_times(work.policy, work.local(work.now), begins)
    reader = next(iter(readers), None)
    if not planned or (reader is None and phone_of(work, view.id) is None):
        return
    prompt = None
    if reader is not None:
        prompt = prompts.ask(work, reader, "reminder", {"appointment": view.id}, begins)
    for which, at in planned:
        _put(work, "reminder", view, reader, which=which, at=at, prompt=prompt)


_BOOKER = select(Appointment.wechat_user_id).where(Appointment.id == bindparam("appointment"))
_LINKS = (
    select(PatientLink.wechat_user_id, PatientLink.relation)
    .where(PatientLink.patient_id == bindparam("patient"), PatientLink.state.in_(SEES_ALL))
    .order_by(case((PatientLink.relation == "self", 0), else_=1), PatientLink.id)
)


def _readers(work: Work, view: AppointmentView) -> dict[int, bool]:
    """
    Return who may read about an appointment, best first.

    True for who booked it and for the patient's own account: they are told also of what somebody
    else of the family does.
    """
    booker = work.conn.scalar(_BOOKER, {"appointment": view.id})
    links = work.conn.execute(_LINKS, {"patient": view.patient})
    readers = {} if booker is None else {booker: True}
    for link in links:
        readers.setdefault(link.wechat_user_id, link.relation == "self")
    return readers


def _put(  # noqa: PLR0913 - one row of the outbox
    work: Work,
    kind: str,
    view: AppointmentView,
    reader: int | None,
    *,
    which: str = "",
    at: datetime | None = None,
    prompt: PromptId | None = None,
) -> None:
    place = view.opening
    payload = {
        "patient": view.patient_name_masked,
        "site": place.site_name,
        "department": place.department_name,
        "doctor": place.doctor_name,
        "room": place.room,
        "starts_at": place.starts_at.isoformat(),
        "code": view.code,
    }
    notice = outbox.Notice(
        kind=kind,
        dedupe_key=":".join(filter(None, (kind, f"{view.id}:{view.version}", which))),
        payload=payload,
        wechat_user_id=reader,
        appointment_id=view.id,
        appointment_version=view.version,
        not_before=at,
        prompt_id=prompt,
    )
    outbox.put(work, notice)
