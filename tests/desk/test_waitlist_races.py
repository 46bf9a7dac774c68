"""Who waits keeps the place against everybody who asks at the same moment, on three databases."""

import json
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from desk import line
from desk.admission import lock_patients
from desk.waitlist import SERVE, Waitlist
from desk.work import Actor
from models import Appointment, AppointmentEvent, Job, Patient, WaitlistEntry
from scheduling.errors import SlotTaken
from tests.desk.hospital import NOW, race, without_write_lock
from tests.desk.test_races import PAUSE, in_one_of_ten_rounds, on_sqlite

pytestmark = pytest.mark.race


@pytest.fixture
def hospital(busy):
    return busy


def full(hospital, owners=1, slots=1, waiting=1, days=1):
    """Slots of one morning (or of several), all taken, and a line for any of them."""
    department = hospital.department()
    places = [
        hospital.slot(owners, department=department, day=1 + number % days)
        for number in range(slots)
    ]
    taken = [
        (openid, slot, hospital.book(openid, slot, patient))
        for slot in places
        for openid, patient in hospital.patients(owners)
    ]
    line = hospital.patients(waiting)
    for openid, patient in line:
        hospital.join(openid, patient, hospital.wish(department, days=days))
    return places, taken, line


def canceller(hospital, openid, appointment):
    return lambda: hospital.cancel(openid, appointment)


def served(hospital, patient):
    """How many places a patient has or is offered."""
    mine = Appointment.patient_id == patient, Appointment.status.in_(("held", "booked"))
    return hospital.rows(func.count(Appointment.id), *mine)[0]


# -- the first in line against everybody who asks directly


def insist(hospital, openid, slot, patient):
    """Ask for the place again and again, as who refreshes a page does."""
    for _ in range(5):
        try:
            return hospital.book(openid, slot, patient)
        except SlotTaken:
            time.sleep(PAUSE / 4)
    raise SlotTaken


def rush(hospital):
    """One place comes back while twenty people ask for it and one waits for it."""
    ((slot,), ((owner, _, theirs),), ((_, first),)) = full(hospital)
    people = hospital.patients(20)
    bookers = [lambda o=o, p=p: insist(hospital, o, slot, p) for o, p in people]
    acts = [*bookers[:7], canceller(hospital, owner, theirs), *bookers[7:]]
    ends = race(acts, 12)
    return slot, first, ends


def test_the_first_in_line_never_loses_to_who_asks_directly(hospital):
    for _ in range(5):
        slot, first, ends = rush(hospital)
        assert ends == {"done": 1, "SlotTaken": 20}, "only the cancelling went through"
        assert served(hospital, first) == 1
        assert hospital.stock(slot) == (1, 1)


def test_control_a_place_released_first_and_promoted_later_is_lost(hospital, monkeypatch):
    cancel = hospital.cancel

    def later(openid, appointment):
        with monkeypatch.context() as patched:
            patched.setattr(line, "hand_over", lambda work, slots: [])
            cancel(openid, appointment)
        time.sleep(PAUSE)
        with hospital.work() as work:
            line.serve(work)

    monkeypatch.setattr(hospital, "cancel", later)

    def shows() -> bool:
        _, first, _ = rush(hospital)
        return served(hospital, first) == 0

    assert in_one_of_ten_rounds(shows)


def test_who_waits_and_asks_directly_at_that_moment_has_it_either_way(hospital):
    for _ in range(5):
        ((slot,), ((owner, _, theirs),), ((first, patient), _)) = full(hospital, waiting=2)

        def ask(first=first, slot=slot, patient=patient):
            with hospital.bookings(first) as desk:
                desk.hold(slot, patient)

        ends = race([ask, canceller(hospital, owner, theirs), ask], 3)
        assert set(ends) <= {"done", "SlotTaken"}
        assert served(hospital, patient) == 1
        assert hospital.stock(slot) == (1, 1)


# -- many places come back at once


def ask_again(hospital):
    """Run the jobs that places left because all who waited were held by other acts."""
    asked = [json.loads(one)["slot"] for one in hospital.rows(Job.payload, Job.kind == line.AGAIN)]
    for slot in asked:
        with hospital.work(Actor("job")) as work:
            line.ask_again(work, slot)
    return asked


