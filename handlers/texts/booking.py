"""The sentences of booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.texts import wording
from scheduling.offers import Offer
from scheduling.types import AppointmentView, Opening, Outlook, PatientView, Physician, Ward

ASK_COMPLAINT = "您哪里不舒服？直接说就行，例如“头晕”“肚子疼”。知道看哪个科，也可以直接说科室。"
NOT_SURE = "说不清，先看全科"
GENERAL = "全科"
GENERAL_FIRST = "没关系，先看全科，医生会告诉您该看什么。"
NOT_GENERAL = "好的，不看全科。不想挂了，回复“退出”。"
GENERAL_THEN = "好的，看普通号。"
CONFIRM = "对吗？回复1确认："
CONFIRM_YES = "确认"
CONFIRM_TIME = "换个时间或医生"
CONFIRM_PATIENT = "换就诊人"
CONFIRM_NO = "不挂了"
LEFT = "好的，这次不挂了，占的号已经退回。需要时随时叫我。"
LEFT_EARLY = "好的，这次不挂了。要取消已经约好的号，请说“取消预约”。"
TO_CHANGE = "来不了请说“取消预约”，要改时间请说“改时间”。"
BOOKED = "预约成功，未缴费。"
NOT_THERE = "线上看诊，不用到医院"


def another_patient(known: Sequence[PatientView]) -> str:
    """The last of the family: somebody new, who may be the one who writes."""
    is_self_known = any(one.relation == "self" for one in known)
    return "给别的人挂（先登记）" if is_self_known else "给我本人或别人挂（先登记）"


def unfit(patient: PatientView) -> str:
    """The department does not see this patient: another one, or somebody else."""
    return (
        f"这个科不接诊{wording.patient(patient)}（年龄或性别不符），请换一个科。"
        "不是给这位挂的，说“换就诊人”。"
    )


def nothing_free(days: int) -> str:
    """Nothing at all, in all the days that can be booked."""
    return f"很抱歉，您要的这个科最近{days}天都约满了。可以换个科室或医生，或回复“人工”。"


def because(words: Sequence[str], name: str, chosen: str = "") -> str:
    """Why this department, in the patient's own words; what was chosen is not said by them."""
    told = _told(words, chosen)
    return f"{told}，建议看{name}。" if told else ""


def which_department(words: Sequence[str], names: Sequence[str], chosen: str = "") -> str:
    """Several departments fit."""
    told = _told(words, chosen)
    if not told and len(names) == 1:
        return "也可以先看这个科，回复数字："
    lead = f"{told}，多见于{'、'.join(names)}。" if told else "可以看下面几个科。"
    return f"{lead}请选最像的一个（回复数字）："


def _told(words: Sequence[str], chosen: str) -> str:
    told = "".join(f"“{word}”" for word in words[:3])
    return "，".join(
        part for part in (told and f"您说{told}", chosen and f"您选了“{chosen}”") if part
    )


def missing(name: str) -> str:
    """The hospital has no such department; what else is asked for with it is not ours to tell."""
    return f"本院没有{name}。{_ASK_THERE.get(name, '')}"


_ASK_THERE = {"体检科": "体检在哪里做、要带什么，请先打医院电话，或回复“人工”问清楚。"}


def elsewhere(words: Sequence[str], name: str) -> str:
    """What was said last belongs to another department than the one chosen."""
    told = "".join(f"“{word}”" for word in words[-3:])
    return f"您说{told}，这个一般看{name}。要换科吗？回复数字："


def today_first(day: date) -> str:
    """What should be seen today is looked for from today on, whatever day was asked for."""
    return f"我先从今天的号开始找。一定要{wording.day(day)}，请再说一遍日期。"


def not_for(ward: Ward, better: str) -> str:
    """A department that does not see people like this patient."""
    whom = {"f": "女性", "m": "男性"}.get(ward.sex, "")
    if not whom and ward.min_age_years and not ward.max_age_years:
        whom = f"{ward.min_age_years:g}岁以上的人"
    elif not whom:
        whom = f"{ward.max_age_years or 0:g}岁以下的孩子"
    return f"{ward.name}只看{whom}，您的情况一般看{better}。要换科吗？回复数字："


def stay_for_other(name: str) -> str:
    """The department was meant after all: for somebody else."""
    return f"是给别人看的，还是看{name}"


