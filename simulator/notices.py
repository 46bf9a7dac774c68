"""Service notices: template messages, subscription messages, notices of 微信就医助手.

Sources, all at https://developers.weixin.qq.com/doc/ :
offiaccount/Message_Management/Template_Message_Interface.html,
service/Subscription_Messages/intro.html,
service/api/medicalassistant/api_cityservice_sendchannelmsg
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from typing import Any

from simulator.calls import OK, Payload, find_patient
from simulator.config import Template
from simulator.errors import ApiError
from simulator.exchange import Patient
from simulator.switchboard import Switchboard
from simulator.values import check_value

USER_BLOCK, SYSTEM_FAILED = "failed:user block", "failed: system failed"
TEMPLATE_PATH = "/cgi-bin/message/template/send"
SUBSCRIBE_PATH = "/cgi-bin/message/subscribe/bizsend"
VISIT_PATH = "/cityservice/sendchannelmsg"
_REPEAT_SECONDS = 600.0  # client_msg_id is remembered for ten minutes
_FIELD = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
_VISIT_BUSINESS = 150
# The page names five groups of statuses; its full list is not public. First five digits → title.
_VISIT_TITLES = {
    "15010": "门诊提醒",
    "15020": "住院提醒",
    "15030": "体检提醒",
    "15040": "线上问诊提醒",
    "15050": "诊后提醒",
}
_VISIT_LABELS = {
    "pat_name": "就诊人",
    "doc_name": "医生",
    "department_name": "科室",
    "department_location": "地点",
    "appointment_time": "时间",
}


class Notices:
    """The notice calls of one account."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Notices sent by this account."""
        self._board = switchboard
        self._ids = itertools.count(int(switchboard.config.clock() * 1000))
        self._lock = threading.Lock()
        self._sent: dict[tuple[str, str], tuple[float, int]] = {}
        self._visits: set[tuple[str, str, str]] = set()

    def template_send(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/template/send; the same client_msg_id is shown once."""
        patient = find_patient(self._board, payload.get("touser"))
        if not patient.following:
            raise ApiError(43004, "require subscribe")
        card = self._card(payload)
        msg_id, repeated = self._number(patient.openid, str(payload.get("client_msg_id") or ""))
        if not repeated:
            status = self._outcome(TEMPLATE_PATH, patient)
            if status == "success":
                self._board.show_notice(patient, card)
            self._board.report("template_finished", patient.openid, msg_id=msg_id, status=status)
        return {**OK, "msgid": msg_id}

    def subscribe_send(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/subscribe/bizsend, for patients who accepted the template.

        It has no key: sent twice it is shown twice, as long as it was accepted twice.
        """
        patient = find_patient(self._board, payload.get("touser"))
        card = self._card(payload)
        template_id = str(payload["template_id"])
        if patient.refuses_notices or not self._board.exchange.spend_subscription(
            patient.openid, template_id
        ):
            raise ApiError(43101, "user refuse to accept the msg")
        status = self._outcome(SUBSCRIBE_PATH, patient)
        if status == "success":
            self._board.show_notice(patient, card)
        self._board.report(
            "subscription_sent",
            patient.openid,
            template_id=template_id,
            msg_id=next(self._ids),
            status=status,
        )
        return OK

    def visit_send(self, payload: Payload) -> Payload:
        """POST /cityservice/sendchannelmsg: 微信就医助手, for public hospitals only.

        A repeated msg_id of a patient's order is accepted and not shown again.
        """
        if not self._board.config.public_hospital:
            raise ApiError(48001, "api unauthorized")
        patient = find_patient(self._board, payload.get("open_id"))
        title, rows = _visit(payload, self._board.config.app_id)
        key = (patient.openid, str(payload["order_id"]), str(payload["msg_id"]))
        with self._lock:
            repeated = key in self._visits
            self._visits.add(key)
        if not repeated and self._outcome(VISIT_PATH, patient) == "success":
            card = {"kind": "notice", "title": title, "rows": rows, "url": ""}
            self._board.show_service(patient.openid, card)
        return OK

    def _outcome(self, path: str, patient: Patient) -> str:
        if self._board.faults.take(path, {"undelivered"}) is not None:
            return SYSTEM_FAILED
        return USER_BLOCK if patient.refuses_notices else "success"

    def _number(self, openid: str, client_id: str) -> tuple[int, bool]:
        """The notice's msgid, and whether this client_msg_id was sent before."""
        now = self._board.config.clock()
        with self._lock:
            at, msg_id = self._sent.get((openid, client_id), (0.0, 0))
            if client_id and now - at < _REPEAT_SECONDS:
                return msg_id, True
            msg_id = next(self._ids)
            if client_id:
                self._sent[(openid, client_id)] = (now, msg_id)
        return msg_id, False

    def template_list(self, payload: Payload) -> Payload:
        """GET /cgi-bin/template/get_all_private_template."""
        return {"template_list": [{"template_id": i, **_told(t)} for i, t in self._known()]}

    def subscription_list(self, payload: Payload) -> Payload:
        """GET /wxaapi/newtmpl/gettemplate; `type` 2 is one-off, 3 long-term."""
        standing = self._board.config.long_term_templates
        told = [
            {"priTmplId": i, **_told(t), "type": 3 if i in standing else 2}
            for i, t in self._known()
        ]
        return {**OK, "data": told}

    def _known(self) -> list[tuple[str, Template]]:
        return [*self._board.config.templates.items()]

    def _card(self, payload: Payload) -> dict[str, Any]:
        known = self._board.config.templates
        template_id = str(payload.get("template_id") or "")
        if not template_id or (known and template_id not in known):
            raise ApiError(40037, "invalid template_id")
        values = _values(payload.get("data"))
        template = known.get(template_id)
        rows = _fill(template, values) if template else [list(item) for item in values.items()]
        url = str(payload.get("url") or payload.get("page") or "")
        return {
            "kind": "notice",
            "title": template.title if template else "服务通知",
            "rows": rows,
            "url": url if url.startswith(("http://", "https://")) else "",
        }


def _told(template: Template) -> Payload:
    return {"title": template.title, "content": template.content, "example": ""}


def _values(data: object) -> dict[str, str]:
    if not isinstance(data, dict) or not data:
        raise ApiError(47003, "argument invalid! data is empty")
    values: dict[str, str] = {}
    for key, item in data.items():
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str | int | float) or not str(value).strip():
            raise ApiError(47003, f"argument invalid! data.{key}.value is empty")
        check_value(key, str(value))
        values[key] = str(value)
    return values


