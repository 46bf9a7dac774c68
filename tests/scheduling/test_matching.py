"""Which doctor is offered first, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from scheduling import matching
from scheduling.fitting import expertise_fit
from scheduling.matching import Around
from scheduling.offers import Offers
from scheduling.types import Need, Opening, SlotId
from tests.scheduling.shifts import by_shift

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)
WEDNESDAY_MORNING = (
    datetime(2026, 11, 25, 8, tzinfo=SHANGHAI),
    datetime(2026, 11, 25, 12, tzinfo=SHANGHAI),
)
NEURO = Need(departments=(("NEURO", 0.9),))
HOME = Around(TODAY, frozenset({"NEURO"}), frozenset({"OTHER-NEURO"}))


def opening(  # noqa: PLR0913 - the traits a story varies
    shift: int,
    *,
    doctor: str | None = "WANG",
    department: str = "NEURO",
    site: str = "GH",
    day: int = 25,
    hour: int = 9,
    left: int = 2,
    expertise: tuple[str, ...] = (),
) -> Opening:
    starts_at = datetime(2026, 11, day, hour, tzinfo=SHANGHAI)
    return Opening(
        slot=SlotId(shift * 100 + hour),
        shift=shift,
        site=site,
        site_name=site,
        department=department,
        department_name=department,
        doctor=doctor,
        doctor_name=doctor,
        title="",
        expertise=expertise,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        half_day="am" if hour < 12 else "pm",
        room="",
        service_type="expert" if doctor else "general",
        mode="clinic",
        fee_fen=2000,
        left=left,
        capacity=4,
    )


def match(openings: Iterable[Opening], need: Need, around: Around) -> Offers:
    return matching.match(by_shift(openings), need, around)


def doctors(offers) -> list[str | None]:
    return [offer.first.doctor for offer in offers]


def test_who_treats_dizziness_comes_first_for_a_dizzy_patient_and_says_so():
    offers = match(
        [
            opening(1, doctor="LI", expertise=("失眠", "手抖")),
            opening(2, doctor="WANG", expertise=("眩晕", "头晕")),
        ],
        replace(NEURO, words=("头晕三天了",)),
        HOME,
    ).exact
    assert doctors(offers) == ["WANG", "LI"]
    assert offers[0].why.expertise == ("眩晕", "头晕")  # two words for one complaint
    assert offers[1].why.expertise == ()


def test_terms_meet_words_that_share_neighbouring_characters_only():
    assert expertise_fit(("头痛",), ("偏头痛好几年",))[0] > 0
    assert expertise_fit(("偏头痛",), ("头痛",))[0] > 0
    assert expertise_fit(("心理疾病",), ("心脏不好",)) == (0.0, ())
    assert expertise_fit(("头痛",), ()) == (0.0, ())


def test_the_doctor_seen_last_is_preferred_and_marked():
    both = [opening(1, doctor="LI"), opening(2, doctor="WANG")]
    offers = match(both, replace(NEURO, usual_doctor="WANG"), HOME).exact
    assert doctors(offers) == ["WANG", "LI"]
    assert [offer.why.usual for offer in offers] == [True, False]


def test_with_all_else_alike_the_emptier_clinic_comes_first():
    offers = match([opening(1, doctor="A", left=1), opening(2, doctor="B", left=4)], NEURO, HOME)
    assert doctors(offers.exact) == ["B", "A"]
    assert [offer.why.least_busy for offer in offers.exact] == [True, False]


def test_the_more_probable_department_comes_first():
    need = Need(departments=(("NEURO", 0.7), ("ENT", 0.2)))
    offers = match([opening(1, department="ENT", doctor="A"), opening(2, doctor="B")], need, HOME)
    assert doctors(offers.exact) == ["B", "A"]


def test_one_offer_holds_the_open_times_of_one_half_day_in_order():
    times = [opening(1, hour=10), opening(1, hour=8), opening(1, hour=9, left=0)]
    (offer,) = match(times, NEURO, HOME).exact
    assert [o.starts_at.hour for o in offer.openings] == [8, 10]


def test_a_wished_morning_means_the_morning_clinic_even_before_eight():
    early = replace(opening(1, hour=7), starts_at=datetime(2026, 11, 25, 7, 30, tzinfo=SHANGHAI))
    need = replace(NEURO, when=(WEDNESDAY_MORNING,))
    offers = match([early, opening(2, hour=14)], need, HOME)
    assert [offer.first.shift for offer in offers.exact] == [1]


def test_a_clock_time_means_that_time():
    ten = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)
    need = replace(NEURO, when=((ten, ten + timedelta(minutes=30)),))
    (offer,) = match([opening(1, hour=9), opening(1, hour=10)], need, HOME).exact
    assert [o.starts_at for o in offer.openings] == [ten]


def test_every_doctor_is_seen_before_the_second_half_day_of_the_best_one():
    wang = ("头晕",)
    offers = match(
        [
            opening(1, doctor="WANG", day=25, expertise=wang),
            opening(2, doctor="WANG", day=26, expertise=wang),
            opening(3, doctor="LI", day=27),
        ],
        replace(NEURO, words=("头晕",)),
        HOME,
    ).exact
    assert [offer.first.shift for offer in offers] == [1, 3, 2]


def test_an_urgent_need_takes_the_earliest_and_latest_takes_the_last():
    both = [
        opening(1, doctor="WANG", day=26, expertise=("头晕",)),
        opening(2, doctor="LI", day=25),
    ]
    need = replace(NEURO, words=("头晕",))
    assert doctors(match(both, need, HOME).exact) == ["WANG", "LI"]
    assert doctors(match(both, replace(need, urgent=True), HOME).exact) == ["LI", "WANG"]
    times = [opening(3, hour=9), opening(3, hour=11)]
    assert match(times, replace(NEURO, latest=True), HOME).exact[0].first.starts_at.hour == 11


def test_when_the_morning_is_full_the_nearest_are_given_in_the_order_people_try_them():
    need = Need(doctor="WANG", departments=(("NEURO", 1.0),), site="GH", when=(WEDNESDAY_MORNING,))
    offers = match(
        [
            opening(1, left=0),
            opening(2, doctor="FAR", department="OTHER-NEURO", site="XZ"),
            opening(3, doctor="LI"),
            opening(4, day=27),
            opening(5, hour=14),
        ],
        need,
        HOME,
    )
    assert offers.exact == ()
    assert offers.full == 1
    # Other half-day, next days, other doctor, other site.
    assert [offer.first.shift for offer in offers.nearby] == [5, 4, 3, 2]


def test_of_others_on_the_wished_day_those_in_the_wished_hours_come_first():
    full = opening(1, left=0, hour=14)
    morning = opening(2, doctor="LI", hour=8)
    afternoon = opening(3, doctor="ZHAO", hour=14)
    at_two = (WEDNESDAY_MORNING[0].replace(hour=12), WEDNESDAY_MORNING[0].replace(hour=18))
    need = Need(doctor="WANG", when=(at_two,))
    offers = match([full, morning, afternoon], need, HOME)
    assert [offer.first.shift for offer in offers.nearby] == [3, 2]


def dear(shift: int, **traits) -> Opening:
    return replace(opening(shift, **traits), service_type="special", fee_fen=30000)


def test_a_special_place_stands_below_all_others_unless_it_was_asked_for():
    places = [dear(1, doctor="WANG", day=24, expertise=("头晕",)), opening(2, doctor="LI", day=27)]
    need = replace(NEURO, words=("头晕",))

    assert doctors(match(places, need, HOME).exact) == ["LI", "WANG"]
    urgent = replace(need, urgent=True)
    assert doctors(match(places, urgent, HOME).exact) == ["WANG", "LI"]
    one_day = [dear(1, doctor="WANG", hour=8), opening(2, doctor="LI", hour=10)]
    assert doctors(match(one_day, urgent, HOME).exact) == ["LI", "WANG"]
    assert doctors(match(places, replace(need, service_type="special"), HOME).exact) == ["WANG"]
    elsewhere = replace(need, when=(WEDNESDAY_MORNING,))
    near = match(places, elsewhere, HOME).nearby
    assert [offer.first.doctor for offer in near] == ["LI", "WANG"]


def test_who_looks_at_the_fee_gets_the_cheapest_first():
    places = [opening(1, doctor="WANG", day=24), replace(opening(2, day=28), fee_fen=100)]

    fees = [o.first.fee_fen for o in match(places, replace(NEURO, cheap=True), HOME).exact]

    assert fees == [100, 2000]


def test_a_kind_of_place_that_is_not_wanted_is_not_offered():
    places = [dear(1, doctor="WANG"), opening(2, doctor="LI")]
    need = replace(NEURO, without_services=frozenset({"special"}))

    assert doctors(match(places, need, HOME).exact) == ["LI"]


def test_who_must_not_be_offered_again_is_not():
    both = [opening(1, doctor="WANG"), opening(2, doctor="LI"), opening(3, doctor=None)]
    need = replace(NEURO, without_doctors=frozenset({"WANG"}))
    assert set(doctors(match(both, need, HOME).exact)) == {"LI", None}


_OPENINGS = st.lists(
    st.builds(
        opening,
        st.integers(1, 6),
        doctor=st.just("ANY"),
        day=st.integers(25, 29),
        hour=st.sampled_from((8, 9, 14)),
        left=st.integers(0, 4),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda o: o.slot,
)


def _own_doctors(openings: list[Opening]) -> list[Opening]:
    """A shift has one day, one half-day and one doctor; two shifts may share a doctor."""
    firsts: dict[int, Opening] = {}
    kept = []
    for one in openings:
        first = firsts.setdefault(one.shift, one)
        if (one.starts_at.date(), one.half_day) == (first.starts_at.date(), first.half_day):
            doctor = f"D{one.shift % 3}"
            kept.append(replace(one, doctor=doctor, expertise=("头晕",) if doctor == "D1" else ()))
    return kept


def _rank(openings: list[Opening], need: Need, shift: int) -> float:
    ranked = [offer.first.shift for offer in match(openings, need, HOME).exact]
    return ranked.index(shift) if shift in ranked else float("inf")


@given(_OPENINGS, st.data(), st.booleans())
def test_filling_a_shift_never_raises_its_rank(openings, data, urgent):
    openings = _own_doctors(openings)
    need = replace(NEURO, words=("头晕",), urgent=urgent)
    at = data.draw(st.integers(0, len(openings) - 1))
    one = openings[at]
    fuller = list(openings)
    fuller[at] = replace(one, left=max(one.left - 1, 0))
    assert _rank(fuller, need, one.shift) >= _rank(openings, need, one.shift)


@given(_OPENINGS, st.randoms(use_true_random=False))
def test_the_order_in_which_openings_are_read_does_not_matter(openings, random):
    openings = _own_doctors(openings)
    shuffled = list(openings)
    random.shuffle(shuffled)
    assert match(shuffled, NEURO, HOME) == match(openings, NEURO, HOME)


@given(_OPENINGS)
def test_what_is_offered_has_a_place_and_what_has_a_place_is_offered(openings):
    openings = _own_doctors(openings)
    offers = match(openings, NEURO, HOME)
    shown = {o.slot for offer in offers.exact for o in offer.openings}
    assert shown == {o.slot for o in openings if o.left > 0}
