"""Who keeps places from others is stopped for a while, online only, and can appeal."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from bot.setting_values import read_policy
from desk import record
from desk.bookings import Bookings
from desk.work import Actor
from models import Appointment, AppointmentEvent, AuditEvent
from scheduling.errors import AccountLimit, PatientBlocked
from scheduling.policy import Policy
from tests.desk.hospital import NOW, Hospital

DAY = timedelta(days=1)


@pytest.fixture
def hospital(sqlite_url):
    hospital = Hospital(sqlite_url)
    yield hospital
    hospital.close()


def visits(hospital, person, days, **ended):
    """Past visits of a person on these days (negative), ended like this; their codes."""
    openid, patient = person
    kept, codes = hospital.now, []
    for day in days:
        slot = hospital.slot(day=day)
        hospital.now = NOW + (day - 1) * DAY
        made = hospital.book(openid, slot, patient)
        with hospital.engine.begin() as conn:
            by_id = Appointment.id == made
            conn.execute(update(Appointment).where(by_id).values(**ended))
            codes.append(conn.scalar(select(Appointment.code).where(by_id)))
    hospital.now = kept
    return codes


def test_three_visits_missed_close_online_booking_until_the_desk_excuses_one(hospital):
    hospital.policy = Policy(no_shows_allowed=3)
    person = hospital.patient()
    _, _, last = visits(hospital, person, (-40, -20, -10), status="no_show")
    openid, patient = person

    with pytest.raises(PatientBlocked) as refused:
        hospital.book(openid, hospital.slot(), patient)

    assert refused.value.facts == {"until": date(2026, 12, 14), "why": "no_show"}
    slot = hospital.slot(day=2)
    with hospital.work(Actor("window", name="desk")) as work:
        assert Bookings(work).hold(slot, patient).status == "held", "the window is never closed"
    with hospital.work(Actor("window", name="desk")) as work:
        assert record.excuse(work, last.lower(), "the bus broke down")
        assert not record.excuse(work, last, "once more")
    hospital.book(openid, hospital.slot(day=3), patient)
    with hospital.engine.connect() as conn:
        told = conn.scalar(
            select(AppointmentEvent.reason).where(AppointmentEvent.to_status == "excused")
        )
        assert told == "excused: the bus broke down"
        assert conn.scalar(select(AuditEvent.act)) == "excuse"


def test_old_ones_count_no_more_and_a_block_ends(hospital):
    hospital.policy = Policy(no_shows_allowed=3)
    openid, patient = person = hospital.patient()
    visits(hospital, person, (-95, -20, -10), status="no_show")
    hospital.book(openid, hospital.slot(), patient)
    other = hospital.patient()
    visits(hospital, other, (-80, -60, -35), status="no_show")
    hospital.book(other[0], hospital.slot(), other[1])


def test_nothing_is_counted_while_the_site_says_so(hospital):
    openid, patient = person = hospital.patient()
    visits(hospital, person, (-40, -20, -10), status="no_show")
    visits(hospital, person, (-9, -8, -7), status="cancelled", late_cancel=True, ended_at=NOW)
    hospital.book(openid, hospital.slot(), patient)


def test_late_cancellations_count_by_themselves(hospital):
    hospital.policy = Policy(no_shows_allowed=3, late_cancels_allowed=3)
    openid, patient = person = hospital.patient()
    visits(hospital, person, (-40, -20), status="no_show")
    late = {"status": "cancelled", "late_cancel": True, "ended_at": NOW - DAY}
    visits(hospital, person, (-9, -8), **late)
    hospital.book(openid, hospital.slot(), patient)

    visits(hospital, person, (-7,), **late)

    with pytest.raises(PatientBlocked) as refused:
        hospital.book(openid, hospital.slot(day=2), patient)
    assert refused.value.facts["why"] == "late_cancel"


def test_one_account_does_not_book_for_everybody(hospital):
    hospital.policy = Policy(account_limit=3)
    openid, first = hospital.patient()
    family = [first, *(hospital.patient()[1] for _ in range(3))]
    for patient in family[1:]:
        hospital.link(openid, patient, "verified")
    made = [hospital.book(openid, hospital.slot(), patient) for patient in family[:3]]

    with pytest.raises(AccountLimit) as refused:
        hospital.book(openid, hospital.slot(), family[3])

    assert refused.value.facts == {"limit": 3}
    with hospital.bookings(openid) as desk:
        desk.cancel(made[0])
    hospital.book(openid, hospital.slot(), family[3])


def test_a_site_turns_it_on_in_its_own_file(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text("no_shows_allowed = 3\nlate_cancels_allowed = 3\nreturns_before = 120\n")

    policy = read_policy(file)

    assert (policy.no_shows_allowed, policy.late_cancels_allowed) == (3, 3)
    assert policy.returns_before == timedelta(hours=2)
