"""What all commands share: the settings, an opened house, and errors told in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from bot import demo
from bot.house import House, open_house
from bot.settings import SECRETS, ConfigError, Settings
from bot.wechat_errors import WechatError
from bot.wiring import environment
from desk import demo as demo_hospital
from desk import tokens
from desk.roster_files import RosterErrors
from desk.work import Actor
from scheduling.errors import NotYourPatient

CONSOLE = Actor("window", name="console")


def read_settings() -> Settings:
    """Return the settings; the demo's where nothing is set."""
    given = environment()
    if given.keys().isdisjoint((*SECRETS, "DATABASE_URL")):
        click.echo("no settings found: using the demo's, under var/", err=True)
        return demo.settings(given)
    return Settings.read(given)


@contextmanager
def opened(*, with_redis: bool = False) -> Iterator[House]:
    """Open a house for one command; commands that never meet patients leave Redis alone."""
    house = open_house(read_settings(), with_redis=with_redis)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def friendly() -> Iterator[None]:
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
