"""Commands for the people at the desk: who waits to be linked, answered, or rung."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from bot.shell import CONSOLE, friendly, opened
from bot.turn import open_desk
from desk import calls, inbox, links, requests
from handlers.texts import notices


def line(*fields: object) -> None:
    """One line with tabs between its fields, whatever a patient has written into one."""
    click.echo("\t".join(" ".join(str(field).split()) for field in fields))


LINK = AppGroup("link", help="Who may speak for whom.")


@LINK.command("list")
def _link_list() -> None:
    """List the links nobody has verified; a pending one was made after somebody else's."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        for link in links.pending_links(counter.work):
            line(link.id, link.masked_name, link.masked_document, link.relation, link.state)


@LINK.command("approve")
@click.argument("link", type=int)
def _link_approve(link: int) -> None:
    """Verify a link: somebody at the desk has seen the papers."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        links.verify_by_desk(counter.work, link)
    click.echo(f"link {link} is verified")


REQUESTS = AppGroup("requests", help="Who waits for a person.")


@REQUESTS.command("list")
def _requests_list() -> None:
    """Emergencies first, then the longest waiting: number, kind, since when, words, whose."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        for each in requests.waiting(counter.work):
            people = "; ".join(" ".join(person) for person in each.people) or "-"
            line(each.id, each.kind, f"{each.since:%m-%d %H:%M}", each.words, people)


@REQUESTS.command("show")
@click.argument("number", type=int)
def _requests_show(number: int) -> None:
    """What was said around a request, oldest first: when, the patient, the answer."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        found = inbox.thread(counter.work, number)
        if found is None or not found.request.is_open:
            raise click.ClickException(f"nobody waits under the number {number}")
        for each in found.talk:
            line(f"{each.at:%m-%d %H:%M}", each.said or "-", each.answered)


@REQUESTS.command("answer")
@click.argument("number", type=int)
@click.argument("words")
def _requests_answer(number: int, words: str) -> None:
    """Write to somebody in the chat; the courier sends it, or says on the call list it cannot."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        try:
            is_answered = requests.answer(counter.work, number, words)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        if not is_answered:
            raise click.ClickException(f"nobody waits under the number {number}")


@REQUESTS.command("done")
@click.argument("number", type=int)
def _requests_done(number: int) -> None:
    """Take somebody off the list who has been answered."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        if not requests.answered(counter.work, number):
            raise click.ClickException(f"nobody waits under the number {number}")


CALLS = AppGroup("calls", help="Notices that found no way to the patient: ring them.")


@CALLS.command("list")
def _calls_list() -> None:
    """The next visit first: number, visit, what to tell, whom, phone, department, words, why."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        for call in calls.waiting(counter.work):
            visit = f"{call.visit_at:%m-%d %H:%M}" if call.visit_at else "-"
            what = notices.CALLS.get(call.kind, call.kind)
            whom = (call.name, call.phone, call.department)
            line(call.id, visit, what, *whom, call.words, call.why)


@CALLS.command("done")
@click.argument("number", type=int)
def _calls_done(number: int) -> None:
    """Take a call off the list that has been made."""
    with friendly(), opened() as house, open_desk(house, CONSOLE) as counter:
        if not calls.done(counter.work, number):
            raise click.ClickException(f"no call waits under the number {number}")
