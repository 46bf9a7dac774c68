"""Who is let in: sessions, passwords, forged forms, and the headers that every page carries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from desk import passwords, staff
from desk.counter import Counter
from desk.work import Actor
from handlers.texts import console as texts
from scheduling.rota import Member

OpenDesk = Callable[[Actor], AbstractContextManager[Counter]]
_OPEN = frozenset(
    {"console.login", "console.enter", "console.join", "console.choose", "console.static"}
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Clerk:
    """The member of staff behind a session, as flask-login wants one."""

    member: Member
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return what the session keeps of it."""
        return str(self.member.id)


def me() -> Member:
    """Return who is logged in; pages behind the door alone may ask."""
    member: Member = current_user.member
    return member


def actor(member: Member | None = None) -> Actor:
    """Return on whose behalf a page acts."""
    return Actor("window", name=f"staff:{member.id}" if member else "console")


def guard(app: Flask, blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Let nobody in who is not logged in, and no form that another page has made."""
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        # Only the pages of the console have forms of ours; the webhook and the API sign otherwise.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf = CSRFProtect(app)
    logins = LoginManager(app)
    logins.session_protection = "strong"

    def load(number: str) -> Clerk | None:
        with open_desk(actor()) as counter:
            member = staff.by_number(counter.work, int(number))
        return Clerk(member) if member is not None else None

    logins.user_loader(load)

    @blueprint.before_request
    def check() -> ResponseReturnValue | None:
        csrf.protect()
        if request.endpoint in _OPEN or current_user.is_authenticated:
            return None
        return redirect(url_for("console.login"))

    @blueprint.after_request
    def seal(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    @blueprint.errorhandler(CSRFError)
    def forged(_: CSRFError) -> ResponseReturnValue:
        return render_template("console/login.html", problem=texts.STALE_PAGE), 400


def add_pages(blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """The pages before the door."""

    @blueprint.get("/login")
    def login() -> ResponseReturnValue:
        return render_template("console/login.html", problem="")

    @blueprint.post("/login")
    def enter() -> ResponseReturnValue:
        name, password = request.form.get("name", ""), request.form.get("password", "")
        with open_desk(actor()) as counter:
            member = passwords.check(counter.work, name.strip(), password)
        return _enter(member) if member else _again("login", texts.NOT_LET_IN)

    @blueprint.get("/join")
    def join() -> ResponseReturnValue:
        return render_template("console/join.html", problem="", shortest=passwords.SHORTEST)

    @blueprint.post("/join")
    def choose() -> ResponseReturnValue:
        code, password = request.form.get("code", ""), request.form.get("password", "")
        try:
            with open_desk(actor()) as counter:
                member = passwords.choose(counter.work, code, password)
        except passwords.WeakPasswordError:
            return _again("join", texts.weak_password(passwords.SHORTEST))
        return _enter(member) if member else _again("join", texts.WRONG_CODE)

    @blueprint.post("/logout")
    def logout() -> ResponseReturnValue:
        logout_user()
        return redirect(url_for("console.login"))


def _again(page: str, problem: str) -> ResponseReturnValue:
    shortest = passwords.SHORTEST
    return render_template(f"console/{page}.html", problem=problem, shortest=shortest), 403


def _enter(member: Member) -> ResponseReturnValue:
    session.clear()
    login_user(Clerk(member))
    return redirect(url_for("console.board"))
