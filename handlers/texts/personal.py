"""The sentences about what is kept of a family: look, correct, take along, erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.texts import appointments, wording
from scheduling.types import Agreement, AppointmentView, Kept, PatientView

TITLE = "管理我的资料"
NOTHING_KEPT = "您还没有登记过，我们没有保存您的任何资料。要挂号，告诉我哪里不舒服就行。"
WHOSE = "是哪一位就诊人？回复数字："
NOT_YOURS = "这位还没有登记过。要登记，说“添加就诊人”。"
PHONE_WANTED = "请发新的手机号。"
NO_CODE = "没收到，不改了"
PHONE_STAYS = "好的，手机号没有改。"
NUMBER_AT_DESK = (
    "证件号要核对证件才能改，请带证件到医院窗口。"
    "刚登记、还没挂过号的，也可以说“解绑就诊人”，再重新登记。"
)
UNCHANGED = "好的，没有改动。"
SAY_ERASE = "删除后找不回来。真要删除，请回复数字2；不删回复1。"
YES_NO: list[tuple[str, Any]] = [("确认", True), ("不改了", False)]
ACTS: list[tuple[str, Any]] = [
    ("改姓名", "name"),
    ("改手机号", "phone"),
    ("解绑一位就诊人", "unlink"),
    ("导出我的资料", "export"),
    ("删除我的资料", "erase"),
]
OTHERS = ("解除别的微信号", "others")
_ERASED = (
    "已删除：您的微信号、聊天记录和登记的资料都已清除，同意也已撤回，以后不再给您发通知。"
    "看过病的，挂号和就诊记录按规定至少保存15年，只有医院能查。以后要挂号，随时可以重新登记。"
)
_PURPOSES = {"registration": "登记个人信息", "child": "登记孩子", "relative": "登记家人"}
_STATUSES = {
    "held": "待确认", "booked": "已预约", "checked_in": "已签到", "completed": "已就诊",
    "cancelled": "已取消", "suspended": "停诊", "no_show": "未到",
}  # fmt: skip
_SEX = {"m": "男", "f": "女"}
_VERIFIED = "已核对身份，能看到全部预约"
_NOT_VERIFIED = "只能看到您自己约的号"


def kept(data: Kept, others: int) -> str:
    """What is kept, masked; `others` counts further accounts that speak for the owner."""
    lines = [
        "我们保存了这些（加密，不给别人）：",
        *(f"{_person(p)}" for p in data.patients),
        f"预约记录{len(data.appointments)}条，聊天记录{data.messages}条（到期自动清除）。",
    ]
    if data.attachments:
        lines.append(f"发给工作人员的图片、语音、文件{data.attachments}件（30天后自动删除）。")
    if not data.patients:
        lines.insert(1, "还没有登记就诊人。")
    if others:
        lines.append(f"另有{others}个微信号也登记了您本人。")
    lines.append("要改要删，回复数字：")
    return "\n".join(lines)


def _person(patient: PatientView) -> str:
    phone = f"，手机{patient.masked_phone}" if patient.masked_phone else ""
    default = "，默认就诊人" if patient.is_default else ""
    return f"{wording.patient(patient)}，{patient.masked_document}{phone}{default}"


def exported(data: Kept) -> str:
    """All of it, as text to be copied; numbers of documents stay masked in a chat."""
    at = data.since
    parts = [f"【我的资料】自{at.year}年{at.month}月{at.day}日起"]
    parts += [_in_full(p) for p in data.patients]
    parts += ["【预约】", *(map(_visit, data.appointments))] if data.appointments else []
    parts += ["【同意】", *(map(_agreement, data.agreements))]
    if data.attachments:
        parts.append(f"发给工作人员的图片、语音、文件{data.attachments}件，原件就在这个聊天里。")
    parts.append(
        f"聊天记录{data.messages}条，就在这个聊天里。要纸质或完整证件号的副本，请带证件到窗口。"
    )
    return "\n".join(parts)


def _in_full(patient: PatientView) -> str:
    born = patient.birth_on
    sight = _VERIFIED if patient.link_state == "verified" else _NOT_VERIFIED
    phone = f"，手机{patient.masked_phone}" if patient.masked_phone else ""
    relation = wording.RELATIONS.get(patient.relation, "")
    return (
        f"{patient.name}（{relation}），{_SEX.get(patient.sex, '')}，"
        f"{born.year}年{born.month}月{born.day}日出生，证件：{patient.masked_document}{phone}。{sight}。"
    )


def _visit(view: AppointmentView) -> str:
    at = view.opening.starts_at
    status = _STATUSES.get(view.status, view.status)
    why = f"（{appointments.REASONS[view.cancel_reason]}）" if view.cancel_reason else ""
    return f"{at.year}年{wording.appointment(view)}，{status}{why}，预约号{view.code}"


def _agreement(agreement: Agreement) -> str:
    at, end = agreement.given_at, agreement.withdrawn_at
    until = f"，{end.year}年{end.month}月{end.day}日撤回" if end else ""
    purpose = _PURPOSES.get(agreement.purpose, agreement.purpose)
    return f"{at.year}年{at.month}月{at.day}日同意{purpose}（告知书{agreement.version}版）{until}"


def name_wanted(patient: PatientView) -> str:
    """Ask for the right name."""
    return f"请发{wording.patient(patient)}正确的姓名（和证件上一样）。"


def sure_name(patient: PatientView, name: str) -> str:
    """Read the new name back."""
    return f"把{wording.patient(patient)}的姓名改成“{name}”，对吗？回复数字："


def renamed(patient: PatientView) -> str:
    """Done."""
    return f"改好了：{wording.patient(patient)}。"


def phone_changed(patient: PatientView) -> str:
    """Done."""
    return f"改好了：{wording.patient(patient)}的手机号是{patient.masked_phone}。"


def sure_unlink(patient: PatientView) -> str:
    """What it means to stop speaking for somebody."""
    return (
        f"解绑{wording.patient(patient)}后，不能再替这位挂号；已约的号照旧，您约的仍在“我的预约”里。"
        "确认解绑吗？回复数字："
    )


def unlinked(patient: PatientView) -> str:
    """Done."""
    return f"已解绑{wording.patient(patient)}。以后要替这位挂号，重新登记就行。"


def sure_others(others: int) -> str:
    """End other accounts' links to the one who writes."""
    return f"另有{others}个微信号登记了您本人。解除后，他们不能再为您挂号。确认吗？回复数字："


def others_ended(ended: int) -> str:
    """Done."""
    return f"已解除{ended}个微信号。不是家人所为的，请回复“人工”。"


def default(patient: PatientView) -> str:
    """Done."""
    return f"好的，以后没有说给谁挂，就是{wording.patient(patient)}。挂号前还会请您核对。"


def sure_erase(leaving: Sequence[AppointmentView]) -> str:
    """Say what goes and what stays; `leaving` are the visits that end with it."""
    text = (
        "删除后：您登记的就诊人、手机号、聊天记录都清除，同意撤回，不再发通知，找不回来。"
        "看过病的，挂号和就诊记录按规定至少保存15年。"
    )
    if not leaving:
        return f"{text}\n确认删除吗？回复数字："
    visits = "\n".join(map(wording.appointment, leaving))
    return f"{text}\n这些号还没看，删除就会一起取消：\n{visits}\n确认吗？回复数字："


def erase_choices(leaving: Sequence[AppointmentView]) -> list[tuple[str, Any]]:
    """Not erasing comes first."""
    return [("先不删", False), ("取消这些号并删除" if leaving else "确认删除", True)]


ERASED = _ERASED
