"""Places kept for the old, the referred and the signed, until they are everybody's."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, func, select, update

from desk import entitlements, merging, stock
from desk.finder import Finder
from desk.roster import import_roster
from models import Appointment, Department, Slot, WaitlistEntry
from scheduling import quotas
from scheduling.errors import KeptForOthers, Refusal, SlotTaken
from scheduling.policy import Policy
from scheduling.slots import Cutting, cut
from scheduling.types import Need
from tests.bot.hospital import ROSTER
from tests.desk.busy import BusyHospital
from tests.desk.hospital import NOW, SHANGHAI, race

POLICY = Policy(elderly_share=0.25, referred_share=0.25, signed_share=0.25)
YOUNG = {"birth_on": date(1990, 5, 1)}  # the others of the hospital are 66
NOON_OF_THE_EVE = datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture
def small(sqlite_url):
    clinic = BusyHospital(sqlite_url, POLICY)
    yield clinic
    clinic.close()


@pytest.fixture
def hospital(database_url):
    clinic = BusyHospital(database_url, POLICY)
    yield clinic
    clinic.close()


def slot(clinic, places, day=2, **kept):
    """A slot the day after tomorrow, with places kept for some."""
    number = clinic.slot(places, day=day)
    columns = {"kept_elderly": 0, **{f"kept_{name}": count for name, count in kept.items()}}
    with clinic.work() as work:
        work.conn.execute(update(Slot).where(Slot.id == number).values(**columns))
    return number


def kept(clinic, number):
    return {name: clinic.rows(getattr(Slot, f"kept_{name}"), Slot.id == number)[0]
            for name in quotas.QUOTAS}  # fmt: skip


def entitle(clinic, patient, kind, until=date(2026, 12, 31)):
    with clinic.work() as work:
        entitlements.grant(work, patient, kind, "李医生", until)


def test_the_last_places_wait_for_whom_they_are_kept_and_the_rest_are_told(small):
    number = slot(small, 2, elderly=1)
    small.book(*_with(small.patient(**YOUNG), number))
    young, patient = small.patient(**YOUNG)

    with pytest.raises(KeptForOthers) as no:
        small.book(young, number, patient)

    assert no.value.facts == {"quotas": ("elderly",), "opens": NOON_OF_THE_EVE}
    old, lady = small.patient()
    booked = small.book(old, number, lady)
    assert small.rows(Appointment.quota, Appointment.id == booked) == ["elderly"]
    assert kept(small, number)["elderly"] == 0
    with pytest.raises(SlotTaken):
        small.book(young, number, patient)


def _with(person, number):
    openid, patient = person
    return openid, number, patient


def test_what_is_left_the_day_before_at_noon_is_everybodys(small):
    number = slot(small, 1, signed=1)
    young, patient = small.patient(**YOUNG)
    for now, may in ((NOON_OF_THE_EVE - timedelta(seconds=1), False), (NOON_OF_THE_EVE, True)):
        small.now = now
        if not may:
            with pytest.raises(KeptForOthers):
                small.book(young, number, patient)
        else:
            small.book(young, number, patient)
    assert small.stock(number) == (1, 1)


def test_a_kept_place_that_is_given_back_is_kept_again(small):
    number = slot(small, 1, elderly=1)
    old, lady = small.patient()
    small.cancel(old, small.book(old, number, lady))
    assert kept(small, number)["elderly"] == 1
    young, patient = small.patient(**YOUNG)
    with pytest.raises(KeptForOthers):
        small.book(young, number, patient)


@pytest.mark.parametrize("kind", quotas.GRANTED)
def test_the_desk_says_who_is_signed_or_referred_and_until_when(small, kind):
    number = slot(small, 1, **{kind: 1})
    young, patient = small.patient(**YOUNG)
    entitle(small, patient, kind, until=date(2026, 11, 25))
    with pytest.raises(KeptForOthers):
        small.book(young, number, patient)  # the visit is on the 26th
    entitle(small, patient, kind, until=date(2026, 11, 26))
    small.cancel(young, small.book(young, number, patient))
    with small.work() as work:
        assert entitlements.end(work, patient, kind)
        assert not entitlements.end(work, patient, kind)
    with pytest.raises(KeptForOthers):
        small.book(young, number, patient)


def test_what_the_desk_has_granted_goes_along_when_two_records_become_one(small):
    number = slot(small, 1, signed=1)
    (young, keep), (_, gone) = small.patient(**YOUNG), small.patient(**YOUNG)
    entitle(small, gone, "signed")
    with small.work() as work:
        merging.merge(work, keep, gone)
    assert small.book(young, number, keep)


def test_a_search_shows_the_kept_places_to_whom_they_are_kept_only(small):
    number = slot(small, 1, elderly=1)
    with small.work() as work:
        code = work.conn.scalar(
            select(Department.code).join(Slot, Slot.department_id == Department.id)
        )
    day = datetime(2026, 11, 26, tzinfo=SHANGHAI)
    need = Need(departments=((code, 1.0),), when=((day, day + timedelta(days=1)),))
    (old, lady), (young, patient) = small.patient(), small.patient(**YOUNG)
    with small.work(old) as work:
        assert Finder(work).offers(replace(need, whose=lady)).exact[0].slots == [number]
    with small.work(young) as work:
        found = Finder(work).offers(need, patient)
        assert found.exact == ()
        assert (found.miss.reason, found.miss.begins) == ("kept", NOON_OF_THE_EVE)


def test_a_kept_place_that_comes_back_passes_over_whom_it_is_not_kept_for(small):
    number = slot(small, 1, elderly=1)
    old, lady = small.patient()
    theirs = small.book(old, number, lady)
    department = small.rows(Slot.department_id, Slot.id == number)[0]
    young, old_too = small.patient(**YOUNG), small.patient()
    for openid, patient in (young, old_too):
        small.join(openid, patient, small.wish(department, day=2))
    small.cancel(old, theirs)
    assert small.states() == ["waiting", "offered"]
    assert small.rows(WaitlistEntry.skipped_why)[0] == "KeptForOthers"


def test_a_site_that_keeps_nothing_reads_nothing_more(small):
    small.policy = Policy()
    number = slot(small, 1)
    small.book(*_with(small.patient(), number))
    assert small.rows(Appointment.quota) == [""]
    with small.work() as work:
        assert entitlements.of(work, 1, date(2026, 11, 26)) == frozenset()


def test_the_roster_keeps_them_and_a_second_import_takes_back_nothing_that_is_used(
    small, tmp_path
):
    for name, text in ROSTER.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with small.work() as work:
        import_roster(work, [tmp_path])
    first = small.rows(func.min(Slot.id))[0]
    assert sum(small.rows(Slot.kept_elderly)) == 8, "a quarter of 8 slots of 4 places"
    assert kept(small, first) == {"elderly": 1, "referred": 1, "signed": 1}
    small.book(*_with(small.patient(), first))
    with small.work() as work:
        again = import_roster(work, [tmp_path])
    assert again.counts["shifts"].changed == 0
    assert kept(small, first)["elderly"] == 0


@given(st.integers(1, 30), st.integers(0, 9), st.tuples(*[st.floats(0, 1)] * 3), st.floats(0, 0.5))
def test_a_shift_never_keeps_more_than_it_has(count, chat, shares, urgent):
    begins = datetime(2026, 11, 26, 8, 0, tzinfo=SHANGHAI)
    names = dict(zip(quotas.QUOTAS, shares, strict=True))
    pieces = cut(
        begins, begins + timedelta(minutes=10 * count), Cutting(10, 9, chat, urgent, names)
    )
    for piece in pieces:
        assert piece.reserve + sum(piece.kept.values()) <= piece.chat_capacity
    for name, share in names.items():
        assert sum(piece.kept[name] for piece in pieces) <= count * chat * share + 1e-6


# -- whatever is done in whatever order


PEOPLE = ("young", "old", "signed")
steps = st.lists(
    st.tuples(st.sampled_from(["book", "cancel"]), st.sampled_from(PEOPLE)), max_size=14
)


def test_before_the_hour_nobody_gets_what_is_kept_for_others_and_after_it_nothing_is_lost(small):
    @settings(max_examples=25, deadline=None)
    @given(st.integers(1, 4), st.integers(0, 2), st.integers(0, 2), steps)
    def in_any_order(places, old, signed, steps):
        small.now = NOW
        old = min(old, places)
        _any_order(small, places, (old, min(signed, places - old)), steps)

    in_any_order()


def _any_order(clinic, places, keeps, steps):
    old, signed = keeps
    number = slot(clinic, places, elderly=old, signed=signed)
    had: dict[str, list[tuple[str, int]]] = {who: [] for who in PEOPLE}
    for act, who in steps:
        if act == "cancel" and had[who]:
            clinic.cancel(*had[who].pop())
        elif act == "book":
            openid, patient = clinic.patient(**({} if who == "old" else YOUNG))
            if who == "signed":
                entitle(clinic, patient, "signed")
            if (no := _refused(clinic, openid, number, patient)) is None:
                had[who].append((openid, clinic.rows(func.max(Appointment.id))[0]))
            else:
                booked, left = sum(map(len, had.values())), kept(clinic, number)
                others = left["signed"] * (who != "signed") + left["elderly"] * (who != "old")
                assert booked + others == places, "refused although a place was free for them"
                assert no is (KeptForOthers if booked < places else SlotTaken)
        _hold_true(clinic, number, places, keeps, had)
    clinic.now = NOON_OF_THE_EVE
    for _ in range(places - sum(map(len, had.values()))):
        clinic.book(*_with(clinic.patient(**YOUNG), number))
    assert clinic.stock(number) == (places, places)


def _refused(clinic, openid, number, patient):
    try:
        clinic.book(openid, number, patient)
    except Refusal as no:
        return type(no)
    return None


def _hold_true(clinic, number, places, keeps, had):
    booked, active = clinic.stock(number)
    assert booked == active == sum(map(len, had.values())) <= places
    here = Appointment.slot_id == number, Appointment.status == "booked"
    used = Counter(clinic.rows(Appointment.quota, *here))
    left = kept(clinic, number)
    assert (left["elderly"] + used["elderly"], left["signed"] + used["signed"]) == keeps
    assert booked + sum(left.values()) <= places
    assert len(had["young"]) <= places - sum(keeps)


# -- at the same moment


def rush(clinic, olds=6):
    """Six places, two of them kept; twelve young and some old people want one."""
    number = slot(clinic, 6, elderly=2)
    young = [_with(clinic.patient(**YOUNG), number) for _ in range(12)]
    old = [_with(clinic.patient(), number) for _ in range(olds)]
    people = [*young[:8], *old, *young[8:]]
    acts = [lambda o=o, n=n, p=p: clinic.book(o, n, p) for o, n, p in people]
    ends = race(acts, 12)
    took = clinic.rows(
        Appointment.patient_id, Appointment.slot_id == number, Appointment.status == "booked"
    )
    return number, ends, len({p for _, _, p in young} & set(took))


@pytest.mark.race
def test_a_rush_takes_no_place_from_whom_it_is_kept_for(hospital):
    for _ in range(3):
        number, ends, young = rush(hospital)
        assert ends["done"] == 6
        assert set(ends) <= {"done", "SlotTaken", "KeptForOthers"}
        assert young <= 4
        assert hospital.stock(number) == (6, 6)
        assert kept(hospital, number)["elderly"] == 0


@pytest.mark.race
def test_control_places_that_are_only_looked_at_are_lost(hospital, monkeypatch):
    """Without the guard the young take what is kept; nobody old is there to be quicker."""
    blind = stock._TAKE.where(
        Slot.chat_booked < stock._SHARE, bindparam("quotas_open").is_not(None)
    ).values(chat_booked=Slot.chat_booked + 1)
    monkeypatch.setattr(stock, "_TAKE_OF_CHAT", blind)
    assert rush(hospital, olds=0)[2] > 4


def test_the_time_zone_of_now_is_the_sites():
    assert quotas.opened_until(POLICY, NOW.astimezone(SHANGHAI)) == date(2026, 11, 24)
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI)
    assert quotas.opened_until(POLICY, noon) == date(2026, 11, 25)
