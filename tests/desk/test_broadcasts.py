"""Broadcasts: whom they reach, who may send them, stopping them, mass sends and their limits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from desk import calls, dispatch, groups, laying, massing, staff
from desk.accounts import account
from desk.broadcasts import Broadcasts
from desk.departing import Sending
from desk.identity import document_text
from desk.work import Actor
from models import (
    AuditEvent,
    Broadcast,
    BroadcastTarget,
    Outbox,
    Patient,
    PatientLink,
    Slot,
    Staff,
    WechatUser,
)
from scheduling.broadcasting import Audience, filled, swapped
from scheduling.channels import CUSTOMER, MASS
from scheduling.policy import Policy
from scheduling.rota import Member
from scheduling.staff_errors import (
    BadWords,
    BroadcastMoved,
    NeedsAnother,
    NobodyMeant,
    NobodyThere,
    NotAllowed,
    NothingToUndo,
)
from tests.desk.hospital import NOW, Hospital

WINDOW, COURIER = Actor("window", name="desk"), Actor("job", name="courier")
MINUTE = timedelta(minutes=1)
WORDS = "{patient}您好，{when}改在3号楼看诊"


class Ward(Hospital):
    """The small hospital with two nurses, and patients booked in one shift."""

    def __init__(self, url: str, booked: int = 3, **policy: object) -> None:
        super().__init__(url, Policy(**policy))
        with self.work(WINDOW) as work:
            for name in ("刘护士", "王护士"):
                staff.invite(work, name, "desk")
        self.liu = Member(1, "刘护士", "desk", None, None)
        self.wang = Member(2, "王护士", "desk", None, None)
        slot = self.slot(booked, day=2)
        self.people = self.patients(booked)
        for openid, patient in self.people:
            self.book(openid, slot, patient)
        with self.engine.begin() as conn:
            conn.execute(update(Outbox).values(state="void"))
            self.shift = conn.scalar(select(Slot.shift_id).where(Slot.id == slot))
        self.audience = Audience(shifts=(self.shift,))

    def writes(self, *openids: str) -> None:
        """They write to us, so that WeChat lets us answer."""
        with self.engine.begin() as conn:
            known = WechatUser.openid_hash.in_([self.vault.lookup(one) for one in openids])
            conn.execute(update(WechatUser).where(known).values(last_message_at=self.now))

    def sent_out(self, broadcast: int) -> None:
        """Time passes until all of it is laid out."""
        while True:
            with self.work(COURIER) as work:
                after = laying.go_on(work, broadcast)
            if after is None or self.state(broadcast) == "sending":
                return
            self.now += after

    def deliver(self) -> list[Sending]:
        """A courier takes all that is due, and the channel takes it."""
        made = []
        with self.work(COURIER) as work:
            for one in dispatch.lease(work, 100, MINUTE):
                step = dispatch.start(work, one, MINUTE)
                if isinstance(step, Sending):
                    dispatch.sent(work, step, f"m{one.id}")
                    made.append(step)
        return made

    def state(self, broadcast: int) -> str:
        with self.engine.connect() as conn:
            return conn.scalar(select(Broadcast.state).where(Broadcast.id == broadcast))

    def desk(self):
        return self.work(WINDOW)

    def started(self, audience: Audience | None = None, words: str = WORDS) -> int:
        with self.desk() as work:
            desk = Broadcasts(work)
            made = desk.draft(self.liu, audience or self.audience, words)
            desk.confirm(self.liu, made.id)
        self.sent_out(made.id)
        return made.id


@pytest.fixture
def ward(sqlite_url):
    ward = Ward(sqlite_url)
    yield ward
    ward.close()


def test_each_gets_her_own_words_and_who_cannot_be_reached_is_rung(ward):
    ((first, second, _),) = [[openid for openid, _ in ward.people]]
    ward.writes(first, second)
    number = ward.started()

    made = ward.deliver()

    assert {one.reach.openid for one in made} == {first, second}
    assert {one.channel for one in made} == {CUSTOMER}
    assert {one.payload["words"] for one in made} == {WORDS}
    assert made[0].payload["patient"] == "李*明"
    with ward.desk() as work:
        far = Broadcasts(work).progress(ward.liu, number)
        (call,) = calls.waiting(work)
        lines, _ = Broadcasts(work).exported(ward.liu, number)
    assert far.counts == {"sent": 2, "call": 1}
    assert (call.kind, call.why) == ("visit_news", "no_window")
    assert "李小明您好" in call.words
    assert Counter(one.state for one in lines) == {"sent": 2, "call": 1}
    assert {one.name for one in lines} == {"李*明"}


def test_the_forecast_is_what_happens(ward):
    ward.writes(ward.people[0][0])
    with ward.desk() as work:
        desk = Broadcasts(work)
        cast = desk.foresee(ward.liu, ward.audience, WORDS)
        assert desk.listed(ward.liu) == []
    assert (cast.total, cast.by_channel, cast.unreached) == (3, {CUSTOMER: 1}, {"no_window": 2})


def test_nothing_leaves_before_it_could_be_taken_back(ward):
    with ward.desk() as work:
        desk = Broadcasts(work)
        made = desk.draft(ward.liu, ward.audience, WORDS)
        confirmed = desk.confirm(ward.liu, made.id)
        assert confirmed.not_before - work.local(work.now) == ward.policy.undo_quiet
    with ward.work(COURIER) as work:
        assert laying.go_on(work, made.id) == ward.policy.undo_quiet
    with ward.desk() as work:
        assert Broadcasts(work).take_back(ward.liu).state == "cancelled"
    ward.now += 2 * MINUTE
    ward.sent_out(made.id)
    assert ward.deliver() == []
    with ward.desk() as work, pytest.raises(NothingToUndo):
        Broadcasts(work).take_back(ward.liu)


def test_a_large_one_needs_a_second_pair_of_eyes(sqlite_url):
    ward = Ward(sqlite_url, broadcast_alone=2)
    with ward.desk() as work:
        desk = Broadcasts(work)
        made = desk.draft(ward.liu, ward.audience, WORDS)
        assert desk.confirm(ward.liu, made.id).state == "waiting"
        with pytest.raises(NeedsAnother):
            desk.approve(ward.liu, made.id)
        assert desk.approve(ward.wang, made.id).state == "scheduled"
        with pytest.raises(BroadcastMoved):
            desk.approve(ward.wang, made.id)
        acts = list(work.conn.scalars(select(AuditEvent.act).order_by(AuditEvent.id)))
    assert acts[-3:] == ["draft", "broadcast", "approve"]
    ward.close()


def test_a_pause_stops_what_has_not_left_and_then_it_goes_on(ward):
    ward.writes(*(openid for openid, _ in ward.people))
    number = ward.started()
    with ward.desk() as work:
        Broadcasts(work).pause(ward.liu, number)
    assert ward.deliver() == []
    with ward.desk() as work:
        assert Broadcasts(work).progress(ward.liu, number).counts == {"paused": 3}
        Broadcasts(work).resume(ward.liu, number)
    ward.sent_out(number)
    assert len(ward.deliver()) == 3
    ward.now += MINUTE
    with ward.work(COURIER) as work:
        assert laying.go_on(work, number) is None
    assert ward.state(number) == "done"


def test_who_is_not_told_yet_is_not_told_after_a_cancel_and_nobody_is_rung(ward):
    number = ward.started()
    assert ward.deliver() == []
    with ward.desk() as work:
        assert len(calls.waiting(work)) == 3
        Broadcasts(work).cancel(ward.liu, number)
        far = Broadcasts(work).progress(ward.liu, number)
        assert (far.counts, calls.waiting(work)) == ({"void": 3}, [])
        with pytest.raises(BroadcastMoved):
            Broadcasts(work).cancel(ward.liu, number)


def test_at_night_it_waits_for_the_morning_unless_the_visit_is_near(ward):
    ward.now = NOW + timedelta(hours=13)  # 22:00
    ward.started()
    with ward.engine.connect() as conn:
        times = set(conn.scalars(select(Outbox.not_before).where(Outbox.kind == "visit_news")))
    assert [ward.now.astimezone(None) < at for at in times] == [True]
    assert {f"{(at + timedelta(hours=8)):%H:%M}" for at in times} == {"07:30"}


def test_a_crash_between_two_pages_leaves_nobody_out_and_nobody_twice(ward, monkeypatch):
    with ward.desk() as work:
        desk = Broadcasts(work)
        made = desk.draft(ward.liu, ward.audience, WORDS)
        desk.confirm(ward.liu, made.id)
    ward.now += 2 * MINUTE
    with ward.engine.connect() as conn:
        tries = conn.begin()
        laying.go_on(replace(work, conn=conn, now=ward.now), made.id)
        tries.rollback()
    ward.sent_out(made.id)
    with ward.work(COURIER) as work:  # and run once more, as a job whose end was lost
        work.conn.execute(update(Broadcast).values(state="laying", laid_after=0))
        laying.go_on(work, made.id)
        news = select(func.count()).where(Outbox.kind == "visit_news")
        assert work.conn.scalar(news) == 3


@pytest.mark.parametrize(
    ("words", "way", "kind"),
    [
        ("", "personal", "visits"),
        ("x" * 501, "personal", "visits"),
        ("{phone}", "personal", "visits"),
        ("{patient.name}", "personal", "visits"),
        ("{when}", "personal", "group"),
        ("停电{", "personal", "visits"),
        ("{patient}您好", "mass", "followers"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(ward, words, way, kind):
    audience = Audience(kind="followers") if kind == "followers" else ward.audience
    with ward.desk() as work:
        if kind == "group":
            group = groups.create(work, ward.liu, "某村")
            audience = Audience(kind="group", group=group)
        with pytest.raises(BadWords):
            Broadcasts(work).draft(ward.liu, audience, words, way)


def test_placeholders_are_swapped_and_filled_and_nothing_else_in_braces_is_looked_at():
    assert swapped("{姓名}在{这里}", {"姓名": "patient"}) == "{patient}在{这里}"
    assert filled("{patient}：{0.__class__}", {"patient": "李*明"}) == "李*明："


def test_a_doctor_reaches_only_patients_of_his_own(ward):
    doctor = Member(1, "张", "doctor", "D9", None)
    elsewhere = Member(2, "王", "desk", None, "OTHER")
    with ward.desk() as work:
        desk = Broadcasts(work)
        for member in (doctor, elsewhere):
            with pytest.raises(NotAllowed):
                desk.draft(member, ward.audience, WORDS)
            with pytest.raises(NotAllowed):
                desk.draft(member, Audience(kind="followers"), "停电", "mass")
        with pytest.raises(NobodyThere):
            desk.draft(doctor, Audience(doctors=("D9",)), WORDS)
        for member in (doctor, ward.liu):
            with pytest.raises(NobodyMeant):
                desk.draft(member, Audience(), WORDS)
        with pytest.raises(NotAllowed):
            desk.draft(ward.liu, ward.audience, "停诊", "mass")


def test_a_group_is_told_through_its_families_and_kept_from_others(ward):
    openid, patient = ward.people[0]
    with ward.engine.begin() as conn:
        conn.execute(update(PatientLink).values(state="verified"))
    ward.writes(openid)
    with ward.desk() as work:
        group = groups.create(work, ward.liu, "高血压")
        known = {"document_hash": work.vault.lookup(document_text("passport", "E12345678"))}
        both = {"phone_hash": work.vault.lookup("13800000000")}
        work.conn.execute(update(Patient).values(**both))
        work.conn.execute(update(Patient).where(Patient.id == patient).values(**known))
        lines = ["e12345678", "nobody", "E12345678", "13800000000", "0021"]
        assert groups.add(work, ward.liu, group, lines) == (1, [2, 4, 5])
        assert [one.size for one in groups.of(work, ward.liu)] == [1]
        assert groups.of(work, Member(1, "张", "doctor", "D9", None)) == []
    ward.started(Audience(kind="group", group=group), "{patient}请来复查")
    (made,) = ward.deliver()
    assert (made.reach.openid, made.payload["patient"]) == (openid, "李*明")
    assert "高血压" not in str(made)


# -- mass sends


def crowd(ward, count: int) -> None:
    rows = [
        {
            "openid_hash": f"h{n}",
            "openid_enc": ward.vault.seal(f"oCrowd{n}"),
            "followed": True,
            "created_at": NOW,
        }
        for n in range(count)
    ]
    with ward.engine.begin() as conn:
        for row in rows:
            conn.execute(insert(WechatUser), row)


def mass(ward, words: str = "周一停电") -> int:
    ward.policy = Policy(broadcast_alone=10**9)
    with ward.desk() as work:
        desk = Broadcasts(work)
        made = desk.draft(ward.liu, Audience(kind="followers"), words, "mass")
        desk.confirm(ward.liu, made.id)
    ward.sent_out(made.id)
    return made.id


@pytest.mark.parametrize(
    ("people", "sizes"),
    [(3, [3]), (7, [7]), (8, [8]), (14, [7, 7]), (15, [7, 8]), (16, [7, 7, 2])],
)
def test_lists_are_never_too_short_or_too_long(ward, monkeypatch, people, sizes):
    monkeypatch.setattr(massing, "BATCH", 7)
    monkeypatch.setattr("desk.audiences.PAGE", 4)
    crowd(ward, people - 3)  # three are there already
    number = mass(ward)
    made = ward.deliver()
    assert [one.channel for one in made] == [MASS] * len(sizes)
    assert [len(one.payload["openids"]) for one in made] == sizes
    assert len({openid for one in made for openid in one.payload["openids"]}) == people
    with ward.desk() as work:
        assert Broadcasts(work).progress(ward.liu, number).counts == {"sent": people}


def test_nobody_gets_a_fifth_in_a_month(ward):
    for number in range(5):
        last = mass(ward, f"第{number}条")
        ward.deliver()
    with ward.desk() as work:
        far = Broadcasts(work).progress(ward.liu, last)
        why = {one.why for one in Broadcasts(work).exported(ward.liu, last)[0]}
    assert (far.counts, why) == ({"skipped": 3}, {"month"})
    ward.now += timedelta(days=31)
    mass(ward, "下个月")
    assert len(ward.deliver()) == 1


def test_the_report_of_a_mass_send_is_tied_to_its_accounts(ward):
    first = mass(ward)
    (sending,) = ward.deliver()
    with ward.work(COURIER) as work:
        counts = {"TotalCount": 3, "SentCount": 0}
        massing.note(work, f"m{sending.lease.id}", "err(20001)", counts)
        told = {"number": f"m{sending.lease.id}", "status": "err(20001)", **counts}
        assert massing.settle(work, told) is None
        assert massing.settle(work, {**told, "number": "none of ours"}) is None
    with ward.desk() as work:
        assert Broadcasts(work).progress(ward.liu, first).counts == {"failed": 3}
        states = set(work.conn.scalars(select(BroadcastTarget.state)))
    assert states == {"failed"}
    for number in range(4):  # a failed one does not count
        mass(ward, f"第{number}条")
        assert len(ward.deliver()) == 1


def test_a_mass_send_stopped_behind_its_last_list_goes_on_to_its_end(ward):
    number = mass(ward)
    with ward.desk() as work:
        Broadcasts(work).pause(ward.liu, number)
    assert ward.deliver() == []
    crowd(ward, 2)  # they register too late
    with ward.desk() as work:
        Broadcasts(work).resume(ward.liu, number)
    ward.sent_out(number)
    (made,) = ward.deliver()
    assert len(made.payload["openids"]) == 3
    ward.now += MINUTE
    with ward.work(COURIER) as work:
        assert laying.go_on(work, number) is None
        assert Broadcasts(work).progress(ward.liu, number).counts == {"sent": 3}
    assert ward.state(number) == "done"


def test_a_list_wechat_never_takes_counts_as_failed(ward):
    number = mass(ward)
    with ward.work(COURIER) as work:
        for one in dispatch.lease(work, 100, MINUTE):
            sending = dispatch.start(work, one, MINUTE)
            dispatch.closed(work, sending, "48001 the account may not use this call: rid")
            assert dispatch.start(work, one, MINUTE) == "dead"
    with ward.desk() as work:
        far = Broadcasts(work).progress(ward.liu, number)
    assert far.counts == {"failed": 3}
    assert [(one.size, one.state, one.why) for one in far.lists] == [(3, "failed", "48001")]
    for other in range(4):  # none of them has had it
        mass(ward, f"第{other}条")
        assert len(ward.deliver()) == 1


def test_a_list_that_never_got_an_answer_is_told_as_unsure(ward):
    number = mass(ward)
    with ward.work(COURIER) as work:
        (one,) = dispatch.lease(work, 100, MINUTE)
        sending = dispatch.start(work, one, MINUTE)
        assert dispatch.abandoned(work, sending, "ReadTimeout") == "dead"
        far = Broadcasts(work).progress(ward.liu, number)
    assert far.counts == {"failed": 3}
    assert [one.why for one in far.lists] == ["unsure"]


def test_everyone_is_for_those_who_may_write_to_all_and_counted_by_wechat(ward):
    everyone = Audience(kind="everyone")
    with ward.desk() as work:
        desk = Broadcasts(work)
        for member in (Member(1, "张", "doctor", "D9", None), Member(2, "王", "desk", None, "X")):
            with pytest.raises(NotAllowed):
                desk.draft(member, everyone, "停电", "mass", crowd=9)
        with pytest.raises(NotAllowed):
            desk.draft(ward.liu, everyone, "停电", "personal", crowd=9)
        with pytest.raises(BadWords):
            desk.draft(ward.liu, everyone, "{patient}停电", "mass", crowd=9)
        made = desk.draft(ward.liu, everyone, "停电", "mass", crowd=23_000)
        cast = desk.forecast(ward.liu, made.id)
        assert (made.expected, cast.total, cast.known) == (23_000, 23_000, 3)
        assert desk.confirm(ward.liu, made.id).state == "waiting"


def test_her_own_account_gets_the_test(ward):
    openid, _ = ward.people[0]
    ward.writes(openid)
    with ward.work(openid) as work:
        assert account(work)
        bound = {"openid_hash": work.vault.lookup(openid)}
        work.conn.execute(update(Staff).where(Staff.id == 1).values(**bound))
    with ward.desk() as work:
        desk = Broadcasts(work)
        made = desk.draft(ward.liu, ward.audience, WORDS)
        desk.test(ward.liu, made.id)
    (sending,) = ward.deliver()
    assert (sending.lease.kind, sending.reach.openid) == ("trial", openid)
    assert sending.payload["patient"] == "李*明"
