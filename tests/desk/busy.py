"""A hospital with more patients than places: some of them wait."""

from datetime import timedelta

from sqlalchemy import select

from desk.waitlist import Waitlist
from models import Department, WaitlistEntry
from scheduling.waiting import Wish
from tests.desk.hospital import NOW, Hospital

DAY = timedelta(days=1)


class BusyHospital(Hospital):
    """A hospital in which people wait, and how they do it."""

    def wish(self, department, day=1, days=1, half="am"):
        with self.engine.connect() as conn:
            code = conn.scalar(select(Department.code).where(Department.id == department))
        first = NOW.date() + day * DAY
        return Wish(code, None, first, first + (days - 1) * DAY, half if days == 1 else "")

    def join(self, openid, patient, wish, words=""):
        with self.work(openid) as work:
            return Waitlist(work).join(wish, patient, words)

    def answer(self, openid, act):
        (view,) = self.waits(openid)
        with self.bookings(openid) as desk:
            return getattr(desk, act)(view.offer)

    def waits(self, openid):
        with self.work(openid) as work:
            return Waitlist(work).mine()

    def cancel(self, openid, appointment):
        with self.bookings(openid) as desk:
            desk.cancel(appointment)

    def states(self):
        with self.engine.connect() as conn:
            return list(conn.scalars(select(WaitlistEntry.state).order_by(WaitlistEntry.id)))

    def rows(self, column, *where):
        with self.engine.connect() as conn:
            return list(conn.scalars(select(column).where(*where)))


def full_morning(hospital, waiting=2, **more):
    """A slot with one place, who has it, and who waits for it."""
    department = hospital.department()
    slot = hospital.slot(department=department, **more)
    owner, patient = hospital.patient()
    theirs = hospital.book(owner, slot, patient)
    people = hospital.patients(waiting)
    wish = hospital.wish(department, more.get("day", 1))
    for openid, who in people:
        hospital.join(openid, who, wish)
    return slot, (owner, theirs), people


def offer_of(hospital, openid):
    (view,) = hospital.waits(openid)
    return view.offer
