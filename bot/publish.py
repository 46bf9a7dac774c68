"""Commands that publish on WeChat: the menu, and QR codes for posters."""

from __future__ import annotations

import click

from bot import menu, subscribe, wechat
from bot.shell import CONSOLE, friendly, opened
from bot.turn import open_desk
from handlers import scans


@click.command("menu")
def menu_command() -> None:
    """Publish the chat's menu to WeChat."""
    with friendly(), opened(with_redis=True) as house:
        wechat.connect(house).create_menu(menu.buttons(subscribe.address(house.settings)))
    click.echo("the menu is published")


@click.command("qr")
@click.option("--site", help="code of a site: booking there")
@click.option("--department", "dept", help="code of a department: booking there")
@click.option("--doctor", help="code of a doctor: booking there")
@click.option("--check-in", "checkin", help="code of a site: checking in there")
@click.option("--days", type=click.IntRange(1, 30), help="good for so long; else for ever")
def qr(days: int | None, **codes: str | None) -> None:
    """Make a QR code for a poster; prints its scene, its ticket and the address of its picture."""
    wanted = [scans.read(f"{kind}:{code}") for kind, code in codes.items() if code]
    if len(wanted) != 1 or wanted[0] is None:
        raise click.UsageError("one of --site, --department, --doctor, --check-in")
    try:
        scene = wanted[0].scene()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    with friendly(), opened(with_redis=True) as house:
        with open_desk(house, CONSOLE) as counter:
            name = scans.name_of(wanted[0], counter.catalogue)
        if name is None:
            raise click.ClickException(f"the roster has no {scene}")
        seconds = None if days is None else days * 86_400
        code = wechat.connect(house).create_qr(scene, seconds)
    click.echo(f"{scene}\t{name}\nticket\t{code.ticket}\npicture\t{code.image_url}")
