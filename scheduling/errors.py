"""
Every expected "no" to those who book, wait and come; the staff's stand in `staff_errors`.

A `Refusal` becomes a sentence (handlers/texts/refusals.py) and names the question to ask again.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """
    A rule said no.

    `slot` is the question of the form that has to be asked again (`offer`, `when`, `dept`,
    `patient`, `appointment`, `document`, …) and `facts` what the sentence needs; both are plain
    data: no rule speaks Chinese.
    """

    slot: ClassVar[str] = "offer"

    def __init_subclass__(cls, slot: str = "offer") -> None:
        """Take the question from the head of a class: `class NotOpenYet(Refusal, slot="when")`."""
        cls.slot = slot

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__)
        self.facts = facts


# -- places


class SlotTaken(Refusal):
    """Somebody else has just taken the last place of this slot."""


class KeptForOthers(Refusal):
    """
    What is left of this slot is kept for some patients.

    facts: quotas (names of `scheduling.quotas`), opens (local): then it is everybody's.
    """


class ShiftSuspended(Refusal):
    """The shift does not take place (停诊)."""


class NotOpenYet(Refusal, slot="when"):
    """The day is not released yet; facts: opens_at (local)."""


class TooLate(Refusal):
    """
    Same-day booking of this slot has closed, or it has begun.

    facts: starts_at (local), closes (how long before it).
    """


class NotBookable(Refusal, slot="dept"):
    """The department is never booked (急诊, 发热门诊); facts: department, location."""


class HoldExpired(Refusal):
    """The place was held too long without an answer and has been given back."""


# -- what one patient, or one account, may have of them


class SameHalfDay(Refusal, slot="when"):
    """The patient has an active appointment there that half-day; facts: appointment."""


class DailyLimit(Refusal, slot="when"):
    """Too many active appointments on that day; facts: limit."""


class TotalLimit(Refusal, slot="when"):
    """Too many active appointments ahead; facts: limit."""


class AccountLimit(Refusal, slot="when"):
    """The account has made too many appointments that are still ahead; facts: limit."""


class Overlapping(Refusal):
    """The patient is elsewhere at that time; facts: appointment."""


class AgeOrSexUnfit(Refusal, slot="dept"):
    """The department does not see this patient; facts: department, reason (age | sex)."""


class PatientBlocked(Refusal, slot="patient"):
    """
    Online booking is closed to the patient for a while.

    facts: until (local date), why (no_show | late_cancel).
    """


class Unavailable(Refusal, slot="when"):
    """The patient cannot have this place, for a reason the account may not know."""


# -- the waitlist


class PlacesLeft(Refusal):
    """Nobody waits for what can be booked."""


class NothingToWaitFor(Refusal, slot="when"):
    """No shift fits the wish, so no place can come back."""


class WaitlistClosed(Refusal, slot="when"):
    """The line for that day has closed; facts: closed_at (local)."""


class WaitlistLimit(Refusal, slot="when"):
    """The patient stands in too many lines; facts: limit."""


class AlreadyWaiting(Refusal, slot="when"):
    """Somebody else of the family has put the patient into this very line."""


# -- an appointment, and the day of the visit


class NotYourAppointment(Refusal, slot="appointment"):
    """No such appointment, or not one this account may see."""


class AppointmentOver(Refusal, slot="appointment"):
    """The appointment has ended (cancelled, moved, visited) and cannot be changed."""


class NotConfirmed(Refusal, slot="appointment"):
    """The place is only held: it has to be confirmed before anybody can check in."""


class WrongDay(Refusal, slot="appointment"):
    """The visit is on another day; facts: starts_at (local), site_name."""


class WrongSite(Refusal, slot="appointment"):
    """The visit is at another site; facts: site_name, address, starts_at (local)."""


class CheckInNotOpen(Refusal, slot="appointment"):
    """Nobody is here yet to check in with; facts: begins_at, starts_at (local)."""


class ShiftOver(Refusal, slot="appointment"):
    """The shift has ended; the desk may still find a way; facts: ended_at (local)."""


class NotInLine(Refusal, slot="ticket"):
    """The ticket is not where this could be done with it; facts: state."""


class NoSuchTicket(Refusal, slot="ticket"):
    """No ticket of today, or not one this account may see."""


# -- who somebody is


class BadDocument(Refusal, slot="document"):
    """
    The document number cannot be right.

    facts: kind, reason (length | check_digit | date | shape), and which part of it, see
    scheduling.documents.
    """


class BadName(Refusal, slot="name"):
    """This cannot be the name of a person."""


class BadPhone(Refusal, slot="phone"):
    """This cannot be a telephone number that takes messages."""


class SexMissing(Refusal, slot="sex"):
    """The document does not tell the sex and nobody else has."""


class BirthDateMissing(Refusal, slot="birth_on"):
    """The document does not tell the birth date and nobody else has."""


class BadBirthDate(Refusal, slot="birth_on"):
    """
    The birth date cannot be right.

    facts: reason (impossible: in the future or over 130 years ago | not_newborn: who is older
    than a year has papers | mismatch: the document is known with another birth date).
    """


class NameMismatch(Refusal, slot="name"):
    """This document is known under another name."""


# -- who may act for whom


class NotYourPatient(Refusal, slot="patient"):
    """The account does not speak for this patient."""


class NotVerified(Refusal, slot="patient"):
    """An account that nobody has verified may do no more for this patient."""


class OnlyAtDesk(Refusal, slot="patient"):
    """What others rely on is only changed at the desk, with the papers."""


class ConsentMissing(Refusal, slot="consent"):
    """Personal data was about to be stored without consent; facts: purpose."""


class TooManyPatients(Refusal, slot="patient"):
    """The account already speaks for as many patients as it may; facts: limit."""


class TooManyAccounts(Refusal, slot="patient"):
    """As many accounts speak for the patient as may; facts: limit."""


class TooManyChanges(Refusal, slot="patient"):
    """The account has taken on as many patients in 30 days as it may; facts: limit."""


class NoPhoneKnown(Refusal, slot="patient"):
    """The patient has no phone on file that a code could be sent to; the desk can help."""


class TooManyCodes(Refusal, slot="patient"):
    """Too many codes were sent to this patient's phone in a day; facts: limit."""


class LinkCodeWrong(Refusal, slot="code"):
    """The code is wrong, used up or too old."""
