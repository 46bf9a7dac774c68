"""Answers to what is plainly asked of the house: by its rules, or that it has not written them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.texts import information, wording
from scheduling.types import Fee, Outlook, Physician

TITLES = (
    "医生的职称从高到低是：主任医师、副主任医师、主治医师、住院医师。"
    "都能看病，职称高的挂号费贵一些。"
)
CALLED = "到医院后在这里说“签到”，快轮到您时会通知您。叫到时，叫号屏上有您的排队号。"
CALLED_DEAF = "听不见也不要紧，看手机和叫号屏就行，签到时也可以告诉分诊台。"
DEAF = "知道您听不见，在这里打字就能办，不用打电话。"
TYPED = "可以打字，不用打电话。回复“人工”加上您要说的话，我原样转给工作人员。"
WOUNDS_SHOWN = (
    "验伤、伤情鉴定请先打110报警，由公安机关安排，我这里办不了。\n"
    "身上有伤，先去医院急诊看，不用预约；病历、检查单请留好。"
)
NOTE = (
    "病假条、诊断证明要医生看过病人，由医生开，我这里开不了。请先挂号，看病时跟医生说。"
    "以前的日子能不能补，由医生定。"
)
NOTE_WHERE = "挂您看病的那个科，不知道挂哪个科就说“挂全科”。"
NAMELESS = "挂号要实名，不能匿名，请用看病的人自己的证件。"
FOREIGN_PHONE = (
    "只能登记国内的11位手机号。没有的，登记时选“不留电话”，不影响挂号，通知发到这个微信。"
)
PASSPORT = "登记要用看病的人自己的证件，不能用别人的。看病的人没有身份证的，可以用自己的护照。"
PAPERS_AWAY = (
    "身份证不在手边也能挂号：登记只要身份证号，医保卡、户口本上都印着。"
    "看病那天带身份证、医保卡或医保码；都没有，请先到窗口问。"
)
PAPERS_LATER = "等会儿再发也行，前面选的我都记着，只是号要登记好才留得住。"
GIVE_BACK = f"{information.TOPICS['refund']}取消说“取消预约”，换时间或医生说“改时间”。"
ONLINE = (
    "有的医生出线上门诊，号上标着“线上”，不用来医院，到时间打开本公众号等候，开始前会通知您。"
    "别的号都要到医院看。"
)


def kinds(fees: Sequence[Fee]) -> str:
    """What is what among the kinds of numbers that can be booked here, and what each costs."""
    prices: dict[str, list[int]] = {}
    for fee in fees:
        prices.setdefault(fee.service_type, []).extend((fee.least_fen, fee.most_fen))
    cost = "，".join(
        f"{wording.SERVICES[kind]}{_span(some)}"
        for kind, some in prices.items()
        if kind in _KINDS and kind in wording.SERVICES
    )
    told = "".join(sentence for kind, sentence in _KINDS.items() if kind in prices)
    return f"{told}挂号费：{cost}。" if cost else information.FEE_IS_PAID


_MOST_SKILLS = 8
_KINDS = {
    "general": "普通号由当天出诊的医生看。",
    "expert": "专家号由您选定的专家看，费用高一些。",
    "special": "特需号费用最高。",
    "disease": "专病号只看一种病。",
}


def _span(some: Sequence[int]) -> str:
    least, most = wording.fee(min(some)), wording.fee(max(some))
    return least if least == most else f"{least}到{most}"


def fetch(phone: str) -> str:
    """Who may fetch the number on the day."""
    return (
        "看病的人自己取号就行，您不用到场，请带上他本人的身份证或医保卡。"
        f"别人能不能代取，我这里查不到，请{information.call(phone)}回复“人工”。"
    )


_TO_WHOM = "提醒发到约号的这个微信，时间都是北京时间。"


def kept(minutes: int) -> str:
    """The place is held."""
    return f"号已经给您留着，一共留{minutes}分钟，请在这之前定下来。"


def not_kept_yet(minutes: int, phone: str) -> str:
    """A time was chosen, and nobody is registered: what is true, and the other way."""
    call = f"，怕约满可以打{phone}" if phone else ""
    return (
        f"号要登记好才能留，现在还没有占住；登记好马上给您留{minutes}分钟。"
        f"一时办不了也不要紧，前面选的我都记着{call}。"
    )


def kept_later(minutes: int) -> str:
    """Nothing was chosen yet."""
    return f"先选好时间、登记好看病的人，号就给您留{minutes}分钟，让您核对。"


def reminded(outlook: Outlook) -> str:
    """Whether a reminder of what is booked will come, by what, and to whom."""
    if outlook.way == "none":
        return "离看病不远了，不再另外提醒，请记好时间。"
    told = wording.outlook(outlook)
    return told if outlook.way == "sms" else f"{told}{_TO_WHOM}"


REMINDED = (
    "约好号会告诉您到时候怎么提醒。能提醒的，发到约号的这个微信，时间都是北京时间。"
    "微信有时发不出去，请您自己也记住。"
)


def no_remind(*, can_text: bool) -> str:
    """Who wants no more reminders: they cannot be switched off, and what ends them."""
    sms = "短信只在微信发不到时才发。" if can_text else "我们不发短信。"
    return (
        f"提醒我这里关不掉：一个号最多提醒两次，停诊、换时间一定要让您知道。{sms}"
        "这个号不来了，说“取消预约”，就不再提醒。"
    )


def signs() -> str:
    """Whether somebody signs or writes on the spot is not written."""
    return (
        "现场有没有手语翻译、能不能写字沟通，我这里查不到。"
        "不用打电话，回复“人工”加上您要问的，我转给工作人员。"
    )


def stay_note(phone: str) -> str:
    """Papers of a stay: not from here."""
    return (
        f"住院、出院的证明我这里办不了，在哪里办也查不到，请{information.call(phone)}回复“人工”。"
    )


def private(*, can_text: bool) -> str:
    """Who gets to see it."""
    sms = "微信发不到时，可能发短信到登记时留的手机。" if can_text else "我们不发短信。"
    return f"{information.KEPT}约的号，只有登记了这位就诊人的微信看得到。{sms}"


def nameless() -> str:
    """A name is needed, and what becomes of it."""
    return f"{NAMELESS}{information.KEPT}"


def speciality(value: Physician) -> str:
    """What a doctor is good at, as the roster says."""
    who = f"{value.name} {value.title}，{value.site_name}{value.department_name}。"
    if not value.expertise:
        return f"{who}擅长什么病，资料里没有写。"
    return f"{who}资料里写的擅长：{'、'.join(value.expertise[:_MOST_SKILLS])}。"


def online(starts_at: datetime) -> str:
    """A visit without coming is booked."""
    arrive = wording.clock(starts_at)
    return f"您约的是线上看诊，不用来医院。请在{arrive}前打开本公众号等候，开始前会通知您。"


def answered(hours: str, *, staffed: bool, waits: bool) -> str:
    """When somebody of the desk answers."""
    lead = "您的话已经转给工作人员，" if waits else "要找工作人员，回复“人工”加上您要说的话。"
    if staffed:
        return f"{lead}看到后会尽快联系您，具体几点我说不准。"
    when = f"工作时间是{hours}，" if hours else ""
    return f"{lead}现在没有人值班，{when}上班后会联系您。"
