"""The rules of a custom menu.

Source: the official menu page as copied at https://juejin.cn/post/7231788630306062395
"""

from __future__ import annotations

from typing import Any

from simulator.errors import ApiError

_MAX_BUTTONS, _MAX_SUB_BUTTONS = 3, 5
_MAX_NAME_BYTES, _MAX_SUB_NAME_BYTES = 16, 60
_MAX_KEY_BYTES = 128
_WITH_KEY = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
_OTHER = {"view": "url", "media_id": "media_id", "view_limited": "media_id", "miniprogram": "url"}


def check_menu(payload: dict[str, Any]) -> list[Any]:
    """The buttons of a menu/create body.

    Raises:
        ApiError: 40016 to 40027, whatever the menu breaks.
    """
    buttons = payload.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MAX_BUTTONS:
        raise ApiError(40016, "invalid button size")
    for button in buttons:
        _check_name(button, _MAX_NAME_BYTES, 40018)
        children = button.get("sub_button")
        if not children:
            _check_action(button)
            continue
        if not isinstance(children, list) or len(children) > _MAX_SUB_BUTTONS:
            raise ApiError(40023, "invalid sub button size")
        for child in children:
            _check_name(child, _MAX_SUB_NAME_BYTES, 40025)
            _check_action(child)
    return buttons


def _check_name(button: object, limit: int, code: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= limit:
        raise ApiError(code, "invalid button name size")


def _check_action(button: dict[str, Any]) -> None:
    kind = button.get("type")
    if kind in _WITH_KEY:
        key = button.get("key")
        if not isinstance(key, str) or not 1 <= len(key.encode()) <= _MAX_KEY_BYTES:
            raise ApiError(40019, "invalid button key size")
    elif kind in _OTHER:
        if not button.get(_OTHER[kind]):
            raise ApiError(40020, "invalid button url size")
    else:
        raise ApiError(40017, "invalid button type")
