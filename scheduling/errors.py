"""
Every expected "no" of the desk, as a tree.

    Refusal(slot, facts)      becomes a sentence and names the question to ask again
      SlotTaken KeptForOthers ShiftSuspended NotOpenYet TooLate NotBookable
      SameHalfDay DailyLimit TotalLimit AccountLimit Overlapping
      AgeOrSexUnfit PatientBlocked HoldExpired
      PlacesLeft NothingToWaitFor WaitlistClosed WaitlistLimit AlreadyWaiting
      NotYourAppointment AppointmentOver
      BadDocument BadName BadPhone SexMissing BirthDateMissing BadBirthDate
      NameMismatch LinkCodeWrong NoPhoneKnown TooManyCodes
      ConsentMissing TooManyPatients TooManyAccounts TooManyChanges NotYourPatient
      Unavailable NotVerified OnlyAtDesk
      NotAllowed NothingToUndo DoctorBusy TooFewPlaces TooManyPlaces ShiftNotEmpty BadQuota
      BadShiftTime
      NotConfirmed WrongDay WrongSite CheckInNotOpen ShiftOver
      RoomClosed WhichRoom NobodyInside NotInLine NoSuchTicket NoSuchRank
      CannotMerge
      BadWords NobodyThere NeedsAnother BroadcastMoved NotYourAccount
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

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__)
        self.facts = facts


class SlotTaken(Refusal):
    """Somebody else has just taken the last place of this slot."""


class KeptForOthers(Refusal):
    """
    What is left of this slot is kept for some patients.

    facts: quotas (names of `scheduling.quotas`), opens (local): then it is everybody's.
    """


class ShiftSuspended(Refusal):
    """The shift does not take place (停诊)."""


class NotOpenYet(Refusal):
    """The day is not released yet; facts: opens_at (local)."""

    slot = "when"


class TooLate(Refusal):
    """
    Same-day booking of this slot has closed, or it has begun.

    facts: starts_at (local), closes (how long before it).
    """


class NotBookable(Refusal):
    """The department is never booked (急诊, 发热门诊); facts: department, location."""

    slot = "dept"


class SameHalfDay(Refusal):
    """The patient has an active appointment there that half-day; facts: appointment."""

    slot = "when"


class DailyLimit(Refusal):
    """Too many active appointments on that day; facts: limit."""

    slot = "when"


class TotalLimit(Refusal):
    """Too many active appointments ahead; facts: limit."""

    slot = "when"


class AccountLimit(Refusal):
    """The account has made too many appointments that are still ahead; facts: limit."""

    slot = "when"


class Overlapping(Refusal):
    """The patient is elsewhere at that time; facts: appointment."""

    slot = "offer"


class AgeOrSexUnfit(Refusal):
    """The department does not see this patient; facts: department, reason (age | sex)."""

    slot = "dept"


class PatientBlocked(Refusal):
    """
    Online booking is closed to the patient for a while.

    facts: until (local date), why (no_show | late_cancel).
    """

    slot = "patient"


class HoldExpired(Refusal):
    """The place was held too long without an answer and has been given back."""


class PlacesLeft(Refusal):
    """Nobody waits for what can be booked."""


class NothingToWaitFor(Refusal):
    """No shift fits the wish, so no place can come back."""

    slot = "when"


class WaitlistClosed(Refusal):
    """The line for that day has closed; facts: closed_at (local)."""

    slot = "when"


class WaitlistLimit(Refusal):
    """The patient stands in too many lines; facts: limit."""

    slot = "when"


class AlreadyWaiting(Refusal):
    """Somebody else of the family has put the patient into this very line."""

    slot = "when"


class NotYourAppointment(Refusal):
    """No such appointment, or not one this account may see."""

    slot = "appointment"


class AppointmentOver(Refusal):
    """The appointment has ended (cancelled, moved, visited) and cannot be changed."""

    slot = "appointment"


class BadDocument(Refusal):
    """
    The document number cannot be right.

    facts: kind, reason (length | check_digit | date | shape), and which part of it, see
    scheduling.documents.
    """

    slot = "document"


class BadName(Refusal):
    """This cannot be the name of a person."""

    slot = "name"


class BadPhone(Refusal):
    """This cannot be a telephone number that takes messages."""

    slot = "phone"


class SexMissing(Refusal):
    """The document does not tell the sex and nobody else has."""

    slot = "sex"


class BirthDateMissing(Refusal):
    """The document does not tell the birth date and nobody else has."""

    slot = "birth_on"


class BadBirthDate(Refusal):
    """
    The birth date cannot be right.

    facts: reason (impossible: in the future or over 130 years ago | not_newborn: who is older
    than a year has papers | mismatch: the document is known with another birth date).
    """

    slot = "birth_on"


class NameMismatch(Refusal):
    """This document is known under another name."""

    slot = "name"


class NoPhoneKnown(Refusal):
    """The patient has no phone on file that a code could be sent to; the desk can help."""

    slot = "patient"


class TooManyCodes(Refusal):
    """Too many codes were sent to this patient's phone in a day; facts: limit."""

    slot = "patient"


