"""The fields of every kind of message that WeChat pushes, by the name the simulator calls it.

Kinds and details: text(content, menu_id), image(pic_url, media_id), voice(media_id),
location(latitude, longitude, label), subscribe(scene), unsubscribe, click(key), view(url),
button(action, key), scan(scene), template_finished(msg_id, status),
subscription_sent(template_id, msg_id, status), subscription_chosen(choices),
subscription_ended(template_ids), mass_finished(msg_id, status, total, filtered, sent),
event(event, key, …), raw(MsgType=…, …).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _text(content: str, menu_id: str | None = None) -> dict[str, Any]:
    fields: dict[str, Any] = {"MsgType": "text", "Content": content}
    if menu_id is not None:
        fields["bizmsgmenuid"] = menu_id
    return fields


def _image(
    pic_url: str = "http://mmbiz.qpic.cn/demo/0", media_id: str = "m-image"
) -> dict[str, Any]:
    return {"MsgType": "image", "PicUrl": pic_url, "MediaId": media_id}


def _voice(media_id: str = "m-voice") -> dict[str, Any]:
    # WeChat retired speech recognition in 2023: the field is still there, and empty.
    return {"MsgType": "voice", "MediaId": media_id, "Format": "amr", "Recognition": ""}


def _location(
    latitude: float = 31.2304, longitude: float = 121.4737, label: str = "健康路1号"
) -> dict[str, Any]:
    place = {"Location_X": latitude, "Location_Y": longitude, "Scale": 16, "Label": label}
    return {"MsgType": "location", **place}


def _event(event: str, key: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - raw fields
    return {"MsgType": "event", "Event": event, "EventKey": key, **more}


def _subscribe(scene: str = "") -> dict[str, Any]:
    if scene:
        return _event("subscribe", f"qrscene_{scene}", Ticket=f"ticket-{scene}")
    return _event("subscribe")


def _scan(scene: str) -> dict[str, Any]:
    return _event("SCAN", scene, Ticket=f"ticket-{scene}")


def _button(action: str, key: str) -> dict[str, Any]:
    name = {"click": "CLICK", "view": "VIEW"}.get(action, action)
    return _event(name, key, **_BUTTON_DETAILS.get(action, {}))


_SCANNED = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}
_PICTURED = {"SendPicsInfo": {"Count": 1, "PicList": {"item": {"PicMd5Sum": "0" * 32}}}}
_BUTTON_DETAILS: Mapping[str, dict[str, Any]] = {
    "scancode_push": _SCANNED,
    "scancode_waitmsg": _SCANNED,
    "pic_sysphoto": _PICTURED,
    "pic_photo_or_album": _PICTURED,
    "pic_weixin": _PICTURED,
    "location_select": {"SendLocationInfo": {"Location_X": "31.2304", "Location_Y": "121.4737"}},
}


def _report(event: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - raw fields
    return {"MsgType": "event", "Event": event, **fields}


def _template_finished(msg_id: int, status: str = "success") -> dict[str, Any]:
    return _report("TEMPLATESENDJOBFINISH", MsgID=msg_id, Status=status)


def _one_or_many(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - as WeChat writes it
    """In JSON, one entry arrives as an object and several as an array."""
    return rows[0] if len(rows) == 1 else rows


def _subscription_sent(template_id: str, msg_id: int, status: str = "success") -> dict[str, Any]:
    # The ErrorCode of a failure is not documented; whatever is not 0 is one.
    code = 0 if status == "success" else -1
    entry = {"TemplateId": template_id, "MsgID": msg_id, "ErrorCode": code, "ErrorStatus": status}
    return _report("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": entry})


def _subscription_chosen(choices: list[tuple[str, str]]) -> dict[str, Any]:
    rows = [
        {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": 1}
        for template_id, status in choices
    ]
    popup = {"List": _one_or_many(rows)}
    return _report("subscribe_msg_popup_event", SubscribeMsgPopupEvent=popup)


def _subscription_ended(template_ids: list[str]) -> dict[str, Any]:
    # The page's example calls the inner tag SubscribeMsgPopupEvent; what was seen is this.
    rows = [{"TemplateId": name, "SubscribeStatusString": "reject"} for name in template_ids]
    change = {"List": _one_or_many(rows)}
    return _report("subscribe_msg_change_event", SubscribeMsgChangeEvent=change)


def _mass_finished(
    msg_id: int, status: str, total: int, filtered: int, sent: int
) -> dict[str, Any]:
    return _report(
        "MASSSENDJOBFINISH",
        MsgID=msg_id,
        Status=status,
        TotalCount=total,
        FilterCount=filtered,
        SentCount=sent,
        ErrorCount=filtered - sent,
    )


BUILDERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "location": _location,
    "subscribe": _subscribe,
    "unsubscribe": lambda: _event("unsubscribe"),
    "click": lambda key: _button("click", key),
    "view": lambda url: _button("view", url),
    "button": _button,
    "scan": _scan,
    "template_finished": _template_finished,
    "subscription_sent": _subscription_sent,
    "subscription_chosen": _subscription_chosen,
    "subscription_ended": _subscription_ended,
    "mass_finished": _mass_finished,
    "event": _event,
    "raw": lambda **fields: fields,
}
