"""Commands about the people who work here: invited, listed, removed."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from bot.lists import line
from bot.shell import CONSOLE, friendly, opened
from bot.turn import open_desk
from desk import staff

STAFF = AppGroup("staff", help="Who works here.")


@STAFF.command("invite")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(staff.ROLES))
@click.option("--doctor", help="the doctor's code in the roster, for the role doctor")
@click.option("--site", help="the code of the only site they act on")
def _staff_invite(name: str, role: str, doctor: str | None, site: str | None) -> None:
    """Print a one-time code, good for a day: sending 「绑定 CODE」 binds that WeChat account."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        try:
            code = staff.invite(counter.work, name, role, doctor, site)
        except staff.StaffError as error:
            raise click.ClickException(str(error)) from error
    click.echo(code)


@STAFF.command("list")
def _staff_list() -> None:
    """Number, name, role, doctor, site, and whether a WeChat account is bound."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        for one in staff.everybody(counter.work):
            state = "bound" if one.is_bound else "invited"
            line(one.id, one.name, one.role, one.doctor or "-", one.site or "-", state)


@STAFF.command("code")
@click.argument("number", type=int)
def _staff_code(number: int) -> None:
    """Print another one-time code: for a new phone, or a forgotten password of the console."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        code = staff.new_code(counter.work, number)
    if code is None:
        raise click.ClickException(f"nobody works here under the number {number}")
    click.echo(code)


@STAFF.command("remove")
@click.argument("number", type=int)
def _staff_remove(number: int) -> None:
    """Take somebody's rights away, at once."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        if not staff.remove(counter.work, number):
            raise click.ClickException(f"nobody works here under the number {number}")
