"""Followers and their tags.

Sources: https://developers.weixin.qq.com/doc/offiaccount/User_Management/ , pages
Get_users_basic_information, Getting_a_User_List, User_Tag_Management.
"""

from __future__ import annotations

from typing import Any

from simulator.calls import OK, Payload, find_patient
from simulator.errors import ApiError
from simulator.exchange import Patient
from simulator.switchboard import Switchboard
from simulator.tags import MOST_OF_ONE_USER

_PAGE = 10_000
_MOST_AT_ONCE = 50
_MOST_INFOS = 100


class Users:
    """The calls about one account's followers."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Followers of this account."""
        self._board = switchboard

    def info(self, payload: Payload) -> Payload:
        """GET /cgi-bin/user/info: of who does not follow, only that."""
        return self._told(find_patient(self._board, payload.get("openid")))

    def infos(self, payload: Payload) -> Payload:
        """POST /cgi-bin/user/info/batchget."""
        asked = payload.get("user_list")
        if not isinstance(asked, list) or not 1 <= len(asked) <= _MOST_INFOS:
            raise ApiError(40032, "invalid openid list size")
        found = [find_patient(self._board, dict(one).get("openid")) for one in asked]
        return {"user_info_list": [self._told(patient) for patient in found]}

    def followers(self, payload: Payload) -> Payload:
        """GET /cgi-bin/user/get: 10,000 at a time, after `next_openid`."""
        openids = [p.openid for p in self._board.exchange.patients() if p.following]
        return _page(openids, str(payload.get("next_openid") or ""))

    def remark(self, payload: Payload) -> Payload:
        """POST /cgi-bin/user/info/updateremark."""
        patient = find_patient(self._board, payload.get("openid"))
        patient.remark = str(payload.get("remark", ""))
        return OK

    def tags(self, payload: Payload) -> Payload:
        """GET /cgi-bin/tags/get."""
        patients = self._board.exchange.patients()
        return {
            "tags": [
                {"id": number, "name": name, "count": sum(number in p.tags for p in patients)}
                for number, name in self._board.tags.all().items()
            ]
        }

    def create_tag(self, payload: Payload) -> Payload:
        """POST /cgi-bin/tags/create."""
        name = _tag(payload).get("name")
        return {"tag": {"id": self._board.tags.create(name), "name": name}}

    def rename_tag(self, payload: Payload) -> Payload:
        """POST /cgi-bin/tags/update."""
        tag = _tag(payload)
        self._board.tags.rename(tag.get("id"), tag.get("name"))
        return OK

    def delete_tag(self, payload: Payload) -> Payload:
        """POST /cgi-bin/tags/delete."""
        number = self._board.tags.delete(_tag(payload).get("id"))
        for patient in self._board.exchange.patients():
            patient.tags = [tag for tag in patient.tags if tag != number]
        return OK

    def tag_users(self, payload: Payload) -> Payload:
        """POST /cgi-bin/tags/members/batchtagging: up to 50 users, all or none."""
        number, patients = self._tagged(payload)
        if any(len({*p.tags, number}) > MOST_OF_ONE_USER for p in patients):
            raise ApiError(45059, "too many tags of one user")
        for patient in patients:
            patient.tags = sorted({*patient.tags, number})
        return OK

    def untag_users(self, payload: Payload) -> Payload:
        """POST /cgi-bin/tags/members/batchuntagging."""
        number, patients = self._tagged(payload)
        for patient in patients:
            patient.tags = [tag for tag in patient.tags if tag != number]
        return OK

    def tags_of_user(self, payload: Payload) -> Payload:
        """POST /cgi-bin/tags/getidlist."""
        return {"tagid_list": find_patient(self._board, payload.get("openid")).tags}

    def users_of_tag(self, payload: Payload) -> Payload:
        """POST /cgi-bin/user/tag/get."""
        number = self._board.tags.known(payload.get("tagid"))
        openids = [p.openid for p in self._board.exchange.patients() if number in p.tags]
        return _page(openids, str(payload.get("next_openid") or ""))

    def _tagged(self, payload: Payload) -> tuple[int, list[Patient]]:
        number, openids = payload.get("tagid"), payload.get("openid_list")
        if not isinstance(openids, list) or not 1 <= len(openids) <= _MOST_AT_ONCE:
            raise ApiError(40032, "invalid openid list size")
        return self._board.tags.known(number), [find_patient(self._board, o) for o in openids]

    def _told(self, patient: Patient) -> dict[str, Any]:
        if not patient.following:
            return {"subscribe": 0, "openid": patient.openid}
        # WeChat no longer tells name, sex, place or picture.
        return {
            "subscribe": 1,
            "openid": patient.openid,
            "language": "zh_CN",
            "subscribe_time": int(patient.followed_at),
            "remark": patient.remark,
            "groupid": 0,
            "tagid_list": patient.tags,
            "subscribe_scene": "ADD_SCENE_QR_CODE" if patient.scene else "ADD_SCENE_OTHERS",
            "qr_scene": int(patient.scene) if patient.scene.isdigit() else 0,
            "qr_scene_str": "" if patient.scene.isdigit() else patient.scene,
        }


def _tag(payload: Payload) -> dict[str, Any]:
    tag = payload.get("tag")
    if not isinstance(tag, dict):
        raise ApiError(47001, "data format error")
    return tag


def _page(openids: list[str], after: str) -> Payload:
    if after and after not in openids:
        raise ApiError(40003, "invalid openid")
    start = openids.index(after) + 1 if after else 0
    page = openids[start : start + _PAGE]
    last = page[-1] if page else ""
    answer: Payload = {"total": len(openids), "count": len(page), "next_openid": last}
    return {**answer, "data": {"openid": page}} if page else answer
