"""How far two places are apart, and how long the way takes; degrees, metres, minutes; pure."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

Spot = tuple[float, float]  # latitude, longitude in degrees
_EARTH_METRES = 6_371_000
# Ours: streets are longer than the line between two points; people walk 80 m a minute; a bus
# does 25 km/h, and getting to it takes ten minutes.
_DETOUR = 1.3
_METRES_A_MINUTE_ON_FOOT = 80.0
_METRES_A_MINUTE_RIDING = 25_000 / 60
_STOP_MINUTES = 10.0
# People walk so many minutes; further they ride.
_WALKED = 25.0


def metres_between(one: Spot, other: Spot) -> float:
    """Return the distance of two places along the ground, as the crow flies."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_METRES * asin(sqrt(min(1.0, half)))


def walking_minutes(one: Spot, other: Spot) -> float:
    """Return about how long it takes to walk from one place to the other."""
    return _DETOUR * metres_between(one, other) / _METRES_A_MINUTE_ON_FOOT


def is_walk(one: Spot, other: Spot) -> bool:
    """Tell whether people walk that far."""
    return walking_minutes(one, other) <= _WALKED


def travel_minutes(one: Spot, other: Spot) -> float:
    """Return about how long the way takes: on foot where people walk that far, else riding."""
    if is_walk(one, other):
        return walking_minutes(one, other)
    return _STOP_MINUTES + _DETOUR * metres_between(one, other) / _METRES_A_MINUTE_RIDING
