"""Patients book, change their minds, come too late, and try again."""

from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import event, select, update

from desk import dispatch, journal, stock
from desk.bookings import Bookings
from desk.requests import Requests
from desk.work import Actor
from models import Appointment, HumanRequest, Inbox, Outbox
from models.database import connect
from scheduling.errors import (
    AgeOrSexUnfit,
    AppointmentOver,
    DailyLimit,
    HoldExpired,
    NotBookable,
    NotOpenYet,
    NotYourAppointment,
    NotYourPatient,
    Overlapping,
    Refusal,
    SameHalfDay,
    SlotTaken,
    TooLate,
)
from tests.desk.hospital import NOW, Hospital

MINUTE = timedelta(minutes=1)


def test_she_holds_confirms_moves_and_cancels(hospital):
    openid, patient = hospital.patient()
    first, second = hospital.slot(2), hospital.slot(2, day=2)
    with hospital.bookings(openid) as desk:
        held = desk.hold(first, patient, "头晕三天")
        assert (held.status, held.patient_name_masked) == ("held", "李*明")
        assert held.held_until == NOW + 5 * MINUTE
    with hospital.bookings(openid) as desk:
        booked = desk.confirm(held.id)
        assert desk.confirm(held.id) == booked
        assert (booked.status, booked.code) == ("booked", held.code)
    with hospital.bookings(openid) as desk:
        moved = desk.move(held.id, second)
        assert moved.opening.slot == second
        assert [view.id for view in desk.mine()] == [moved.id]
    assert hospital.stock(first) == (0, 0)
    with hospital.bookings(openid) as desk:
        assert desk.cancel(moved.id).status == "cancelled"
    with hospital.bookings(openid) as desk, pytest.raises(AppointmentOver):
        desk.cancel(moved.id)
    assert hospital.stock(second) == (0, 0)


def test_what_she_has_just_taken_is_shown_once_without_asking_the_database_again(hospital):
    openid, patient = hospital.patient()
    other, _ = hospital.patient()
    slot = hospital.slot(2)
    statements: list[str] = []

    def note(_conn, _cursor, statement, *_more) -> None:
        statements.append(statement)

    with hospital.bookings(openid) as desk:
        held = desk.hold(slot, patient)
        event.listen(hospital.engine, "before_cursor_execute", note)
        try:
            assert desk.just_held(held.id) == held
            assert not statements
            desk.release(held.id)
            assert desk.just_held(held.id).status == "expired"
        finally:
            event.remove(hospital.engine, "before_cursor_execute", note)
    with hospital.bookings(other) as desk, pytest.raises(NotYourAppointment):
        desk.just_held(held.id)


def test_why_she_gave_it_back_is_put_down_with_it_at_once_or_afterwards(hospital):
    openid, patient = hospital.patient()
    other, _ = hospital.patient()
    for number, why in enumerate(("busy", None)):
        slot = hospital.slot(2, day=number + 1)
        with hospital.bookings(openid) as desk:
            taken = desk.confirm(desk.hold(slot, patient).id)
        with hospital.bookings(openid) as desk:
            assert desk.cancel(taken.id, why).cancel_reason == (why or "")
    with hospital.bookings(other) as desk, pytest.raises(NotYourAppointment):
        desk.explain(taken.id, "well")
    with hospital.bookings(openid) as desk:
        desk.explain(taken.id, "well")
        assert {view.cancel_reason for view in desk.undoable(NOW)} == {"busy", "well"}
        again = desk.restore(taken.id)
        desk.explain(again.id, "well")
        assert desk.mine()[-1].cancel_reason == "", "nobody says why of what is booked"