def test_a_place_whose_whole_line_is_held_by_others_goes_to_it_a_moment_later(
    hospital, monkeypatch
):
    if on_sqlite(hospital):
        pytest.skip("SQLite has one writer: nobody can hold a patient meanwhile")
    ((slot,), ((owner, _, theirs),), ((_, patient),)) = full(hospital)
    with hospital.work(Actor("window")) as other:
        lock_patients(other, [patient])
        # Who was next when the act began has been served by now: nobody it could wait for.
        with monkeypatch.context() as patched:
            patched.setattr(line, "heads", lambda work, slots: [])
            hospital.cancel(owner, theirs)
    assert (served(hospital, patient), hospital.stock(slot)) == (0, (0, 0))

    assert ask_again(hospital) == [slot]

    assert (served(hospital, patient), hospital.stock(slot)) == (1, (1, 1))


def storm(hospital):
    slots, taken, people = full(hospital, owners=3, slots=4, waiting=12)
    acts = [canceller(hospital, openid, appointment) for openid, _, appointment in taken]
    return slots, people, race(acts, 8)


def test_a_storm_of_cancellings_serves_everybody_in_line_once(hospital):
    slots, people, ends = storm(hospital)
    assert ends == {"done": 12}
    ask_again(hospital)
    assert [served(hospital, patient) for _, patient in people] == [1] * 12
    assert all(hospital.stock(slot) == (3, 3) for slot in slots)
    assert hospital.states() == ["offered"] * 12


def two_places_for_one(hospital, tries=5):
    slots, taken, ((_, patient),) = full(hospital, slots=8, days=8)
    acts = [canceller(hospital, openid, appointment) for openid, _, appointment in taken]
    ends = race(acts, 8, tries)
    return slots, patient, ends


def test_eight_places_at_once_are_one_offer_for_one_who_waits(hospital):
    slots, patient, ends = two_places_for_one(hospital)
    assert ends == {"done": 8}
    assert served(hospital, patient) == 1
    assert sorted(hospital.stock(slot) for slot in slots) == [(0, 0)] * 7 + [(1, 1)]


def test_control_a_turn_that_is_not_claimed_is_served_twice(hospital, monkeypatch):
    def blindly(work, patient):
        time.sleep(PAUSE)
        return work.conn.execute(line_patient(patient)).one()

    monkeypatch.setattr(line, "lock_patients", lambda work, patients: None)
    monkeypatch.setattr(line, "lock_patient_if_free", blindly)
    monkeypatch.setattr(line, "_CLAIM", line._ENTRY.values(state="offered"))
    monkeypatch.setattr(line, "admit", lambda work, wanted, person: None)
    if on_sqlite(hospital):
        without_write_lock(hospital)

    def shows() -> bool:
        _, patient, ends = two_places_for_one(hospital, tries=1 if on_sqlite(hospital) else 5)
        return set(ends) != {"done"} or served(hospital, patient) != 1

    assert in_one_of_ten_rounds(shows)


def line_patient(patient):
    return select(Patient.id, Patient.sex, Patient.birth_on).where(Patient.id == patient)


# -- a no at the moment another place comes back


def offered_late(hospital):
    """Two places of one morning: she is offered the later one, somebody has the earlier one."""
    (early, _), (first, second), ((openid, patient),) = full(hospital, slots=2)
    hospital.cancel(second[0], second[2])
    hospital.now += timedelta(minutes=1)  # she has joined long ago
    return early, canceller(hospital, first[0], first[2]), openid, patient


def serve_who_has_come_into_line(hospital):
    """Run the jobs that ask for who has just come into line, or back."""
    due = Job.kind == SERVE, Job.due_at > hospital.now
    for payload in hospital.rows(Job.payload, *due):
        with hospital.work(Actor("job")) as work:
            Waitlist(work).serve(json.loads(payload)["entry"])


def noes_as_places_come_back(hospital):
    people, acts = [], []
    for _ in range(6):
        early, cancel, openid, patient = offered_late(hospital)
        people.append((early, patient))
        acts += [lambda o=openid: hospital.answer(o, "release"), cancel]
    return people, race(acts, 6)


def test_who_says_no_as_another_place_comes_back_has_that_one(hospital):
    people, ends = noes_as_places_come_back(hospital)
    assert ends == {"done": 12}
    serve_who_has_come_into_line(hospital)
    assert [served(hospital, patient) for _, patient in people] == [1] * 6
    assert [hospital.stock(early) for early, _ in people] == [(1, 1)] * 6


def test_control_who_is_asked_only_about_the_place_that_ends_is_left_beside_another(
    hospital, monkeypatch
):
    monkeypatch.setattr(
        line, "coming_back", lambda work, rows, but_for=None: [row.slot_id for row in rows]
    )

    def shows() -> bool:
        people, _ = noes_as_places_come_back(hospital)
        return any(hospital.stock(early) == (0, 0) for early, _ in people)

    assert in_one_of_ten_rounds(shows)


