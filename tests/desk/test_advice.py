"""What planning reads from the weeks before, and what it makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from desk import advice, advice_sites, advice_templates
from desk.roster import move_version
from handlers.texts import planning
from models import Village
from scheduling.advice import Move, Short
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed
from tests.desk.past_weeks import TODAY, PastWeeks, at

NURSE = Member(7, "刘护士", "desk", None, None)
TOMORROW, WEEK = TODAY + timedelta(days=1), 7


@pytest.fixture
def weeks(sqlite_url):
    weeks = PastWeeks(sqlite_url)
    yield weeks
    weeks.close()


def _staffing(weeks, day=TOMORROW, member=NURSE):
    with weeks.work() as work:
        return advice.staffing(work, member, "S", day)


# -- a day -----------------------------------------------------------------------------------


def test_the_general_rooms_of_a_department_are_one_line(weeks):
    ward = weeks.department(name="骨科")
    one, two = weeks.half_day(ward, 1), weeks.half_day(ward, 1)
    weeks.appointments(one, "08:00", 4)
    weeks.appointments(two, "09:30", 2)
    weeks.appointments(two, "09:30", 1, status="cancelled")
    (line,) = _staffing(weeks).lines
    assert (line.department_name, line.doctor_name, line.rooms, line.booked) == ("骨科", "", 2, 6)
    assert (line.minutes, line.measured, line.walk_ins) == (7.5, 0, 0)
    assert line.forecast.method == "simulation"
    assert [hour.begins for hour in line.forecast.hours] == [480, 540, 600, 660]
    assert line.forecast.hours[0].patients > 2 > line.forecast.hours[2].patients


def test_who_booked_a_doctor_by_name_waits_for_that_one(weeks):
    ward = weeks.department()
    zhang = weeks.doctor(ward)
    named = weeks.half_day(ward, 1, doctor_id=zhang, service_type="expert")
    general = weeks.half_day(ward, 1, doctor_id=zhang)
    for shift in (named, general):
        for clock in ("08:00", "09:00"):
            weeks.appointments(shift, clock, 16)
    lines = {line.doctor_name: line for line in _staffing(weeks).lines}
    assert set(lines) == {"张伟", ""}
    assert lines["张伟"].forecast.wait > 20
    assert lines["张伟"].forecast.extra is None, "no other room could take them"
    assert lines[""].forecast.extra.saves > 10


def test_walk_ins_of_the_four_same_weekdays_are_expected_again(weeks):
    ward = weeks.department()
    weeks.half_day(ward, 1)
    for back in range(1, 5):
        day = 1 - back * WEEK
        shift = weeks.half_day(ward, day)
        weeks.appointments(shift, "09:00", back, channel="window", created_at=at(day, "08:40"))
        weeks.appointments(shift, "10:00", 2, channel="window")  # asked for the day before
        weeks.appointments(weeks.half_day(ward, day + 1), "09:00", 5, channel="window",
                           created_at=at(day + 1, "08:40"))  # fmt: skip
    (line,) = _staffing(weeks).lines
    assert line.walk_ins == pytest.approx((1 + 2 + 3 + 4) / 4)
    assert line.forecast.hours[1].patients == pytest.approx(2.5, abs=0.4)


def test_of_today_only_those_are_expected_who_can_still_come(weeks):
    ward = weeks.department()
    weeks.half_day(ward, 0)
    for back in range(1, 5):
        shift = weeks.half_day(ward, -back * WEEK)
        made = {"channel": "window", "created_at": at(-back * WEEK, "07:50")}
        weeks.appointments(shift, "08:00", 3, **made)
        weeks.appointments(shift, "09:30", 2, **made)
    weeks.now += timedelta(minutes=30)
    (line,) = _staffing(weeks, TODAY).lines
    assert line.walk_ins == pytest.approx(1.0), "half of nine to ten is left, eight is over"


def test_far_ahead_the_newest_weeks_before_today_count(weeks):
    ward = weeks.department()
    weeks.half_day(ward, 14)
    for back in (0, 1, 2, 3, 4):
        shift = weeks.half_day(ward, -back * WEEK)
        made = {"channel": "window", "created_at": at(-back * WEEK, "08:50")}
        weeks.appointments(shift, "09:00", 8 if back == 0 else 1, **made)
    (line,) = _staffing(weeks, TODAY + timedelta(days=14)).lines
    assert line.walk_ins == 1, "today is not over, so it tells nothing yet"


def test_what_a_patient_takes_is_measured_both_visits_together(weeks):
    ward = weeks.department()
    weeks.appointments(weeks.half_day(ward, 1), "08:00", 3)
    past = weeks.half_day(ward, -3, places=60)
    for number in range(40):
        lengths = (5.0, 3.0) if number % 2 else (6.0,)
        weeks.visit(past, "08:00", "08:00", "08:10", *lengths)
    (line,) = _staffing(weeks).lines
    assert (line.measured, line.minutes) == (40, pytest.approx((5 + 3 + 6) / 2))
    few = weeks.department()
    weeks.appointments(weeks.half_day(few, 1), "08:00", 3)
    weeks.visit(weeks.half_day(few, -3), "08:00", "08:00", "08:10", 20.0)
    lines = {line.measured: line for line in _staffing(weeks).lines}
    assert lines[0].minutes == 7.5, "one patient says nothing yet"


def test_who_stays_away_is_not_waited_for(weeks):
    ward = weeks.department()
    weeks.appointments(weeks.half_day(ward, 1), "08:00", 20)
    past = weeks.half_day(ward, -2, places=60)
    weeks.appointments(past, "08:00", 40, status="booked")
    (usual,) = _staffing(weeks).lines
    for _ in range(10):
        weeks.visit(past, "08:30", "08:30", "08:40", 5.0)
    (line,) = _staffing(weeks).lines
    assert usual.forecast.hours[0].patients == pytest.approx(20 * (1 - 0.144), abs=1.5)
    assert line.forecast.hours[0].patients == pytest.approx(20 * 0.2, abs=1)


def test_what_is_suspended_or_remote_needs_no_room(weeks):
    ward = weeks.department()
    for more in ({"state": "suspended"}, {"mode": "remote"}):
        weeks.appointments(weeks.half_day(ward, 1, **more), "08:00", 3)
    assert _staffing(weeks).lines == ()


def test_what_happened_stands_beside_from_slot_or_later_arrival_to_first_call(weeks):
    ward = weeks.department()
    weeks.appointments(weeks.half_day(ward, 1), "08:00", 3)
    past = weeks.half_day(ward, -1)
    weeks.visit(past, "08:00", "07:40", "08:10", 5.0)
    weeks.visit(past, "08:30", "08:50", "09:30", 5.0, 3.0)
    weeks.visit(past, "09:00", "09:00", "08:55", 5.0)
    found = _staffing(weeks)
    assert found.seen_on == TODAY - timedelta(days=1)
    (line,) = found.lines
    assert [(one.begins, one.patients, one.wait, one.long) for one in line.seen] == [
        (480, 2, 25, 0.5),
        (540, 1, 0, 0),
    ]


def test_a_day_that_is_over_is_held_against_itself(weeks):
    ward = weeks.department()
    for day in (-1, -5):
        weeks.visit(weeks.half_day(ward, day), "08:00", "08:00", f"08:{-day:02}", 5.0)
    found = _staffing(weeks, TODAY - timedelta(days=5))
    assert (found.seen_on, found.lines[0].seen[0].wait) == (found.day, 5)
    assert _staffing(weeks, TODAY).seen_on == TODAY - timedelta(days=1)


def test_today_is_seen_once_its_shifts_have_ended(weeks):
    ward = weeks.department()
    weeks.appointments(weeks.half_day(ward, 1), "08:00", 3)
    weeks.visit(weeks.half_day(ward, -1), "08:00", "08:00", "08:05", 5.0)
    weeks.visit(weeks.half_day(ward, 0), "08:00", "08:00", "08:20", 5.0)
    assert _staffing(weeks).seen_on == TODAY - timedelta(days=1), (
        "it is nine, they go on till noon"
    )
    weeks.now += timedelta(hours=3)
    for day in (TODAY, TOMORROW):
        found = _staffing(weeks, day)
        assert (found.seen_on, found.lines[0].seen[0].wait) == (TODAY, 20)


def test_nobody_plans_for_a_site_of_others(weeks):
    elsewhere = Member(8, "王护士", "desk", None, "OTHER")
    with pytest.raises(NotAllowed):
        _staffing(weeks, member=elsewhere)
    with weeks.work() as work, pytest.raises(NotAllowed):
        advice.staffing(work, NURSE, "NO", TOMORROW)
    with weeks.work() as work:
        assert advice.sites(work, elsewhere) == []


# -- a shift ---------------------------------------------------------------------------------


def test_a_shift_as_it_is_and_what_would_be_better(weeks):
    shift = weeks.half_day(weeks.department(), 1)
    with weeks.work() as work:
        found = advice_templates.template(work, NURSE, shift)
    assert found.now.template == (4,) * 8
    assert sum(found.rule.template) == 32
    assert [clock.hour for clock in found.starts_at] == [8, 8, 9, 9, 10, 10, 11, 11]
    assert (found.minutes, found.measured) == (7.5, 0)
    waits = [point.cost.wait for point in found.curve]
    assert len(waits) > 2
    assert waits == sorted(waits, reverse=True)


def test_a_shift_without_places_and_one_of_others(weeks):
    ward = weeks.department()
    empty = weeks.half_day(ward, 1, places=0)
    named = weeks.half_day(ward, 1, doctor_id=weeks.doctor(ward))
    with weeks.work() as work:
        assert advice_templates.template(work, NURSE, empty) is None
        with pytest.raises(NotAllowed):
            advice_templates.template(work, Member(9, "李芳", "doctor", "DR0", None), named)


# -- next week -------------------------------------------------------------------------------


@pytest.fixture
def two_sites(weeks):
    """General practice at two sites three kilometres apart; Mondays were booked by eight."""
    weeks.place(1, 30.0)
    here = weeks.department(name="全科", national_code="02")
    there = weeks.department(name="全科门诊", national_code="02", site_id=weeks.site("E", 30.027))
    for back in range(1, 5):
        weeks.appointments(weeks.half_day(here, -1 - back * WEEK), "08:00", 8, status="completed")
    return here, there


MONDAY = TODAY + timedelta(days=6)


def test_who_finds_no_place_at_home_could_go_to_the_other_site(weeks, two_sites):
    here, there = two_sites
    weeks.half_day(here, 6, places=1, slots=5)
    weeks.half_day(there, 6, places=2, slots=5, site_id=2)
    with weeks.work() as work:
        found = advice_sites.next_week(work)
    assert (found.first, found.demand, found.at_home, found.short) == (MONDAY, 8, 5, ())
    (move,) = found.moves
    expected = Move("全科", "中心", "E社区", MONDAY, MONDAY, "am", 3, move.minutes, is_walk=False)
    assert move == expected
    assert 15 < move.minutes < 25


def test_what_is_booked_already_is_not_asked_for_again(weeks, two_sites):
    here, _ = two_sites
    weeks.appointments(weeks.half_day(here, 6, places=9), "08:00", 6)
    weeks.wait_for(here, 7, 9)
    with weeks.work() as work:
        found = advice_sites.next_week(work)
    assert (found.demand, found.at_home) == (2 + 1, 3), "eight less six, and one who waits"


def test_who_finds_no_place_anywhere_is_named(weeks, two_sites):
    there = two_sites[1]
    weeks.half_day(there, 6, places=1, slots=5, site_id=2)
    with weeks.work() as work:
        found = advice_sites.next_week(work)
    assert found.short == (Short("全科", "中心", MONDAY, "am", 3, "full"),)
    weeks.place(2, 33.0)
    with weeks.work() as work:
        work.known.directory = None
    with weeks.work() as work:
        assert advice_sites.next_week(work).short[0].why == "too_far"


def test_what_was_said_of_waits_is_held_against_those_that_came(weeks):
    """Three were told 10 to 30 minutes: two waited 20, one 40. The fourth was told nothing."""
    ward = weeks.department()
    yesterday = weeks.half_day(ward, -1)
    said = {"told_low": 10.0, "told_high": 30.0, "told_mean": 19.0}
    weeks.visit(yesterday, "08:00", "08:00", "08:20", 5.0, **said)
    weeks.visit(yesterday, "08:00", "08:00", "08:20", 5.0, 5.0, **said)
    weeks.visit(yesterday, "08:00", "08:00", "08:40", 5.0, **said)
    weeks.visit(yesterday, "08:00", "08:00", "09:50", 5.0)
    weeks.appointments(weeks.half_day(ward, 1), "08:00", 2)
    weeks.appointments(weeks.half_day(weeks.department(name="骨科"), 1), "08:00", 2)

    found = _staffing(weeks)
    told = found.told

    by_department = {line.department_name: line.told for line in found.lines}
    assert by_department.pop("骨科") is None
    assert list(by_department.values()) == [told], "each department is held to what it said"
    assert (told.patients, round(told.kept, 2)) == (3, 0.67)
    assert told.error == pytest.approx((1 + 1 + 21) / 3)
    assert told.bias == pytest.approx(-23 / 3)
    assert planning.told(told).endswith("平均差8分钟，平均少报8分钟。")
    assert _staffing(weeks, TODAY - timedelta(days=8)).told is None


def test_what_was_not_measured_is_a_rule_of_the_site_and_the_page_says_which(weeks):
    """Of twelve booked yesterday three stayed away: too few to tell here, enough elsewhere."""
    ward = weeks.department(name="骨科")
    yesterday = weeks.half_day(ward, -1)
    weeks.appointments(yesterday, "08:00", 9, status="completed")
    weeks.appointments(yesterday, "08:30", 3, status="no_show")
    weeks.visit(yesterday, "08:00", "08:00", "08:10", 5.0)
    weeks.appointments(weeks.half_day(ward, 1), "08:00", 20)

    (here,) = _staffing(weeks).lines
    weeks.policy = replace(weeks.policy, planning_least=10)
    (elsewhere,) = _staffing(weeks).lines
    weeks.policy = replace(weeks.policy, planning_least=30, usual_no_show=0.4)
    (pessimistic,) = _staffing(weeks).lines

    assert (here.no_show, here.attended) == (0.144, 0)
    assert elsewhere.attended >= 12
    assert 0.2 < elsewhere.no_show < 0.3
    assert "按规则" in planning.away(here.no_show, here.attended)
    assert "实测" in planning.away(elsewhere.no_show, elsewhere.attended)
    assert (pessimistic.no_show, pessimistic.attended) == (0.4, 0)
    assert pessimistic.forecast.wait < here.forecast.wait
    assert "40%" in planning.assumed(weeks.policy)


def test_how_far_people_go_is_a_rule_of_the_site(weeks, two_sites):
    _, there = two_sites
    weeks.half_day(there, 6, places=9, slots=5, site_id=2)
    weeks.policy = replace(weeks.policy, ride_kilometres_an_hour=3)
    with weeks.work() as work:
        slow = advice_sites.next_week(work)
    weeks.policy = replace(weeks.policy, walked_longest=timedelta(minutes=50))
    with weeks.work() as work:
        on_foot = advice_sites.next_week(work)

    assert {one.why for one in slow.short} == {"too_far"}
    assert [move.is_walk for move in on_foot.moves] == [True]
    assert "走路每分钟80米" in planning.going(weeks.policy)


def village(weeks, code, latitude, people, site=None):
    place = {"code": code, "name": f"{code}村", "longitude": 120.0, "latitude": latitude}
    with weeks.work() as work:
        work.conn.execute(insert(Village).values(**place, people=people, site_id=site))
        move_version(work)


def test_where_villages_are_known_patients_come_from_them(weeks, two_sites):
    """Eight are asked for: six of a big village near the other site, two of one next door."""
    here, there = two_sites
    village(weeks, "近", 30.0, 200, site=1)
    village(weeks, "远", 30.028, 600, site=1)
    weeks.half_day(here, 6, places=1, slots=5)
    weeks.half_day(there, 6, places=1, slots=5, site_id=2)
    with weeks.work() as work:
        found = advice_sites.next_week(work)

    assert (found.villages, found.demand, found.at_home, found.short) == (2, 8, 3, ())
    assert {(move.village, move.to_site, move.patients) for move in found.moves} == {
        ("远村", "E社区", 5)
    }
    assert all(move.minutes < 10 for move in found.moves), "from the village, not from the site"


def test_a_village_from_where_nothing_is_within_reach_is_named(weeks, two_sites):
    here, _ = two_sites
    village(weeks, "山", 31.0, 100, site=1)
    village(weeks, "近", 30.0, 300)
    weeks.half_day(here, 6, places=2, slots=5)
    with weeks.work() as work:
        found = advice_sites.next_week(work)

    assert found.short == (Short("全科", "中心", MONDAY, "am", 2, "too_far", "山村"),)
    assert planning.short(found.short[0]).endswith("山村的2位没有号，能看的机构太远")
    assert "2个村居" in planning.origins(found.villages)


@pytest.mark.usefixtures("two_sites")
def test_a_doctor_of_the_eye_is_no_stand_in(weeks):
    eyes = weeks.department(name="眼科", national_code="10", site_id=2)
    weeks.half_day(eyes, 6, site_id=2)
    with weeks.work() as work:
        found = advice_sites.next_week(work)
    assert found.short == (Short("全科", "中心", MONDAY, "am", 8, "no_specialty"),)


# -- how much is read ------------------------------------------------------------------------


def test_as_many_queries_for_two_hundred_as_for_ten(weeks, two_sites):
    here, _ = two_sites
    shift = weeks.half_day(here, 1, places=200)

    def queries():
        counts = []
        for act in (
            lambda work: advice.staffing(work, NURSE, "S", TOMORROW),
            lambda work: advice_templates.template(work, NURSE, other),
            advice_sites.next_week,
        ):
            with weeks.work() as work:
                work.directory  # noqa: B018 - what every piece of work knows already
                with weeks.counted() as seen:
                    act(work)
            counts.append(len(seen))
        return counts

    other = weeks.half_day(here, 1, slots=2)
    weeks.appointments(shift, "08:00", 10)
    weeks.visit(weeks.half_day(here, -1), "08:00", "08:00", "08:10", 5.0)
    few = queries()
    for number in range(9):
        ward = weeks.department()
        for day in (1, -1, -6):
            more = weeks.half_day(ward, day, places=30)
            weeks.appointments(more, "08:00", 7)
            weeks.visit(more, "08:30", "08:30", f"08:4{number}", 5.0)
    weeks.appointments(shift, "08:30", 20)
    assert queries() == few
    assert max(few) < 12


def test_all_of_it_is_read_alike_by_every_engine(database_url):
    weeks = PastWeeks(database_url)
    ward = weeks.department(name="骨科", national_code="05")
    tomorrow = weeks.half_day(ward, 1)
    weeks.appointments(tomorrow, "08:00", 3)
    for back in (1, 2):
        past = weeks.half_day(ward, 1 - back * WEEK)
        made = {"channel": "window", "created_at": at(1 - back * WEEK, "08:50")}
        weeks.appointments(past, "09:00", 2, status="completed", **made)
    weeks.visit(weeks.half_day(ward, -1), "08:00", "08:05", "08:45", 5.0, 3.0)
    weeks.wait_for(ward, 6, 8)
    with weeks.work() as work:
        found = advice.staffing(work, NURSE, "S", TOMORROW)
        template = advice_templates.template(work, NURSE, tomorrow)
        sites = advice_sites.next_week(work)
    (line,) = found.lines
    assert (line.booked, line.walk_ins, found.seen_on) == (3, 1, TODAY - timedelta(days=1))
    assert [(one.begins, one.wait) for one in line.seen] == [(480, 40)]
    assert template.now.template == (4,) * 8
    assert (sites.demand, [one.why for one in sites.short]) == (2, ["no_specialty"] * 2)
    weeks.close()
