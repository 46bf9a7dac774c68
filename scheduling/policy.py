"""
The hospital's rules as numbers: unit, default and source of each, in one place.

Defaults are those of the house policy; the printed ranges come from rules published by Chinese
hospitals (docs/policy.md). A site changes them in its own policy file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType

from scheduling.disciplines import Discipline, Rank
from scheduling.distance import Going

# The notice people agree to before their data are stored. Whoever changes what it says changes
# this: everybody is asked again (PIPL art. 14). handlers/texts shows it.
CONSENT_VERSION = "2026-11"


_DEFAULT = "default"
_MINUTE = timedelta(minutes=1)


def _no_disciplines() -> Mapping[str, Discipline]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Policy:
    """All numbers a rule of booking may need."""

    # Days ahead that can be booked. Printed: 1-28 days; 14 is the most common.
    days_ahead: int = 14
    # Local time at which the last of those days opens. Printed: 00:00-15:00.
    release_at: time = time(7, 0)
    # Same-day booking closes this long before the slot starts. Printed: 30 minutes-half a day.
    same_day_closes: timedelta = timedelta(minutes=30)
    # Active appointments per patient and day. Printed: 2-3.
    daily_limit: int = 3
    # Active appointments per patient in all.
    total_limit: int = 6
    # A place is held this long while the patient confirms. Printed: 10 minutes with payment.
    hold: timedelta = timedelta(minutes=5)
    # ... and never longer in all, however often the hold is renewed.
    hold_longest: timedelta = timedelta(minutes=15)
    # Cancelling is free until this local time the day before. Printed: 15:00-00:00.
    free_cancel_until: time = time(17, 0)
    # ... and always within this time after booking.
    free_cancel_within: timedelta = timedelta(minutes=30)
    # No-shows that stop online booking; None while the site records no attendance.
    no_shows_allowed: int | None = None
    no_show_window: timedelta = timedelta(days=90)
    no_show_block: timedelta = timedelta(days=30)
    # Late cancellations that do the same; None: they are only marked. Printed: 3 a month.
    late_cancels_allowed: int | None = None
    late_cancel_window: timedelta = timedelta(days=30)
    late_cancel_block: timedelta = timedelta(days=30)
    # A place that is sent checks in so near to the site, in metres. Where a site needs a place,
    # words alone do not check in: a code on the spot or a place shows who is here. Ours.
    check_in_metres: int = 500
    check_in_needs_place: bool = False
    # Active appointments one account may have made for all its patients together.
    account_limit: int = 12
    # Share of the chat's places kept for urgent cases of the same day.
    urgent_reserve: float = 0.1
    # Shares of the chat's places kept for who is that old by the document, for the referred, and
    # for those signed with a family doctor. Printed: 10-30 % for the signed, "some" for the old.
    elderly_share: float = 0.0
    referred_share: float = 0.0
    signed_share: float = 0.0
    elderly_quota_years: int = 60
    # What they have not taken by this local time of the day before is everybody's. Ours.
    quotas_until: time = time(12, 0)
    # From this local time of the day before, what the window has not sold of its share opens to
    # the chat; None: never, the rest belongs to the window. Ours.
    window_share_until: time | None = None
    # Waitlist: an offer lives this long, and one made in the quiet hours until this local time.
    # Printed: 24 hours with payment; a morning's place would be lost to everybody by then.
    offer_lives: timedelta = timedelta(minutes=30)
    offer_night_until: time = time(8, 0)
    # The line for a day closes at this local time the day before. Printed: 23:00; ours is the
    # beginning of the quiet hours, so that nobody has to answer at night for the next morning.
    waitlist_closes: time = time(21, 0)
    # Lines one patient may stand in; days that "anybody of the department" waits for.
    waitlist_limit: int = 3
    waitlist_days: int = 7
    # Who lets so many offers pass without a word is taken off the list.
    waitlist_silences: int = 2
    # A place that was cancelled and nobody waits for comes back at a random instant between these
    # two, against scalpers who hand places on. Printed: 1-2 hours; 0 is at once.
    returns_after: timedelta = timedelta()
    returns_before: timedelta = timedelta()
    # Patients one account may speak for.
    patients_per_account: int = 5
    # Accounts that may speak for one patient.
    accounts_per_patient: int = 3
    # Patients an account may take on in 30 days: all of them, and three changes.
    links_a_month: int = 8
    # What an account that nobody has verified may have booked for a patient others registered.
    unverified_bookings: int = 2
    # Bookings a day refused to an unverified account for reasons it may not know; then all are.
    hidden_refusals: int = 3
    # Years below which a guardian consents (PIPL art. 31).
    child_under_years: int = 14
    # A link code is good for this long and for so many tries.
    link_code_lives: timedelta = timedelta(minutes=10)
    link_code_tries: int = 5
    # Codes sent to one patient in 24 hours: her phone is not ours to fill.
    link_codes_a_day: int = 5
    # Wrong names that one document stands for in a day: nobody shall guess whose it is.
    name_tries: int = 5
    # A newborn may be registered without papers up to this age; 出生医学证明 comes within months.
    newborn_without_papers: timedelta = timedelta(days=365)
    # Reminders: the evening before, and this long before the visit, outside quiet hours.
    reminder_evening: time = time(19, 0)
    reminder_before: timedelta = timedelta(hours=2)
    quiet_from: time = time(21, 0)
    quiet_until: time = time(7, 30)
    # A suspension can be taken back for this long; nobody is told before the first of it is over.
    undo: timedelta = timedelta(minutes=10)
    undo_quiet: timedelta = timedelta(seconds=60)
    # A patient of a suspended shift has this long to answer; who is silent is rung.
    plan_answer: timedelta = timedelta(hours=12)
    # The place held for a patient is kept this much longer, while the desk rings.
    plan_ringing: timedelta = timedelta(hours=12)
    # A visit nearer than this: the desk rings after so short a silence, whatever the hour.
    near_visit: timedelta = timedelta(hours=12)
    plan_answer_near: timedelta = timedelta(minutes=10)
    # A new time offered by the hospital is not sooner than this: people have a way to go.
    plan_lead: timedelta = timedelta(hours=2)
    # Places staff may add to a shift in all (加号), for a named patient or for whoever comes.
    extra_places: int = 10
    # A broadcast to more recipients than this needs a second member of staff (four eyes). Ours.
    broadcast_alone: int = 100
    # Whether staff may look a patient up in the chat (masked); the console always can. Ours: off.
    chat_lookup: bool = False
    # Years from which a change weighs harder on a patient.
    elderly_years: int = 70
    # Messages, notices, questions and jobs are forgotten this long after they are over ...
    kept: timedelta = timedelta(days=90)
    # ... and the words of notices, codes and answers earlier.
    words_kept: timedelta = timedelta(days=30)
    # Dialogue state counts as idle after this.
    dialogue_idle: timedelta = timedelta(minutes=30)
    # Check-in opens at this local time. Printed: come 30 minutes before the slot.
    check_in_opens: time = time(7, 0)
    # Who comes later than this after the start of the slot rejoins behind those here. Printed: 30.
    late_after: timedelta = timedelta(minutes=30)
    # A missed call comes back after so many others; missed so many times it is over.
    missed_passes: int = 3
    missed_most: int = 3
    # A visit that was ended by mistake goes on, if that is said within this time. Ours.
    finish_undo: timedelta = timedelta(minutes=5)
    # Whether who is booked and has not checked in counts as a no-show once the day of a room that
    # has called is over; off, only what the site records of attendance does. Ours: off.
    absent_is_no_show: bool = False
    # A room that nobody closed is closed this long after its shift; who waits is rung. Ours.
    room_closes_after: timedelta = timedelta(hours=3)
    # A patient is proposed another room that would call her so much sooner. Ours.
    rebalance_after: timedelta = timedelta(minutes=30)
    # Planning: so many weeks before tell what a weekday is like; what fewer patients than so many
    # show is not taken for a measurement. Ours.
    planning_weeks: int = 4
    planning_least: int = 30
    # Where nothing was measured: who stays away (tertiary hospital, web booking, 2010:
    # PMC3238289), how much visits differ (standard deviation by mean: ours).
    usual_no_show: float = 0.144
    usual_visit_cv: float = 0.7
    # Booked patients come so early on average, and one in ten later than this after the slot. The
    # shape is published, the figures are ours.
    arrive_early: timedelta = timedelta(minutes=10)
    arrive_late: timedelta = timedelta(minutes=15)
    # What counts as a long wait; one more room is thought of for so long, and worth saying where
    # it saves each patient so much. Ours.
    long_wait: timedelta = timedelta(minutes=30)
    extra_room_lasts: timedelta = timedelta(minutes=120)
    extra_room_saves: timedelta = timedelta(minutes=3)
    # What a minute of overtime counts in a template, in per cent of an idle one. Ours.
    overtime_percent: int = 150
    # Ways: nobody is sent further than this; how people get about. Ours.
    farthest: timedelta = timedelta(minutes=60)
    detour_percent: int = 130
    walk_metres_a_minute: int = 80
    walked_longest: timedelta = timedelta(minutes=25)
    ride_kilometres_an_hour: int = 25
    ride_waits: timedelta = timedelta(minutes=10)
    # What another day, or half of it, weighs for a patient who is sent elsewhere, as a longer way
    # would. Ours.
    other_day: timedelta = timedelta(minutes=60)
    other_half_day: timedelta = timedelta(minutes=30)
    # How patients are called, by code of department or site; `default` for the rest.
    disciplines: Mapping[str, Discipline] = field(default_factory=_no_disciplines)

    @property
    def going(self) -> Going:
        """How people get about."""
        return Going(
            detour=self.detour_percent / 100,
            walk=self.walk_metres_a_minute,
            walked=self.walked_longest / _MINUTE,
            ride=self.ride_kilometres_an_hour * 1000 / 60,
            ride_waits=self.ride_waits / _MINUTE,
        )

    def discipline(self, site: str, department: str) -> Discipline:
        """Return how a department calls: as it does itself, as its site does, or as usual."""
        for code in (department, site, _DEFAULT):
            if code in self.disciplines:
                return self.disciplines[code]
        return _USUAL

    def callings(self) -> list[tuple[str, Discipline]]:
        """Return how each place calls that the rules name, by its code; "": all the others."""
        own = [(code, one) for code, one in self.disciplines.items() if code != _DEFAULT]
        return [*own, ("", self.discipline("", ""))]

    def rank(self, site: str, department: str, name: str) -> Rank | None:
        """
        Return why a ticket goes before where it waits; None where it does not.

        Who was sent here keeps the rank that the other department knows, and so does a ticket
        whose rank has left the rules since.
        """
        here = self.discipline(site, department)
        if not here.counts(name):
            return None
        everywhere = (here, *self.disciplines.values(), _USUAL)
        return next((one.ranks[name] for one in everywhere if name in one.ranks), Rank(name))


_USUAL = Discipline()
