"""Whether a site's rules can be meant: kinds of values, bounds, and rules that need each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import time, timedelta
from typing import Any

from scheduling.policy import Policy

# The most a number may be; a slip of the finger is no rule.
_MOST = {"days_ahead": 90, "check_in_metres": 100_000, "planning_weeks": 26}
_MOST_NUMBER = 1000
_LONGEST = timedelta(days=3660)
# The first may not be longer than the second.
_IN_ORDER = (
    ("hold", "hold_longest"),
    ("undo_quiet", "undo"),
    ("returns_after", "returns_before"),
    ("words_kept", "kept"),
)
_SHARES = ("urgent_reserve", "elderly_share", "referred_share", "signed_share")
_NEEDED = (
    "days_ahead", "daily_limit", "total_limit", "patients_per_account", "name_tries",
    "planning_weeks", "planning_least", "overtime_percent", "detour_percent",
    "walk_metres_a_minute", "ride_kilometres_an_hour",
)  # fmt: skip
_OPTIONAL = {"no_shows_allowed": int, "late_cancels_allowed": int, "window_share_until": time}
EDITABLE = tuple(f.name for f in fields(Policy) if f.name != "disciplines")


def kind_of(name: str) -> type:
    """Return the type of a rule's value: int, float, bool, time or timedelta."""
    return _OPTIONAL.get(name) or type(getattr(Policy(), name))


def is_optional(name: str) -> bool:
    """Tell whether a rule may be switched off by leaving it out."""
    return name in _OPTIONAL


def faults(policy: Policy) -> list[tuple[str, str]]:
    """
    Return what cannot be meant, as (rule, why).

    Why is kind (of value), bounds, `order:` and the rule it may not be shorter than, night (the
    quiet hours would be the day), or sum (shares above the whole).
    """
    found = [(name, why) for name in EDITABLE for why in _of_one(policy, name)]
    if found:
        return found
    found += [
        (longer, f"order:{shorter}")
        for shorter, longer in _IN_ORDER
        if getattr(policy, shorter) > getattr(policy, longer)
    ]
    if policy.quiet_from <= policy.quiet_until:
        found.append(("quiet_from", "night"))
    if sum(getattr(policy, name) for name in _SHARES) > 1:
        found.append((_SHARES[0], "sum"))
    return found


def _of_one(policy: Policy, name: str) -> Iterator[str]:
    value, kind = getattr(policy, name), kind_of(name)
    if value is None and is_optional(name):
        return
    is_right = type(value) is kind or (kind is float and type(value) is int)
    bounds: Mapping[type, tuple[Any, Any]] = {
        timedelta: (timedelta(), _LONGEST),
        float: (0, 1),
        int: (int(name in _NEEDED), _MOST.get(name, _MOST_NUMBER)),
    }
    if not is_right:
        yield "kind"
    elif kind in bounds and not bounds[kind][0] <= value <= bounds[kind][1]:
        yield "bounds"
