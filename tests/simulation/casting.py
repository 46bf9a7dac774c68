"""Who comes: families, tempers and purposes, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from tests.simulation import calendar_words, goals
from tests.simulation.goals import Goal, Matter
from tests.simulation.hands import Character
from tests.simulation.hospital import Hospital
from tests.simulation.patient import Patient
from tests.simulation.people import Person, Registry
from tests.simulation.speech import TEMPERAMENTS

_ASKED_ANYWHERE = ("offers", "time", "sure", "name", "document", "relation", "who", "safety")
_OLD_FROM = (60, 84)


class Cast:
    """Draws patients for one hospital."""

    def __init__(self, rng: random.Random, hospital: Hospital, scarce: Sequence[str]) -> None:
        self._rng = rng
        self._hospital = hospital
        self._now: datetime = hospital.clock()
        self._people = Registry(rng, self._now.date())
        self._scarce = scarce

    def patient(self, openid: str) -> tuple[Patient, bool]:
        """A patient, and whether she is here for the first time."""
        rng = self._rng
        temperament = rng.choice(TEMPERAMENTS)
        family = self._family(temperament)
        is_new = rng.random() < 0.5
        known = [] if is_new else [family[0], *(p for p in family[1:] if rng.random() < 0.7)]
        ids = self._hospital.register(openid, known) if known else {}
        for_whom = rng.choice(known or family) if rng.random() < 0.9 else rng.choice(family)
        goal = self._goal(openid, for_whom, ids, temperament)
        is_first = goal.person.number not in ids
        character = self._character(temperament, goal, family)
        self._old_and_slow(openid, character, ids)
        self._visit_ahead(openid, character, goal, ids, known)
        own = random.Random(rng.random())
        return Patient(openid, goal, frozenset(ids), character, own), is_first

    def _family(self, temperament: str) -> list[Person]:
        rng, people = self._rng, self._people
        me = people.person("self", _OLD_FROM if temperament == "digits" else None)
        age = me.age(self._now.date())
        kin = ["wife" if me.sex == "m" else "husband"]
        if age < 58:
            kin += ["mother", "father"]
        if age < 50:
            kin += ["son", "daughter"]
        if age < 40:
            kin.append("grandmother")
        ages = {kin[0]: (max(22, age - 4), age + 5)}
        ages |= dict.fromkeys(("mother", "father"), (max(age + 20, 44), min(age + 38, 90)))
        chosen = rng.sample(kin, min(len(kin), rng.randint(1, 3)))
        return [me, *(people.person(one, ages.get(one)) for one in chosen)]

    def _goal(self, openid: str, person: Person, ids: dict[str, int], temperament: str) -> Goal:
        rng = self._rng
        if person.number in ids and rng.random() < 0.25:
            goal = self._about_an_appointment(openid, person, ids)
            if goal is not None:
                # Who only presses digits takes a day from the list.
                is_digits = temperament == "digits"
                return goal.changed(when=calendar_words.ANY) if is_digits else goal
        goal = goals.booking(rng, person, self._now, self._scarce)
        if temperament == "digits":
            goal = goal.changed(when=calendar_words.ANY, is_flexible=True)
        return goal

    def _about_an_appointment(
        self, openid: str, person: Person, ids: dict[str, int]
    ) -> Goal | None:
        """Somebody who has an appointment, and wants to give it back or have it later."""
        rng = self._rng
        matter = goals.department(rng, person, self._now.date())
        ward = min(matter.wards)
        made = self._hospital.book(openid, ids[person.number], ward, rng.randrange(3))
        if made is None:
            return None
        at = made.opening
        kept = {"id": made.id, "starts_at": at.starts_at, "department": at.department}
        matter = Matter("department", matter.plain, matter.dialect, frozenset({at.department}))
        task = rng.choice(("cancel", "move"))
        when = calendar_words.draw(rng, self._now) if task == "move" else calendar_words.ANY
        return Goal(task, person, matter, when, is_flexible=True, appointment=kept)

    def _character(self, temperament: str, goal: Goal, family: list[Person]) -> Character:
        rng = self._rng
        character = Character(
            temperament=temperament,
            taps=temperament in ("plain", "impatient", "forgetful", "corrector")
            and rng.random() < 0.6,
            is_attentive=temperament not in ("digits", "impatient"),
            is_quick=temperament not in ("digits", "voice", "dialect") and rng.random() < 0.6,
            slips_number=rng.random() < (0.5 if temperament == "typos" else 0.08),
        )
        if temperament == "forgetful":
            character.silent_at = rng.choice(_ASKED_ANYWHERE)
        if temperament in ("storyteller", "impatient"):
            character.aside_at = rng.choice(_ASKED_ANYWHERE)
        if temperament == "corrector" and goal.task == "book":
            self._changes(character, goal, family)
        return character

    def _old_and_slow(self, openid: str, character: Character, ids: dict[str, int]) -> None:
        """Most who press digits, and some others, have it slow and simple; some press keys."""
        rng = self._rng
        likely = {"digits": 0.7, "dialect": 0.25, "storyteller": 0.15}
        if rng.random() < likely.get(character.temperament, 0.0):
            character.care = rng.choice(("asks", "has")) if ids else "asks"
            character.taps = False
            if character.care == "has":
                self._hospital.slow_and_simple(openid)
        if (character.care and rng.random() < 0.6) or rng.random() < 0.05:
            character.key = rng.choice("7890")
            character.key_at = rng.choice(_ASKED_ANYWHERE)

    def _visit_ahead(
        self,
        openid: str,
        character: Character,
        goal: Goal,
        ids: dict[str, int],
        known: Sequence[Person],
    ) -> None:
        """Somebody else of the family has an appointment, and its reminder comes meanwhile."""
        rng = self._rng
        others = [p for p in known if p is not goal.person]
        if goal.task != "book" or not others or rng.random() > 0.5:
            return
        whose = rng.choice(others)
        ward = min(goals.department(rng, whose, self._now.date()).wards)
        made = self._hospital.book(openid, ids[whose.number], ward, 0)
        if made is not None:
            character.visit = made.id
            character.notice_at = rng.choice(("offers", "time", "sure", "who", "departments"))
            character.heeds = rng.random() < 0.5

    def _changes(self, character: Character, goal: Goal, family: list[Person]) -> None:
        """A corrector: what she will say differently, and when."""
        rng = self._rng
        aspect = rng.choice(("when", "when", "matter", "who", "name"))
        character.change_at = rng.choice(("offers", "time", "sure"))
        character.change_of = aspect
        if aspect == "when":
            when = calendar_words.draw(rng, self._now, goal.matter.weekdays)
            while not when.days:
                when = calendar_words.draw(rng, self._now, goal.matter.weekdays)
            character.changed = goal.changed(when=when)
        elif aspect == "matter":
            character.changed = goal.changed(
                matter=goals.department(rng, goal.person, self._now.date())
            )
        elif aspect == "who":
            self._other_person(character, goal, family)
        else:
            first = goal.person.name
            character.first_name = first[0] + rng.choice("平安波涛丽娜") + first[2:]

    def _other_person(self, character: Character, goal: Goal, family: list[Person]) -> None:
        today = self._now.date()
        others = [
            p for p in family
            if p is not goal.person and p.age(today) >= 14 and goal.person.age(today) >= 14
            and p.sex == goal.person.sex
        ]  # fmt: skip
        if others:
            character.changed = goal.changed(person=self._rng.choice(others))
