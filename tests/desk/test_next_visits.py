"""The doctor books the next visit of the patient inside (约下次)."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from desk import appointments, next_visits
from models import Appointment, Outbox, Shift, Slot, WechatUser
from scheduling.errors import SameHalfDay, SlotTaken
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed
from tests.desk.hospital import NOW
from tests.desk.visit_day import NURSE, VisitDay

DAY = timedelta(days=1)
TODAY = NOW.date()


class Return(VisitDay):
    """A patient inside, and slots of the same doctor on later days."""

    def __init__(self, url):
        super().__init__(url)
        self.shift, slot = self.room()
        self.openid, self.visit = self.booked(slot)
        self.check_in(self.openid, self.visit)
        self.call(self.shift)
        with self.engine.connect() as conn:
            shift = select(Shift.department_id, Shift.doctor_id).where(Shift.id == self.shift)
            self.ward, self.who = conn.execute(shift).one()

    def later(self, day, capacity=1, *, doctor=True):
        """A slot so many days from now in the same department, of the same doctor or nobody's."""
        slot = self.slot(capacity, day=day, department=self.ward)
        who = self.who if doctor else None
        with self.engine.begin() as conn:
            conn.execute(update(Slot).where(Slot.id == slot).values(doctor_id=who))
            shift = select(Slot.shift_id).where(Slot.id == slot).scalar_subquery()
            conn.execute(update(Shift).where(Shift.id == shift).values(doctor_id=who))
        return slot

    def nearest(self, days, member=NURSE):
        with self.work() as work:
            at = datetime.combine(TODAY + days * DAY, time(), NOW.tzinfo)
            found = next_visits.nearest(work, member, self.shift, at)
        return found and found.slot

    def next_visit(self, slot, member=NURSE):
        # The doctor writes in the chat; the booking is the window's all the same.
        with self.work("doctor's account") as work:
            return next_visits.book(work, member, self.shift, slot, self.visit)


@pytest.fixture
def day(database_url):
    day = Return(database_url)
    yield day
    day.close()


@pytest.fixture
def small(sqlite_url):
    day = Return(sqlite_url)
    yield day
    day.close()


def test_it_belongs_to_whoever_booked_the_visit_of_today_and_she_hears_of_it(day):
    slot = day.later(14)
    assert day.nearest(14) == slot

    view = day.next_visit(slot)

    assert (view.status, view.channel, view.opening.slot) == ("booked", "window", slot)
    with day.work(day.openid) as work:
        mine = [one for one in appointments.mine(work) if one.opening.starts_at > work.now + DAY]
        account = work.conn.scalar(
            select(WechatUser.id).where(WechatUser.openid_hash == work.vault.lookup(day.openid))
        )
    assert [one.id for one in mine] == [view.id]
    told = (Outbox.kind == "confirmed", Outbox.appointment_id == view.id)
    assert day.rows(Outbox.wechat_user_id, *told) == [account]
    assert day.stock(slot) == (1, 1)


def test_the_nearest_day_counts_and_a_later_one_before_an_earlier(small):
    small.later(12)
    after = small.later(16)
    assert small.nearest(14) == after
    exact = small.later(14)
    assert small.nearest(14) == exact
    assert small.nearest(40) is None, "nobody means another month"


def test_what_is_full_nobodys_or_today_is_not_offered(small):
    full = small.later(7)
    openid, patient = small.patient()
    small.book(openid, full, patient)
    small.later(7, doctor=False)

    assert small.nearest(7) is None
    assert small.nearest(0) is None


def test_a_patient_does_not_get_two_places_of_one_half_day(small):
    one = small.later(7, capacity=2)
    small.next_visit(one)

    with pytest.raises(SameHalfDay):
        small.next_visit(one)
    assert small.stock(one) == (1, 1), "what was refused has taken nothing"


def test_the_last_place_goes_once(small):
    slot = small.later(7)
    openid, patient = small.patient()
    small.book(openid, slot, patient)

    with pytest.raises(SlotTaken):
        small.next_visit(slot)


def test_another_doctor_may_not(small):
    stranger = Member(NURSE.id, "李芳", "doctor", "DR0", None)
    slot = small.later(7)

    with pytest.raises(NotAllowed):
        small.nearest(7, stranger)
    with pytest.raises(NotAllowed):
        small.next_visit(slot, stranger)
    assert small.rows(Appointment.id, Appointment.slot_id == slot) == []
