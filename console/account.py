"""One's own account: the second step of the login, switched on and off."""

from __future__ import annotations

import io

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from console import door
from console.door import OpenDesk, me
from desk import second_step
from handlers.texts import console as texts

# The secret that is shown and not yet proved; its owner's own browser keeps it.
_PROPOSED = "totp_secret"


def add_pages(blueprint: Blueprint, open_desk: OpenDesk, hospital: str) -> None:
    """The page of whoever is logged in."""

    @blueprint.get("/account")
    def account() -> ResponseReturnValue:
        with open_desk(door.actor(me())) as counter:
            is_on = second_step.is_on(counter.work, me().id)
        return _page(hospital, is_on=is_on)

    @blueprint.post("/account/code")
    def switch_on() -> ResponseReturnValue:
        code, secret = request.form.get("code", ""), session.get(_PROPOSED, "")
        with open_desk(door.actor(me())) as counter:
            is_on = second_step.is_on(counter.work, me().id)
            done = not is_on and second_step.switch_on(counter.work, me().id, secret, code)
        if not done:
            return _page(hospital, is_on=is_on, problem=texts.WRONG_STEP), 403
        session.pop(_PROPOSED, None)
        flash(texts.STEP_ON)
        return redirect(url_for("console.account"))

    @blueprint.post("/account/off")
    def switch_off() -> ResponseReturnValue:
        """Only with a code: a page left open is not enough."""
        with open_desk(door.actor(me())) as counter:
            is_right = second_step.accept(counter.work, me().id, request.form.get("code", ""))
            done = is_right and second_step.switch_off(counter.work, me().id)
        if not done:
            return _page(hospital, is_on=True, problem=texts.WRONG_STEP), 403
        flash(texts.STEP_OFF)
        return redirect(url_for("console.account"))


def _page(hospital: str, *, is_on: bool, problem: str = "") -> str:
    secret = session.get(_PROPOSED) or second_step.new_secret()
    if not is_on:
        session[_PROPOSED] = secret
    picture = io.BytesIO()
    code = segno.make(second_step.address(secret, me().name, hospital), error="m")
    code.save(picture, kind="svg", scale=4, border=4, xmldecl=False, title=texts.STEP_PICTURE)
    return render_template(
        "console/account.html",
        is_on=is_on,
        problem=problem,
        secret=secret,
        picture=Markup(picture.getvalue().decode()),  # noqa: S704 - drawn here, of our own words
    )
