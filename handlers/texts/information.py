"""Answers about the hospital itself."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.texts import wording
from handlers.texts.booking import NOT_THERE
from scheduling.types import AppointmentView, Fee, Opening, PatientView, Physician, Place, Ward

NO_DOCTOR = "没有找到您说的医生。可以说科室名，例如“骨科有哪些医生”。"
WHOSE_IS_OPEN = "还没定给谁挂，选好时间再问您。"
WHAT_IS_WRONG = "\n要挂号的话，您哪里不舒服？"
KEPT = "您的信息加密保存，只用于挂号和就诊通知，不给别人。"
# To who asked for something else, and may be ill beside it.
WAY_ON = "\n要挂号，直接说就行，例如：“头晕，想挂明天上午的号”。"
_MOST = 8


def sites(places: Sequence[Place]) -> str:
    """Address, hours and telephone of each site."""
    blocks = [f"{p.name}：{p.address}\n时间：{p.hours}\n电话：{p.phone}" for p in places]
    return "\n\n".join(blocks)


def visit(view: AppointmentView, value: Ward | None) -> str:
    """An appointment, and where to go for it."""
    if view.opening.mode == "remote":
        return f"{wording.appointment(view)}（{NOT_THERE}）"
    rooms = filter(None, (value.location if value else "", view.opening.room))
    return f"{wording.appointment(view)}（{'，'.join(rooms)}）".removesuffix("（）")


TOPICS = {
    "refund": "在这里约号没有收费，取消预约就行，不用退款。窗口缴过费的，请带缴费凭证到原窗口退。",
    "invoice": "发票请到一楼缴费窗口办，带上缴费凭证。我这里打不了。",
    "parking": "停车我这里查不到，请{call}回复“人工”。",
    "fasting": "挂号看医生不用空腹。抽血、做胃肠镜和有些检查要空腹，请看检查单或问医生。",
    "insurance": "可以用医保：请带医保卡或医保码，缴费时现场结算。异地医保请先问医院窗口。",
    "payment": "看病当天到一楼缴费，医保卡、微信、现金都可以。这里约号不收钱。",
    "early": "可以早到，先签到再等。叫号按预约的时间，早到不会早叫。",
    "late": "晚到也请来签到，会排在已经到的人后面。来不了请说“改时间”或“取消预约”。",
    "papers": "请带就诊人的身份证或医保卡，小孩带户口本。以前的病历、检查单也带上。",
    "around": "这个我这里查不到，请看墙上的指示牌，或问导诊台。检查地点一般写在检查单上。",
    "company": "家属能不能陪着进诊室，各个诊室不一样，请问分诊台或医生。",
}


def call(phone: str) -> str:
    """打医院电话…问，或: goes on with another way, where there is a telephone."""
    return f"打医院电话{phone}问，或" if phone else ""


def whose(patient: PatientView) -> str:
    """For whom a number is being booked."""
    return f"现在是给{wording.patient(patient)}挂号。要换人，说“换就诊人”。"


def unknown(phone: str) -> str:
    """What we do not know is not guessed."""
    return f"这个我这里查不到，请{call(phone)}回复“人工”。"


def neither(phone: str) -> str:
    """No complaint was told, and nothing the house has written."""
    return f"这个我回答不了：身体上的事请问医生，医院的事请{call(phone)}回复“人工”。"


def passed_on(phone: str) -> str:
    """Somebody of the desk was asked for already."""
    ring = f"急的话请打{phone}。" if phone else ""
    return f"这个我这里查不到。这句话已经一起转给工作人员，看到后会联系您。{ring}"


def no_ward(name: str) -> str:
    """The hospital has no such department."""
    return f"本院没有{name}。您哪里不舒服？告诉我，我看看该挂哪个科。"


def fees(what: str, prices: Sequence[Fee]) -> str:
    """What a visit costs, for each kind of service at each site."""
    if not prices:
        return f"{what}最近没有可约的号，费用查不到。" + FEE_IS_PAID
    sites = dict.fromkeys(price.site_name for price in prices)
    lines = [
        (f"{site}：" if len(sites) > 1 else "")
        + "，".join(_price(price) for price in prices if price.site_name == site)
        for site in sites
    ]
    return f"{what}挂号费：\n" + "\n".join(lines) + "\n" + FEE_IS_PAID


FEE_IS_PAID = "看病当天在医院缴，医保另算。"


def fee_of(opening: Opening) -> str:
    """What the place costs that is talked about."""
    return f"{wording.doctor(opening)}，挂号费{wording.price(opening)}。{FEE_IS_PAID}"


def where(place: Place, value: Ward) -> str:
    """Where the visit would be: hospital, address, floor."""
    floor = f"，{value.name}在{value.location}" if value.location else ""
    return f"{place.name}，地址：{place.address}{floor}。电话：{place.phone}"


def doctor_card(value: Physician) -> str:
    """Who a doctor is; how good is not for us to say."""
    skills = f"，擅长{'、'.join(value.expertise[:3])}" if value.expertise else ""
    return f"{value.name} {value.title}，{value.site_name}{value.department_name}{skills}。"


def who(people: Sequence[Physician]) -> str:
    """Several doctors who may be meant, each with where and for what."""
    return "\n".join(map(doctor_card, people[:_MOST])) + "\n想挂谁的号，直接说名字。"


NO_NAMED_DOCTOR = "普通号不指定医生，由当天出诊的医生看。"


def _price(price: Fee) -> str:
    most = wording.fee(price.most_fen)
    some = "" if price.least_fen == price.most_fen else f"{wording.fee(price.least_fen)}到"
    return f"{wording.SERVICES.get(price.service_type, '')}{some}{most}"


def ward(value: Ward) -> str:
    """Where a department is."""
    where = value.location or "请到一楼服务台询问"
    name = f"{value.site_name}{value.name}"
    if not value.bookable:
        return f"{name}：{where}，不用预约，直接去就行。"
    return f"{name}：{where}。要挂号，说“挂{value.name}的号”。"


def doctors(people: Sequence[Physician]) -> str:
    """Who sees patients in a department, and for what."""
    if not people:
        return NO_DOCTOR
    lines = [
        f"{p.name} {p.title}" + (f"，擅长{'、'.join(p.expertise[:3])}" if p.expertise else "")
        for p in people[:_MOST]
    ]
    rest = f"\n共{len(people)}位，想看别的医生请说名字。" if len(people) > _MOST else ""
    return (
        f"{people[0].site_name}{people[0].department_name}：\n"
        + "\n".join(lines)
        + rest
        + "\n想挂谁的号，直接说名字。"
    )


def doctor_days(doctor: Physician, days: Sequence[Opening]) -> str:
    """When a doctor sees patients and has places left."""
    seen = dict.fromkeys((o.starts_at.date(), o.half_day) for o in days)
    title = f"{doctor.department_name}{doctor.name} {doctor.title}".strip()
    if not seen:
        other = f"可以看同科别的医生，说“挂{doctor.department_name}的号”。"
        return f"{title}最近没有可约的号。{other}"
    when = "、".join(f"{wording.day(day)}{wording.half(part)}" for day, part in list(seen)[:_MOST])
    return f"{title}可约的时间：{when}。要挂号，说“挂{doctor.name}的号”。"


def human(phone: str, hours: str, *, staffed: bool) -> str:
    """On duty: a person comes; off duty: when, and the telephone."""
    call = f"急事请打电话：{phone}。" if phone else ""
    if staffed:
        return f"已经转给工作人员，看到后会尽快联系您。{call}"
    when = f"工作时间是{hours}，" if hours else ""
    return f"您的话已经记下。现在没有工作人员值班，{when}上班后会联系您。{call}"


def book_instead(value: Ward) -> str:
    """The department that can help with it."""
    if not value.bookable:
        return f"\n可以去{value.site_name}{value.name}，不用预约，直接去就行。"
    return f"\n这种情况可以看{value.name}，要挂号吗？想挂就说“挂{value.name}的号”。"