def test_what_she_gave_back_can_be_taken_back_until_she_has_it_again(hospital):
    (openid, patient), (stranger, _) = hospital.patients(2)
    first, second = hospital.slot(2), hospital.slot(2, day=2)
    one, two = hospital.book(openid, first, patient), hospital.book(openid, second, patient)
    hospital.now += MINUTE
    with hospital.bookings(openid) as desk:
        desk.cancel(one)
    hospital.now += MINUTE
    with hospital.bookings(openid) as desk:
        desk.cancel(two)

    since = hospital.now - 10 * MINUTE
    with hospital.bookings(openid) as desk:
        assert [view.opening.slot for view in desk.undoable(since)] == [second], "the last only"
        assert list(desk.undoable(hospital.now + MINUTE)) == []
    with hospital.bookings(stranger) as desk:
        assert list(desk.undoable(since)) == []
    hospital.book(openid, second, patient)
    with hospital.bookings(openid) as desk:
        assert list(desk.undoable(since)) == []


def test_her_words_lie_sealed_in_the_database(small):
    openid, patient = small.patient()
    slot = small.slot()
    with small.bookings(openid) as desk:
        desk.hold(slot, patient, "头晕三天")
    with small.engine.begin() as conn:
        sealed = conn.scalar(select(Appointment.words_enc))
    assert "头晕".encode() not in sealed
    assert small.vault.open(sealed) == "头晕三天"


def test_a_hold_left_alone_is_free_for_the_next_without_any_job(hospital):
    slot = hospital.slot(1)
    (slow, her), (quick, him) = hospital.patients(2)
    with hospital.bookings(slow) as desk:
        held = desk.hold(slot, her)
    with hospital.bookings(quick) as desk, pytest.raises(SlotTaken):
        desk.hold(slot, him)
    hospital.now += 5 * MINUTE
    hospital.book(quick, slot, him)
    with hospital.bookings(slow) as desk, pytest.raises(HoldExpired):
        desk.confirm(held.id)
    assert hospital.stock(slot) == (1, 1)


def test_a_hold_can_be_extended_to_fifteen_minutes_and_no_more(hospital):
    openid, patient = hospital.patient()
    slot = hospital.slot(1)
    with hospital.bookings(openid) as desk:
        held = desk.hold(slot, patient)
    for _ in range(3):
        hospital.now += 4 * MINUTE
        with hospital.bookings(openid) as desk:
            kept = desk.extend(held.id)
    assert kept.held_until == NOW + 15 * MINUTE
    hospital.now = NOW + 15 * MINUTE
    with hospital.bookings(openid) as desk, pytest.raises(HoldExpired):
        desk.extend(held.id)


def test_an_account_holds_one_place_at_a_time(hospital):
    openid, patient = hospital.patient()
    first, second = hospital.slot(1), hospital.slot(1, hour=14)
    with hospital.bookings(openid) as desk:
        desk.hold(first, patient)
        held = desk.hold(second, patient)
        assert desk.hold(second, patient).id == held.id
    assert (hospital.stock(first), hospital.stock(second)) == ((0, 0), (1, 1))


def test_a_refused_hold_keeps_the_older_one(hospital):
    (openid, patient), (other, him) = hospital.patients(2)
    mine, full = hospital.slot(1), hospital.slot(1, hour=14)
    hospital.book(other, full, him)
    with hospital.bookings(openid) as desk:
        held = desk.hold(mine, patient)
        with pytest.raises(SlotTaken):
            desk.hold(full, patient)
        assert desk.confirm(held.id).status == "booked"


def test_a_refused_move_keeps_the_old_place(hospital):
    (openid, patient), (other, him) = hospital.patients(2)
    old, full = hospital.slot(1), hospital.slot(1, day=2)
    booked = hospital.book(openid, old, patient)
    hospital.book(other, full, him)
    with hospital.bookings(openid) as desk:
        with pytest.raises(SlotTaken):
            desk.move(booked, full)
        assert [(v.id, v.status) for v in desk.mine()] == [(booked, "booked")]
    assert hospital.stock(old) == (1, 1)


def test_she_may_move_within_the_half_day_she_has(hospital):
    openid, patient = hospital.patient()
    department = hospital.department()
    early, late = (hospital.slot(1, hour=h, department=department) for h in (9, 10))
    booked = hospital.book(openid, early, patient)
    with hospital.bookings(openid) as desk:
        with pytest.raises(SameHalfDay):
            desk.hold(late, patient)
        desk.move(booked, late)
    assert (hospital.stock(early), hospital.stock(late)) == ((0, 0), (1, 1))


