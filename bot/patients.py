"""Commands for the register of patients: what the desk does with the papers in hand."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from bot.lists import line
from bot.shell import CONSOLE, friendly, opened
from bot.turn import open_desk
from desk import entitlements, merging, vouching
from handlers.texts import refusals
from scheduling import quotas
from scheduling.errors import BadPhone, NotYourPatient
from scheduling.staff_errors import CannotMerge

PATIENTS = AppGroup("patients", help="Who is on file, whose phone it is, who is one person.")


@PATIENTS.command("find")
@click.argument("number")
def _patients_find(number: str) -> None:
    """By document or phone: number, name, document, birth date, phone, who proved the phone."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        for one in vouching.find(counter.work, number):
            papers = (one.document_kind, one.masked_document, one.birth_on)
            line(one.id, one.masked_name, *papers, one.masked_phone or "-", one.phone_proof or "-")


@PATIENTS.command("vouch")
@click.argument("patient", type=int)
@click.argument("phone")
def _patients_vouch(patient: int, phone: str) -> None:
    """The patient has told the desk this phone: link codes may go there from now on."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        try:
            vouching.vouch(counter.work, patient, phone)
        except BadPhone as no:
            raise click.ClickException(refusals.say(no)) from no
        except NotYourPatient as no:
            raise click.ClickException(f"no patient has the number {patient}") from no
    click.echo(f"the phone of patient {patient} is vouched for")


@PATIENTS.command("merge")
@click.argument("keep", type=int)
@click.argument("gone", type=int)
@click.confirmation_option(prompt="It cannot be taken back. Have you seen both documents?")
def _patients_merge(keep: int, gone: int) -> None:
    """KEEP and GONE are one person: all of GONE becomes KEEP's."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        try:
            merging.merge(counter.work, keep, gone)
        except CannotMerge as no:
            raise click.ClickException(refusals.say(no)) from no
        except NotYourPatient as no:
            message = f"{keep} or {gone} is no patient, or has been merged already"
            raise click.ClickException(message) from no
    click.echo(f"patient {gone} is patient {keep} now")


@PATIENTS.command("entitle")
@click.argument("patient", type=int)
@click.argument("kind", type=click.Choice(quotas.GRANTED))
@click.option("--by", "given_by", required=True, help="the family doctor, or who referred")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="last day")
def _patients_entitle(patient: int, kind: str, given_by: str, until: datetime) -> None:
    """Put down that a patient is signed with a family doctor, or referred, and until when."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        try:
            entitlements.grant(counter.work, patient, kind, given_by, until.date())
        except NotYourPatient as no:
            raise click.ClickException(f"no patient has the number {patient}") from no
    click.echo(f"patient {patient} is {kind} until {until:%Y-%m-%d}")


@PATIENTS.command("disentitle")
@click.argument("patient", type=int)
@click.argument("kind", type=click.Choice(quotas.GRANTED))
def _patients_disentitle(patient: int, kind: str) -> None:
    """Take that back."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        if not entitlements.end(counter.work, patient, kind):
            raise click.ClickException(f"patient {patient} is not {kind}")
    click.echo(f"patient {patient} is not {kind} any more")
