"""
The shapes of days and times in running text, and of what only looks like one.

All patterns run over folded text (`numerals.fold`). The words themselves are data:
`lexicon/days.tsv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp import lexicon
from nlp.numerals import NUMBER
from nlp.surnames import SURNAMES

_ROWS = lexicon.rows("days.tsv")


def _values(*kinds: str) -> dict[str, tuple[str, str]]:
    return {row["word"]: (row["kind"], row["value"]) for row in _ROWS if row["kind"] in kinds}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


OFFSETS = {word: int(value) for word, (_, value) in _values("day").items()}
SHORT_OFFSETS = {"今": 0, "明": 1, "后": 2, "昨": -1, "当": 0}
FEASTS = _values("solar", "lunar", "term", "nth")
PART_HOURS = {
    word: (int(value.partition("-")[0]), int(value.partition("-")[2]))
    for word, (_, value) in _values("part").items()
} | {"早": (6, 10), "晚": (18, 22), "晨": (6, 10)}
_PARTS = _any(_values("part"))
_WEEK = "(?:周|星期|礼拜)"
_DAY = "[一二三四五六日天1-7]"
_H = r"(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})"
_UNIT = r"(?:天|日|周|星期|礼拜|月|年|小时|钟头|分钟|刻钟)"
_COUNT = rf"(?:{NUMBER}|几|半|数)"
_TO = r"(?:到|至|-|~)"
_TITLES = "(?:医[生师]|大夫|主任|教授|专家)"


def _seeking(pattern: str) -> re.Pattern[str]:
    """
    Compile a pattern whose every branch begins with a digit or a character written in it.

    One look spares most places of a text its many branches.
    """
    written = "".join(sorted({char for char in pattern if not char.isascii()}))
    return re.compile(rf"(?=[\da-z{written}])(?:{pattern})")


# What holds the words of a date and means none; the longer reading stands first.
TRAPS = _seeking(
    rf"{_COUNT}个?{_UNIT}(?:之|以)?内(?=(?:必须|就|得|要)?(?:上?交|出结果|出报告|到账|退款|见效|起效))"
    r"|过(?:[两几]|一两|两三|三两)天(?:自己|就|会|应该|也)+(?:好|没事|消|退|缓)"
    rf"|最早|最晚|哪个[早晚]|(?:早|晚)一?点(?!钟|[半到至左\d])|一下(?=下*(?:个|周|星期|礼拜|月))"
    rf"|[看查问等想约挂]下(?=下(?:个|周|星期|礼拜|月))"
    rf"|[上下]?周(?:围|岁|期|长|到(?![周星礼下])|转|身|边|折|密|详)|楼下周|礼拜寺|(?:下|这个?|上个?)?月(?:经|子|饼|龄|嫂|事)"
    rf"|周[一二三四五六日](?![{SURNAMES}])[\u4e00-\u9fff]?{_TITLES}"
    rf"|[{SURNAMES}](?:{_any(FEASTS)}|[一二三四五六七八九][月日])(?={_TITLES})"
    rf"|(?<![午上晨早晚间天日号])[一二三四五六七八九]点[一二三四五六七八九](?![十分刻点半])"
    rf"|[一1每]个?{_WEEK}(?:{_DAY}(?=[次回趟遍])|[两])"
    rf"|(?>第{NUMBER}[个号]?)(?!个?{_WEEK}|天|个工作日)|第一(?=时间)|[a-z]\d+号?|每(?:隔|逢)?(?:个|到)?"
    rf"(?:周|星期|礼拜|月|天|年|晚|早|日){_DAY}?"
    rf"|{NUMBER}号(?:楼|诊|室|窗|厅|门|床|病|线|院|馆|机|房|柜|桌|台|医|车|路|站|选|针|药|电梯|键|链|信|染|叶|菌|糖|按)"
    rf"|(?:叫到|排到|轮到|到了|街|路|巷|弄|区|栋|座|编号){NUMBER}号"
    rf"|{NUMBER}(?:个多?)?(?:天|周|月|星期|礼拜|小时|年)(?:了|多|没|的宝宝|的娃|大(?!后)|龄)"
    rf"|{NUMBER}(?:点|日)(?=建议|要求|要问|问题|疑问|想法|意见|不明|不懂|式|需|龄|游|志|记|均|本|语)"
    rf"|[一1]日(?=[一二两三四1-6][次餐回])|一时半会|周末综合|礼拜[一二三四五六天]?堂|一点点|(?<=[了吃用服]){NUMBER}月|{NUMBER}月(?:余|半(?!夜)|多|了|[的大]?宝)|(?:孕|宝宝|孩子|娃|儿子|女儿)(?:才|快|有)?{NUMBER}个?月(?!{NUMBER})|\d:\d{{4,}}|时间[为是]?\d+-\d+小时|(?:有|差|快|好|多|少|大"
    rf"|小|轻|重|慢|高|低)一?点(?!钟|半)"
    rf"|(?:血压|高压|低压)\D{{0,4}}\d+(?:/\d+)?(?![\d月号点])|(?<!\d)\d{{3}}/\d+|\d{{9,}}|\d+\.\d+(?=[度斤公千mk毫厘℃])"
    rf"|(?:{_PARTS}|{_WEEK})几[点号]?|\d{{4}}年(?:\d+月(?:\d+[日号])?)?出?生(?![产日])"
    rf"|(?:五一|六一|八一|七一|五四|十一)(?=路|街|医院|广场|中学|小学|村|大道)"
    rf"|(?:{_any(FEASTS)})(?=好|快乐|愉快|吉祥)|小年轻|{NUMBER}日游|(?:早上|上午|中午|下午|晚上)好"
)  # fmt: skip

TOKEN = _seeking(
    rf"(?P<ymd>(?P<y>\d{{4}}|2\d|二[零〇]{NUMBER})(?:年|[-/.])(?P<ym>{NUMBER})(?:月"
    rf"|[-/.])(?P<yd>{NUMBER})[日号]?(?!\d))"
    rf"|(?P<compact>20[2-9]\d[01]\d[0-3]\d)(?!\d)"
    rf"|(?P<dd>(?P<d1>{NUMBER})[日号]?{_TO}(?P<d2>{NUMBER})[日号])"
    rf"|(?P<inn>(?P<in_n>{_COUNT})(?P<in_i>个)?(?P<in_h>半)?(?:多)?(?P<in_u>{_UNIT})"
    rf"(?P<in_x>半)?(?:之|以)?(?P<in_w>后(?!天|日|儿|背)|内|前|来))"
    rf"|(?P<pass>再?过(?P<p_n>{_COUNT})(?P<p_i>个)?(?P<p_u>天|周|星期|礼拜|月)(?:以?后)?)"
    rf"|(?P<near>(?![上下前后]半天)(?P<n_w>未来|今后|接下来|往后|最近|近|过去|之前|之后|前|后|上|下|这|还剩)的?\s*(?P<n_n>{_COUNT})\s*"
    rf"(?P<n_i>个)?(?P<n_u>{_UNIT})(?:以?[内里])?)"
    rf"|(?P<nth>(?P<nt_y>今年|明年)?(?P<nt_m>{NUMBER}月份?|[这本当]个?月|下个?月)的?(?:第?(?P<nt_n>{NUMBER})"
    rf"|(?P<nt_l>最后)一)个?(?:{_WEEK}(?P<nt_d>{_DAY})|(?P<nt_w>{_WEEK})))"
    rf"|(?P<week>(?P<w_r>上上|上|这|本|今|当|下下下|下下|下)?(?:个|一)?{_WEEK}(?:的?{_WEEK})?"
    rf"(?:(?P<w_l>(?=[一二三四五六日天]{{2}})一?二?三?四?五?六?[日天]?)(?![点号个时月天刻岁次位年十0-9])|"
    rf"(?P<w_d>{_DAY})(?![0-9])|末))"
    rf"|(?P<edge>(?P<e_r>这|本|下下|下)(?:个|一)?{_WEEK}的?(?P<e_w>头|前|后|最后)(?P<e_n>[两二三四几])天)"
    rf"|(?P<weeks>(?P<ws_r>上上|上|这|本|今|下下下|下下|下)(?:个|一)?{_WEEK}(?:[内里])?)|(?P<end>周末|双休日)"
    rf"|(?P<after>(?:(?P<a_f>{_any(FEASTS)})|(?<![环关季])节|年|假期|长?假)(?:假期|假|放假|节)?"
    rf"(?:过后|后|完)(?P<a_1>的?(?:第一天|头一天|首日|第一个工作日|上班))?)"
    rf"|(?P<break>(?P<b_f>元旦|春节|清明节?|五一|端午节?|中秋节?|国庆节?|十一)(?:假期|期间|放假|小?长假|黄金周))"
    rf"|(?P<feast>(?:(?P<fe_y>\d{{4}})年)?(?P<fe>{_any(FEASTS)})(?![点个月日号十0-9]))"
    rf"|(?P<moon>(?:农历|阴历|旧历|老历)(?:(?P<l_y>{NUMBER})年)?(?P<l_x>闰)?(?P<l_m>正|冬"
    rf"|腊|{NUMBER})月(?P<l_d>初?{NUMBER})?[日号]?"
    rf"|(?P<l2_x>闰)(?P<l2_m>{NUMBER})月|(?P<l3_m>正|冬|腊|{NUMBER})月(?P<l3_d>初{NUMBER})"
    rf"|(?P<l4_m>正|冬|腊)月(?P<l4_d>{NUMBER})?[日号]?)"
    rf"|(?P<year>(?P<yr>今年|明年|后年|年)(?P<y_p>年?初|年?底|年?末)|(?P<yr2>明年|后年)(?!{NUMBER}月|第))"
    rf"|(?P<md>(?P<m_y>今年|明年|后年)?的?(?P<m_r>这个?|本|当|上个?|下下个?|下个?)?(?P<m>元|{NUMBER})?月(?:份)?的?"
    rf"(?:(?P<d>{NUMBER})(?!点|个|时|刻|天)[日号]?|月?(?P<m_p>初|中旬?|上旬|下旬|底|末|上半月|下半月)"
    rf"(?:那天)?|最后(?P<m_l>{NUMBER})天)?)"
    rf"|(?P<half>(?P<h_p>上|下)半个?月)|(?P<xun>(?P<x_p>[上中下]旬))"
    rf"|(?P<nd>(?P<n>{NUMBER})(?:[日号]|(?=[,、和](?:{NUMBER}[,、和])*{NUMBER}号))|(?P<n_t>廿[一二三四五六七八九]?)(?![岁多几年个块元]))"
    rf"|(?P<slash>(?<![\d/.-])(?P<s_m>1[0-2]|0?[1-9])[-/](?P<s_d>3[01]|[12]\d"
    rf"|0?[1-9])(?![\d/.点天岁个次片月周年粒颗支])[日号]?)"
    rf"|(?P<dot>(?<![\d.])(?P<o_m>1[0-2]|0?[1-9])\.(?P<o_d>3[01]|[12]\d|0?[1-9])"
    rf"(?:[日号]|(?=上午|下午|早上|晚上|那天|有号|的号)))"
    rf"|(?P<both>[今明]后两?天|今明两?天|明儿?个?后儿?个?两?天)|(?P<few>[这近][两几些]天)|(?P<now>现在|此刻|刚才|刚刚)"
    rf"|(?P<rel>(?:{_any(OFFSETS)})(?!{_WEEK}))|(?P<short>[今明后昨当](?=早|晚|晨|中午|上午|下午))"
    rf"|(?P<clock>(?:差(?P<c_to>{_H}|一刻)分?)?(?:(?P<c_a>{_H})(?:点钟?)?{_TO}(?P<c_b>{_H})点"
    rf"(?P<c_bh>半)?"
    rf"|(?P<c_f>一两|两三|二三|三四|四五|五六|六七|七八|八九|九十|十一二)点钟?"
    rf"|(?P<c_h>{_H})(?:点|时(?!间|候|常|段))(?:多)?钟?(?:整|许)?(?:(?P<c_half>半)|(?P<c_q>[一三])刻"
    rf"|(?P<c_m>{NUMBER}(?!号|个|次))分?)?"
    rf"|(?P<c_hh>\d{{1,2}}):(?P<c_mm>\d{{2}})(?::\d{{2}})?(?:\s*(?P<c_ap>[ap])\.?m)?"
    rf"|(?P<c_en>\d{{1,2}})\s*(?P<c_ap2>[ap])\.?m))"
    rf"|(?P<part>{_PARTS}|(?<=[今明后昨当天号日儿个一二三四五六末])[早晚晨](?!点|就)|[早晚](?={_H}(?:点|:)))"
)  # fmt: skip
# Between the ends of a range, and between one day and its other name (25号，周三).
TO = re.compile(rf"\s*{_TO}\s*")
AFTER = re.compile(
    r"(?:左右)?(?:过?以后|之后|往后|过后|后(?![面边来悔背脑遗])|(?<!早)起(?!床)|开始)"
)
BEFORE = re.compile(r"(?:左右)?(?:以前|之前|前(?![面边台后]))")
# From the first word to the second the mind was changed; the milder ones need a pause before.
TAKEN_BACK = re.compile(
    r"不对|错了|不是|应该是|不不|[,.!]\s*(?:哦|啊|呃|哎)?不[,.!]|等等|算了|[,.!吧]\s*(?:要不|还是)|要不还是"
)
MOVED = re.compile(r"(?:改|换|挪|调|推迟|提前|延后?|顺延|推)(?:期|签|约|时间)?(?:到|成|在|为|至)?")
NOT_BEFORE = re.compile(
    r"(?:不要|别|不是|除了?|不想要?|不约|不挂|避开|不选|不能)(?:约|挂|是|在)?$"
)
NOT_AFTER = re.compile(
    r"的?(?:号|那天)?(?:我|他|她|都|又|也|可能|要|得)*(?:不行|没空|没时间|不方便|有事|有课|有会(?!议)|不要|忙|出差|上班(?![吗不么没])|加班|来不了|"
    r"(?:还)?(?:要|得)(?:去)?(?:上学|上课|上班|考试|开会|出差|加班)|"
    r"去不了|不在|除外|以外|之外|没号|约?满了|太[早晚久远]|不想|不可以|不能|不合适|走不开)"
)
LEAVING = re.compile(r"取消|退|不去了|不来了|去不了|来不了")
# 「今天满了吗」「周三没号了」: of a day alone that is said to be full it is asked what is left.
FULL = re.compile(r"满了|没号")
_ILL = (
    r"疼|痛|晕|咳|吐|拉(?!开)|烧|肿|痒|麻(?!烦)|血(?!糖?检|常规|管|液)|难受|不舒服|摔|崴|睡不|犯|喘|闷|恶心|没劲|乏力|"
    r"幻[听视觉]|有人[骂喊]|盗汗|出汗|做[噩恶]?梦|磨牙|打呼|打鼾|抽筋|憋醒|起夜|难过|失眠|没睡|没吃|冒汗|心慌|不得劲|不好|流|胀|酸|撞|烫|抽|哭|闹|没来例假|例假|月经|便秘|做了|做过|手术(?!室)|住院|出院|查出|打了|吃了|喝了"
)
ILLNESS = re.compile(
    rf"{_ILL}|怀孕|同房|房事|姨妈|婴|炎|癌|瘤|症状|检查|孕|药|奶|(?<![随方顺])便(?!宜)|伤|过敏|医生说|治疗"
)
ONSET = re.compile(rf"[^,.!?挂约号]{{0,6}}?(?:开始|起(?!床)|一直|老是?|总是?|{_ILL})")
# What makes words about time a wish: said anywhere, or in the clause of the date.
WANTS = re.compile(
    r"[号挂约改换订退]|门诊|[\u4e00-\u9fff]科(?![学技目普医])|[男女]医生|看(?:病|医生|大夫|诊|一下|看|个)|[能以]看|看得|有空|[出坐停就接]诊|上班|值班|复查|复诊|取消|"
    r"[过来去]医院|[来去]不[了成]|安排|排[在到]|帮|麻烦|查一?下|查询|推荐|过来|候补|排队|开门|放假"
)
# What stands right before a day somebody wishes for (想下周二), and what one comes for (产检).
WISHES_FOR = re.compile(r"(?:想|要|希望|打算|准备|最好|方便)(?:在|是|就|还是)?$")
COMES_FOR = re.compile(
    r"[^,.!?]{0,4}?(?:产检|孕检|建[档卡]|唐筛|糖耐|[体筛复]检|检查|换药|拆线|打[针胎]|输液|接种|拔牙|补牙|做(?!完|过|了))"
)
MAY = re.compile(
    r"[^,.!?]{0,10}?(?:能|可以|行不|行吗|有没有|有吗|谁|几点|方便|没空|没时间|想|帮|吧|呢$|来(?!的|了|例|月)|去(?!年|世|了|过))"
)
# A day that is over is asked for only where something of the desk was done on it (昨天抽的血).
ERRAND = re.compile(r"[^,.!?]{0,6}?(?:[约挂号拍抽查量测看到来过]|预约|做的|报告|结果|检查)")
# 「人流九天后」 counts from an event of the illness, not from today.
SINCE = re.compile(
    r"(?:流|术|产|餐|饭|药|针|疫苗|拆线|院|经|假|房|烧|吃|喝|完|孕|宫|动|打|种|做|除|牙|后|伤|病|了|最近|大概间隔)"
    r"[^,.!?]{0,2}$"
)
# 「近两个月药不管用」 looks back, 「最近两个月有号吗」 does not.
LATELY = re.compile(r"最?近.*[月年](?:以?[内里])?")
OFFERED = re.compile(r"[^,.!?]{0,3}?(?:有(?!时|点|些)|能|可以|哪天|[挂约号])")
# By night a visit must be spoken of: 「夜里被子掀了又盖」.
BY_NIGHT = re.compile(r"[半深后午]?半?夜里?|凌晨|三更半夜|大半夜")
VISIT = re.compile(
    r"[^,.!?]{0,8}?(?:[号挂约诊]|看(?!电视|手机|书)|能|可以|有(?:没有|人|医|大)|上班|来|去)"
)
BIRTH = re.compile(
    r"(?:生日|出生(?:日期|年月))[^!?]{0,14}$|(?:预产期|末次月经|最后一次月经)[^,.!?]{0,4}$"
)
STILL = re.compile(r"[,，]?(?:仍|还(?!有|能)|又|依然|没|感觉|出现|发现|结束|就(?=[^,.]{0,6}了))")