def test_the_rules_say_no(small):
    openid, patient = small.patient()

    def refused(slot):
        with small.bookings(openid) as desk, pytest.raises(Refusal) as no:
            desk.hold(slot, patient)
        return type(no.value)

    assert refused(small.slot(day=15)) is NotOpenYet
    assert refused(small.slot(day=0, hour=9)) is TooLate
    assert refused(small.slot(department=small.department(bookable=False))) is NotBookable
    assert refused(small.slot(department=small.department(sex="m"))) is AgeOrSexUnfit
    assert refused(small.slot(department=small.department(max_age_years=14))) is AgeOrSexUnfit
    small.book(openid, small.slot(day=3, hour=9), patient)
    assert refused(small.slot(day=3, hour=9)) is Overlapping
    small.book(openid, small.slot(day=3, hour=10), patient)
    small.book(openid, small.slot(day=3, hour=11), patient)
    assert refused(small.slot(day=3, hour=14)) is DailyLimit


def test_the_urgent_reserve_opens_on_the_day(small):
    (openid, patient), (other, him) = small.patients(2)
    slot = small.slot(2, reserve=1, day=1, hour=15)
    small.book(openid, slot, patient)
    with small.bookings(other) as desk, pytest.raises(SlotTaken):
        desk.hold(slot, him)
    small.now += timedelta(days=1)
    small.book(other, slot, him)


def test_the_window_has_its_own_share(hospital):
    (openid, patient), (other, him) = hospital.patients(2)
    slot = hospital.slot(2, chat=1)
    hospital.book(openid, slot, patient)
    with hospital.bookings(other) as desk, pytest.raises(SlotTaken):
        desk.hold(slot, him)
    with hospital.work(Actor("window", name="1")) as work:
        from_window = Bookings(work).hold(slot, him)
    assert (from_window.channel, hospital.stock(slot)) == ("window", (2, 2))


def test_strangers_see_and_change_nothing(hospital):
    (openid, patient), (stranger, _) = hospital.patients(2)
    slot = hospital.slot(2)  # of a full one everybody is told that it is full
    booked = hospital.book(openid, slot, patient)
    with hospital.bookings(stranger) as desk:
        assert desk.mine() == []
        with pytest.raises(NotYourAppointment):
            desk.cancel(booked)
        with pytest.raises(NotYourPatient):
            desk.hold(slot, patient)


def test_a_pending_daughter_sees_only_what_she_booked_until_she_is_verified(small):
    mother_account, mother = small.patient()
    theirs = small.book(mother_account, small.slot(day=2), mother)
    small.link("daughter", mother, "pending")
    hers = small.book("daughter", small.slot(day=3), mother)
    with small.bookings("daughter") as desk:
        assert [view.id for view in desk.mine()] == [hers]
    small.link("son", mother, "verified")
    with small.bookings("son") as desk:
        assert [view.id for view in desk.mine()] == [theirs, hers]


def test_who_typed_a_strangers_number_first_never_sees_what_she_books_herself(small):
    squatter, stranger = small.patient()
    small.link("herself", stranger, "pending")
    hers = small.book("herself", small.slot(day=3), stranger)
    with small.bookings(squatter) as desk:
        assert desk.mine() == []
        with pytest.raises(NotYourAppointment):
            desk.cancel(hers)


def test_cancelling_late_leaves_a_mark_cancelling_early_does_not(small):
    openid, patient = small.patient()
    early, late = (small.book(openid, small.slot(day=d), patient) for d in (1, 2))
    small.now += timedelta(minutes=31)
    with small.bookings(openid) as desk:
        assert desk.cancel_is_free(early)
        desk.cancel(early)
    small.now = NOW + timedelta(days=1, hours=8, minutes=1)  # 17:01 the day before
    with small.bookings(openid) as desk:
        assert not desk.cancel_is_free(late)
        desk.cancel(late)
    with small.engine.begin() as conn:
        marks = dict(conn.execute(select(Appointment.id, Appointment.late_cancel)).all())
    assert (marks[early], marks[late]) == (False, True)


