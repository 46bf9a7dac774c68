"""Another site near by: named where it has plenty of room and is within reach, else not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from desk import groups
from desk.hints import Hints
from desk.roster import move_version
from handlers.texts import misses
from models import PatientGroupMember, PatientLink, Village
from scheduling.distance import Going
from scheduling.offers import Offer, Offers, SlotTime, Why
from scheduling.rota import Member
from scheduling.types import Need, Opening, SlotId
from tests.desk.clinic import SHANGHAI, Clinic
from tests.desk.test_merging import PASSPORT, register

TOMORROW = datetime(2026, 11, 25, 8, tzinfo=SHANGHAI)
NURSE = Member(0, "刘护士", "desk", None, None)
DENTIST = Need(departments=(("SQ-KQ", 1.0),))


@pytest.fixture
def clinic(demo_clinic: Clinic) -> Clinic:
    """The demo hospital on a Tuesday at nine in the morning."""
    return demo_clinic


def _offer(site: str, name: str, left: int = 8, at: datetime = TOMORROW) -> Offer:
    opening = Opening(
        slot=SlotId(1), shift=1, site=site, site_name=name, department=f"{site}-KQ",
        department_name="口腔科", doctor=None, doctor_name=None, title="", expertise=(),
        starts_at=at, ends_at=at + timedelta(minutes=30), half_day="am", room="",
        service_type="general", mode="clinic", fee_fen=100, left=left, capacity=8,
    )  # fmt: skip
    time = SlotTime(SlotId(1), at.astimezone(UTC), at.astimezone(UTC), left, 8)
    return Offer(opening, (time,), Why())


def _near(clinic: Clinic, need: Need, *offers: Offer, exact: tuple[Offer, ...] = ()):
    with clinic.work("openid-li") as work:
        return Hints(work).near(need, Offers(exact, offers))


def test_the_site_that_is_free_soonest_and_how_to_get_there(clinic):
    later = _offer("GH", "综合医院", at=TOMORROW + timedelta(days=1))
    hint = _near(clinic, DENTIST, later, _offer("GH", "综合医院"))
    assert (hint.site_name, hint.starts_at, hint.half_day) == ("综合医院", TOMORROW, "am")
    assert hint.from_name == "柳溪社区卫生服务中心"
    assert 20 < hint.minutes < 30
    assert not hint.is_walk


def test_of_two_at_one_time_the_nearer(clinic):
    hint = _near(clinic, DENTIST, _offer("XZ", "石桥"), _offer("GH", "综合医院"))
    assert hint.site_name == "综合医院"


@pytest.mark.parametrize(
    ("need", "offers", "exact"),
    [
        pytest.param(DENTIST, [_offer("SQ", "柳溪")], (), id="the same site"),
        pytest.param(DENTIST, [_offer("GH", "综合医院", left=2)], (), id="hardly a place"),
        pytest.param(DENTIST, [_offer("GH", "综合医院")], (_offer("SQ", "柳溪"),), id="found"),
        pytest.param(DENTIST, [], (), id="nothing anywhere"),
        pytest.param(Need(), [_offer("GH", "综合医院")], (), id="asked nowhere"),
        pytest.param(Need(site="NO"), [_offer("GH", "综合医院")], (), id="no such site"),
        pytest.param(Need(doctor="NO"), [_offer("GH", "综合医院")], (), id="no such doctor"),
        pytest.param(
            replace(DENTIST, when=((TOMORROW + timedelta(days=3), TOMORROW + timedelta(days=4)),)),
            [_offer("GH", "综合医院")],
            (),
            id="sooner than asked for",
        ),
    ],
)
def test_no_hint(clinic, need, offers, exact):
    assert _near(clinic, need, *offers, exact=exact) is None


def test_who_is_in_the_group_of_her_village_goes_from_there(clinic):
    """The desk has put a patient into the group of her village; the site asked is far from it."""
    patient = register(clinic, "openid-li", PASSPORT)
    with clinic.work("openid-li") as work:
        near = {"code": "V1", "name": "江边村", "latitude": 30.0400, "longitude": 123.0520}
        work.conn.execute(insert(Village).values(**near, people=900))
        group = groups.create(work, NURSE, "江边村")
        work.conn.execute(insert(PatientGroupMember).values(group_id=group, patient_id=patient))
        work.conn.execute(update(PatientLink).values(state="verified"))
        move_version(work)
    need = replace(DENTIST, whose=patient)

    hint = _near(clinic, need, _offer("GH", "综合医院"))
    assert (hint.from_name, hint.is_walk) == ("江边村", True)
    assert hint.minutes < 10

    with clinic.work("openid-li") as work:
        work.conn.execute(update(PatientLink).values(state="pending"))
    assert _near(clinic, need, _offer("GH", "综合医院")).from_name.endswith("服务中心"), (
        "whom nobody has verified is not told where somebody lives"
    )


def test_a_doctors_own_site_is_where_he_was_asked_for(clinic):
    hint = _near(clinic, Need(doctor="GH-D063"), _offer("SQ", "柳溪社区卫生服务中心"))
    assert hint.from_name == "云川市第一综合医院"


def test_it_is_said_as_people_say_it(clinic):
    hint = _near(clinic, DENTIST, _offer("GH", "东街社区"))
    walk = replace(hint, minutes=8.2, is_walk=True, from_name="总院")
    said = "东街社区明天上午空闲，从总院过去步行8分钟。"
    assert misses.near(walk, TOMORROW.date() - timedelta(days=1)) == said
    assert "11月25日 周三上午空闲" in misses.near(walk, TOMORROW.date() - timedelta(days=4))


def test_eight_minutes_are_half_a_kilometre_of_streets():
    assert Going().walking_minutes((30.0, 120.0), (30.00443, 120.0)) == pytest.approx(8, abs=0.1)
