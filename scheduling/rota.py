"""What staff speak of: who they are, shifts, and what suspending them does; times local."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scheduling.types import AppointmentId, HalfDay, PatientId


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff; a doctor acts for one `doctor`, `site` None means all sites."""

    id: int
    name: str
    role: str
    doctor: str | None
    site: str | None


@dataclass(frozen=True, slots=True)
class ShiftView:
    """
    One shift as staff speak of it (班次), times local.

    `booked` of its `places` are taken, `arrived` of those patients are here. `is_part`: it is less
    than the clinic it was planned as, the rest is suspended.
    """

    id: int
    site: str
    site_name: str
    department: str
    department_name: str
    doctor: str | None
    doctor_name: str
    starts_at: datetime
    ends_at: datetime
    half_day: HalfDay
    state: str
    suspension: int | None
    booked: int
    arrived: int
    places: int
    room: str
    fee_fen: int = 0
    service_type: str = "general"
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class PatientLine:
    """A patient as the desk sees one before a reason is given."""

    id: PatientId
    name_masked: str
    sex: str
    birth_on: date
    document_kind: str
    document_masked: str
    phone_masked: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """One patient of a shift's day list, the name masked; `starts_at` local."""

    appointment: AppointmentId
    starts_at: datetime
    name_masked: str
    status: str


@dataclass(frozen=True, slots=True)
class Impact:
    """
    What suspending shifts would do, or has done, to their patients.

    `affected` have a booked place, of whom `checked_in` are here already; `shifted` could go to
    somebody else in the same half-day, `later` at another time; `to_ring` have no place to go, or
    no way to hear of it.
    """

    affected: int
    checked_in: int
    shifted: int
    later: int
    to_ring: int


@dataclass(frozen=True, slots=True)
class Told:
    """
    Who would hear of a change of a shift: of `total` patients `here` ones have come already.

    The others by WeChat, by SMS, or by telephone; `unheard`: by nothing, and nobody rings.
    """

    total: int
    here: int
    wechat: int
    sms: int
    to_ring: int
    unheard: int


@dataclass(frozen=True, slots=True)
class PastChange:
    """A change that can be taken back, made `at` (local); `told` patients know of it."""

    act: str
    shift: ShiftView
    told: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """
    One patient of a suspension, or of one that is only looked at (`line` None); times local.

    `state` is waiting (may still answer), call (to be rung), phoned (was rung and has not
    decided), accepted, other, returned or restored. `new_at` and what goes with it is the place
    planned for her, kept as long as `is_held`; `why` are names of `scheduling.replanning.why`.
    `call_at` is when silence puts her on the call list.
    """

    line: int | None
    appointment: AppointmentId
    patient: PatientId
    name_masked: str
    starts_at: datetime
    was_checked_in: bool
    state: str
    why: tuple[str, ...]
    new_at: datetime | None
    new_place: str
    new_doctor: str
    is_held: bool
    call_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a suspension is: every patient counted once, by what was answered.

    `to_ring` are still to be rung, `phoned` were and have not decided; `told` have got the
    notice, whatever they answered. `settled_at` is when the last one had decided, None before;
    all times are local, `began` that of the act.
    """

    id: int
    shifts: tuple[ShiftView, ...]
    waiting: int
    accepted: int
    other: int
    returned: int
    to_ring: int
    phoned: int
    told: int
    began: datetime
    settled_at: datetime | None
    now: datetime
    undo_until: datetime

    @property
    def total(self) -> int:
        """How many patients it is about, less those who have their old place back."""
        return self.settled + self.open

    @property
    def settled(self) -> int:
        """How many have decided."""
        return self.accepted + self.other + self.returned

    @property
    def open(self) -> int:
        """How many have not."""
        return self.waiting + self.to_ring + self.phoned
