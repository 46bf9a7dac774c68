"""
What a message claims about here and now, as opposed to what it denies, remembers or supposes.

Scope rules of their own: Chinese word segmentation is no help with negation. Texts are clauses
separated by `|` in which 疼 is written 痛.
"""

from __future__ import annotations

import re

_FILLER = (
    r"(?:想|要|过|出现|感觉|觉得|感到|发生|什么|任何|明显|有|再|出|太|怎么|大|曾|啥|很|那种|这种|那么|这么|"
    r"的|地|是|会|特别|咋|敢|用|得|至于|到|发)*"
)
# What may stand between a denial and a later item of its list: anything but a new statement.
_LIST = (
    r"[^吃喝睡想到了就但却来去人在给让劲力气意识反应知觉办法钱时空突忽事久多因故原缘诱用休好会上下胎尿|]"
    r"{0,12}"
)
_DENIAL = re.compile(
    r"(?:没有?|无|未见?|否认|木有|冇|莫得)" + _FILLER + r"(?:" + _LIST + r")$"
    r"|(?<!是)(?<!会)(?<!时)不" + _FILLER + r"$|(?:从来?不|从没|并非|不是)" + _FILLER + "$"
)
_DENIED_AFTER = re.compile(
    r"^(?:症状)?(?:也|都|倒|就|倒是)?(?:没有|没|不)(?:了|的)?(?:$|[|])"
    r"|^(?:没有了|没了|消失了?)(?:$|[|])"
    r"|^了?的(?:感觉|念头|想法|意思|心思|打算)(?:倒是?|也|都|是)?(?:没有|没|谈不上|不至于)(?:了|过)?(?:$|[|])"
)
_DIGIT = re.compile("[0-9]")
_NOT = re.compile(r"[不没无未]")
_PAST = re.compile(
    r"(?:[0-9一二两三四五六七八九十几多半]|好几|前几|上)(?:多?年|个?多?月|周|星期|礼拜)(?:以|之)?前"
    r"|以前|之前|从前|曾经?|(?<![昏晕厥死憋抽背噎疼痛碾轧压撞])过去(?!了)|病史|[得患有做犯毒]过|发生过|出现过|住过院|去年|前年|年轻[时的]|小时候|当年"
    r"|早年|那年|上次|那一次|出生时|上个月|上月|前段时间|家族|遗传"
)
_NOW = re.compile(
    r"现在|今天|今早|今儿|今晚|昨晚|刚才|刚刚|刚|突然|忽然|突发|一下子|正在|这会|小时前|分钟|小时(?!候)|又(?=[犯发开痛抽吐晕昏喘来流出加])|半夜|"
    r"醒来|救命|快来|猛地|马上"
)
# A short clause before that only says when: 「以前的时候，从楼梯跌倒」.
_BEFORE_THAT = re.compile(
    r"(?:^|[|])(?:(?!现在|今天|刚)[^|]){0,8}(?:以前|之前|从前|小时候|当年|前年|去年|年轻时|前几年)[^|]{0,5}[|]$"
)
_SUPPOSED = re.compile(r"如果|要是|假如|万一|假设|若是|倘若|假使|担心|以防|避免|预防|防止")
_ONLY_IF = re.compile(r"(?:如果|要是|假如|万一|倘若|假使)[^|]*$")
# 会不会大出血 asks what may come; 会不会误食了 fears that it has happened.
_MAY_COME = re.compile(r"会不会[^|是了]{0,3}$")
# Two words are compared (破水和漏尿怎么区分), unless by one who tells of herself.
_COMPARED = re.compile(r"区分|区别|分辨|辨别|分清|怎么分")
_TELLS = re.compile(r"了|我|爸|妈|爷|奶|老公|老婆|孩子|宝宝|儿子|女儿")
_WITH_CHILD = re.compile(r"怀孕|孕[0-9一二三四五六七八九十]|[0-9十]周")
_TOLD = re.compile(
    r"探[视望]|依稀记得|记得有次|听说|电视|新闻|小说|电影|网上说|科普|讲座|视频里|梦见|做梦"
    r"|剧里|剧情|追剧|[那这]集|古装|综艺|漫画|[男女]主(?!任)|[男女][二三配]|反派|狼人杀|剧本杀|游戏里|彩排|演习|考题"
)
# In the very clause of a sign these leave no doubt that it was watched or read, whenever that was.
_WATCHED = re.compile(
    r"(?:剧|电影|小说|新闻|视频|动画片?|漫画|书|游戏|故事|纪录片)(?:里|上(?:说|写|讲|看))|[男女]主(?!任)|热搜"
    r"|(?:抖音|快手|微博|小红书|朋友圈|网上|百科|公众号)[上里]?(?:说|讲|教|写|都在传|传|有人说)"
    r"|红楼梦|西游记|水浒|三国演义|白蛇传|相声|小品|脱口秀|演得"
)
# Words that fail somebody at the desk (打字讲不清, 被你绕迷糊了) are no stroke and no stupor.
_AT_THE_DESK = re.compile(
    r"(?:[跟和同对与](?:你们?|您|机器人?|电脑|客服|人工智能|小程序)|打字|电话里|(?:[几两三一]|一两|两三|三两|三五)句话?|三言两语)"
    r"[^|]{0,8}[说讲][^|]{0,2}不(?:清|明白|通)(?!话)"
    r"|(?:^|[|])[我俺]?(?:[说讲问][^|]{0,2})半天也?[说讲]不(?:清|明白)(?!话)"
    r"|绕(?:迷糊|晕)|[我俺](?:都|也)?(?:给|让你|被你们?)?(?:弄|搞|整|绕|问|说)(?:迷糊|懵|晕|糊涂)"
)
# A measured fever is somebody's, whatever else is asked.
_MEASURED = re.compile(r"(?:3[89]|4[01])(?:度|\.[0-9])")
# What is told of others, read or watched; a wish of one's own is never that.
_FICTION = re.compile(
    r"小说|电影|电视剧|剧情|剧里|追剧|[那这]集|古装|[男女]主(?!任)|[男女][二三配]|反派|新闻|报道|讲座|科普|干预|跳楼机|跳楼价|游戏"
)
_OWN_WISH = re.compile(r"我也?(?:想|要|不想|准备|打算)|不想活|活不")
_GENERAL = re.compile(
    r"前兆|是什么(?:[|]|$)|指数|征兆|先兆|预兆|早期症状|症状(?:是|有|都)|有(?:什么|哪些|啥)(?:症状|表现|区别|危害|后遗症|影响|原因)"
    r"|什么是|什么意思|怎么预防|如何预防|预防|注意(?:什么|些什么|事项|哪些)|会不会(?:引起|导致|遗传|传染)"
    r"|能不能(?:吃|喝|运动|治)|能[吃喝].{0,6}吗|怎样避免|急救(?:知识|方法|措施|电话|课|培训|技能)|怎么急救|如何急救|怎么抢救"
    r"|区别|什么原因(?:引起|导致)|为什么会|会(?:引起|导致|造成)|能治好吗|遗传吗|传染吗|要做(?:什么|哪些)检查"
    r"|吃什么(?:药|好|食物)|疫苗|有哪些|怎么引起|多少钱|危险吗|一般(?:需要|要|多久)|需要多久|关系|鉴定|赔偿|报销|管用吗|有用吗|有效吗|(?:如何|怎么|怎样)(?:观察|判断|识别|区分)|是怎么(?:形成|引起|来)"
)
_WHICH = re.compile(
    r"(?:应该|该|要|得|需要)?(?:去|到)?(?:看|挂|去|找|属于|是|查)?(?:什么|哪个|啥|哪一个|哪)(?:科室?|门诊|号)"
    r"|在哪里?|怎么走|几楼|电话"
)
_SMALL_TALK = re.compile(
    r"请问|我?想(?:知道|问问?|了解|咨询)|这种|那种|情况|一般|通常|平时|时候?|出现|你好|您好|医生|大夫|一下|"
    r"我想|想|问|应该|的话|吗|呢|啊|的|了|[|]"
)
_WHO_OR_HOW = re.compile(r"我|爸|妈|爷|奶|老公|老婆|孩子|宝宝|儿子|女儿|厉害|严重|不行|救|急")
_CHRONIC = re.compile(
    r"(?:[0-9一二两三四五六七八九十几多半]|好几)多?年(?!前|纪|龄|级|轻)|多年|常年|长年|年了"
    r"|[一两二三四五六七八九十几0-9]?个?多?(?:星期|礼拜|周)(?:了|多)|两周|三周|半个多?月|月了"
    r"|长期|经常|常常|时常|总是|老是|老觉得|反复|有时|偶尔|时不时|平时|好久|好长时间|很久|每次|每天|每到|天天|容易"
    r"|间断|慢性|阵子了|段时间|一向|从小|老毛病|总感觉|总觉得|近来|不定期|断断续续"
)
# How long somebody has had an illness says nothing of how long the trouble has lasted.
_ILLNESS = re.compile(
    r"(?:糖尿病|高血压|冠心病|哮喘|心脏病|肝硬化|肝炎|胃病|前列腺[^|]{0,3}|慢阻肺|尿毒症)[^|]{0,6}年了?"
)
_MONTHS = re.compile(r"(?:[0-9一二两三四五六七八九十几]|好几|半)个?多?月(?!大|龄|前|宝|婴|的)")
_DISEASE = re.compile(
    r"(?:中风|脑溢血|脑出血|脑卒中|心梗|心肌梗死?|心肌梗塞|心脏病|心绞痛|脑梗|脑血栓)"
    r"(?:又?(?:突然)?(?:犯了|发作)|了(?![吗么几0-9一二两三半多好]))"
    r"|(?:突然|好像|疑似|怀疑|可能|像是|怕是|恐怕)是?(?:突发|急性)?(?:心梗|中风|脑溢血|脑出血|心肌梗)"
    r"|(?:突发|急性)(?:心梗|心肌梗|中风|脑溢血|脑出血|脑梗)"
)


