"""
What is kept of one account, for the account itself: to look at, to take along, to have erased.

Source: 个人信息保护法 art. 45 (access and a copy), 15 and 47 (withdrawal, erasure). What a visit
left behind stays: outpatient records are kept for at least 15 years (医疗机构管理条例实施细则
art. 53), and art. 47 of the former lets them be.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from desk import appointments, attachments, audit, consents, erasing, family
from desk.accounts import account
from desk.appointments import SEES_ALL
from desk.bookings import Bookings
from desk.work import Work
from models import Appointment, Consent, Inbox, WechatUser
from models.appointments import ACTIVE
from scheduling.errors import Refusal
from scheduling.types import Agreement, AppointmentView, Kept

_BOOKED = select(Appointment.id).where(Appointment.status.in_(ACTIVE))


class OwnData:
    """What is kept of the account that acts; an account that never consented has nothing."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work
        self.is_erased = False

    def kept(self) -> Kept | None:
        """Return what is kept; None where nothing is."""
        work, mine = self._work, account(self._work)
        if mine is None:
            return None
        row = work.conn.execute(
            select(WechatUser.created_at, WechatUser.openid_hash).where(WechatUser.id == mine)
        ).one()
        messages = select(func.count()).where(Inbox.openid_hash == row.openid_hash)
        return Kept(
            since=work.local(row.created_at),
            patients=tuple(family.views(work, mine)),
            appointments=tuple(appointments.ever(work)),
            agreements=tuple(self._agreements(mine)),
            messages=work.conn.scalar(messages) or 0,
            attachments=attachments.count(work, row.openid_hash),
        )

    def export(self) -> Kept | None:
        """Return the same, to be taken along: that is put down."""
        mine = account(self._work)
        if mine is not None:
            audit.record(self._work, "family exported", f"account:{mine}")
        return self.kept()

    def leaving(self) -> Sequence[AppointmentView]:
        """Return what ends with erasing: booked by the account, for nobody else to give back."""
        work, mine = self._work, account(self._work)
        if mine is None:
            return []
        booked = set(work.conn.scalars(_BOOKED.where(Appointment.wechat_user_id == mine)))
        ahead = (v for v in appointments.mine(work) if v.opening.starts_at > work.now)
        return [v for v in ahead if v.id in booked and not self._has_others(mine, v.patient)]

    def erase(self) -> None:
        """
        Withdraw every consent and forget the account and all that no visit obliges to keep.

        What is booked ahead is given back, unless somebody else speaks for the patient too.
        """
        work, mine = self._work, account(self._work)
        if mine is None:
            return
        for view in self.leaving():
            try:
                Bookings(work).cancel(view.id)
            except Refusal:  # called, or just over: it stays what it is
                continue
        for patient in family.ever(work, mine):
            erasing.end_link(work, mine, patient)
        consents.withdraw(work, mine)
        erasing.forget_account(work, mine)
        audit.record(work, "family erased", f"account:{mine}")
        self.is_erased = True

    def _has_others(self, mine: int, patient: int) -> bool:
        return bool(family.others(self._work, mine, patient, SEES_ALL))

    def _agreements(self, mine: int) -> list[Agreement]:
        rows = self._work.conn.execute(
            select(Consent.purpose, Consent.version, Consent.given_at, Consent.withdrawn_at)
            .where(Consent.wechat_user_id == mine)
            .order_by(Consent.id)
        )
        local = self._work.local
        return [
            Agreement(
                purpose=row.purpose,
                version=row.version,
                given_at=local(row.given_at),
                withdrawn_at=None if row.withdrawn_at is None else local(row.withdrawn_at),
            )
            for row in rows
        ]
