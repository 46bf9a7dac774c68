"""
What somebody wants done with what is kept of them or of their family: see, correct, erase.

A question about privacy that asks for no act (「会不会把我信息卖了」) is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from nlp.heard import Errand, Intent
from nlp.moods import ONLY_MENTIONED
from nlp.sieve import Sieve

# How sure such words are of what they mean.
SURE = 0.95
# What they are taken for where they are not known.
_TAKEN_FOR: frozenset[Intent] = frozenset(
    {"privacy", "unknown", "add_patient", "reschedule", "stop", "deny", "cancel", "book", "back",
     "restart", "my_appointments", "waitlist", "human", "clinic_info", "record", "education",
     "doctor_info"}
)  # fmt: skip
_DATA = r"(?:个人|登记|全部|所有|的)*(?:信息|资料|数据|账号|账户|记录|档案|内容)"
_DROP = r"(?:删除?|删掉|清除|清空|抹掉|去掉|移除|注销|解绑|取消(?:绑定|关联)|解除(?:绑定|关联))"
_MEMBER = (
    r"(?:就诊人|家人|家属|成员|我(?:妈|爸|老公|老婆|老伴|爱人|儿子|女儿|孩子|奶奶|爷爷|姥姥|姥爷|婆婆)"
    r"|妈妈|爸爸|老公|老婆|老伴|爱人|儿子|女儿|孩子|奶奶|爷爷|姥姥|姥爷|外婆|外公|婆婆|岳母|岳父)"
)
_LISTED = r"(?:就诊人|家人|家属|亲属|成员|家里人)"
_END = r"(?:的|了|啊|呀|呢|吗|[?？。!！]|来着)*$"
_PHONE = r"(?:手机|电话)(?:号码?)?"
_NAME = r"(?:名字|姓名)"
_CHANGE = r"(?:换|更换|改|更改|修改|更正|更新|变更|变)"
_WRONG = r"(?:写|打|填|登记|输|弄|搞|录|登|发|说)?错"
# What cannot be taken back is asked for, and not talked about.
_FOR_GOOD = frozenset({"erase", "unlink"})
_WISHED = frozenset({"wished", "turned"})
# Somebody else's telephone: the hospital's. Who is afraid of a leak wants no list.
_NO_ERRAND = {
    "name": re.compile(r"[叫喊念读播报唤]错|屏|广播|喇叭"),
    "share": re.compile(r"有(?:了)?号|退号|有人退|放号|候补|空出来|轮到"),
    "phone": re.compile(r"[约挂]的号|医院|你们|贵院|科室?的?电话|窗口|服务台|医生"),
    "see": re.compile(r"安全|泄[露漏]|保密|[骗卖传]|给别|谁能|干什么|干啥|不[要让许]|[别莫]|授权"),
}

_TELL = r"(?:通知|提醒|告诉|发给|抄送|转告|知会)"
_KIN = (
    r"(?:(?:他|她)(?:们|本人|自己)?|(?:我|俺)?(?:家里?人|家属|女儿|闺女|儿子|妈妈?|爸爸?|老公|老婆|老伴|爱人|孩子|姑娘|孙女|孙子"
    r"|姐姐?|妹妹?|哥哥?|弟弟?|女婿|儿媳妇?|媳妇|[奶爷]{2}|外[公婆]))"
)

# The first that is found; what cannot be taken back before what can.
_ERRANDS: Sieve[Errand] = Sieve((
    (
        "unshare",
        re.compile(
            rf"(?:不要|不用|别|不必|停止)(?:再)?{_TELL}(?:一下|给)?(?:{_KIN}|我$)"
            rf"|(?:不要|不用|别|不必)(?:再)?(?:给|让){_KIN}(?:发|收|看)"
        ),
    ),
    (
        "share",
        re.compile(
            rf"(?:也|同时|一起|一并|都)(?:要|请|能不能|可以)?{_TELL}(?:一下|一声|给)?(?:{_KIN}|我(?:一声|一下)?$)"
            rf"|{_TELL}(?:信息|消息)?(?:能不能|可不可以|能|可以|请|也|都|同时|一起|再)+(?:发|给|转)(?:一份)?给?{_KIN}"
            rf"|(?:给|让|叫)?{_KIN}(?:那[里边]|的微信)?也(?:发一?份|收到?一?份?|通知|提醒)"
        ),
    ),
    (
        "unlink",
        re.compile(
            rf"(?:把|将).{{0,2}}{_MEMBER}.{{0,4}}{_DROP}|{_DROP}(?:了|一下|掉)?(?:一?[个位])?{_MEMBER}"
            rf"|(?:不要|不想|不用|别)再?(?:管|绑着?|关联).{{0,2}}{_MEMBER}"
            r"|解绑|解除绑定|取消绑定|移除就诊人"
        ),
    ),
    (
        "erase",
        re.compile(
            rf"{_DROP}(?:掉|了|一下)?(?:我|俺|咱)?(?:们|家)?{_DATA}"
            rf"|(?:把|将)?(?:我|俺)?的?{_DATA}(?:都|全|给|通通)*(?:删|清|去|抹)(?:除|掉|了|空|咯|脱)"
            rf"|{_DATA}(?:怎么|如何|咋|能不能|可以)删|注销|销号|(?:撤回|收回|取消)(?:我的)?(?:同意|授权)"
            r"|^删除?[。!！]?$"
        ),
    ),
    (
        "export",
        re.compile(
            rf"导出|(?:我的?){_DATA}.{{0,4}}(?:发我|发给我|给我一份|副本|下载|拷贝|复印)"
            rf"|(?:下载|拷贝|要一份)(?:我的?){_DATA}"
        ),
    ),
    (
        "name",
        re.compile(
            rf"{_NAME}.{{0,3}}(?:{_WRONG}|不对|有误|改一?下)|{_CHANGE}(?:一下|个)?{_NAME}"
        ),
    ),
    (
        "number",
        re.compile(
            rf"(?:身份证|证件)号?码?.{{0,3}}(?:{_WRONG}|不对|有误|改一?下)|{_CHANGE}(?:一下|个)?(?:身份证|证件)号"
        ),
    ),
    (
        "phone",
        re.compile(
            rf"{_CHANGE}(?:一下|了)?(?:一?个|成)?(?:新的?)?(?:登记的?)?{_PHONE}"
            rf"|{_PHONE}.{{0,4}}(?:{_CHANGE}|{_WRONG}|停机|不用了|停用|不对|有误)"
        ),
    ),
    (
        "default",
        re.compile(
            r"默认.{0,8}(?:给|是|挂|为|成|就诊人)|(?:设|改)(?:为|成).{0,6}默认|^切换?(?:到|成|为)我"
        ),
    ),
    (
        "see",
        re.compile(
            rf"(?:我|俺|咱)(?:们|家)?(?:的|登记的?){_DATA}"
            rf"|^(?:我?[想要]?)(?:查|看|查看|看看|查询)(?:一下|下)?(?:我|俺)?(?:的)?{_DATA}$"
            r"|(?:存|留|记|收集|登记)(?:了|着)(?:我|俺)?(?:的)?(?:什么|哪些|啥)"
            rf"|我的(?:就诊人|家人)(?!的)|{_LISTED}(?:名单|列表|管理)"
            rf"|(?:登记|绑定?|添?加|关联|注册|录)(?:过|了|着|得?有)(?:谁|哪些|哪几|几个)(?:个)?(?:{_LISTED}|人)?{_END}"
            rf"|{_LISTED}(?:里面|里)?(?:现在|目前|都|一共|总共)*(?:有谁|有哪些|有几个|是谁|是哪些|有哪几个)(?:人)?{_END}"
            rf"|(?:有|看)(?:一下|下)?(?:哪些|哪几个|几个){_LISTED}{_END}"
            rf"|(?:给|帮|替|为)(?:谁|哪些人|哪几个人?|几个人)(?:都)?(?:登记|绑定?|注册)(?:过|了)"
            rf"|{_MEMBER}(?:有没有|是否|是不是|已经|都)*(?:登记|绑定?|注册)(?:过|好|上|了)*(?:没有?|吗|么|了没){_END}"
            rf"|(?:登记|预留|留|填|绑定?)(?:的|了)*{_PHONE}(?:是|到底)*(?:多少|什么|哪个|几号)"
            rf"|{_PHONE}(?:登记|预留|留|填)的?(?:是)?(?:多少|什么|哪个|几号)"
            rf"|有(?:我们?家?|俺家?)?(?:谁|哪些人|哪几个人?)的{_DATA}"
        ),
    ),
))  # fmt: skip


def errand(text: str, intent: Intent = "privacy", moods: Collection[str] = ()) -> Errand | None:
    """
    Return what is to be done with the particulars, None for nothing or a clearer `intent`.

    `moods` tells how the act is spoken of (`nlp.moods`): what was only mentioned is not erased.
    """
    if intent not in _TAKEN_FOR:
        return None
    bare = "".join(text.split())
    found = next(_ERRANDS.found(bare), None)
    is_wish = intent not in ("deny", "clinic_info") and not _WISHED.isdisjoint(moods)
    if found in _FOR_GOOD and not ONLY_MENTIONED.isdisjoint(moods) and not is_wish:
        return None
    spoilt = _NO_ERRAND.get(found or "")
    return None if spoilt is not None and spoilt.search(bare) else found
