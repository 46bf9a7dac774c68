"""
What somebody wishes for: department, doctor, site, day. Shared by booking and rescheduling.

The values are JSON: `dept` see `handlers.depts`, `ward` `handlers.wards`, `doctors` [code, …],
`doctor` code or None, `site` code, `when` [[from, to], …] as local ISO instants, `usual` True,
`wish` {"latest", "service", "urgent", "cheap", "avoid"}, `not_doctors`, `not_sites` and
`not_offers` (the first slot of each) what was turned down.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot
from dialogue.state import Values
from handlers import family, triage, wards, wished_times
from handlers.scene import World
from handlers.texts import booking as texts
from handlers.texts import misses, refusals, wording
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.offers import Offer, Offers
from scheduling.types import AppointmentView, Need, PatientId, SlotId

# A department this much less likely than the best stands in for it where a site has none.
_STANDS_IN = 0.58
# Of other days so many are shown before who stands in.
_FEW = 3
_SERVICES = ("expert", "general", "special")


# -- doctor


def hear_doctors(heard: Heard, values: Values, world: World) -> Given:
    """The doctors a name may mean: one if it is clear, several to choose from if not."""
    if not heard.doctors or _is_family(heard.stranger, world):
        return _unknown(heard, values, world)
    best = heard.doctors[0].score
    return [d.code for d in heard.doctors if d.score >= best - 0.03][:8]


def _unknown(heard: Heard, values: Values, world: World) -> Given:
    """Whom the hospital does not have: that is said, and the department is what is left."""
    if not heard.stranger or _is_family(heard.stranger, world):
        return None
    # Which of several was asked: not one of those, then.
    fallen = ("doctors",) if "doctor" not in values else ()
    return Redo(fallen, texts.no_such_doctor(heard.stranger))


def _is_family(name: str, world: World) -> bool:
    return bool(name) and any(p.name == name for p in world.desk.patients.linked())


def hear_like(heard: Heard, values: Values, world: World) -> Given:
    """Who was asked for, where the roster has only somebody of nearly that name."""
    is_known = not heard.doctors or _is_family(heard.stranger, world)
    return None if is_known else heard.stranger


def ask_doctor(values: Values, world: World) -> Asked:
    """Ask which of two of the same name; no doctor at all is fine."""
    codes = values.get("doctors") or []
    if not codes and values.get("usual"):
        seen = world.desk.finder.usual_doctor()
        return Filled(seen, "" if seen else texts.NO_USUAL)
    if not codes:
        return Filled(None)
    doctors = world.desk.catalogue.doctors(codes)
    if values.get("like"):  # nobody is taken for somebody else without a yes
        near = [(texts.doctor_choice(d), d.code) for d in doctors]
        return Question(texts.only_like(values["like"]), [*near, (texts.NOT_LIKE, "")])
    dept = values.get("dept", {})
    wanted = {code for code, _ in dept.get("codes", ())}
    fitting = [d for d in doctors if d.department in wanted]
    name = _ward_name(dept, world) if dept.get("stated") and not fitting else ""
    if len(fitting or doctors) == 1:
        (doctor,) = fitting or doctors
        return Filled(doctor.code, texts.works_at(doctor, name) if name else "")
    choices = [(texts.doctor_choice(d), d.code) for d in fitting or doctors]
    if name:
        return Question(texts.none_there(name), [*choices, (texts.anybody(name), "")])
    return Question(texts.WHICH_DOCTOR, choices)


def pick_doctor(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The doctor, or anybody of the department that was named."""
    return value or Redo(("doctors", "usual"), "", {"doctor": None})


def _ward_name(dept: dict[str, Any], world: World) -> str:
    return world.desk.catalogue.departments([dept["codes"][0][0]])[0].name


# -- site, day, other wishes


def hear_site(heard: Heard, values: Values, world: World) -> Given:
    """A site named in words, or of which kind it is to be."""
    if heard.sites:
        return heard.sites[0].code
    kind = next((kind for kind in _KINDS if kind in heard.preferences), None)
    return None if kind is None else _of_kind(_KINDS[kind], kind, values, world)


def _of_kind(kinds: Collection[str], wish: str, values: Values, world: World) -> Given:
    """「不去社区，要大医院」: the other sites stay out of the lists, if any such has it."""
    others = [s.code for s in world.desk.catalogue.sites() if s.kind not in kinds]
    codes = [code for code, _ in values.get("dept", {}).get("codes", ())]
    have = world.desk.catalogue.departments(codes) if codes else ()
    if have and all(ward.site in others for ward in have):
        return Redo((), texts.NONE_OF_KIND[wish])
    if have and not any(ward.site in others for ward in have):
        return Redo((), texts.ALL_OF_KIND[wish])
    return Redo(("site", "offer"), texts.OF_KIND[wish], {"not_sites": others})


def hear_doctor_sex(heard: Heard, values: Values, world: World) -> Given:
    """「最好是女医生」: the roster does not know, and that is said."""
    if "doctor_sex" not in heard.preferences or heard.doctors:
        return None
    return Redo((), texts.doctor_sex(site_phone(values.get("site", ""), world)))


