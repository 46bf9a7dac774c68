"""
The commands of `flask --app wsgi …`.

Each opens only what it needs: `understand` nothing, the others their settings. Where nothing at
all is set, they work on the demo's database under `var/`, so that a newcomer can try them.
"""

from __future__ import annotations

import csv
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

import migrations
from bot import chores, demo, doctor, ear, menu, settings, subscribe, talk, wechat
from bot.channels import open_channels
from bot.courier import Courier
from bot.house import House, open_house
from bot.settings import SECRETS, ConfigError, Settings
from bot.turn import open_desk
from bot.wechat_errors import WechatError
from bot.wiring import environment, furnish
from desk import calls, export, links, rehash, requests, roster, tokens
from desk import demo as demo_hospital
from desk.roster_files import RosterErrors
from desk.work import Actor
from handlers import scans
from handlers.texts import notices
from scheduling.errors import NotYourPatient

_CONSOLE = Actor("window", name="console")


def register(app: Flask) -> None:
    """Put all commands into the application."""
    for command in (
        _understand, _talk, _roster, _appointments, _demo, _token, _courier, _db, _doctor, _link,
        _menu, _qr, _settings, _requests, _rehash, _calls,
    ):  # fmt: skip
        app.cli.add_command(command)


def _read_settings() -> Settings:
    """Return the settings; the demo's where nothing is set."""
    given = environment()
    if given.keys().isdisjoint((*SECRETS, "DATABASE_URL")):
        click.echo("no settings found: using the demo's, under var/", err=True)
        return demo.settings(given)
    return Settings.read(given)


@contextmanager
def _opened(*, with_redis: bool = False) -> Iterator[House]:
    house = open_house(_read_settings(), with_redis=with_redis)
    try:
        yield house
    finally:
        house.close()


@click.command("understand")
@click.option("--now", type=datetime.fromisoformat, help="the present, ISO 8601")
def _understand(now: datetime | None) -> None:
    """Read texts on stdin, one a line; write what was heard, one JSON object a line."""
    ear.listen(sys.stdin.buffer, sys.stdout, now, environment())


@click.command("talk")
@click.option("--openid", default="oTerminal000000000000000001", show_default=True)
def _talk(openid: str) -> None:
    """Have a conversation in the terminal, through the real webhook."""
    with _friendly(), _opened(with_redis=True) as house:
        if house.settings.wechat_account_id == demo.ACCOUNT:
            demo.prepare(house)
        talk.talk(furnish(Flask("talk"), house), house, openid)


_roster = AppGroup("roster", help="Sites, departments, doctors, shifts.")


@_roster.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def _roster_import(paths: tuple[Path, ...]) -> None:
    """Import roster files (CSV or XLSX) or directories of them: all or nothing."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        report = roster.import_roster(counter.work, paths)
    for kind, count in report.counts.items():
        click.echo(
            f"{kind}: {count.added} added, {count.changed} changed, {count.unchanged} unchanged"
        )
    if report.holidays:
        click.echo("no weekly shifts on holidays: " + ", ".join(map(str, report.holidays)))
    if report.laid_until:
        click.echo(f"weekly shifts are laid out until {report.laid_until}: import again by then")
    if report.unknown_years:
        click.echo("holidays not published yet: " + ", ".join(map(str, report.unknown_years)))


_appointments = AppGroup("appointments", help="What is booked.")


@_appointments.command("export")
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv")
def _appointments_export(kind: str) -> None:
    """Write all appointments to stdout."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        rows = export.appointments(counter.work)
        if kind == "json":
            click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
            return
        writer = csv.DictWriter(sys.stdout, export.COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


_demo = AppGroup("demo", help="The demo hospital.")


@_demo.command("load")
def _demo_load() -> None:
    """Load the demo hospital into an empty database."""
    with _friendly(), _opened() as house:
        migrations.upgrade(house.engine)
        with open_desk(house, _CONSOLE) as counter:
            report = demo_hospital.load(counter.work)
    click.echo(", ".join(f"{count.added} {kind}" for kind, count in report.counts.items()))


@_demo.command("run")
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option("--home", default="var", type=click.Path(path_type=Path), show_default=True)
def _demo_run(port: int, home: Path) -> None:
    """Start the bot, the courier and a phone in the browser."""
    with _friendly(), demo.only_one(home):
        house, clock = demo.under_one_clock(open_house(demo.settings(environment(), port, home)))
        try:
            demo.prepare(house)
            demo.Show(house, furnish(Flask("demo"), house), port, clock).run()
        finally:
            house.close()


_token = AppGroup("token", help="Keys of other programs.")


@_token.command("list")
def _token_list() -> None:
    """List the tokens in use: name, scopes, since when."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        for token in tokens.in_use(counter.work):
            click.echo(f"{token.name}\t{' '.join(token.scopes)}\t{token.since:%Y-%m-%d}")


@_token.command("revoke")
@click.argument("name")
def _token_revoke(name: str) -> None:
    """End a token at once."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        if not tokens.revoke(counter.work, name):
            raise click.ClickException(f"no token named {name} is in use; see: token list")


@_token.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(tokens.SCOPES))
def _token_create(name: str, scopes: tuple[str, ...]) -> None:
    """Print a new API token, once; only its hash is kept."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        token = tokens.create(counter.work, name, scopes)
    click.echo(token)


_courier = AppGroup("courier", help="What leaves the house and what is due.")


@_courier.command("run")
@click.option("--once", is_flag=True, help="do what is due and end")
def _courier_run(*, once: bool) -> None:
    """Deliver due notices and run due jobs."""
    with _friendly(), _opened(with_redis=True) as house:
        courier = Courier(house, open_channels(house), _tasks(house))
        if once:
            click.echo(f"{courier.run_once()} done")
            return
        courier.run(threading.Event())


def _tasks(house: House) -> dict[str, chores.Task]:
    is_demo = house.settings.wechat_account_id == demo.ACCOUNT
    return {**chores.TASKS, **({"roll_demo": demo.roll} if is_demo else {})}


_db = AppGroup("db", help="The database.")


@_db.command("upgrade")
def _db_upgrade() -> None:
    """Bring the database to the newest schema."""
    with _friendly(), _opened() as house:
        migrations.upgrade(house.engine)
    click.echo("the database is up to date")


@click.command("rehash")
def _rehash() -> None:
    """After a change of LOOKUP_KEY: make every look-up hash again; stop web and courier first."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        done = rehash.rehash(counter.work)
    click.echo(f"{done.accounts} accounts, {done.patients} patients, {done.requests} requests")


