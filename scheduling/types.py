"""
What the desk and the conversations talk about: immutable views, times aware and site-local.

Money in CNY fen. Codes are the roster's, unique per installation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NewType, get_args

SlotId = NewType("SlotId", int)
PatientId = NewType("PatientId", int)
AppointmentId = NewType("AppointmentId", int)
PromptId = NewType("PromptId", int)

HalfDay = Literal["am", "pm", "night"]
ServiceType = Literal["general", "expert", "special", "disease", "convenience"]


@dataclass(frozen=True, slots=True)
class Place:
    """A site as people need it: where it is and whom to ring."""

    code: str
    name: str
    kind: str
    address: str
    phone: str
    emergency_phone: str
    hours: str
    latitude: float | None = None
    longitude: float | None = None

    @property
    def spot(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, None where nobody has said."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True)
class Ward:
    """A department of a site."""

    code: str
    name: str
    site: str
    site_name: str
    location: str
    bookable: bool
    national_code: str = ""
    aliases: tuple[str, ...] = ()
    min_age_years: float | None = None
    max_age_years: float | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Physician:
    """A doctor and what the doctor is good at."""

    code: str
    name: str
    title: str
    department: str
    department_name: str
    site: str
    site_name: str
    expertise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """What a kind of service costs at a site, from the least to the most (CNY fen)."""

    site_name: str
    service_type: str
    least_fen: int
    most_fen: int


@dataclass(frozen=True, slots=True)
class Opening:
    """One slot with a place left for this channel, and all that a person wants to know of it."""

    slot: SlotId
    shift: int
    site: str
    site_name: str
    department: str
    department_name: str
    doctor: str | None
    doctor_name: str | None
    title: str
    expertise: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    half_day: HalfDay
    room: str
    service_type: str
    mode: str
    fee_fen: int
    left: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Need:
    """
    What somebody is looking for.

    `departments` are codes, best first, each with the probability that it is right; `when` are
    local half-open intervals, empty for any time; `words` the complaint in the patient's own
    words; `usual_doctor` the code of the doctor seen last. `urgent` goes by time first, `latest`
    from the far end, `cheap` by fee. `without_services` are service types that are not wanted.
    `leaving` is an appointment that is given up for this one; `whose` the patient whose share of
    the stock counts, where that is known before the patient is asked for.
    """

    departments: tuple[tuple[str, float], ...] = ()
    doctor: str | None = None
    site: str | None = None
    when: tuple[tuple[datetime, datetime], ...] = ()
    words: tuple[str, ...] = ()
    service_type: str | None = None
    usual_doctor: str | None = None
    latest: bool = False
    urgent: bool = False
    cheap: bool = False
    without_doctors: frozenset[str] = frozenset()
    without_services: frozenset[str] = frozenset()
    leaving: AppointmentId | None = None
    whose: PatientId | None = None


@dataclass(frozen=True, slots=True)
class PatientView:
    """
    A patient as an account may see it: names in full only to the account that gave them.

    `masked_phone` is empty where none is on file, or where a pending link may not know it.
    `is_phone_proved`: a code came back from it, or the desk vouches for it. `takes_code`: a code
    to the phone on file would show that the account may speak for them.
    """

    id: PatientId
    public_id: str
    name: str
    masked_name: str
    masked_document: str
    document_kind: str
    sex: str
    birth_on: date
    relation: str
    link_state: str
    masked_phone: str = ""
    is_default: bool = False
    takes_code: bool = False
    is_phone_proved: bool = False


# Why somebody gives an appointment back: has died, is well again, is busy, cannot travel, booked
# the wrong one, goes elsewhere, or something else.
CancelReason = Literal["died", "well", "busy", "travel", "mistake", "elsewhere", "other"]
CANCEL_REASONS: tuple[CancelReason, ...] = get_args(CancelReason)


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """
    An appointment as its patient sees it.

    `paid_fen` is what the desk has marked as paid; `cancel_reason` why it was given back, empty
    where nobody said.
    """

    id: AppointmentId
    code: str
    status: str
    opening: Opening
    patient: PatientId
    patient_name_masked: str
    relation: str
    channel: str
    created_at: datetime
    held_until: datetime | None
    version: int
    paid_fen: int | None = None
    cancel_reason: CancelReason | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A consent: `purpose` registration, child or relative; `version` of the notice."""

    purpose: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """
    What is kept of an account.

    `messages` counts those still journalled, `attachments` pictures and the like sent to the desk.
    """

    since: datetime
    patients: tuple[PatientView, ...]
    appointments: tuple[AppointmentView, ...]
    agreements: tuple[Agreement, ...]
    messages: int
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class CodeSent:
    """Where a link code goes, masked, and for how many minutes it is good."""

    phone: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    Whether a reminder will come: by `wechat`, by `sms`, or not.

    `none`: the visit is too soon for one. `out_of_reach`: by then no channel will reach the
    patient. `which` is the first that will: the `evening` before, or `soon` before the visit.
    """

    way: Literal["wechat", "sms", "none", "out_of_reach"]
    which: Literal["evening", "soon"] | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """
    Who somebody says a patient is, before the desk has checked it.

    `document_kind`: resident_id, hmt_residence, hm_permit, tw_permit, foreign_permanent,
    passport, birth_certificate, guardian (a newborn without papers: the number is the
    guardian's). `birth_on` and `sex` may be left out where the number tells them. `phone_of` takes
    the telephone of another patient of the same account.
    """

    name: str
    document_kind: str
    document_number: str
    relation: str
    sex: str | None = None
    birth_on: date | None = None
    phone: str | None = None
    phone_of: PatientId | None = None


@dataclass(frozen=True, slots=True)
class PromptView:
    """A question that a notice asked: `kind` is its conversation, `facts` how that begins."""

    id: PromptId
    kind: str
    facts: Mapping[str, Any]
    delivered_at: datetime
