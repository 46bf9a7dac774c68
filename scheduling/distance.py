"""How far two places are apart, and how long the way takes; degrees, metres, minutes; pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

Spot = tuple[float, float]  # latitude, longitude in degrees
_EARTH_METRES = 6_371_000


def metres_between(one: Spot, other: Spot) -> float:
    """Return the distance of two places along the ground, as the crow flies."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_METRES * asin(sqrt(min(1.0, half)))


@dataclass(frozen=True, slots=True)
class Going:
    """
    How people get about; the figures are ours, a site has its own in the policy.

    Streets are `detour` times as long as the line between two points. People walk `walk` metres a
    minute for `walked` minutes at most; further they ride, `ride` metres a minute, and getting to
    it takes `ride_waits` minutes.
    """

    detour: float = 1.3
    walk: float = 80.0
    walked: float = 25.0
    ride: float = 25_000 / 60
    ride_waits: float = 10.0

    def walking_minutes(self, one: Spot, other: Spot) -> float:
        """Return about how long it takes to walk from one place to the other."""
        return self.detour * metres_between(one, other) / self.walk

    def is_walk(self, one: Spot, other: Spot) -> bool:
        """Tell whether people walk that far."""
        return self.walking_minutes(one, other) <= self.walked

    def minutes(self, one: Spot, other: Spot) -> float:
        """Return about how long the way takes: on foot where people walk that far, else riding."""
        if self.is_walk(one, other):
            return self.walking_minutes(one, other)
        return self.ride_waits + self.detour * metres_between(one, other) / self.ride
