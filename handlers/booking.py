"""
Booking, from a complaint to a confirmed place.

    患者: 我妈这两天头晕，想挂下周三上午的号
    机器人: 先问一句要紧的：现在有没有下面任何一种？…
    患者: 1
    机器人: 您说“头晕”，建议看神经内科。… 可以约的号，回复数字选一个：
    患者: 1
    机器人: … 选几点？
    患者: 1
    机器人: 给谁挂号？ …
    患者: 1
    机器人: 请核对，号已为您留5分钟：…
    患者: 1
    机器人: 预约成功，未缴费。…
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Open, Question, Reask, Redo, Slot, Stop
from dialogue.options import PAGE
from dialogue.state import Values
from handlers import again, changes, family, table, times, today, unheard, wishes
from handlers.scene import World
from handlers.texts import booking as texts
from handlers.texts import changes as change_texts
from handlers.texts import prompts as prompt_texts
from handlers.texts import refusals, wording
from handlers.texts import unheard as unheard_texts
from handlers.texts import waiting as waiting_texts
from handlers.wards import sees_sex
from nlp.heard import Heard
from scheduling.errors import AgeOrSexUnfit, NotYourAppointment, Refusal, TotalLimit
from scheduling.types import AppointmentId, PatientId, PatientView, SlotId

# `told` are the particulars of somebody new that came with the answer.
NEW, _AGREED, _TOLD = "new", "agreed", "told"
# What lets us choose from a list.
_TAKES = frozenset({"any", "earliest", "skip"})
# A choice of the list: stand in line (handlers.waiting).
_WAIT = "wait"
_WISH = ("dept", "ward", "doctor", "when", "wish", "not_doctors")
# The list's choices that are seen at once: a page less the one for waiting.
_SHOWN_FIRST = PAGE - 1
_YES, _CHANGE, _OTHER_PATIENT, _NO = "yes", "change", "patient", "no"
# Which question a refusal of the desk leads back to.
_BACK_TO = {"offer": "offer", "when": "offer", "dept": "dept", "patient": "patient"}


# -- which doctor, which day


def ask_offer(values: Values, world: World) -> Asked:
    """List what can be booked; what alone meets the time asked for needs no list."""
    if values.get("wait"):
        return Open("waitlist", {"mine": "none", **wishes.shared(values)})
    found = wishes.offers(values, world)
    listed = found.exact or found.nearby
    elsewhere = today.note(values, listed, world)
    wait = [(waiting_texts.CHOICE, _WAIT)] if found.full and not found.exact else []
    if not listed:
        nothing = texts.nothing_free(world.scene.policy.days_ahead)
        nothing = "\n".join(filter(None, (nothing, elsewhere)))
        return Question(nothing, wait) if wait else Stop(nothing)
    name, half = wishes.department_name(values, world), wishes.shared_half_day(listed)
    # Once the patient is known, a refusal may have led back here: then there is a choice to make.
    if len(found.exact) == 1 and values.get("when") and "patient" not in values:
        is_told = values.get("doctor") and len(found.exact[0].times) > 1
        note = "" if is_told else texts.only(name, half, found.exact[0])
        return Filled(found.exact[0].slots, "\n".join(filter(None, (elsewhere, note))))
    why = "" if found.exact else wishes.why_not(found, values, name, world)
    about = wishes.list_name(listed, values, world)
    choices: list[tuple[str, Any]] = [(line, offer.slots) for line, offer in wishes.lines(listed)]
    lead = texts.instead(about, half, why) if why else texts.offers(about, half)
    return Question(
        "\n\n".join(filter(None, (elsewhere, lead))),
        [*choices[:_SHOWN_FIRST], *wait, *choices[_SHOWN_FIRST:]],
        wants="offer",
    )


def pick_offer(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """One of the choices is to wait; a half-day or a time told with the number counts, too."""
    if value == _WAIT:
        return Redo(("offer",), fill={"wait": True})
    return times.told_with(_of_half_day(value, values, world), world)


def _of_half_day(slots: list[SlotId], values: Values, world: World) -> list[SlotId]:
    """Of 「上午那个，第一个」 the first is meant of those in the morning."""
    when, number = world.heard.when, world.heard.ordinal or 0
    fitting = [
        offer
        for offer in wishes.listed(values, world)
        if any(w.start <= o.starts_at < w.end for w in when for o in offer.openings)
    ]
    if not fitting or any(offer.slots == slots for offer in fitting):
        return slots
    return fitting[number - 1].slots if 0 < number <= len(fitting) else slots


def hear_wait(heard: Heard, values: Values, world: World) -> Given:
    """「候补」 while a list is shown."""
    return True if heard.intent == "waitlist" and "ward" in values else None


def answer_offer(heard: Heard, values: Values, world: World) -> Given:
    """「随便」 takes the first of the list, 「最早的」 the soonest, 「就他」 the only one."""
    said = heard.preferences
    ward = {code for code, _ in values["ward"]}
    is_other_dept = heard.stated_departments and not ward & {
        d.code for d in heard.stated_departments
    }
    if heard.when or heard.doctors or is_other_dept:
        return None
    if "none" in said:
        return changes.none_of_these(values, world)
    if "unsure" in said:
        return Redo((), texts.TAKE_FIRST)
    listed = wishes.listed(values, world)
    takes_one = heard.answer == "yes" and not said
    if not listed or not (takes_one or (said and said <= _TAKES)):
        return None
    # 「最近的」 was said of the doctor, who has none: nobody else is taken for granted.
    asked = values.get("doctor")
    is_anothers = bool(asked) and all(offer.first.doctor != asked for offer in listed)
    if (takes_one and len(listed) > 1) or is_anothers:
        return Redo((), texts.NOT_THAT_DOCTOR if is_anothers else texts.WHICH_NUMBER)
    if "earliest" in said:
        listed = sorted(listed, key=lambda offer: min(time.starts_at for time in offer.times))
    return listed[0].slots


# -- for whom


def ask_patient(values: Values, world: World) -> Asked:
    """
    Take the one family member that was meant; register who is not known yet; else ask.

    The question shows all that will be booked: the answer to it is the last yes.
    """
    # The other one of two is not who has just been booked for.
    linked = [p for p in world.desk.patients.linked() if p.id != values.get("not_patient")]
    relation = values.get("relation")
    if _is_new(values, linked):
        return Open("registration", {**_about(values), **values.get(_TOLD, {})})
    meant = family.meant(relation, linked) if relation else []
    in_law = values.get("in_law", "")
    usual = None if relation is not None else family.usual(world.person or {}, linked)
    # Nobody is taken for granted in a department that does not see people of that sex.
    is_odd = any(not sees_sex(one, values, world) for one in (*meant, usual) if one)
    if usual is not None and not is_odd:
        return Filled(usual.id)
    if len(meant) == 1 and not (is_odd or in_law):
        return Filled(meant[0].id)
    if relation and not meant:
        register = (texts.register_first(in_law or relation), NEW)
        others = [(wording.patient(p), p.id) for p in linked]
        missing = texts.not_registered(in_law or relation)
        return Question(missing, [register, *others], wants="patient")
    another = (texts.another_patient(linked), NEW)
    people = linked if is_odd else meant or linked
    # Who waits for a place has no time yet; who is correcting is asked once more.
    if "time" not in values or relation == "":
        choices: list[tuple[str, Any]] = [(wording.patient(p), p.id) for p in people]
        return Question(texts.WHO, [*choices, another], wants="patient")
    opening = next(iter(world.desk.finder.openings([SlotId(values["time"])])), None)
    if opening is None:
        raise Reask("offer", refusals.TAKEN)
    choices = [(wording.patient(p), {_AGREED: p.id}) for p in people]
    return Question(texts.who(opening), [*choices, another], wants="patient")


def _about(values: Values) -> Values:
    """What registration knows of somebody new; who is another mother is not the one known."""
    about = {name: values[name] for name in ("relation", "in_law") if values.get(name)}
    return {**about, "known": ""} if "in_law" in about or "not_patient" in values else about


def _is_new(values: Values, linked: Sequence[PatientView]) -> bool:
    """Tell whether somebody is to be registered: by wish, the first, or the other one of two."""
    is_other = "not_patient" in values and not family.meant(values["relation"], linked)
    return bool(values.get("new_patient")) or not linked or is_other


def pick_patient(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The last choice registers somebody new; who saw the whole and chose has agreed to it."""
    if isinstance(value, dict):
        return Redo((), fill={"patient": value[_AGREED], _AGREED: True})
    return Redo(("patient",), fill={"new_patient": True, _TOLD: {}}) if value == NEW else value


