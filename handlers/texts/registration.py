"""The sentences of registering a patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.texts import wording
from scheduling.policy import CONSENT_VERSION
from scheduling.types import CodeSent, PatientView

TITLE = "登记就诊人"
WHO = "这位就诊人是您的什么人？回复数字："
RELATIONS = [
    ("我本人", "self"),
    ("妈妈", "mother"),
    ("爸爸", "father"),
    ("爱人", "spouse"),
    ("孩子", "child"),
    ("其他家人", "other"),
]
AGREE = "同意请回复1，不同意回复2："
CONSENT_CHOICES = [("同意", True), ("不同意", False)]
CONSENT_AGAIN = "同意登记请回复1，不同意回复2（要看全文，说“再说一遍”）："
CONSENT_FIRST = "您发的我还没有保存：要先同意，才能登记。"
PAPERS_NEEDED = (
    "证件不在手边没关系，记得身份证号就行；孩子可以用出生医学证明或监护人的身份证。"
    "什么证件都没有，请到医院窗口登记。"
)
NO_CONSENT = "好的，不登记就不保存您的任何信息，也就不能在这里挂号。您可以带证件到医院窗口挂号。"
CHILD_CONSENT = (
    "就诊人不满14岁，需要您作为父母或其他监护人同意，我们才能登记孩子的信息，"
    f"只用于孩子挂号看病。{AGREE}"
)
CHILD_CONSENT_AGAIN = "监护人同意登记孩子的信息，请回复1，不同意回复2："
KNOWN_ALREADY = "这位是不是已经登记过的？回复数字："
NOT_MYSELF = "不是，我是给家人登记"
SOMEBODY_ELSE = "不是，登记另一位"
AGAIN = "好的，请再发一遍。"
KIND = "用哪种证件登记？回复数字："
KINDS = {
    "resident_id": "居民身份证（户口本）",
    "passport": "护照",
    "hm_permit": "港澳居民来往内地通行证（回乡证）",
    "tw_permit": "台湾居民来往大陆通行证（台胞证）",
    "hmt_residence": "港澳台居民居住证",
    "foreign_permanent": "外国人永久居留证",
    "birth_certificate": "出生医学证明（新生儿）",
    "guardian": "宝宝还没有证件，用监护人身份证",
}
NO_DOCUMENT = "都没有，或号码不在手边"
NO_NAME_YET = "还没起名，可以填妈妈的姓名加“之子”或“之女”，例如“李秀英之子”。"
OTHER_DOCUMENT = "没有身份证，用别的证件"
SEX = "就诊人是男还是女？回复数字："
SEXES = [("男", "m"), ("女", "f")]
BIRTH = "请发就诊人的出生日期，例如：1950年3月7日。"
BIRTH_IN_FUTURE = "出生日期不能晚于今天，请再发一遍。"
PHONE = "请发一个手机号，停诊、改时间时好通知您。不想发，回复数字："
NO_PHONE = "不留电话"
VERIFY = (
    "这位就诊人以前在本院登记过。要往登记时留的手机发验证码吗？验证后能看到全部预约。回复数字："
)
VERIFY_CHOICES = [("发验证码", "send"), ("以后再说", "later")]
CODE = "请发短信里的6位验证码："
NO_CODE = "没收到，以后再说"

_LEAVE = "登记家人，要先征得本人（或其监护人）同意。"
ALL_RIGHT = "都对"
ALL_RIGHT_AND_LEAVE = "都对，本人也同意"
WRONG: list[tuple[str, Any]] = [
    ("姓名不对", "name"),
    ("证件号不对", "number"),
    ("关系不对", "relation"),
    ("手机号不对", "phone"),
]
_RELATION_OR_NUMBER: list[tuple[str, Any]] = [("关系不对", "relation"), ("证件号不对", "number")]
ODD_CHOICES: dict[str, list[tuple[str, Any]]] = {
    "young_self": [("我是家长，给孩子登记", "child"), ("证件号不对", "number")],
    "age": [*_RELATION_OR_NUMBER, ("没有错", True)],
    "sex": [*_RELATION_OR_NUMBER, ("没有错", True)],
}
WHAT_IS_WRONG = "哪一项不对？请回复数字。"
_ODD = {
    "young_self": "就诊人不满14岁，不能登记成您本人。",
    "age": "就诊人的年龄和“{relation}”对不上。",
    "sex": "就诊人的性别和“{relation}”对不上。",
}
_PHONE_PLACES = 11
_SEX = {"m": "男", "f": "女"}

_NUMBERS = {
    "resident_id": "请发身份证号（18位）。宝宝用宝宝自己的，户口本上有。",
    "hmt_residence": "请发居住证号（18位）。",
    "hm_permit": "请发回乡证号（H或M开头）。",
    "tw_permit": "请发台胞证号（8位数字）。",
    "foreign_permanent": "请发永久居留证号。",
    "passport": "请发护照号。",
    "birth_certificate": "请发出生医学证明编号（1个字母加9位数字）。",
    "guardian": "请发监护人的身份证号（18位）。",
}


def consent(hospital: str) -> str:
    """The short notice: what for, which data, how long, how to take it back."""
    return (
        f"第一次挂号要先登记就诊人。{hospital}需要姓名、证件号和手机号，"
        "只用于实名挂号和就诊通知，加密保存，不给别人。"
        f"想看、想改、想删除，随时说“我的资料”。（告知书{CONSENT_VERSION}版）\n"
        f"{AGREE}"
    )


def name(relation: str | None) -> str:
    """Ask for a name, saying whose."""
    whose = (
        "您" if relation == "self" else wording.RELATIONS.get(relation or "", relation or "就诊人")
    )
    return f"请发{whose}的真实姓名（和证件上一样）。证件号、手机号可以一起发。"


def number(kind: str) -> str:
    """Ask for the number of a document."""
    return _NUMBERS[kind]


def not_at_hand(phone: str) -> str:
    """Neither card nor number are there now: where the number stands, and the other ways."""
    call = f"打{phone}，或" if phone else ""
    return (
        "不要紧。医保卡、户口本上都印着身份证号，问家里人也行，找到了发来，前面选的我都记着。"
        f"实在没有，可以{call}带证件到医院窗口挂号；不办了，回复“退出”。"
    )


def taken_as(kind: str) -> str:
    """The number told what the document is."""
    return f"好的，用{KINDS[kind]}登记。"


def relation_now(relation: str) -> str:
    """It turns out to be somebody else."""
    return f"好的，改成给{wording.RELATIONS[relation]}登记。"


def the_same(patient: PatientView) -> str:
    """A choice: the one who is registered already."""
    return f"就是{wording.patient(patient)}"


def known(patient: PatientView) -> str:
    """Registered already: nothing has to be asked."""
    return f"{wording.patient(patient)}已经登记过，不用再填。"


def same_phone(phone: str) -> str:
    """A choice: a number that the family has given before; `phone` is masked."""
    return f"用登记过的{phone}"


def odd_phone(places: int) -> str:
    """A telephone number that cannot be one."""
    if places == _PHONE_PLACES:
        return "手机号以1开头，第二位是3到9，请对着手机再发一遍。"
    differ = (
        f"少了{_PHONE_PLACES - places}位"
        if places < _PHONE_PLACES
        else f"多了{places - _PHONE_PLACES}位"
    )
    return f"手机号是{_PHONE_PLACES}位，您发的是{places}位，{differ}，请再发一遍。"


def noted_number(number: str) -> str:
    """A document's number came before it was asked for."""
    return f"证件号记下了（尾号{number[-4:]}）。"