def _fill(template: Template, values: dict[str, str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for line in template.content.splitlines():
        for name in _FIELD.findall(line):
            if name not in values:
                raise ApiError(47003, f"argument invalid! data.{name}.value is empty")
        filled = _FIELD.sub(lambda match: values[match[1]], line)
        label, mark, value = filled.partition("：")
        rows.append([label, value] if mark else ["", filled])
    return rows


def _visit(payload: Payload, app_id: str) -> tuple[str, list[list[str]]]:
    """The title and the rows of a visit notice."""
    status, info = payload.get("status"), payload.get("business_info") or {}
    if isinstance(info, str):  # the page's table says string, its example is an object
        try:
            info = json.loads(info)
        except ValueError as error:
            raise ApiError(47001, "data format error") from error
    fits = (
        isinstance(status, int)
        and str(status)[:5] in _VISIT_TITLES
        and payload.get("order_id")
        and payload.get("msg_id")
        and payload.get("app_id") == app_id
        and payload.get("business_id") == _VISIT_BUSINESS
        and isinstance(info, dict)
    )
    if not fits:
        raise ApiError(47003, "argument invalid!")
    rows = [[_VISIT_LABELS.get(key, key), str(value)] for key, value in info.items()]
    return _VISIT_TITLES[str(status)[:5]], rows
