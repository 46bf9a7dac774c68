"""Chat text as lines of safe pieces, so that the page never has to trust HTML.

Only three kinds of link live inside a WeChat text: a tappable answer
(`weixin://bizmsgmenu?msgmenucontent=…&msgmenuid=…`), a phone number and a web address.
Everything else, other tags included, is shown as it was written.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote

Line = list[dict[str, str]]

_LINK = re.compile(
    r"""<a\s+(?:[^>]*?\s)?href=(?P<quote>["'])(?P<href>.*?)(?P=quote)[^>]*>(?P<label>.*?)</a>""",
    re.IGNORECASE | re.DOTALL,
)
_MENU = "weixin://bizmsgmenu?"
_TEL = re.compile(r"tel:[+\d][\d\-]*\Z", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s<>\"']+\Z", re.IGNORECASE)


def menu_link(content: str, menu_id: str) -> dict[str, str]:
    """A piece that, when tapped, says `content` and hands back `menu_id`."""
    return {"kind": "menu", "text": content, "content": content, "menu_id": menu_id}


def _piece(href: str, label: str) -> dict[str, str] | None:
    target = html.unescape(href).strip()
    if target.startswith(_MENU):
        pairs = (part.partition("=") for part in target.removeprefix(_MENU).split("&"))
        values = {name: unquote(value) for name, _, value in pairs}
        if not values.get("msgmenucontent") or "msgmenuid" not in values:
            return None
        link = menu_link(values["msgmenucontent"], values["msgmenuid"])
        return link | {"text": label}
    if _TEL.match(target):
        return {"kind": "tel", "text": label, "href": target}
    if _WEB.match(target):
        return {"kind": "web", "text": label, "href": target}
    return None


def lines(text: str) -> list[Line]:
    """The text cut at its newlines, each line a list of pieces (`kind`, `text`, …)."""
    pieces: Line = []
    end = 0
    for match in _LINK.finditer(text):
        piece = _piece(match["href"], match["label"])
        if piece is None:
            continue
        pieces.append({"kind": "text", "text": text[end : match.start()]})
        pieces.append(piece)
        end = match.end()
    pieces.append({"kind": "text", "text": text[end:]})
    return _cut(pieces)


def _cut(pieces: Line) -> list[Line]:
    result: list[Line] = [[]]
    for piece in pieces:
        if piece["kind"] != "text":
            result[-1].append(piece)
            continue
        for number, part in enumerate(piece["text"].splitlines() or [""]):
            if number:
                result.append([])
            if part:
                result[-1].append({"kind": "text", "text": part})
        if piece["text"].endswith("\n"):
            result.append([])
    while len(result) > 1 and not result[-1]:
        result.pop()
    return result


def text_body(text: str) -> dict[str, Any]:
    """A text bubble."""
    return {"kind": "text", "lines": lines(text)}


def msgmenu_body(menu: dict[str, Any]) -> dict[str, Any]:
    """A bubble of a customer-service menu: head, tappable entries, tail."""
    rows = lines(str(menu.get("head_content", "")))
    rows += [[menu_link(str(item["content"]), str(item["id"]))] for item in menu["list"]]
    if menu.get("tail_content"):
        rows += lines(str(menu["tail_content"]))
    return {"kind": "text", "lines": rows}


def plain_body(text: str) -> dict[str, Any]:
    """A bubble of words that hold no links, whatever they look like."""
    rows = [[{"kind": "text", "text": row}] for row in text.splitlines()]
    return {"kind": "text", "lines": rows}