# -- reminders, journal, the desk's list


def test_reminders_wait_for_their_time_and_die_with_the_appointment(hospital):
    openid, patient = hospital.patient()
    kept = hospital.book(openid, hospital.slot(day=2), patient)
    given_up = hospital.book(openid, hospital.slot(day=2, hour=14), patient)
    with hospital.bookings(openid) as desk:
        desk.cancel(given_up)
    hour = timedelta(hours=1)
    courier = Actor("job")
    with hospital.work(courier, NOW + 34 * hour - MINUTE) as work:  # 18:59 the evening before
        assert dispatch.lease(work, 10, MINUTE) == []
    with hospital.work(courier, NOW + 34 * hour) as work:
        (evening,) = dispatch.lease(work, 10, MINUTE)
        assert evening.kind == "reminder"
        assert dispatch.lease(work, 10, MINUTE) == []
    with hospital.work(courier, NOW + 34 * hour + MINUTE) as work:  # the courier was killed
        (again,) = dispatch.lease(work, 10, MINUTE)
        assert (again.id, again.attempts) == (evening.id, 2)
        assert dispatch.start(work, again, MINUTE) == "call"  # no channel is set up here
    with hospital.work(courier, NOW + 47 * hour) as work:  # 7:00 would be; quiet until 7:30
        left = dispatch.lease(work, 10, MINUTE)
        assert [notice.kind for notice in left] == ["reminder"]
    with hospital.engine.begin() as conn:
        about = select(Outbox.state).where(Outbox.appointment_id == given_up)
        assert set(conn.scalars(about)) == {"void"}
        soon = select(Outbox.not_before).where(Outbox.id == left[0].id)
        assert conn.scalar(soon) == NOW + timedelta(hours=46, minutes=30)
    assert kept != given_up


def entry(openid, seq=1, key="k1"):
    return journal.Entry(key, openid, seq, NOW, "好的", "passive", "我头晕", '{"x": 1}')


def arrived(work, openid, key):
    return journal.arrive(work.conn, work.vault, openid, key)


def test_after_a_move_only_the_new_visit_is_reminded_of(hospital):
    openid, patient = hospital.patient()
    booked = hospital.book(openid, hospital.slot(day=3), patient)
    sooner = hospital.slot(day=2)
    with hospital.bookings(openid) as desk:
        moved = desk.move(booked, sooner)
    about = (Outbox.kind, Outbox.appointment_id, Outbox.state, Outbox.appointment_version)
    with hospital.engine.connect() as conn:
        rows = conn.execute(select(*about).order_by(Outbox.id)).all()
        version = select(Appointment.version).where(Appointment.id == moved.id)
        now = conn.scalar(version)
    reminders = [row[1:] for row in rows if row.kind == "reminder"]
    old = [one for one in reminders if one[1] == "void"]
    assert len(old) == 2
    assert [one for one in reminders if one not in old] == [(moved.id, "due", now)] * 2


def test_the_journal_replays_and_keeps_order(hospital):
    openid, _ = hospital.patient()
    with hospital.work(openid) as work:
        assert arrived(work, openid, "k1").answered is None
        journal.store(work, entry(openid))
    with hospital.work(openid) as work:
        assert arrived(work, openid, "k1").answered == journal.StoredReply(1, "好的", "passive")
        assert arrived(work, openid, "k2").answered is None
        assert arrived(work, openid, "k2").latest == journal.Latest(1, '{"x": 1}', NOW)
    for same in (entry(openid, seq=2), entry(openid, key="k2")):  # the message, the step
        with pytest.raises(journal.Conflict), hospital.work(openid) as work:
            journal.store(work, same)
    with hospital.work(openid) as work:
        journal.store(work, entry(openid, seq=2, key="k2"))