@click.command("doctor")
def _doctor() -> None:
    """Check settings, database, Redis, WeChat; say what to do."""
    findings = doctor.examine(_read_settings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'TODO'}  {finding.what}: {finding.advice}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


_link = AppGroup("link", help="Who may speak for whom.")


@_link.command("list")
def _link_list() -> None:
    """List the links that wait for the desk."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        for link in links.pending_links(counter.work):
            click.echo(f"{link.id}\t{link.masked_name}\t{link.masked_document}\t{link.relation}")


@_link.command("approve")
@click.argument("link", type=int)
def _link_approve(link: int) -> None:
    """Verify a link: somebody at the desk has seen the papers."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        links.verify_by_desk(counter.work, link)
    click.echo(f"link {link} is verified")


_requests = AppGroup("requests", help="Who waits for a person.")


@_requests.command("list")
def _requests_list() -> None:
    """Emergencies first, then the longest waiting: number, kind, since when, their words."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        for each in requests.waiting(counter.work):
            click.echo(f"{each.id}\t{each.kind}\t{each.since:%m-%d %H:%M}\t{each.words}")


@_requests.command("done")
@click.argument("number", type=int)
def _requests_done(number: int) -> None:
    """Take somebody off the list who has been answered."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        if not requests.answered(counter.work, number):
            raise click.ClickException(f"nobody waits under the number {number}")


_calls = AppGroup("calls", help="Notices that found no way to the patient: ring them.")


@_calls.command("list")
def _calls_list() -> None:
    """The next visit first: number, visit, what to tell, name, phone, department, why."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        for call in calls.waiting(counter.work):
            visit = f"{call.visit_at:%m-%d %H:%M}" if call.visit_at else "-"
            what = notices.CALLS.get(call.kind, call.kind)
            fields = (call.id, visit, what, call.name, call.phone, call.department, call.why)
            click.echo("\t".join(map(str, fields)))


@_calls.command("done")
@click.argument("number", type=int)
def _calls_done(number: int) -> None:
    """Take a call off the list that has been made."""
    with _friendly(), _opened() as house, open_desk(house, _CONSOLE) as counter:
        if not calls.done(counter.work, number):
            raise click.ClickException(f"no call waits under the number {number}")


@click.command("menu")
def _menu() -> None:
    """Publish the chat's menu to WeChat."""
    with _friendly(), _opened(with_redis=True) as house:
        wechat.connect(house).create_menu(menu.buttons(subscribe.address(house.settings)))
    click.echo("the menu is published")


@click.command("qr")
@click.option("--site", help="code of a site: booking there")
@click.option("--department", "dept", help="code of a department: booking there")
@click.option("--doctor", help="code of a doctor: booking there")
@click.option("--check-in", "checkin", help="code of a site: checking in there")
@click.option("--days", type=click.IntRange(1, 30), help="good for so long; else for ever")
def _qr(days: int | None, **codes: str | None) -> None:
    """Make a QR code for a poster; prints its scene, its ticket and the address of its picture."""
    wanted = [scans.read(f"{kind}:{code}") for kind, code in codes.items() if code]
    if len(wanted) != 1 or wanted[0] is None:
        raise click.UsageError("one of --site, --department, --doctor, --check-in")
    with _friendly(), _opened(with_redis=True) as house:
        with open_desk(house, _CONSOLE) as counter:
            name = scans.name_of(wanted[0], counter.catalogue)
        if name is None:
            raise click.ClickException(f"the roster has no {wanted[0].scene()}")
        seconds = None if days is None else days * 86_400
        code = wechat.connect(house).create_qr(wanted[0].scene(), seconds)
    click.echo(f"{wanted[0].scene()}\t{name}\nticket\t{code.ticket}\npicture\t{code.image_url}")


@click.command("settings")
def _settings() -> None:
    """Print .env.example."""
    click.echo(settings.example(), nl=False)


@contextmanager
def _friendly() -> Iterator[None]:
    """What a person can mend is told in one line, without a traceback."""
    try:
        yield
    except (ConfigError, RosterErrors, tokens.TokenNameTakenError, WechatError) as error:
        raise click.ClickException(str(error)) from error
    except NotYourPatient as error:
        raise click.ClickException("no such pending link; see: link list") from error
    except demo_hospital.NotEmptyError as error:
        raise click.ClickException("the database has a roster already") from error
    except SQLAlchemyError as error:
        advice = "is the server running, and the schema there (flask --app wsgi db upgrade)?"
        raise click.ClickException(f"database: {type(error).__name__}; {advice}") from error