def answer_patient(heard: Heard, values: Values, world: World) -> Given:
    """The number of who is not registered yet, sent at once: that is whom it is for."""
    relation, linked = values.get("relation"), world.desk.patients.linked()
    is_new = relation and not family.meant(relation, linked)
    is_new = is_new or (heard.name and all(one.name != heard.name for one in linked))
    if not (is_new and heard.id_number):
        return None
    return Redo((), fill={"new_patient": True, _TOLD: _told(heard, world)})


def _told(heard: Heard, world: World) -> Values:
    """What may be kept of it: all of it, by who has consented before."""
    if not world.desk.patients.has_consented("registration"):
        return {}
    told = {"name": heard.name, "number": heard.id_number, "phone": heard.phone}
    return {name: value for name, value in told.items() if value}


# -- hold and confirm


def _is_back(values: Values, world: World) -> str:
    """What was looked for instead of a place that she has again is not booked beside it."""
    old = world.desk.replacements.back(values["replaces"]) if "replaces" in values else None
    return prompt_texts.is_back(old) if old is not None else ""


def take_hold(values: Values, world: World) -> Asked:
    """Take the place for a few minutes; a refusal leads back to the question it names."""
    if told := _is_back(values, world):
        return Stop(told)
    words = "、".join(values.get("dept", {}).get("words", ()))
    try:
        held = world.desk.bookings.hold(
            SlotId(values["time"]), PatientId(values["patient"]), words
        )
    except TotalLimit as no:
        return Stop(refusals.say(no))
    except AgeOrSexUnfit as no:
        # Of which age the patient is tells the department; of the wrong sex is the wrong person.
        is_of_age = no.facts.get("reason") != "age" or values.get("doctor")
        who = next((p for p in world.desk.patients.linked() if p.id == values["patient"]), None)
        why = texts.unfit(who) if who else refusals.say(no)
        raise Reask("dept" if is_of_age else "ward", why) from no
    except Refusal as no:
        raise Reask(_BACK_TO.get(no.slot, "offer"), wishes.said(no, world)) from no
    return Filled(held.id)