def hear_usual(heard: Heard, values: Values, world: World) -> Given:
    """「找上次那个医生」."""
    return True if "same_doctor" in heard.preferences else None


def hear_wish(heard: Heard, values: Values, world: World) -> Given:
    """Expert or general, the last of the day, as soon as can be, what costs least."""
    wish: dict[str, Any] = {}
    service = next((s for s in _SERVICES if s in heard.preferences), None)
    if service:
        wish["service"] = service
    is_soon = "ward" not in values and heard.preferences & {"earlier", "earliest"}
    if heard.urgency == "today" or is_soon:
        wish["urgent"] = True
    if heard.urgency == "today":
        wish["today"] = True
    wish |= {name: True for name in ("latest", "cheap") if name in heard.preferences}
    if "crowded" in heard.preferences:
        wish["quiet"] = True
    if "no_special" in heard.preferences:
        wish["avoid"] = ["special"]
    if not wish:
        return None
    wish = {**values.get("wish", {}), **wish}
    if service == "general" and values.get("doctor") and not heard.doctors:
        # 「还是普通号」 after a doctor was named: the department's own, not that doctor's.
        return Redo(("doctors", "doctor", "usual"), texts.GENERAL_THEN, {"wish": wish})
    return wish


def hear_relation(heard: Heard, values: Values, world: World) -> Given:
    """Who it is for."""
    said = heard.person.relation
    return None if family.is_vaguer(said, values.get("relation")) else said


def hear_in_law(heard: Heard, values: Values, world: World) -> Given:
    """岳母: of the relation of a mother, and never the mother who is registered."""
    return heard.in_law or None


# -- the wish as the desk understands it


def need(values: Values, world: World) -> Need:
    """Return the `Need` behind the values."""
    wish = values.get("wish", {})
    doctor = values.get("doctor")
    return Need(
        departments=() if doctor else tuple((c, s) for c, s in values["ward"]),
        doctor=doctor,
        site=values.get("site"),
        when=wished_times.wanted_times(values),
        words=tuple(values.get("dept", {}).get("words", ())),
        # Who names a doctor takes the kind of place that doctor has.
        service_type=None if doctor else wish.get("service"),
        usual_doctor=world.desk.finder.usual_doctor(),
        latest=bool(wish.get("latest")),
        urgent=bool(wish.get("urgent")),
        cheap=bool(wish.get("cheap")),
        without_services=frozenset(wish.get("avoid", ())),
        without_doctors=frozenset(values.get("not_doctors", ())),
        whose=_whose(values, world) if world.desk.finder.keeps_places() else None,
    )


def _whose(values: Values, world: World) -> PatientId | None:
    """The patient, as far as that is clear before anybody was asked."""
    if "patient" in values:
        return PatientId(values["patient"])
    people = world.desk.patients.linked()
    relation = values.get("relation")
    meant = family.meant(relation, people) if relation else people
    return meant[0].id if len(meant) == 1 else None


def listed(values: Values, world: World) -> Sequence[Offer]:
    """Return the offers for the wish, or the nearest there are."""
    found = offers(values, world)
    return found.exact or found.nearby


def offers(values: Values, world: World) -> Offers:
    """Return what the desk finds for the wish, for the patient if it is known who that is."""
    patient = PatientId(values["patient"]) if "patient" in values else None
    found = world.desk.finder.offers(need(values, world), patient)
    if values.get("loose") and values.get("when") and not found.exact:
        any_day = {**values, "when": wished_times.on_any_day(values, world)}
        wider = world.desk.finder.offers(need(any_day, world), patient)
        found = replace(found, nearby=wider.exact or found.nearby)
    found = _own_first(found, values, patient, world)
    if values.get("wish", {}).get("quiet"):
        found = replace(found, exact=_quiet(found.exact), nearby=_quiet(found.nearby))
    refused = {SlotId(slot) for slot in values.get("not_offers", ())}
    if not refused:
        return found
    return replace(found, exact=_but(found.exact, refused), nearby=_but(found.nearby, refused))


def _own_first(found: Offers, values: Values, patient: PatientId | None, world: World) -> Offers:
    """Where only a stand-in of the department is free then, that is told, and other days, too."""
    codes = values.get("ward", ())
    own = [pair for pair in codes if pair[1] >= _STANDS_IN * codes[0][1]]
    stands_in = {code for code, _ in codes} - {code for code, _ in own}
    if values.get("doctor") or not (values.get("when") and found.exact and stands_in):
        return found
    if any(offer.first.department not in stands_in for offer in found.exact):
        return found
    alone = world.desk.finder.offers(need({**values, "ward": own}, world), patient)
    return replace(alone, nearby=(*alone.nearby[:_FEW], *found.exact))