class NotYourPatient(Refusal):
    """The account does not speak for this patient."""

    slot = "patient"


class LinkCodeWrong(Refusal):
    """The code is wrong, used up or too old."""

    slot = "code"


class ConsentMissing(Refusal):
    """Personal data was about to be stored without consent; facts: purpose."""

    slot = "consent"


class TooManyPatients(Refusal):
    """The account already speaks for as many patients as it may; facts: limit."""

    slot = "patient"


class BadWords(Refusal):
    """The words of a broadcast cannot be sent; facts: limit (characters), or names (unknown)."""

    slot = "words"


class NobodyThere(Refusal):
    """A broadcast would reach nobody."""

    slot = "shifts"


class NeedsAnother(Refusal):
    """Somebody else than the author has to approve so large a broadcast; facts: limit."""

    slot = "sure"


class TooManyLooks(Refusal):
    """A member of staff has seen so many patients in full within an hour; facts: looks."""

    slot = "sure"


class BroadcastMoved(Refusal):
    """The broadcast is not in a state for that any more."""

    slot = "sure"


class NoFollowerList(Refusal):
    """WeChat does not tell this account who follows it; facts: code (WeChat's)."""

    slot = "sure"


class WechatAway(Refusal):
    """WeChat does not answer now."""

    slot = "sure"


class NotYourAccount(Refusal):
    """A test goes to an account of one's own, and there is none we may write to."""

    slot = "sure"


class NotAllowed(Refusal):
    """A member of staff may not touch this shift."""

    slot = "shifts"


class NoVisitToResume(Refusal):
    """No visit has ended in this room just now, or it cannot go on."""


class NothingToUndo(Refusal):
    """It has been taken back already, or is over."""

    slot = "shifts"


class TooManyAccounts(Refusal):
    """As many accounts speak for the patient as may; facts: limit."""

    slot = "patient"


class TooManyChanges(Refusal):
    """The account has taken on as many patients in 30 days as it may; facts: limit."""

    slot = "patient"


class Unavailable(Refusal):
    """The patient cannot have this place, for a reason the account may not know."""

    slot = "when"


class NotVerified(Refusal):
    """An account that nobody has verified may do no more for this patient."""

    slot = "patient"


class OnlyAtDesk(Refusal):
    """What others rely on is only changed at the desk, with the papers."""

    slot = "patient"


class DoctorBusy(Refusal):
    """The doctor sees patients elsewhere at that time; facts: doctor."""

    slot = "shifts"


class TooFewPlaces(Refusal):
    """So many places are not free to be taken away; facts: limit."""

    slot = "shifts"


class TooManyPlaces(Refusal):
    """A shift gets no more extra places than that; facts: limit."""

    slot = "shifts"


class NotConfirmed(Refusal):
    """The place is only held: it has to be confirmed before anybody can check in."""

    slot = "appointment"


class WrongDay(Refusal):
    """The visit is on another day; facts: starts_at (local), site_name."""

    slot = "appointment"


class WrongSite(Refusal):
    """The visit is at another site; facts: site_name, address, starts_at (local)."""

    slot = "appointment"


class CheckInNotOpen(Refusal):
    """Nobody is here yet to check in with; facts: begins_at, starts_at (local)."""

    slot = "appointment"


class ShiftOver(Refusal):
    """The shift has ended; the desk may still find a way; facts: ended_at (local)."""

    slot = "appointment"


class RoomClosed(Refusal):
    """The room takes nobody any more today; facts: room."""

    slot = "shifts"


class WhichRoom(Refusal):
    """Several rooms for nobody by name are open, and nobody knows in which one a doctor is."""

    slot = "shifts"


class NobodyInside(Refusal):
    """Nobody has been called whose visit could go on or end."""

    slot = "shifts"


class NotInLine(Refusal):
    """The ticket is not where this could be done with it; facts: state."""

    slot = "ticket"


class NoSuchTicket(Refusal):
    """No ticket of today, or not one this account may see."""

    slot = "ticket"


class NoSuchRank(Refusal):
    """The department lets nobody go before for that reason, or does not any more."""

    slot = "ticket"


class CannotMerge(Refusal):
    """
    Two records cannot be one patient as they are.

    facts: reason (same | sex | birth_on | overlap), appointments (codes).
    """

    slot = "patient"


class ShiftNotEmpty(Refusal):
    """Somebody has or had a place in the shift, so it can only be suspended."""

    slot = "shifts"


class BadQuota(Refusal):
    """
    A slot's places cannot be shared like that.

    facts: starts_at (local), fault (booked: fewer than are taken | chat: less than the chat has
    sold, or more than there are | reserve: more than the chat has).
    """

    slot = "shifts"


class BadShiftTime(Refusal):
    """
    A shift cannot begin, or end, then.

    facts: fault (half_day: it would leave its half-day | past: that has gone by | begun: it has |
    rest: nothing of it begins later).
    """

    slot = "shifts"
