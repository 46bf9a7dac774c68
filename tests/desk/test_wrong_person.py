"""The wrong person: whoever is linked to whom, nobody is shown the matters of another family."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import bindparam, select

from desk import appointments, dispatch, links, reach, rebooking
from desk.bookings import Bookings
from desk.notices import facts
from desk.patients import Patients
from desk.prompts import Prompts
from desk.reach import readers
from desk.replacements import Replacements
from desk.sharing import Sharing
from desk.suspensions import Suspensions
from desk.waitlist import Waitlist
from desk.work import Actor
from models import (
    Appointment,
    Outbox,
    Patient,
    PatientLink,
    Slot,
    SuspensionLine,
    WaitlistEntry,
    WechatUser,
)
from models.staff import PENDING
from scheduling.channels import SMS, VISIT
from scheduling.errors import Refusal
from scheduling.masking import mask_name
from scheduling.types import Registration
from tests.desk.busy import BusyHospital
from tests.desk.test_suspensions import nurse

ACCOUNTS = ("赵家", "钱家", "孙家")
# Surnames of their own, so that even a masked name tells whose it is.
NAMES = ("周桂芳", "吴建军", "郑小雨")
KINDS = (
    "confirmed",
    "changed",
    "cancelled",
    "reminder",
    "suspended",
    "resumed",
    "offer",
    "family",
)
WINDOW = Actor("window")
HOUR = timedelta(hours=1)
who = st.integers(0, len(ACCOUNTS) - 1)
whom = st.integers(0, len(NAMES) - 1)
some = st.integers(0, 1000)


class Families(RuleBasedStateMachine):
    """
    Accounts and patients, linked at random; what each was given to know is kept beside the desk.

    `given`: the names an account typed for a patient; `verified`: whom the desk let in and nobody
    has put out; `booked`: which account a place was taken by, as it said itself.
    """

    url = ""

    def __init__(self):
        super().__init__()
        self.hospital = BusyHospital(f"{self.url}{next(self.numbers)}")
        self.hospital.channels = {way: dict.fromkeys(KINDS, "T") for way in (VISIT, SMS)}
        self.member = nurse(self.hospital)
        self.ward = self.hospital.department()
        days = ((1, 9), (1, 14), (2, 9))
        self.slots = [self.hospital.slot(1, day=d, hour=h, department=self.ward) for d, h in days]
        self.wish = self.hospital.wish(self.ward, days=2)
        self.ids: dict[int, int] = {}
        self.given: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.verified: set[tuple[str, int]] = set()
        self.booked: dict[int, str] = {}
        for account in range(len(ACCOUNTS)):  # each its own, and what its neighbour has, too
            self.register(account, account, account, "mother")
        for account in range(len(ACCOUNTS)):
            neighbour = (account + 1) % len(NAMES)
            self.register(account, neighbour, neighbour, "self")

    def act(self, account, do):
        """One turn: a refusal is answered and commits, as in the chat; None for a refusal."""
        with self.hospital.work(
            ACCOUNTS[account] if isinstance(account, int) else account
        ) as work:
            try:
                return do(work)
            except Refusal:
                return None

    # -- what people do

    @rule(account=who, person=whom, called=whom, relation=st.sampled_from(["mother", "self"]))
    def register(self, account, person, called, relation):
        """Mostly with the right name; sometimes the document goes with another."""
        name = NAMES[called if (account, called) == (person, called) else person]
        told = Registration(
            name, "passport", f"E1234567{person}", relation, "f", date(1960, 5, 1),
            f"138{account}{person}000000",
        )  # fmt: skip

        def do(work):
            patients = Patients(work)
            patients.consent("registration")
            patients.consent("relative")
            return patients.register(told)

        if (view := self.act(account, do)) is not None:
            self.ids[person] = view.id
            self.given[ACCOUNTS[account], view.id].add(name)

    @rule(nth=some)
    def verify(self, nth):
        with self.hospital.work(WINDOW) as work:
            if not (pending := links.pending_links(work)):
                return
            link = pending[nth % len(pending)].id
            links.verify_by_desk(work, link)
            openid, patient = self.pair(work, link)
            self.verified.add((openid, patient))
        if nth % 2:
            self.share(openid, patient)

    def share(self, openid, patient):
        """She wishes to be told as well, and so for the others; who has no say is refused."""
        self.act(openid, lambda work: Sharing(work).tell_me(patient, on=True))
        for other in ACCOUNTS:
            do = lambda work: Sharing(work).share(patient, on=True)  # noqa: E731
            if self.act(other, do) is not None:
                assert (other, patient) in self.verified

    @rule(account=who, person=whom)
    def unlink(self, account, person):
        if (patient := self.ids.get(person)) is not None:
            self.act(account, lambda work: Patients(work).unlink(patient))
            self.verified.discard((ACCOUNTS[account], patient))

    @rule(account=who, person=whom)
    def unlink_others(self, account, person):
        """She herself ends the links of others."""
        patient = self.ids.get(person)
        if patient is None:
            return
        if self.act(account, lambda work: Patients(work).unlink_others(patient)) is not None:
            mine = ACCOUNTS[account]
            self.verified -= {pair for pair in self.verified if pair[1] == patient} - {
                (mine, patient)
            }
            self.booked = {
                a: mine if self.patient_of(a) == patient else o for a, o in self.booked.items()
            }

    @rule(account=who, person=whom, slot=st.integers(0, 2), is_sure=st.booleans())
    def hold(self, account, person, slot, is_sure):
        patient = self.ids.get(person)
        if patient is None:
            return
        wanted = self.slots[slot]
        view = self.act(account, lambda work: Bookings(work).hold(wanted, patient))
        if view is not None:
            self.booked[view.id] = ACCOUNTS[account]
            if is_sure:
                self.act(account, lambda work: Bookings(work).confirm(view.id))

    @rule(person=whom, slot=st.integers(0, 2))
    def book_at_the_window(self, person, slot):
        patient = self.ids.get(person)
        if patient is not None:
            self.act(
                WINDOW,
                lambda w: Bookings(w).confirm(Bookings(w).hold(self.slots[slot], patient).id),
            )

    @rule(
        account=who,
        nth=some,
        do=st.sampled_from(["confirm", "confirm", "release", "cancel", "extend"]),
    )
    def change(self, account, nth, do):
        """Any appointment there is, whether or not the account should know of it."""
        if known := self.all(Appointment.id):
            one = known[nth % len(known)]
            self.act(account, lambda work: getattr(Bookings(work), do)(one))

    @rule(account=who, nth=some, slot=st.integers(0, 2))
    def move(self, account, nth, slot):
        if known := self.all(Appointment.id, Appointment.status == "booked"):
            one = known[nth % len(known)]
            self.act(account, lambda work: Bookings(work).move(one, self.slots[slot]))

    @rule(account=who, person=whom)
    def join(self, account, person):
        if (patient := self.ids.get(person)) is not None:
            self.act(account, lambda work: Waitlist(work).join(self.wish, patient))

    @rule(account=who)
    def leave(self, account):
        for view in self.act(account, lambda work: Waitlist(work).mine()):
            self.act(account, lambda work, v=view: Waitlist(work).leave(v.id))

    @rule(slot=st.integers(0, 2))
    def suspend(self, slot):
        with self.hospital.work() as work:
            shift = work.conn.scalar(select(Slot.shift_id).where(Slot.id == self.slots[slot]))
        number = self.act("nurse", lambda work: Suspensions(work).suspend(self.member, [shift]))
        if number is not None:
            self.act(Actor("job"), lambda work: rebooking.carry_out(work, number))

    @rule()
    def resume(self):
        number = self.act("nurse", lambda work: Suspensions(work).latest(self.member))
        if number is not None:
            self.act("nurse", lambda work: Suspensions(work).resume(self.member, number))

    @rule(account=who, nth=some, do=st.sampled_from(["accept", "give_back", "took_other"]))
    def answer_a_suspension(self, account, nth, do):
        if lines := self.all(SuspensionLine.id, SuspensionLine.state.in_(PENDING)):
            one = lines[nth % len(lines)]
            self.act(account, lambda work: getattr(Replacements(work), do)(one))

    @rule(time=st.sampled_from([HOUR / 6, 2 * HOUR, 11 * HOUR]))
    def wait(self, time):
        self.hospital.now += time
        for one in self.all(Appointment.id, Appointment.status == "held"):
            self.act(Actor("job"), lambda work, a=one: Bookings(work).expire(a))

    @rule()
    def send(self):
        """The courier comes by; what it carries is looked into."""
        with self.hospital.work(Actor("job", name="courier")) as work:
            for leased in dispatch.lease(work, 100, HOUR):
                step = dispatch.start(work, leased, HOUR)
                if isinstance(step, dispatch.Sending):
                    self.check(work, step)
                    dispatch.sent(work, step)

    # -- what must never be

    def check(self, work, sending):
        about = select(Outbox.appointment_id, Outbox.wechat_user_id)
        row = work.conn.execute(about.where(Outbox.id == sending.lease.id)).one()
        openid, told = sending.reach.openid, sending.payload["patient"]
        if row.appointment_id is None:
            given = {mask_name(n) for (o, _), ns in self.given.items() if o == openid for n in ns}
            assert told in given
            return
        patient = self.patient_of(row.appointment_id, work)
        assert told == mask_name(self.name(work, patient))
        if openid is not None:
            assert self.may_see(work, openid, row.appointment_id)
        if sending.channel == SMS:
            assert sending.reach.phone == work.vault.open(
                work.conn.scalar(select(Patient.phone_enc).where(Patient.id == patient))
            )

    @invariant()
    def an_account_sees_its_own_appointments_only(self):
        for openid in ACCOUNTS:
            with self.hospital.work(openid) as work:
                seen = [*Bookings(work).mine(), *appointments.ever(work)]
                for old, new, _ in Replacements(work).pending():
                    seen += [old] if new is None else [old, new]
                for view in seen:
                    assert self.may_see(work, openid, view.id), (openid, view)
                    assert view.patient_name_masked == mask_name(self.name(work, view.patient))

    @invariant()
    def an_account_sees_the_names_it_gave_only(self):
        for openid in ACCOUNTS:
            with self.hospital.work(openid) as work:
                for view in Patients(work).linked():
                    assert view.name in self.given[openid, view.id]
                    typed = f"138{ACCOUNTS.index(openid)}"
                    is_let_in = (openid, view.id) in self.verified
                    assert is_let_in or view.masked_phone[:4] in ("", typed[:3] + "*")

    @invariant()
    def a_notice_that_waits_is_true_of_its_patient_and_goes_to_who_may_read_it(self):
        with self.hospital.work(Actor("job")) as work:
            rows = work.conn.execute(
                select(*Outbox.__table__.c).where(Outbox.state.in_(("due", "leased", "call")))
            )
            for row in rows:
                text = work.vault.open(row.payload_enc)
                assert not any(name in text for name in NAMES)
                if row.appointment_id is None:
                    continue
                patient = self.patient_of(row.appointment_id, work)
                told = facts(appointments.view(work, row.appointment_id))
                assert told["patient"] == mask_name(self.name(work, patient))
                assert not any(name in json.dumps(told, ensure_ascii=False) for name in NAMES)
                for reader in readers(work, row.appointment_id):
                    assert self.may_see(work, self.openid(work, reader), row.appointment_id)

    @invariant()
    def a_question_is_put_to_who_may_see_what_it_is_about(self):
        for openid in ACCOUNTS:
            with self.hospital.work(openid) as work:
                for prompt in Prompts(work).waiting():
                    about = prompt.facts["appointment"]
                    assert self.may_see(work, openid, about), (openid, prompt)

    @invariant()
    def a_turn_in_line_is_shown_to_who_joined_for_a_patient_of_hers(self):
        for openid in ACCOUNTS:
            with self.hospital.work(openid) as work:
                linked = {view.id for view in Patients(work).linked()}
                for view in Waitlist(work).mine():
                    assert view.patient in linked
                    assert view.patient_name_masked == mask_name(self.name(work, view.patient))
                    assert view.offer is None or self.may_see(work, openid, view.offer)

    # -- inside

    def all(self, column, *where):
        return self.hospital.rows(column, *where)

    def may_see(self, work, openid, appointment):
        """What the rule says, told from what was done and not from the desk's own question."""
        patient = self.patient_of(appointment, work)
        return (openid, patient) in self.verified or self.booker(work, appointment) == openid

    def booker(self, work, appointment):
        """Who took the place, or the one it comes from, or stood in the line that it ended."""
        if appointment in self.booked:
            return self.booked[appointment]
        row = work.conn.execute(
            select(Appointment.moved_from_id, Appointment.waitlist_id).where(
                Appointment.id == appointment
            )
        ).one()
        if row.moved_from_id is not None:
            return self.booker(work, row.moved_from_id)
        if row.waitlist_id is None:
            return None
        joined = select(WaitlistEntry.wechat_user_id).where(WaitlistEntry.id == row.waitlist_id)
        return self.openid(work, work.conn.scalar(joined))

    def patient_of(self, appointment, work=None):
        query = select(Appointment.patient_id).where(Appointment.id == appointment)
        if work is not None:
            return work.conn.scalar(query)
        with self.hospital.work() as own:
            return own.conn.scalar(query)

    def name(self, work, patient):
        return work.vault.open(
            work.conn.scalar(select(Patient.name_enc).where(Patient.id == patient))
        )

    def pair(self, work, link):
        ids = select(PatientLink.wechat_user_id, PatientLink.patient_id)
        account, patient = work.conn.execute(ids.where(PatientLink.id == link)).one()
        return self.openid(work, account), patient

    def openid(self, work, account):
        sealed = select(WechatUser.openid_enc).where(WechatUser.id == account)
        return work.vault.open(work.conn.scalar(sealed))

    def teardown(self):
        self.hospital.close()


