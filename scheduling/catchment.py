"""
From which villages the patients of a site come (服务村居): by what is done where, and ways; pure.

Nobody's address is kept. That so many patients of a department live in a village is reckoned from
how many people live there: for each kind of work they go to their own site if it does it, else to
the nearest that does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from scheduling.distance import Spot, metres_between


@dataclass(frozen=True, slots=True)
class Village:
    """
    A village or a quarter: where it is (degrees), and how many people live there.

    `site` is the code of the site that looks after it, empty for the nearest.
    """

    code: str
    name: str
    spot: Spot
    people: int
    site: str = ""


def catchments(
    villages: Sequence[Village],
    done_at: Mapping[str, Collection[str]],
    spots: Mapping[str, Spot],
) -> Mapping[tuple[str, str], Sequence[Village]]:
    """
    Return whose people go to which site for which kind of work: (site, specialty) → villages.

    `done_at` are the sites that do a kind of work, `spots` where sites are, as far as known.
    """
    found: dict[tuple[str, str], list[Village]] = defaultdict(list)
    for specialty, sites in done_at.items():
        for village in villages:
            site = _goes_to(village, sites, spots)
            if site is not None:
                found[site, specialty].append(village)
    return found


def _goes_to(village: Village, sites: Collection[str], spots: Mapping[str, Spot]) -> str | None:
    if village.site in sites:
        return village.site
    known = [site for site in sorted(sites) if site in spots]
    return min(known, key=lambda site: metres_between(village.spot, spots[site]), default=None)


def shares(patients: int, villages: Sequence[Village]) -> Mapping[Village, int]:
    """
    Return how many whole patients come from each village, by its people; none of 0 is named.

    What is left of whole numbers goes to the largest remainders (Hamilton), so nobody is lost.
    """
    people = sum(village.people for village in villages)
    if not people:
        return {}
    exact = {village: patients * village.people / people for village in villages}
    whole = {village: int(share) for village, share in exact.items()}
    left = patients - sum(whole.values())
    ranked = sorted(villages, key=lambda one: (whole[one] - exact[one], -one.people, one.code))
    for village in ranked[:left]:
        whole[village] += 1
    return {village: count for village, count in whole.items() if count}