def noted_phone(phone: str) -> str:
    """A telephone number came before it was asked for."""
    return f"手机号记下了（尾号{phone[-4:]}）。"


def right_choices(*, asks_leave: bool) -> list[tuple[str, Any]]:
    """All right, or what is wrong; for a grown-up relative the yes says that they agree."""
    return [(ALL_RIGHT_AND_LEAVE if asks_leave else ALL_RIGHT, True), *WRONG]


def read_back(values: Mapping[str, Any], today: date, odd: str, *, asks_leave: bool) -> str:
    """Everything that is about to be kept; `odd` is what cannot be, if anything."""
    born = date.fromisoformat(values["birth_on"])
    relation = wording.RELATIONS[values["relation"]]
    lines = (
        "请核对登记信息：",
        f"姓名：{values['name']}",
        f"关系：{relation}",
        f"性别：{_SEX[values['sex']]}，{wording.age(born, today)}",
        f"证件：{KINDS[values['kind']]}，尾号{values['number'][-4:]}",
        f"手机：{values['phone'] or '没有留'}",
        _LEAVE if asks_leave else "",
        _ODD[odd].format(relation=relation) + WHAT_IS_WRONG if odd else "对吗？回复数字：",
    )
    return "\n".join(line for line in lines if line)


def registered(patient: PatientView) -> str:
    """Done; and what a pending link means."""
    text = f"登记好了：{wording.patient(patient)}，{patient.masked_document}。"
    if patient.link_state == "pending":
        text += (
            "\n这位就诊人以前登记过。您可以为他挂号，但只能看到您自己约的号；"
            "要看全部，请带证件到窗口办理。"
        )
    elif patient.masked_phone and not patient.is_phone_proved:
        text += "\n手机号还没有验证过，到窗口时请顺便验证。"
    return text


def code_sent(sent: CodeSent) -> str:
    """Where the code went, and how long it is good."""
    return f"验证码正在发往{sent.phone}，{sent.minutes}分钟内有效。"
