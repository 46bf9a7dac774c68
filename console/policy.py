"""The site's rules, written by an administrator into the one file in which they live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import door
from console.door import OpenDesk, me
from desk import audit
from desk.work import Work
from handlers.texts import console as texts
from handlers.texts import policy as rule_texts
from handlers.texts import ranks, screen


class Rulebook(Protocol):
    """Where the rules live."""

    def given(self) -> Mapping[str, str]:
        """Return every rule as its text."""
        ...

    def write(self, wanted: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
        """Change rules; ValueError with `rule` and `why` for what cannot be meant."""
        ...


def add_pages(blueprint: Blueprint, open_desk: OpenDesk, rules: Rulebook | None) -> None:
    """Without a file there is nothing to change: the page says what to set."""

    def page(given: Mapping[str, str], problem: str = "") -> str:
        with open_desk(door.actor(me())) as counter:
            calling = _calling(counter.work)
        about = {
            "rules": rule_texts.RULES,
            "groups": rule_texts.GROUPS,
            "none": texts.NO_POLICY_FILE,
            "calling": calling,
        }
        return render_template("console/policy.html", given=given, problem=problem, **about)

    @blueprint.get("/policy")
    def policy() -> ResponseReturnValue:
        door.only_head()
        return page(rules.given() if rules else {})

    @blueprint.post("/policy")
    def change_policy() -> ResponseReturnValue:
        door.only_head()
        if rules is None:
            return page({}), 409
        form = {name: request.form[name] for name in rules.given() if name in request.form}
        try:
            with open_desk(door.actor(me())) as counter:
                changed = rules.write(form)
                if changed:
                    audit.record(counter.work, "policy", "policy", dict(changed))
        except ValueError as wrong:
            problem = rule_texts.wrong(getattr(wrong, "rule", ""), getattr(wrong, "why", ""))
            return page({**rules.given(), **form}, problem), 409
        flash(rule_texts.changed(list(changed)))
        return redirect(url_for("console.policy"))


def _calling(work: Work) -> list[tuple[str, str, str]]:
    """How every place calls that the rules name, and all the others; who goes before there."""
    names = {place.code: place.name for place in work.directory.sites}
    names |= {ward.code: ward.name for ward in work.directory.wards.values()}
    found = work.policy.callings()
    rest = rule_texts.ELSEWHERE if len(found) > 1 else rule_texts.EVERYWHERE
    return [
        (names.get(code, code) or rest, screen.rule(one), ranks.who_goes_before(one))
        for code, one in found
    ]
