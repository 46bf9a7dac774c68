"""Who is let in: sessions, passwords, forged forms, and the headers that every page carries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from console.gate import Gate
from desk import passwords, second_step, staff
from desk.conflicts import StillLosingError, retrying
from desk.counter import Counter
from desk.work import Actor
from handlers.texts import console as texts
from scheduling.rota import Member

OpenDesk = Callable[[Actor], AbstractContextManager[Counter]]
T = TypeVar("T")
_OPEN = frozenset(
    {
        "console.login", "console.enter", "console.join", "console.choose", "console.static",
        "console.ask_code", "console.show_code",
    }
)  # fmt: skip
# Forms of more than half a megabyte: a file goes back with its preview.
_LONG_FORMS = {"console.apply_file": 3_000_000, "console.take_over": 3_000_000}
# The longest request of somebody who is logged in, and of anybody else.
MOST_BYTES, _MOST_BEFORE = 4_000_000, 64_000
# A day's work: whoever forgets to log out is out the next morning.
_SESSION = timedelta(hours=12)
# Where the session keeps who has shown the password and not yet the code, and since when.
_HALF_WAY = "half_way"
_CODE_SECONDS = 300
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
    mark: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return what the session keeps of it."""
        return f"{self.member.id}.{self.mark}"


def me() -> Member:
    """Return who is logged in; pages behind the door alone may ask."""
    member: Member = current_user.member
    return member


def actor(member: Member | None = None) -> Actor:
    """Return on whose behalf a page acts."""
    return Actor("window", name=f"staff:{member.id}" if member else "console")


def act(open_desk: OpenDesk, do: Callable[[Counter], T]) -> T:
    """
    Do an act of whoever is logged in, in a transaction of its own, again if it lost a conflict.

    Raises:
        Refusal: a rule said no. StillLosingError: the house is too busy just now.
    """
    return retrying(lambda: open_desk(actor(me())), do)


def only_desk() -> None:
    """Refuse a doctor: the page is the desk's."""
    if me().role == "doctor":
        abort(403)


def only_admin() -> None:
    """Refuse everybody but an administrator."""
    if me().role != "admin":
        abort(403)


def only_head() -> None:
    """Refuse everybody but an administrator of the whole hospital: it concerns every site."""
    if me().role != "admin" or me().site is not None:
        abort(403)