def any_families(tmp_path, examples, steps, phases=tuple(Phase)):
    Families.url = f"sqlite:///{tmp_path}/families"
    Families.numbers = iter(range(1_000_000))
    machine = Families.TestCase
    machine.settings = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, phases=phases
    )
    machine().runTest()


def test_whoever_is_linked_to_whom_nobody_is_shown_what_is_anothers(tmp_path):
    any_families(tmp_path, 20, 20)


@pytest.fixture
def families(tmp_path):
    Families.url = f"sqlite:///{tmp_path}/families"
    Families.numbers = iter(range(1_000_000))
    machine = Families()
    yield machine
    machine.teardown()


def look(families):
    """All that must hold, now."""
    for name in dir(Families):
        if name.startswith(("an_account", "a_notice", "a_question", "a_turn")):
            getattr(families, name)()


def let_in(families, account, person):
    """The desk verifies one link."""
    wanted = ACCOUNTS[account], families.ids[person]
    with families.hospital.work(WINDOW) as work:
        pairs = [families.pair(work, link.id) for link in links.pending_links(work)]
    families.verify(pairs.index(wanted))


def test_whom_she_has_put_out_sees_and_is_asked_nothing_more(families):
    """The first family took places for its neighbour, who then shows that it is she herself."""
    families.hold(1, 1, 0, is_sure=True)
    families.hold(0, 0, 1, is_sure=True)
    let_in(families, 0, 1)
    families.join(1, 1)
    families.wait(11 * HOUR)
    families.send()
    families.unlink_others(0, 1)
    look(families)
    with families.hospital.work(ACCOUNTS[1]) as work:
        assert Bookings(work).mine() == []
        assert Waitlist(work).mine() == []