def ask_confirm(values: Values, world: World) -> Asked:
    """Show everything once more; nothing is booked without this yes, or that to the whole."""
    if values.get(_AGREED):
        return Filled(_YES)
    try:
        held = world.desk.bookings.just_held(AppointmentId(values["appointment"]))
    except NotYourAppointment as no:
        raise Reask("offer", refusals.HOLD_OVER) from no
    if held.status != "held" or held.held_until is None:
        raise Reask("offer", refusals.HOLD_OVER)
    until = held.held_until
    if world.care:  # every sign of life keeps the place longer
        until = world.desk.bookings.extend(held.id).held_until or until
    patient = next((p for p in world.desk.patients.linked() if p.id == held.patient), None)
    minutes = max(1, round((until - world.desk.now).total_seconds() / 60))
    choices = [
        (texts.CONFIRM_YES, _YES),
        (texts.CONFIRM_TIME, _CHANGE),
        (texts.CONFIRM_PATIENT, _OTHER_PATIENT),
        (texts.CONFIRM_NO, _NO),
    ]
    if world.care:  # what ends it never stands first on a page of its own
        choices[2:] = reversed(choices[2:])
    return Question(texts.summary(held, patient, minutes), choices, wants="yes_no")


def pick_confirm(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes books; the rest goes back or gives the place back."""
    if value == _CHANGE:
        return Redo(("offer",), note=change_texts.NOT_THIS)
    if value == _OTHER_PATIENT:
        return changes.another_patient()
    if value == _NO:
        leave(values, world)
        return Stop(texts.LEFT)
    return value


def answer_confirm(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; a yes that brings another wish along is a correction, not a yes."""
    wish = heard.when or heard.doctors or heard.stated_departments or heard.person.relation
    if heard.answer == "yes" and not wish:
        return _YES
    if heard.answer == "no" and not wish:
        return Redo((), note=texts.WHAT_TO_CHANGE)
    return None


def done(values: Values, world: World) -> Done:
    """Book; the reply is the confirmation."""
    if told := _is_back(values, world):
        leave(values, world)
        return Done(told)
    try:
        view = world.desk.bookings.confirm(AppointmentId(values["appointment"]))
    except Refusal as no:
        raise Reask(_BACK_TO.get(no.slot, "offer"), refusals.say(no)) from no
    if "replaces" in values:
        world.desk.replacements.took_other(values["replaces"])
    wards = world.desk.catalogue.departments([view.opening.department])
    phone = wishes.site_phone(view.opening.site, world)
    outlook = world.desk.notices.outlook(view)
    return Done(texts.booked(view, wards[0] if wards else None, phone, outlook))


def leave(values: Values, world: World) -> str:
    """Give the held place back when the person walks away."""
    if "appointment" in values:
        try:
            world.desk.bookings.release(AppointmentId(values["appointment"]))
        except Refusal:
            return texts.LEFT_EARLY
        return texts.LEFT
    return texts.LEFT_EARLY


def changed(before: Values, after: Values, world: World) -> str:
    """A correction that made the chosen time fall says so; a name told early is not kept."""
    if "time" in before and "time" not in after:
        return change_texts.DROPPED
    # Told while the department is open yet: that it was heard is said.
    if "ward" not in after and "dept" in before and before.get("when") != after.get("when"):
        return change_texts.DAY_NOTED if after.get("when") else ""
    is_known = "patient" in after or after.get(_TOLD)
    is_early = unheard.tells_early(world.heard, world) and not is_known
    return unheard_texts.NOT_YET[0] if is_early else ""


def claims(heard: Heard, world: World) -> Values | None:
    """「下午要，骨科，给我女儿」: facts enough for a booking, whatever the wish sounds like."""
    if (same := again.wanted(heard, world)) is not None:
        return same
    place = heard.stated_departments or heard.doctors
    more = heard.when or heard.person.relation or heard.symptoms
    is_wish = heard.intent == "unknown" and place and more and not world.is_busy
    return {} if is_wish else None


def matter(values: Values, world: World) -> str:
    """挂骨科的号, once that is settled."""
    return texts.matter(wishes.department_name(values, world)) if values.get("ward") else ""


FORM: Form[World] = Form(
    name="booking",
    title=texts.TITLE,
    opens_on=frozenset({"book", "symptom"}),
    keeps=frozenset({"reschedule", "waitlist"}),
    leave=leave,
    changed=changed,
    about=table.about,
    claims=claims,
    matter=matter,
    done=done,
    slots=(
        *wishes.SLOTS,
        Slot("wait", hear=hear_wait, after=_WISH),
        Slot("offer", ask_offer, hear=changes.hear, answer=answer_offer, pick=pick_offer,
             after=(*_WISH, "wait")),
        times.SLOT,
        Slot("relation", hear=wishes.hear_relation),
        Slot("in_law", hear=wishes.hear_in_law, after=("relation",)),
        Slot("patient", ask_patient, hear=changes.hear_patient, answer=answer_patient,
             pick=pick_patient, after=("relation", "in_law")),
        Slot(_AGREED, after=("time", "patient")),
        Slot("appointment", take_hold, after=("time", "patient")),
        Slot("confirm", ask_confirm, answer=answer_confirm, pick=pick_confirm,
             after=("appointment",)),
    ),
)  # fmt: skip