def guard(app: Flask, blueprint: Blueprint, open_desk: OpenDesk) -> None:
    """Let nobody in who is not logged in, and no form that another page has made."""
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=_SESSION,
        # Only the pages of the console have forms of ours; the webhook and the API sign otherwise.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf = CSRFProtect(app)
    logins = LoginManager(app)
    logins.session_protection = "strong"

    def load(kept: str) -> Clerk | None:
        number, _, mark = kept.partition(".")
        with open_desk(actor()) as counter:
            member = staff.by_number(counter.work, int(number))
            known = passwords.mark(counter.work, int(number))
        return Clerk(member, mark) if member is not None and mark == known else None

    logins.user_loader(load)

    @blueprint.before_request
    def check() -> ResponseReturnValue | None:
        # Before anything of it is read: a file is put on the disk as it comes.
        is_in = current_user.is_authenticated
        request.max_content_length = MOST_BYTES if is_in else _MOST_BEFORE
        if request.endpoint in _LONG_FORMS and is_in:
            request.max_form_memory_size = _LONG_FORMS[request.endpoint]
        csrf.protect()
        if request.endpoint in _OPEN or is_in:
            return None
        return redirect(url_for("console.login"))

    @blueprint.after_request
    def seal(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    _add_errors(blueprint)


def _add_errors(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(StillLosingError)
    def busy(_: StillLosingError) -> ResponseReturnValue:
        return render_template("console/refused.html", problem=texts.BUSY), 503

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
        return render_template("console/refused.html", problem=texts.TOO_LARGE), 413

    @blueprint.errorhandler(400)
    @blueprint.errorhandler(403)
    @blueprint.errorhandler(404)
    def wrong(error: HTTPException) -> ResponseReturnValue:
        problem = texts.WRONG_PAGES[error.code or 400]
        return render_template("console/refused.html", problem=problem), error.code or 400

    @blueprint.errorhandler(CSRFError)
    def forged(_: CSRFError) -> ResponseReturnValue:
        return render_template("console/login.html", problem=texts.STALE_PAGE), 400


def add_pages(blueprint: Blueprint, open_desk: OpenDesk, gate: Gate) -> None:
    """The pages before the door."""
    _add_login(blueprint, open_desk, gate)
    _add_join(blueprint, open_desk, gate)
    _add_code(blueprint, open_desk, gate)


def _add_login(blueprint: Blueprint, open_desk: OpenDesk, gate: Gate) -> None:

    @blueprint.get("/login")
    def login() -> ResponseReturnValue:
        return render_template("console/login.html", problem="")

    @blueprint.post("/login")
    def enter() -> ResponseReturnValue:
        name, password = request.form.get("name", ""), request.form.get("password", "")
        if gate.is_closed(request.remote_addr):
            return _closed("login")
        with open_desk(actor()) as counter:
            member = passwords.check(counter.work, name.strip(), password)
            entered = _come_in(counter, member) if member else None
        if entered is None:
            gate.missed(request.remote_addr)
            return _again("login", texts.NOT_LET_IN)
        return entered

    @blueprint.post("/logout")
    def logout() -> ResponseReturnValue:
        logout_user()
        session.clear()
        return redirect(url_for("console.login"))


def _add_join(blueprint: Blueprint, open_desk: OpenDesk, gate: Gate) -> None:
    @blueprint.get("/join")
    def join() -> ResponseReturnValue:
        return render_template("console/join.html", problem="", shortest=passwords.SHORTEST)

    @blueprint.post("/join")
    def choose() -> ResponseReturnValue:
        code, password = request.form.get("code", ""), request.form.get("password", "")
        if gate.is_closed(request.remote_addr):
            return _closed("join")
        try:
            with open_desk(actor()) as counter:
                member = passwords.choose(counter.work, code, password)
                entered = _come_in(counter, member) if member else None
        except passwords.WeakPasswordError:
            return _again("join", texts.weak_password(passwords.SHORTEST))
        if entered is None:
            gate.missed(request.remote_addr)
            return _again("join", texts.WRONG_CODE)
        return entered


def _add_code(blueprint: Blueprint, open_desk: OpenDesk, gate: Gate) -> None:
    """The second step, for whoever has switched it on."""

    @blueprint.get("/code")
    def ask_code() -> ResponseReturnValue:
        if _HALF_WAY not in session:
            return redirect(url_for("console.login"))
        return render_template("console/code.html", problem="")

    @blueprint.post("/code")
    def show_code() -> ResponseReturnValue:
        if gate.is_closed(request.remote_addr):
            return _closed("code")
        number, since = session.get(_HALF_WAY, (0, 0.0))
        with open_desk(actor()) as counter:
            if counter.now.timestamp() - since > _CODE_SECONDS:
                return redirect(url_for("console.login"))
            is_right = second_step.accept(counter.work, number, request.form.get("code", ""))
            member = staff.by_number(counter.work, number) if is_right else None
            entered = _enter(counter, member) if member else None
        if entered is None:
            gate.missed(request.remote_addr)
            return _again("code", texts.WRONG_STEP)
        return entered


def _come_in(counter: Counter, member: Member) -> ResponseReturnValue:
    """Let in who has shown the password; ask for a code first where one was promised."""
    if not second_step.is_on(counter.work, member.id):
        return _enter(counter, member)
    session.clear()
    session[_HALF_WAY] = [member.id, counter.now.timestamp()]
    return redirect(url_for("console.ask_code"))


def _closed(page: str) -> ResponseReturnValue:
    shortest = passwords.SHORTEST
    problem = texts.TOO_OFTEN
    return render_template(f"console/{page}.html", problem=problem, shortest=shortest), 429


def _again(page: str, problem: str) -> ResponseReturnValue:
    shortest = passwords.SHORTEST
    return render_template(f"console/{page}.html", problem=problem, shortest=shortest), 403


def _enter(counter: Counter, member: Member) -> ResponseReturnValue:
    session.clear()
    login_user(Clerk(member, passwords.mark(counter.work, member.id)))
    return redirect(url_for("console.board"))
