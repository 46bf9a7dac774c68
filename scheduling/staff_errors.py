"""Every expected "no" to those who work here; what a refusal is stands in `errors`."""

from __future__ import annotations

from scheduling.errors import Refusal

# -- shifts


class NotAllowed(Refusal, slot="shifts"):
    """A member of staff may not touch this shift."""


class ShiftNotEmpty(Refusal, slot="shifts"):
    """Somebody has or had a place in the shift, so it can only be suspended."""


class BadQuota(Refusal, slot="shifts"):
    """
    A slot's places cannot be shared like that.

    facts: starts_at (local), fault (booked: fewer than are taken | chat: less than the chat has
    sold, or more than there are | reserve: more than the chat has).
    """


class BadShiftTime(Refusal, slot="shifts"):
    """
    A shift cannot begin, or end, then.

    facts: fault (half_day: it would leave its half-day | past: that has gone by | begun: it has |
    rest: nothing of it begins later).
    """


class DoctorBusy(Refusal, slot="shifts"):
    """The doctor sees patients elsewhere at that time; facts: doctor."""


class TooFewPlaces(Refusal, slot="shifts"):
    """So many places are not free to be taken away; facts: limit."""


class TooManyPlaces(Refusal, slot="shifts"):
    """A shift gets no more extra places than that; facts: limit."""


class NothingToUndo(Refusal, slot="shifts"):
    """It has been taken back already, or is over."""


# -- rooms


class RoomClosed(Refusal, slot="shifts"):
    """The room takes nobody any more today; facts: room."""


class WhichRoom(Refusal, slot="shifts"):
    """Several rooms for nobody by name are open, and nobody knows in which one a doctor is."""


class NobodyInside(Refusal, slot="shifts"):
    """Nobody has been called whose visit could go on or end."""


class NoVisitToResume(Refusal):
    """No visit has ended in this room just now, or it cannot go on."""


class NoSuchRank(Refusal, slot="ticket"):
    """The department lets nobody go before for that reason, or does not any more."""


# -- the records of patients


class TooManyLooks(Refusal, slot="sure"):
    """A member of staff has seen so many patients in full within an hour; facts: looks."""


class CannotMerge(Refusal, slot="patient"):
    """
    Two records cannot be one patient as they are.

    facts: reason (same | sex | birth_on | overlap), appointments (codes).
    """


# -- broadcasts


class BadWords(Refusal, slot="words"):
    """The words of a broadcast cannot be sent; facts: limit (characters), or names (unknown)."""


class NobodyThere(Refusal, slot="shifts"):
    """A broadcast would reach nobody."""


class NobodyMeant(Refusal, slot="shifts"):
    """A broadcast names no shift, doctor, department, site or day: everybody is never a slip."""


class AlreadyPast(Refusal, slot="at"):
    """The time a broadcast is to leave has passed; facts: at (local)."""


class NeedsAnother(Refusal, slot="sure"):
    """Somebody else than the author has to approve so large a broadcast; facts: limit."""


class BroadcastMoved(Refusal, slot="sure"):
    """The broadcast is not in a state for that any more."""


class NotYourAccount(Refusal, slot="sure"):
    """A test goes to an account of one's own, and there is none we may write to."""


class NoFollowerList(Refusal, slot="sure"):
    """WeChat does not tell this account who follows it; facts: code (WeChat's)."""


class WechatAway(Refusal, slot="sure"):
    """WeChat does not answer now."""
