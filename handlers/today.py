"""Where somebody is seen today who should not wait, when no place is left that can be booked."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.state import Values
from handlers.scene import World
from handlers.texts import emergency as texts
from scheduling.offers import Offer
from scheduling.types import Ward

_EMERGENCY = "20"  # the national code


def note(values: Values, listed: Sequence[Offer], world: World) -> str:
    """Say where, above a list without a place of today, to who was told not to wait; else ""."""
    if not values.get("wish", {}).get("today"):
        return ""
    day = world.scene.now_local.date()
    if any(opening.starts_at.date() == day for o in listed for opening in o.openings):
        return ""
    return where([offer.first.site for offer in listed], world)


def where(sites: Sequence[str], world: World) -> str:
    """Say where the emergency room is, at one of these sites first; "" where there is none."""
    open_rooms = [w for w in world.desk.catalogue.departments() if _is_emergency(w)]
    if not open_rooms:
        return ""
    room = min(open_rooms, key=lambda ward: ward.site not in sites)
    place = next((s for s in world.desk.catalogue.sites() if s.code == room.site), None)
    return texts.emergency_room(room, place.hours if place else "")


def _is_emergency(ward: Ward) -> bool:
    return ward.national_code == _EMERGENCY and not ward.bookable