def denies(gap: str) -> bool:
    """Tell whether the characters between two parts of a wording turn it around."""
    return _NOT.search(gap) is not None


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the clause around text[start:end]."""
    stop = text.find("|", end)
    return text.rfind("|", 0, start) + 1, len(text) if stop < 0 else stop


def denied(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] is denied: 没有胸痛、气短; 不太喘; 胸痛也没有."""
    first, last = _clause(text, start, end)
    if start > first and _DENIAL.search(text, first, start):
        return True
    return _DENIED_AFTER.match(text[end:last]) is not None


def past_or_supposed(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] is history, hearsay or a supposition (要是…怎么办)."""
    if text.startswith("过", end) and not text.startswith("过去", end):
        return True
    first, last = _clause(text, start, end)
    is_told = _ONLY_IF.search(text, first, start) or _WATCHED.search(text, first, last)
    is_told = is_told or _AT_THE_DESK.search(text, first, last)
    if is_told or _compared(text, first, last):
        return True
    if _MAY_COME.search(text, first, start) and not text.startswith("了", end):
        return True
    if _NOW.search(text, first, last):
        return False
    if _BEFORE_THAT.search(text, 0, first):
        return True
    around = _PAST.search(text, first, last) or _SUPPOSED.search(text, first, last)
    return around is not None or (_TOLD.search(text) is not None and _NOW.search(text) is None)


def _compared(text: str, first: int, last: int) -> bool:
    """Tell whether the clause only asks how two things differ."""
    if not _COMPARED.search(text, first, last) or _TELLS.search(text, first, last):
        return False
    return not _NOW.search(text) and not _WITH_CHILD.search(text)


def affirmed(text: str) -> str:
    """Return the text without its denials: what it speaks of, true or not."""
    return _NOT.sub("", text)


def supposes(text: str) -> bool:
    """Tell whether a message speaks of what might be (要是…怎么办)."""
    return _SUPPOSED.search(text) is not None


def only_told(text: str) -> bool:
    """Tell whether a message about ending a life speaks of a story, the news or a lecture."""
    return _FICTION.search(text) is not None and _OWN_WISH.search(text) is None


def without_past_numbers(text: str) -> str:
    """Return the text without the digits of clauses that tell of the past (以前血压到过200)."""
    if not _DIGIT.search(text):
        return text
    clauses = text.split("|")
    return "|".join(
        c if _NOW.search(c) or not _PAST.search(c) else _DIGIT.sub("", c) for c in clauses
    )


def general_question(text: str, longest: int) -> bool:
    """
    Tell whether a message only asks about an illness or where to go.

    `longest` is the length of the longest sign worded in it: 「胸痛看什么科」 is nothing but that
    sign and the question; 「我爸突然嘴歪看什么科」 tells of a person and is no general question.
    """
    if _NOW.search(text) or _MEASURED.search(text):
        return False
    if _GENERAL.search(text):
        return not _WHO_OR_HOW.search(_SMALL_TALK.sub("", _GENERAL.sub("", text)))
    if not _WHICH.search(text) or _WHO_OR_HOW.search(text):
        return False
    rest = _SMALL_TALK.sub("", _WHICH.sub("", text))
    return len(rest) <= longest + 2


def lasting(text: str, *, child: bool, pregnant: bool) -> bool:
    """Tell whether the trouble is old: counted in weeks or more, or recurrent; not made acute."""
    if _NOW.search(text):
        return False
    text = _ILLNESS.sub("", text)
    if _CHRONIC.search(text):
        return True
    return not child and not pregnant and _MONTHS.search(text) is not None


def acute_disease(text: str) -> bool:
    """Tell whether a stroke or heart attack is said to happen now (心梗犯了, 好像中风)."""
    return any(
        not denied(text, m.start(), m.end()) and not past_or_supposed(text, m.start(), m.end())
        for m in _DISEASE.finditer(text)
    )