def test_who_says_no_before_another_place_is_seen_to_be_back_is_asked_a_moment_later(hospital):
    if on_sqlite(hospital):
        pytest.skip("SQLite has one writer: nothing comes back unseen")
    early, _, openid, patient = offered_late(hospital)
    (owners,) = hospital.rows(Appointment.id, Appointment.slot_id == early)
    with hospital.bookings() as unseen:
        unseen.cancel(owners)
        hospital.answer(openid, "release")
    assert (served(hospital, patient), hospital.stock(early)) == (0, (0, 0))

    serve_who_has_come_into_line(hospital)

    assert (served(hospital, patient), hospital.stock(early)) == (1, (1, 1))


# -- an answer against the end of the offer


def offers(hospital, count):
    """As many offers: (openid, patient, slot, appointment)."""
    made = []
    for _ in range(count):
        ((slot,), ((owner, _, theirs),), people) = full(hospital, waiting=2)
        hospital.cancel(owner, theirs)
        (view,) = hospital.waits(people[0][0])
        made.append((people, slot, view.offer))
    return made


def test_an_offer_is_taken_or_over_never_both_and_nobody_loses_a_place(hospital):
    end = NOW + hospital.policy.offer_lives
    made, acts = offers(hospital, 8), []
    for people, _, offer in made:

        def accept(openid=people[0][0], offer=offer):
            with hospital.bookings(openid, end - timedelta(microseconds=1)) as desk:
                desk.confirm(offer)

        def expire(offer=offer):
            with hospital.bookings(at=end) as desk:
                desk.expire(offer)

        acts += [accept, expire]

    ends = race(acts, 8)

    assert set(ends) <= {"done", "HoldExpired"}
    for (first, second), slot, _ in made:
        assert hospital.stock(slot) == (1, 1)
        assert served(hospital, first[1]) + served(hospital, second[1]) == 1


def test_an_offer_taken_eight_times_is_one_appointment(hospital):
    ((people, slot, offer),) = offers(hospital, 1)

    def accept():
        with hospital.bookings(people[0][0]) as desk:
            desk.confirm(offer)

    assert race([accept] * 8, 8) == {"done": 8}
    booked = AppointmentEvent.appointment_id == offer, AppointmentEvent.to_status == "booked"
    assert hospital.rows(func.count(AppointmentEvent.id), *booked) == [1]
    assert hospital.stock(slot) == (1, 1)
    assert hospital.states() == ["done", "waiting"]


def test_one_place_cancelled_eight_times_is_handed_over_once(hospital):
    ((slot,), ((owner, _, theirs),), people) = full(hospital, waiting=3)

    ends = race([canceller(hospital, owner, theirs)] * 8, 8)

    assert ends == {"done": 1, "AppointmentOver": 7}
    assert [served(hospital, patient) for _, patient in people] == [1, 0, 0]
    assert hospital.stock(slot) == (1, 1)


def test_leaving_declining_joining_and_cancelling_at_once_keep_the_books(hospital):
    slots, taken, people = full(hospital, owners=2, slots=3, waiting=6)
    for openid, _, appointment in taken[:3]:
        hospital.cancel(openid, appointment)
    department = hospital.rows(WaitlistEntry.department_id)[0]
    newcomers = hospital.patients(4)

    def leave(openid):
        with hospital.work(openid) as work:
            for view in Waitlist(work).mine():
                Waitlist(work).leave(view.id)

    def decline(openid):
        with hospital.work(openid) as work:
            offered = [view.offer for view in Waitlist(work).mine() if view.offer]
        for offer in offered:
            with hospital.bookings(openid) as desk:
                desk.release(offer)

    acts = [
        *(lambda o=o: leave(o) for o, _ in people[:3]),
        *(lambda o=o: decline(o) for o, _ in people[2:]),
        *(canceller(hospital, openid, one) for openid, _, one in taken[3:]),
        *(lambda o=o, p=p: hospital.join(o, p, hospital.wish(department)) for o, p in newcomers),
    ]
    ends = race(acts, 8)

    assert set(ends) <= {"done", "PlacesLeft"}
    for slot in slots:
        said, active = hospital.stock(slot)
        assert said == active <= 2
    held = Appointment.status == "held"
    offered = hospital.rows(WaitlistEntry.id, WaitlistEntry.state == "offered")
    assert sorted(hospital.rows(Appointment.waitlist_id, held)) == sorted(offered)
