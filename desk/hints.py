"""
A hint where a search finds nothing: another site near by is free.

It reads only what is known, but for one query where villages are: of which of them the patient is,
as far as the staff have put her into its group.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from desk import groups
from desk.accounts import account
from desk.work import Work
from scheduling.advice import Hint
from scheduling.distance import Spot
from scheduling.offers import Offer, Offers
from scheduling.policy import Policy
from scheduling.types import Need, Place

# So many places, and so large a share of what can still be booked there, are plenty.
_PLENTY, _SHARE = 3, 0.5
_MINUTE = timedelta(minutes=1)


class Hints:
    """Advice in one line for who searches."""

    def __init__(self, work: Work) -> None:
        """Advise within this piece of work."""
        self._work = work

    def near(self, need: Need, found: Offers) -> Hint | None:
        """
        Return the site with room that comes soonest, the nearest of several, or None.

        Only where nothing meets the wish, and only what the search has found anyway: the same
        work at another site, from the first day that was asked for.
        """
        asked = self._asked(need)
        if found.exact or not asked:
            return None
        first = min((start.date() for start, _ in need.when), default=None)
        roomy = [
            offer
            for offer in found.nearby
            if offer.first.site not in asked
            and _is_roomy(offer)
            and (first is None or offer.first.starts_at.date() >= first)
        ]
        if not roomy:
            return None
        sites = {site.code: site for site in self._work.directory.sites}
        origins = self._village(need) or [
            (sites[code].name, sites[code].spot) for code in sorted(asked)
        ]
        hints = [
            (offer.first.starts_at, way.minutes, way)
            for offer in roomy
            if (way := _way(self._work.policy, offer, origins, sites)) is not None
        ]
        return min(hints, key=lambda hint: hint[:2])[2] if hints else None

    def _village(self, need: Need) -> Sequence[tuple[str, Spot | None]]:
        """Where the patient lives: the village whose group she is in, as far as that is known."""
        villages = {village.name: village for village in self._work.directory.villages}
        if not villages or need.whose is None:
            return []
        names = groups.names_of(self._work, account(self._work), need.whose)
        return [(name, villages[name].spot) for name in names if name in villages][:1]

    def _asked(self, need: Need) -> Collection[str]:
        """The sites that were asked for: the one named, else those of the departments."""
        there = self._work.directory
        if need.site is not None:
            return {need.site} & {site.code for site in there.sites}
        if need.doctor is not None:
            doctor = there.doctors.get(there.doctor_ids.get(need.doctor, 0))
            return {doctor.site} if doctor is not None else set()
        ids = (there.ward_ids.get(code, 0) for code, _ in need.departments)
        return {there.wards[key].site for key in ids if key in there.wards}


def _is_roomy(offer: Offer) -> bool:
    places = sum(time.capacity for time in offer.times)
    return offer.left >= max(_PLENTY, _SHARE * places)


def _way(
    policy: Policy,
    offer: Offer,
    origins: Sequence[tuple[str, Spot | None]],
    sites: dict[str, Place],
) -> Hint | None:
    """The hint for an offer, from the nearest of the places she would go from."""
    there, going = sites[offer.first.site].spot, policy.going
    ways = [
        (going.minutes(spot, there), going.is_walk(spot, there), name)
        for name, spot in origins
        if there is not None and spot is not None
    ]
    if not ways:
        return None
    minutes, walks, name = min(ways)
    if minutes > policy.farthest / _MINUTE:
        return None
    return Hint(
        site_name=offer.first.site_name,
        from_name=name,
        starts_at=offer.first.starts_at,
        half_day=offer.first.half_day,
        minutes=minutes,
        is_walk=walks,
    )