def fever_clinic(ward: Ward) -> str:
    """Where somebody with a fever may go without booking."""
    where = f"，在{ward.location}" if ward.location else ""
    return f"发烧也可以直接去{ward.site_name}{ward.name}，不用预约{where}。"


def turn_to(name: str) -> str:
    """Go to the other department."""
    return f"换成{name}"


def stay_at(name: str) -> str:
    """Stay with the department chosen before."""
    return f"还是看{name}"


def offers(department: str, when: str) -> str:
    """Above the list of doctors; `when` is what all of them share, or empty."""
    return f"{department}{when}可以约的号，回复数字选一个："


def instead(department: str, when: str, why: str) -> str:
    """Above the list of what comes nearest; `why` says why nothing meets the wish."""
    return f"{why}\n{department}{when or '最近'}还有这些，回复数字选一个；也可以说别的日子："


def only(department: str, when: str, offer: Offer) -> str:
    """One thing meets the wish: say what it is, and go on."""
    first = offer.first
    time = wording.clock(first.starts_at) if when and len(offer.times) == 1 else ""
    what = "号" if first.doctor_name and first.doctor_name in department else wording.doctor(first)
    return f"{department}{when}{time}有{what}，{wording.price(first)}。"


def which_time(opening: Opening, *, has_sites: bool) -> str:
    """Above the list of times of one half-day; where, if that could be one of several sites."""
    where = f"{opening.site_name}{opening.department_name}，" if has_sites else ""
    return f"{where}{wording.doctor(opening)}，{wording.half_day(opening)}，选几点？回复数字："


def time_choice(opening: Opening) -> str:
    """One time of the list."""
    few = "（最后1个）" if opening.left == 1 else ""
    return f"{wording.clock(opening.starts_at)}{few}"


# The time that stood in the list is gone, and with it all but one.
ONE_LEFT = "刚才看到的时间被别人约走了，这半天只剩一个。"
WHO = "给谁挂号？回复数字："


def who(opening: Opening) -> str:
    """Everything that is about to be booked, and for whom: the answer books."""
    return f"请核对：\n{_details(opening)}\n给谁挂号？选了就约上。回复数字："


def not_registered(relation: str) -> str:
    """The one it is for is not known yet."""
    return f"{wording.RELATIONS.get(relation, relation)}还没有登记，先登记才能挂号。回复数字："


def register_first(relation: str) -> str:
    """Register the one it is for."""
    return f"登记{wording.RELATIONS.get(relation, relation)}"


def summary(booked: AppointmentView, patient: PatientView | None, minutes: int) -> str:
    """Everything that is about to be booked, before the last yes."""
    name = wording.patient(patient) if patient else booked.patient_name_masked
    return (
        f"请核对，号已为您留{minutes}分钟：\n就诊人：{name}\n{_details(booked.opening)}\n{CONFIRM}"
    )


def _details(at: Opening) -> str:
    remote = f"（{NOT_THERE}）" if at.mode == "remote" else ""
    return (
        f"医院：{at.site_name}\n"
        f"科室：{at.department_name}{remote}\n"
        f"医生：{wording.doctor(at)}\n"
        f"时间：{wording.moment(at.starts_at)}\n"
        f"费用：{wording.price(at)}"
    )


def booked(view: AppointmentView, ward: Ward | None, phone: str, outlook: Outlook) -> str:
    """The confirmation: everything a person needs on the day, and whether we remind of it."""
    at = view.opening
    where = "，".join(part for part in (ward.location if ward else "", at.room) if part)
    if at.mode == "remote":  # nobody goes to that room
        where = NOT_THERE
    arrive = wording.clock(at.starts_at)
    pay = (
        f"请在{arrive}前打开本公众号等候线上看诊，开始前会通知您。"
        if at.mode == "remote"
        else f"请带身份证或医保码，{arrive}前到一楼取号缴费，医保现场结算。"
    )
    call = f"\n有事可打电话：{phone}" if phone else ""
    return (
        f"{BOOKED}\n"
        f"预约号：{view.code}\n"
        f"就诊人：{view.patient_name_masked}\n"
        f"医院：{at.site_name}\n"
        f"科室：{at.department_name}{'（' + where + '）' if where else ''}\n"
        f"医生：{wording.doctor(at)}\n"
        f"时间：{wording.moment(at.starts_at)}\n"
        f"费用：{wording.price(at)}\n"
        f"{pay}\n"
        f"{wording.outlook(outlook)}{TO_CHANGE}{call}"
    )