def _quiet(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Those with most places left first."""
    return tuple(sorted(offers, key=lambda offer: -offer.left))


def _but(offers: Sequence[Offer], refused: Collection[SlotId]) -> tuple[Offer, ...]:
    """Leave out what was turned down, unless that is all there is."""
    rest = [o for o in offers if not any(slot in refused for slot in o.slots)]
    return tuple(rest or offers)


def department_name(values: Values, world: World) -> str:
    """The department (or doctor) the list is about."""
    if values.get("doctor"):
        (doctor,) = world.desk.catalogue.doctors([values["doctor"]])
        return f"{doctor.department_name}{doctor.name}"
    return world.desk.catalogue.departments([values["ward"][0][0]])[0].name


def list_name(offers: Sequence[Offer], values: Values, world: World) -> str:
    """The doctor asked for stands above a list only if it is a list of that doctor's."""
    doctor = values.get("doctor")
    if not doctor or all(o.first.doctor == doctor for o in offers):
        return department_name(values, world)
    (asked,) = world.desk.catalogue.doctors([doctor])
    return asked.department_name


def why_not(found: Offers, values: Values, name: str, world: World) -> str:
    """Say why nothing is what was asked for, and which other site near by is free."""
    when = wished_times.wanted_times(values)
    wards = () if values.get("doctor") else tuple((c, s) for c, s in values["ward"])
    whose = _whose(values, world)
    asked = Need(wards, values.get("doctor"), values.get("site"), when, whose=whose)
    hint = world.desk.hints.near(asked, found)
    near = misses.near(hint, world.scene.now_local.date()) if hint else ""
    if found.miss is None and not when and values.get("doctor"):
        return misses.none_of(name, world.scene.policy.days_ahead) + near
    return misses.say(found.miss, when, name) + near


def lines(offers: Sequence[Offer]) -> list[tuple[str, Offer]]:
    """One line for each offer; what all of them share is left out."""
    sites = {o.first.site for o in offers}
    earliest_of_many = sum(o.why.earliest for o in offers) > 1
    departments = {o.first.department_name for o in offers}
    shared = shared_half_day(offers)
    return [
        (
            wording.offer(
                _without_earliest(o) if earliest_of_many and o.why.earliest else o,
                show_site=len(sites) > 1,
                show_department=len(departments) > 1,
                show_day=not shared,
            ),
            o,
        )
        for o in offers
    ]


def _without_earliest(offer: Offer) -> Offer:
    return replace(offer, why=replace(offer.why, earliest=False))


def shared_half_day(offers: Sequence[Offer]) -> str:
    """The half-day that all offers are on, in words, or nothing."""
    days = {wording.half_day(o.first) for o in offers}
    return f" {days.pop()}" if len(days) == 1 else ""


def appointment(number: int, world: World) -> AppointmentView | None:
    """Return one of this account's appointments, or None."""
    return next((a for a in world.desk.bookings.mine() if a.id == number), None)


def said(no: Refusal, world: World) -> str:
    """Return a refusal in words; an appointment in the way is named if this account may see it."""
    mine = world.desk.bookings.mine() if "appointment" in no.facts else ()
    view = next((a for a in mine if a.code == no.facts["appointment"]), None)
    return misses.clash(view) if view else refusals.say(no)


def site_phone(code: str, world: World) -> str:
    """The telephone of a site, or the hospital's."""
    found = next((s.phone for s in world.desk.catalogue.sites() if s.code == code), "")
    return found or hospital_phone(world)


def site_of_talk(world: World) -> str:
    """Return the site that is talked about: named now, or that of an open form; "" for none."""
    named, catalogue = world.heard.sites, world.desk.catalogue
    if named:
        return named[0].code
    for known in world.open:
        if known.get("site"):
            return str(known["site"])
        if known.get("doctor"):
            return next((one.site for one in catalogue.doctors([known["doctor"]])), "")
        wards = [code for code, _ in known.get("ward", ())]
        sites = {ward.site for ward in catalogue.departments(wards)} if wards else set()
        if len(sites) == 1:
            return sites.pop()
    return ""


def hospital_phone(world: World) -> str:
    """The hospital's telephone, or that of its largest site."""
    if world.scene.phone:
        return world.scene.phone
    sites = sorted(world.desk.catalogue.sites(), key=lambda site: site.kind != "general")
    return next((site.phone for site in sites if site.phone), "")


SLOTS: tuple[Slot[World], ...] = (
    *triage.SAFETY,
    Slot("doctors", hear=hear_doctors, after=("dept",)),
    Slot("usual", hear=hear_usual),
    Slot("like", hear=hear_like),
    Slot("doctor", ask_doctor, pick=pick_doctor, after=("doctors", "usual", "like")),
    Slot("site", hear=hear_site),
    Slot("doctor_sex", hear=hear_doctor_sex),
    Slot("when", hear=wished_times.hear_when, check=wished_times.check_when),
    Slot("loose", hear=wished_times.hear_loose),
    Slot("wish", hear=hear_wish),
    *wards.SLOTS,
)
_KINDS = {"big_site": frozenset({"general"}), "small_site": frozenset({"community", "township"})}
_SHARED = (*(slot.name for slot in SLOTS), "not_doctors", "relation", "in_law", "patient")


def shared(values: Values) -> Values:
    """Return what booking and waiting (候补) know of the same wish."""
    return {name: values[name] for name in _SHARED if name in values}
