"""
Places of the chat kept for some patients (预留号源): the old, the referred, the signed; pure.

Each slot keeps its share of each quota until a time the day before; what nobody of those has taken
by then is everybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from scheduling.limits import eve_reached, reaches
from scheduling.policy import Policy

ELDERLY, REFERRED, SIGNED = "elderly", "referred", "signed"
# In the order in which a patient who may use several uses them.
QUOTAS = (REFERRED, SIGNED, ELDERLY)
# What the desk grants; the first is by the document.
GRANTED = (REFERRED, SIGNED)


def shares(policy: Policy) -> Mapping[str, float]:
    """Return the share (0 to 1) of the chat's places that each quota keeps."""
    return {
        REFERRED: policy.referred_share,
        SIGNED: policy.signed_share,
        ELDERLY: policy.elderly_share,
    }


def is_kept(policy: Policy) -> bool:
    """Tell whether the site keeps anything for anybody."""
    return any(shares(policy).values())


def of_patient(policy: Policy, born: date, granted: Collection[str], on: date) -> frozenset[str]:
    """Return which quotas a patient may use on the day of the visit."""
    is_old = reaches(born, policy.elderly_quota_years) <= on
    return frozenset({*granted, *([ELDERLY] if is_old else [])})


def opened_until(policy: Policy, now: datetime) -> date:
    """Return the last day on which what is left of the quotas is everybody's."""
    return eve_reached(policy.quotas_until, now)


def opens_at(policy: Policy, visit_on: date, now: datetime) -> datetime:
    """Return when what is left of a day's quotas opens to everybody (local, as `now`)."""
    return datetime.combine(visit_on - timedelta(days=1), policy.quotas_until, tzinfo=now.tzinfo)
