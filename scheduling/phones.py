"""
Telephone numbers as people give them.

Mainland mobiles are 11 digits beginning with 13-19 (电信网编号计划 2017), landlines an area code
beginning with 0 and 7 or 8 digits; numbers from elsewhere need + and the country (ITU-T E.164).
"""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s\-‐‑–—().·]+")
_OURS = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:\+86|0086)?(0[0-9]{2,3}[0-9]{7,8})")
_ABROAD = re.compile(r"(?:\+|00)(?!86)([1-9][0-9]{6,14})")


def clean_phone(phone: str) -> str | None:
    """Return the number as it is kept, None when it cannot be one; abroad keeps its +."""
    compact = _NOISE.sub("", unicodedata.normalize("NFKC", phone))
    if match := _OURS.fullmatch(compact) or _LANDLINE.fullmatch(compact):
        return match.group(1)
    match = _ABROAD.fullmatch(compact)
    return f"+{match.group(1)}" if match else None


def takes_messages(phone: str) -> bool:
    """Whether a kept number can be sent an SMS: everything but a landline."""
    return not phone.startswith("0")