def unbookable(ward: Ward) -> str:
    """A department that is never booked: go there."""
    where = f"，在{ward.location}" if ward.location else ""
    return f"{ward.site_name}{ward.name}不用预约，直接去就行{where}。"


FEVER = "发热"
TITLE = "挂号"


def matter(name: str) -> str:
    """What was going on, for who comes back."""
    return f"挂{name}的号"


# Which kind of hospital was asked for: the list is of those, all are, or none has it.
OF_KIND = {"big_site": "好的，只看大医院的号。", "small_site": "好的，只看社区和卫生院的号。"}
ALL_OF_KIND = {
    "big_site": "下面都是大医院的号，放心选。",
    "small_site": "下面都是社区和卫生院的号，放心选。",
}
NONE_OF_KIND = {
    "big_site": "这个科大医院没有，下面是有这个科的地方。",
    "small_site": "这个科社区和卫生院没有，下面是有这个科的医院。",
}


def doctor_sex(phone: str) -> str:
    """Whether a doctor is a man or a woman is not on file."""
    call = f"可以打{phone}问，或" if phone else "可以"
    return f"医生是男是女，我这里的资料没有写，不敢乱说。想确定，{call}回复“人工”。"


NO_USUAL = "没有找到您在这里看过的医生。"
WHICH_DOCTOR = "有同名或同姓的医生，您说的是哪一位？回复数字："
IN_THE_PAST = "您说的时间已经过了，我按最近的时间来找。"
NOT_THAT_DOCTOR = "您要的医生没有号了，下面是别的医生的。要看别的医生，回复数字："
TAKE_FIRST = "拿不准就回复1，排在前面的更合适您。要人帮忙选，回复“人工”。"
LATER_TIMES = "好的，晚一些的时间："
WHICH_NUMBER = "好的，要哪一个？回复数字就行："
WHAT_TO_CHANGE = "好的，哪里要改？可以说别的日子、别的医生，或回复数字："


def doctor_choice(value: Physician) -> str:
    """张伟 主任医师，骨科，综合医院."""
    title = f" {value.title}" if value.title else ""
    return f"{value.name}{title}，{value.site_name}{value.department_name}"


NOBODY_SEES = "很抱歉，这里没有适合这位就诊人的科室。请回复“人工”，请工作人员帮您看看。"


def sees_instead(left: str, name: str, age: int | None) -> str:
    """A department that does not see this patient, and the one that does."""
    why = f"{left}不看{age}岁的孩子" if age is not None else f"{left}不接诊这位就诊人"
    return f"{why}，改看{name}。"


def no_such_doctor(name: str) -> str:
    """Nobody of that name works here."""
    who = name if name.endswith(("生", "师", "夫", "任", "授", "家")) else f"{name}医生"
    return f"没有找到{who}，可能名字有出入，或不在本院出诊。可以按科室挂号。"


def only_like(name: str) -> str:
    """Nobody of that name works here, but somebody whose name is nearly that."""
    return f"没有找到{name}医生，名字相近的有下面这些。是您要找的吗？回复数字："


NOT_LIKE = "都不是，按科室挂"


def works_at(value: Physician, asked: str) -> str:
    """The doctor who was named sees patients in another department than the one named."""
    return f"{value.name}医生在{value.site_name}{value.department_name}，不在{asked}。"


def none_there(asked: str) -> str:
    """Nobody of that name works in the department that was named."""
    return f"{asked}没有您说的医生。您说的是哪一位？回复数字："


def anybody(asked: str) -> str:
    """Rather the department than the name."""
    return f"看{asked}别的医生"


def taken_for(day: date, later: date) -> str:
    """Said at a weekend, 「下周三」 may mean two days; what we take it for."""
    return (
        f"您说的下周{wording.weekday(day)}，我按{wording.day(day)}来找。"
        f"要再下一周的，请说“{later.month}月{later.day}日”。"
    )


def over(day: date, later: date) -> str:
    """A day of this week that is over: the same of the next may be meant."""
    return (
        f"{wording.day(day)}已经过了，下面是最近的时间。"
        f"要下一个周{wording.weekday(day)}，请说“{later.month}月{later.day}日”。"
    )
