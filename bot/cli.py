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
from datetime import date, datetime, time
from functools import partial
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

import migrations
from bot import chores, crew, demo, demo_day, doctor, ear, lists, patients, publish, settings, talk
from bot.channels import open_channels
from bot.courier import Courier
from bot.house import House, open_house
from bot.shell import CONSOLE, friendly, opened, read_settings
from bot.turn import open_desk
from bot.wiring import environment, furnish
from desk import demo as demo_hospital
from desk import export, patient_search, record, rehash, roster, tokens


def register(app: Flask) -> None:
    """Put all commands into the application."""
    for command in (
        _understand, _talk, _roster, _appointments, _demo, _token, _courier, _db, _rehash, _doctor,
        _settings, lists.LINK, lists.REQUESTS, lists.CALLS, patients.PATIENTS, crew.STAFF,
        publish.menu_command, publish.qr,
    ):  # fmt: skip
        app.cli.add_command(command)


@click.command("understand")
@click.option("--now", type=datetime.fromisoformat, help="the present, ISO 8601")
def _understand(now: datetime | None) -> None:
    """Read texts on stdin, one a line; write what was heard, one JSON object a line."""
    ear.listen(sys.stdin.buffer, sys.stdout, now, environment())


@click.command("talk")
@click.option("--openid", default="oTerminal000000000000000001", show_default=True)
def _talk(openid: str) -> None:
    """Have a conversation in the terminal, through the real webhook."""
    with friendly(), opened(with_redis=True) as house:
        if house.settings.wechat_account_id == demo.ACCOUNT:
            demo.prepare(house)
        talk.talk(furnish(Flask("talk"), house), house, openid)


_roster = AppGroup("roster", help="Sites, departments, doctors, shifts.")


@_roster.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def _roster_import(paths: tuple[Path, ...]) -> None:
    """Import roster files (CSV or XLSX) or directories of them: all or nothing."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
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
@click.option("--reasons", is_flag=True, help="also why each was cancelled, where somebody said")
def _appointments_export(kind: str, *, reasons: bool) -> None:
    """Write all appointments to stdout."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        rows = export.appointments(counter.work, reasons=reasons)
        if kind == "json":
            click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
            return
        columns = (*export.COLUMNS, export.REASON) if reasons else export.COLUMNS
        writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(export.cells, rows))


@_appointments.command("excuse")
@click.argument("code")
@click.argument("reason")
def _excuse(code: str, reason: str) -> None:
    """Take the mark of a no-show or a late cancellation off an appointment, on appeal."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        if not record.excuse(counter.work, code, reason):
            raise click.ClickException(f"{code} has no mark")
    click.echo(f"the mark of {code} is off")


_demo = AppGroup("demo", help="The demo hospital.")


@_demo.command("load")
def _demo_load() -> None:
    """Load the demo hospital into an empty database."""
    with friendly(), opened() as house:
        migrations.upgrade(house.engine)
        with open_desk(house, CONSOLE) as counter:
            report = demo_hospital.load(counter.work)
    click.echo(", ".join(f"{count.added} {kind}" for kind, count in report.counts.items()))


@_demo.command("run")
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option("--home", default="var", type=click.Path(path_type=Path), show_default=True)
def _demo_run(port: int, home: Path) -> None:
    """Start the bot, the courier and a phone in the browser."""
    with friendly(), demo.only_one(home):
        house, clock = demo.under_one_clock(open_house(demo.settings(environment(), port, home)))
        try:
            demo.prepare(house)
            code = demo.invitation(house)
            demo.Show(house, furnish(Flask("demo"), house), port, clock, code).run()
        finally:
            house.close()


@_demo.command("day")
@click.option("--on", type=date.fromisoformat, help="the day, ISO 8601; today, or the next one")
@click.option("--until", type=time.fromisoformat, default="23:30", help="local, to stop midway")
@click.option("--shifts", default=16, show_default=True, help="about so many; 0 for all")
@click.option("--seed", default=1, show_default=True)
@click.option("--home", default="var", type=click.Path(path_type=Path), show_default=True)
def _demo_day(on: date | None, until: time, shifts: int, seed: int, home: Path) -> None:
    """Run a whole clinic day of the demo hospital at the real desk, at high speed."""
    with friendly(), demo.only_one(home):
        port = demo.free_port()
        house, clock = demo.under_one_clock(open_house(demo.settings(environment(), port, home)))
        try:
            demo.prepare(house)
            with open_desk(house, CONSOLE) as counter:
                demo_hospital.roll(counter.work)
            on = on or demo_day.next_day(house)
            if on is None:
                raise click.ClickException("nobody works in the week ahead")
            show = demo.Show(house, furnish(Flask("demo"), house), port, clock)
            courier = Courier(house, open_channels(house), _tasks(house))
            plan = demo_day.Plan(on, until, shifts or None, seed)
            with show.serving():
                troupe = demo_day.Troupe(
                    house, clock, courier, show.follow, show.say, partial(click.echo, err=True)
                )
                for line in demo_day.run(troupe, plan).lines():
                    click.echo(line)
            end = datetime.combine(on, until, house.settings.zone)
            click.echo(f"to look around: FIXED_NOW={end.isoformat()} make demo")
        except LookupError as error:
            raise click.ClickException(str(error)) from error
        finally:
            house.close()


_token = AppGroup("token", help="Keys of other programs.")


@_token.command("list")
def _token_list() -> None:
    """List the tokens in use: name, scopes, since when."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        for token in tokens.in_use(counter.work):
            click.echo(f"{token.name}\t{' '.join(token.scopes)}\t{token.since:%Y-%m-%d}")


@_token.command("revoke")
@click.argument("name")
def _token_revoke(name: str) -> None:
    """End a token at once."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        if not tokens.revoke(counter.work, name):
            raise click.ClickException(f"no token named {name} is in use; see: token list")


@_token.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(tokens.SCOPES))
def _token_create(name: str, scopes: tuple[str, ...]) -> None:
    """Print a new API token, once; only its hash is kept."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        token = tokens.create(counter.work, name, scopes)
    click.echo(token)


_courier = AppGroup("courier", help="What leaves the house and what is due.")


@_courier.command("run")
@click.option("--once", is_flag=True, help="do what is due and end")
def _courier_run(*, once: bool) -> None:
    """Deliver due notices and run due jobs."""
    with friendly(), opened(with_redis=True) as house:
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
    with friendly(), opened() as house:
        migrations.upgrade(house.engine)
        with open_desk(house, CONSOLE) as counter:
            found = patient_search.index(counter.work)
    if found:
        click.echo(f"{found} patients can be searched for now")
    click.echo("the database is up to date")


@click.command("rehash")
def _rehash() -> None:
    """After a change of LOOKUP_KEY: make every look-up hash again; stop web and courier first."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        done = rehash.rehash(counter.work)
    click.echo(f"{done.accounts} accounts, {done.patients} patients, {done.requests} requests")


@click.command("doctor")
def _doctor() -> None:
    """Check settings, database, Redis, WeChat; say what to do."""
    findings = doctor.examine(read_settings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'TODO'}  {finding.what}: {finding.advice}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


@click.command("settings")
def _settings() -> None:
    """Print .env.example."""
    click.echo(settings.example(), nl=False)
