"""The family is told as well, if it wishes: asked once, of accounts that may know each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from desk import dispatch, links, told
from desk.bookings import Bookings
from desk.patients import Patients
from desk.sharing import Sharing
from desk.work import Actor
from models import Outbox, PatientLink, Prompt, WechatUser
from scheduling.channels import VISIT
from scheduling.errors import OnlyAtDesk
from tests.desk.busy import BusyHospital
from tests.desk.test_merging import PASSPORT, register

HOUR = timedelta(hours=1)
JOB = Actor("job", name="courier")


@pytest.fixture
def small(sqlite_url):
    clinic = BusyHospital(sqlite_url)
    clinic.channels = {
        VISIT: dict.fromkeys(("reminder", "changed", "cancelled", "confirmed"), "T")
    }
    yield clinic
    clinic.close()


@pytest.fixture
def family(small):
    """A mother with her own account, a daughter and a neighbour; the desk has seen two of them."""
    her = register(small, "妈妈", replace(PASSPORT, relation="self"))
    register(small, "女儿", PASSPORT)
    with small.work() as work:
        for one in links.pending_links(work):
            links.verify_by_desk(work, one.id)
    register(small, "邻居", replace(PASSPORT, relation="other"))
    return her


def share(clinic, openid, patient, *, on=True, relation=""):
    with clinic.work(openid) as work:
        return Sharing(work).share(patient, on=on, relation=relation)


def to_whom(clinic, kind):
    """To whom notices of a kind were written: the reader first, copies after."""
    with clinic.work() as work:
        rows = work.conn.execute(
            select(WechatUser.openid_enc, Outbox.is_copy)
            .join(WechatUser, WechatUser.id == Outbox.wechat_user_id)
            .where(Outbox.kind == kind, Outbox.state != "void")
            .order_by(Outbox.id)
        ).all()
        return list(dict.fromkeys((work.vault.open(row.openid_enc), row.is_copy) for row in rows))


def test_the_question_is_put_once_and_only_to_who_may_know_of_the_others(small, family):
    first = small.slot(hour=9)
    with small.bookings("女儿") as desk:
        held = desk.hold(first, family)
    for openid, slot, expected in (("女儿", None, family), ("邻居", small.slot(hour=14), None)):
        with small.work(openid) as work:
            desk = Bookings(work)
            desk.confirm(held.id if slot is None else desk.hold(slot, family).id)
            assert Sharing(work).unasked() == expected
    share(small, "女儿", family, on=False)
    third = small.slot(hour=16)
    with small.work("女儿") as work:
        desk = Bookings(work)
        desk.confirm(desk.hold(third, family).id)
        assert Sharing(work).unasked() is None


def test_whoever_wishes_it_is_reminded_too_and_asked_as_well(small, family):
    assert share(small, "妈妈", family, relation="daughter") == 1
    small.book("妈妈", small.slot(), family)
    assert to_whom(small, "reminder") == [("妈妈", False), ("女儿", True)]
    assert len(small.rows(Prompt.id, Prompt.kind == "reminder")) == 2
    assert to_whom(small, "confirmed") == [("女儿", True)], "she herself has the answer"


def test_a_neighbour_nobody_has_verified_has_no_say_and_is_told_nothing(small, family):
    for openid in ("邻居",):
        with pytest.raises(OnlyAtDesk):
            share(small, openid, family)
        with small.work(openid) as work, pytest.raises(OnlyAtDesk):
            Sharing(work).tell_me(family, on=True)
    with small.work() as work:  # even with the wish on record
        work.conn.execute(PatientLink.__table__.update().values(copies=True))
    small.book("妈妈", small.slot(), family)
    assert ("邻居", True) not in to_whom(small, "reminder")


def test_which_of_the_family_is_meant(small, family):
    assert share(small, "妈妈", family, relation="spouse") == 0
    assert share(small, "妈妈", family, relation="child") == 1
    assert share(small, "女儿", family, relation="self") == 1


def test_a_copy_dies_with_the_link_and_makes_nobody_ring(small, family):
    share(small, "妈妈", family)
    small.book("妈妈", small.slot(), family)
    with small.work("女儿") as work:
        Patients(work).unlink(family)
    small.now += 11 * HOUR
    states = {}
    with small.work(JOB) as work:
        for leased in dispatch.lease(work, 100, HOUR):
            step = dispatch.start(work, leased, HOUR)
            row = work.conn.execute(
                select(Outbox.is_copy, Outbox.kind).where(Outbox.id == leased.id)
            ).one()
            states[row.kind, row.is_copy] = step if isinstance(step, str) else "sent"
    assert states["reminder", False] == "sent"
    assert states["reminder", True] == "dead"


# -- told again


def test_the_last_notice_is_found_as_long_as_it_is_true_and_hers(small, family):
    appointment = small.book("妈妈", small.slot(), family)
    before = small.now
    small.now += 11 * HOUR
    with small.work(JOB) as work:
        for leased in dispatch.lease(work, 100, HOUR):
            step = dispatch.start(work, leased, HOUR)
            if isinstance(step, dispatch.Sending):
                dispatch.sent(work, step)
    with small.work("妈妈") as work:
        again = told.since(work, before)
        assert (again.kind, again.payload["patient"]) == ("reminder", "李*明")
        assert again.prompt is not None
        assert told.since(work, work.now + HOUR) is None
    with small.work("邻居") as work:
        assert told.since(work, before) is None
    small.cancel("妈妈", appointment)
    with small.work("妈妈") as work:
        assert told.since(work, before).kind == "family"
