"""
Who else of the family is told of a patient's visits: asked once, changed by a word.

Only accounts that have been verified to speak for the patient are told, as `desk.reach` has it,
and only such an account learns that there are others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import family
from desk.accounts import account
from desk.appointments import SEES_ALL
from desk.rows import among
from desk.work import Work
from models import Appointment, Patient, PatientLink
from scheduling.errors import OnlyAtDesk
from scheduling.types import PatientId

# What the patient is to an account whose owner is this to the patient.
_SEEN_FROM_THERE = {
    "mother": {"son", "daughter", "child"},
    "father": {"son", "daughter", "child"},
    "son": {"mother", "father"},
    "daughter": {"mother", "father"},
    "child": {"mother", "father"},
    "spouse": {"spouse"},
    "sibling": {"sibling"},
    "grandparent": {"grandchild"},
    "grandchild": {"grandparent"},
}
_SEX = {"mother": "f", "father": "m", "son": "m", "daughter": "f"}


class Sharing:
    """What the account that acts may say about it."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def unasked(self) -> PatientId | None:
        """
        Return whose visit was booked at this moment, if others could be told of it too.

        None where nobody else may be, or the question was put before.
        """
        work, me = self._work, account(self._work)
        patient = work.conn.scalar(_JUST_BOOKED, {"account": me, "now": work.now})
        if patient is None:
            return None
        others = self._others(patient)
        return PatientId(patient) if any(link.copies is None for link in others) else None

    def share(self, patient: PatientId, *, on: bool, relation: str = "") -> int:
        """
        Tell the others of the family of this patient's visits from now on, or no more.

        `relation` is what the one who is meant is to the patient, "self" for the patient's own
        account, empty for all. Returns how many accounts that are.

        Raises:
            NotYourPatient: the account does not speak for this patient.
            OnlyAtDesk: nobody has verified that it does.
        """
        family.link_id(self._work, account(self._work), patient)
        if not self._may_know(patient):
            raise OnlyAtDesk
        meant = [link.id for link in self._others(patient) if self._is(link, relation)]
        self._set(meant, on=on)
        return len(meant)

    def tell_me(self, patient: PatientId, *, on: bool) -> None:
        """
        Tell the acting account of this patient's visits, whoever books them, or no more.

        Raises:
            NotYourPatient, OnlyAtDesk.
        """
        link = family.link_id(self._work, account(self._work), patient)
        if not self._may_know(patient):
            raise OnlyAtDesk
        self._set([link], on=on)

    # -- inside ------------------------------------------------------------------------------

    def _may_know(self, patient: int) -> bool:
        pair = f"{account(self._work)}:{patient}"
        return self._work.conn.scalar(_STATE, {"pair": pair}) in SEES_ALL

    def _others(self, patient: int) -> Sequence[Row[*tuple[Any, ...]]]:
        me = account(self._work)
        return self._work.conn.execute(_OTHERS, {"patient": patient, "account": me}).all()

    def _is(self, link: Row[*tuple[Any, ...]], relation: str) -> bool:
        """Whether the owner of an account is what was said; of unknown sex she may be."""
        if not relation or relation == "other":
            return True
        if relation == "self":
            return bool(link.relation == "self")
        owner = self._work.conn.scalar(_OWNER_SEX, {"account": link.wechat_user_id})
        fits = link.relation in _SEEN_FROM_THERE.get(relation, set())
        return fits and owner in (None, _SEX.get(relation, owner))

    def _set(self, links: Sequence[int], *, on: bool) -> None:
        some = update(PatientLink).where(PatientLink.id.in_(links))
        self._work.conn.execute(some.values(copies=on))


def copied(work: Work, appointment: int) -> Sequence[int]:
    """Return the accounts that wish to be told of a visit whoever booked it, and may be."""
    return work.conn.scalars(_COPIED, {"appointment": appointment}).all()


_STATE = select(PatientLink.state).where(PatientLink.active_key == bindparam("pair"))
_VERIFIED = among(PatientLink.state, SEES_ALL)
_JUST_BOOKED = (
    select(Appointment.patient_id)
    .join(PatientLink, PatientLink.patient_id == Appointment.patient_id)
    .where(
        _VERIFIED,
        PatientLink.wechat_user_id == Appointment.wechat_user_id,
        Appointment.wechat_user_id == bindparam("account"),
        Appointment.confirmed_at == bindparam("now"),
        Appointment.status == "booked",
    )
    .limit(1)
)
_OTHERS = select(
    PatientLink.id, PatientLink.wechat_user_id, PatientLink.relation, PatientLink.copies
).where(
    PatientLink.patient_id == bindparam("patient"),
    PatientLink.wechat_user_id != bindparam("account"),
    _VERIFIED,
)
_OWNER_SEX = (
    select(Patient.sex)
    .join(PatientLink, PatientLink.patient_id == Patient.id)
    .where(
        PatientLink.wechat_user_id == bindparam("account"),
        PatientLink.relation == "self",
        PatientLink.state != "removed",
    )
    .limit(1)
)
_COPIED = (
    select(PatientLink.wechat_user_id)
    .join(Appointment, Appointment.patient_id == PatientLink.patient_id)
    .where(Appointment.id == bindparam("appointment"), PatientLink.copies.is_(True), _VERIFIED)
    .order_by(PatientLink.id)
)
