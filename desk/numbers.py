"""The numbers on tickets (排队号): A012 is the twelfth of a day in the site's first department."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.rows import insert_row
from desk.work import Work
from models import TicketSeries

# Without I and O, which look like figures.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DRAW = (
    update(TicketSeries)
    .where(
        TicketSeries.department_id == bindparam("department"),
        TicketSeries.visit_on == bindparam("day"),
    )
    .values(last=TicketSeries.last + 1)
)
_DRAWN = select(TicketSeries.last).where(
    TicketSeries.department_id == bindparam("department"),
    TicketSeries.visit_on == bindparam("day"),
)
_FIRST = insert(TicketSeries)


def draw(work: Work, department: int, day: date) -> tuple[int, str]:
    """Return the next number of a department on a day and its label; nobody gets the same."""
    which = {"department": department, "day": day}
    if work.conn.execute(_DRAW, which).rowcount == 0:
        row = {"department_id": department, "visit_on": day, "last": 1}
        try:
            with work.conn.begin_nested():
                insert_row(work.conn, _FIRST, row)
        except IntegrityError:
            work.conn.execute(_DRAW, which)
    number = int(work.conn.execute(_DRAWN, which).scalar_one())
    return number, f"{_letters(work, department)}{number:03d}"


def _letters(work: Work, department: int) -> str:
    """The letters of a department: by its place in the site's list, AA after Z."""
    wards = work.directory.wards
    site = wards[department].site
    place = [number for number, ward in wards.items() if ward.site == site].index(department)
    letters = ""
    while place >= 0:
        place, last = divmod(place, len(_LETTERS))
        letters = _LETTERS[last] + letters
        place -= 1
    return letters