def test_a_question_put_to_who_was_let_in_is_not_asked_after_the_link_has_ended(families):
    let_in(families, 0, 1)
    families.book_at_the_window(1, 0)
    families.wait(11 * HOUR)
    families.send()
    with families.hospital.work(ACCOUNTS[0]) as work:
        assert [p.kind for p in Prompts(work).waiting()] == ["reminder"]
    families.unlink(0, 1)
    look(families)


anybody_ahead = select(Appointment.id).where(Appointment.visit_on >= bindparam("today"))
readers_of_any_state = (
    select(
        Appointment.id,
        Appointment.wechat_user_id.label("booker"),
        PatientLink.wechat_user_id.label("reader"),
        PatientLink.relation,
    )
    .outerjoin(PatientLink, PatientLink.patient_id == Appointment.patient_id)
    .where(Appointment.id.in_(bindparam("appointments", expanding=True)))
)


@pytest.mark.parametrize(
    ("module", "name", "leak"),
    [
        (appointments, "_SEEN_AHEAD", anybody_ahead),
        (reach, "_READERS", readers_of_any_state),
    ],
)
def test_control_a_leak_that_is_planted_is_found(tmp_path, monkeypatch, module, name, leak):
    monkeypatch.setattr(module, name, leak)
    with pytest.raises(AssertionError):
        any_families(tmp_path, 60, 20, phases=[Phase.generate])