def test_before_consent_only_key_and_reply_are_kept_and_for_a_day(hospital):
    known, _ = hospital.patient()
    with hospital.work("stranger") as work:
        journal.store(work, entry("stranger"))
        assert arrived(work, "stranger", "k2").latest == journal.Latest(1, None, NOW)
    with hospital.work(known) as work:
        journal.store(work, entry(known, key="k2"))
    with hospital.engine.begin() as conn:
        (row,) = conn.execute(select(Inbox).where(Inbox.state_enc.is_(None))).all()
        assert row.text_enc is None
    with hospital.work(Actor("job"), NOW + timedelta(hours=24)) as work:
        assert journal.purge_unconsented(work) == 0
    with hospital.work(Actor("job"), NOW + timedelta(hours=24, seconds=1)) as work:
        assert journal.purge_unconsented(work) == 1
        assert arrived(work, known, "k2").answered is not None


def test_who_asks_for_a_person_stands_on_the_desks_list(small):
    with small.work("stranger") as work:
        Requests(work).ask_for_human("我要找人")
    with small.engine.begin() as conn:
        (row,) = conn.execute(select(HumanRequest)).all()
    assert (row.kind, row.state, small.vault.open(row.words_enc)) == ("human", "open", "我要找人")


# -- whatever people do, the books balance


class AnyDay(RuleBasedStateMachine):
    """Two families and three slots; any order of acts and waiting."""

    url = ""

    def __init__(self):
        super().__init__()
        self.hospital = Hospital(f"{self.url}{next(self.numbers)}")
        self.people = self.hospital.patients(3)
        self.slots = [self.hospital.slot(n, hour=h) for n, h in ((1, 9), (2, 10), (2, 14))]
        self.known = []

    def act(self, person, do):
        openid, patient = self.people[person]
        try:
            with self.hospital.bookings(openid) as desk:
                return do(desk, patient)
        except Refusal:
            return None

    @rule(person=st.integers(0, 2), slot=st.integers(0, 2))
    def hold(self, person, slot):
        view = self.act(person, lambda desk, patient: desk.hold(self.slots[slot], patient))
        if view is not None:
            self.known.append((person, view.id))

    @precondition(lambda self: self.known)
    @rule(
        which=st.integers(0, 1000),
        act=st.sampled_from(["extend", "confirm", "confirm", "release", "cancel", "expire"]),
    )
    def change(self, which, act):
        person, appointment = self.known[which % len(self.known)]
        self.act(person, lambda desk, _: getattr(desk, act)(appointment))

    @precondition(lambda self: self.known)
    @rule(which=st.integers(0, 1000), slot=st.integers(0, 2))
    def move(self, which, slot):
        person, appointment = self.known[which % len(self.known)]
        view = self.act(person, lambda desk, _: desk.move(appointment, self.slots[slot]))
        if view is not None:
            self.known.append((person, view.id))

    @rule(minutes=st.integers(1, 8))
    def wait(self, minutes):
        self.hospital.now += minutes * MINUTE

    @invariant()
    def the_books_balance(self):
        for slot, capacity in zip(self.slots, (1, 2, 2), strict=True):
            said, active = self.hospital.stock(slot)
            assert 0 <= said == active <= capacity

    def teardown(self):
        self.hospital.close()


def any_days(tmp_path, examples, phases=tuple(Phase)):
    AnyDay.url = f"sqlite:///{tmp_path}/day"
    AnyDay.numbers = iter(range(1_000_000))
    machine = AnyDay.TestCase
    machine.settings = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        phases=phases,
    )
    machine().runTest()


def test_whatever_people_do_the_books_balance(tmp_path):
    any_days(tmp_path, 40)


def test_control_the_books_show_a_place_that_is_not_given_back(tmp_path, monkeypatch):
    def forgets(work, row, status, reason="", **changes):
        gone = update(Appointment).where(Appointment.id == row.id).values(status=status)
        return work.conn.execute(gone).rowcount == 1

    monkeypatch.setattr(stock, "finish", forgets)
    with pytest.raises(AssertionError):
        any_days(tmp_path, 20, phases=[Phase.generate])  # no need of the smallest one


def test_connect_refuses_what_it_cannot_serve():
    with pytest.raises(ValueError, match="no support for oracle"):
        connect("oracle://x")
