"""
Putting a reply on paper: numbered, tappable options, and pages of at most 2000 bytes.

WeChat shows its fault line above 2047 bytes of UTF-8 (field reports; no official figure).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from dialogue.reply import Option, Reply
from handlers.texts.common import REST

MAX_BYTES = 2000
_UNSAFE = re.compile(r"[\"'&<>%#+\s]")
# A link is one piece; text is cut behind a sentence or a line.
_PIECES = re.compile(r"<a [^>]*>.*?</a>|[^。！？；\n<]*[。！？；\n]+|[^。！？；\n<]+|<", re.DOTALL)


def write(reply: Reply, *, links: bool) -> str:
    """Return a reply as one text; `links` makes the options tappable."""
    lines = [_plain(reply.text)] if reply.text else []
    for number, option in enumerate(reply.options, 1):
        lines.append(_line(number, option, reply.question if links else ""))
    if reply.footer:
        lines.append(_plain(reply.footer))
    return "\n".join(lines)


def first_page(text: str, more: str = REST) -> tuple[str, str]:
    """Return what fits into one message, ending with `more`, and what is left; nothing is torn."""
    if len(text.encode()) <= MAX_BYTES:
        return text, ""
    budget = MAX_BYTES - len(more.encode())
    taken = 0
    for piece in _PIECES.finditer(text):
        if len(text[: piece.end()].encode()) > budget:
            break
        taken = piece.end()
    if taken == 0:  # one endless sentence
        taken = len(text.encode()[:budget].decode(errors="ignore"))
    return text[:taken].rstrip() + more, text[taken:].lstrip("\n")


def _line(number: int, option: Option, question: str) -> str:
    label = f"{number}. {_plain(option.label)}"
    detail = f"\n{_plain(option.detail)}" if option.detail else ""
    if not question:
        return label + detail
    say = _UNSAFE.sub(lambda found: quote(found[0]), option.say or option.label)
    target = f"weixin://bizmsgmenu?msgmenucontent={say}&msgmenuid={question}-{number}"
    return f'<a href="{target}">{label}</a>{detail}'


def _plain(text: str) -> str:
    """What people wrote is echoed as text: only our own options are links."""
    return text.replace("<", "＜")
