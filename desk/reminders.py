"""Reminders of an appointment, laid into the outbox when it is booked."""

from __future__ import annotations

from desk import outbox, prompts
from desk.work import Work
from scheduling.reminders import reminder_times
from scheduling.types import AppointmentView


def plan(work: Work, view: AppointmentView, account: int | None) -> None:
    """
    Write the reminders of a booked appointment; none where no WeChat account could read them.

    All of them ask one thing: whether the patient comes. The payload is what the sentence needs,
    the patient masked; it is sealed like all payloads.
    """
    if account is None:
        return
    at = view.opening
    payload = {
        "patient": view.patient_name_masked,
        "site": at.site_name,
        "department": at.department_name,
        "doctor": at.doctor_name,
        "room": at.room,
        "starts_at": at.starts_at.isoformat(),
        "code": view.code,
    }
    prompt = prompts.ask(work, account, "reminder", {"appointment": view.id}, at.starts_at)
    for which, moment in reminder_times(work.policy, work.local(work.now), at.starts_at):
        notice = outbox.Notice(
            kind="reminder",
            dedupe_key=f"reminder:{view.id}:{view.version}:{which}",
            payload=payload,
            wechat_user_id=account,
            appointment_id=view.id,
            appointment_version=view.version,
            not_before=moment,
            prompt_id=prompt,
        )
        outbox.put(work, notice)
