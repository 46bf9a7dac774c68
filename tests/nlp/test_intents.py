"""What people type when they want something, and what must not be mistaken for it."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from nlp import heard, lexicon
from nlp.intents import Cues, guess

# intent: phrases parted by " | "
SAID = """
symptom: 腰杆痛得直不起来 | 老是心慌睡不着 | 娃儿拉肚子两天了 | 鼻子不通气流清鼻涕
  | 该看哪个科啊手发麻 | 身上起了好多红疹子痒得很 | 我妈胸闷气短挂什么科 | 膝盖肿了走不得路
  | 人难受得很 | 牙疼不知道挂哪个科 | 烧到三十九度了 | 血压高头晕 | 例假推迟十天了
  | 退烧了又烧起来 | 吃了药还是咳
book: 挂个号 | 挂好 | 我想预月一个号 | 骨科 | 张伟医生 | 下周三上午 | 俺想挂个号
  | 给我妈挂下周一的内科 | 还有号没得 | 明天有号吗 | 想找李医生看看 | 帮我约个专家号
  | 要个明天的号 | 我妈这两天头晕,想挂下周三上午的号 | 好的,那就挂明天的 | 咳嗽好几天了给我挂个号
  | 带娃看牙,星期六能约不 | 麻烦您给俺老伴预约个眼科 | 换个医生 | 后天下午王主任 | gua hao
  | 再挂一个内科 | 我要约 | 挂我妈的 | 我也不知道挂啥,先挂个内科吧 | 整个号
  | 挂内科多少钱,给我挂一个 | 还是上次那个医生
extra: 号满了能不能加个号 | 求加个号 | 大老远来的给加个塞嘛 | 可以加号不
my_appointments: 我约的是哪天 | 查一下我挂的号 | 我挂上没有 | 忘了是几点了 | 我的挂号记录
  | 看看我预约的哪个医生 | 俺那个号是几号来着 | 预约成功没,约上了吗 | 查我的预约 | 我预约成功了吗
  | 我有没有挂上号
cancel: 取消 | 退号 | 不去了 | 帮我把号退了 | 明天来不了了 | 那个号我不要了 | 取消预约 | 咋退号
  | 周五的号退掉吧 | 有事去不成了 | 好了不疼了,把明天的号取消 | 退我妈的号 | 我想退款 | 号用不着了
  | 我妈住院了,周三的号用不上了
reschedule: 改时间 | 换到下午 | 改到周五 | 能不能晚一天 | 想把号往后推两天 | 换个时间得行不
  | 提前一天可以吗 | 我要改期 | 推迟到下周 | 改签 | 能早点吗换上午 | 头疼好些了,预约改到后天
  | 改一下 | 能调个时间不 | 上午没空能下午吗帮我换 | 错后一天 | 晚点行不
waitlist: 有人退号就喊我 | 候补 | 帮我侯补一下 | 有空号了通知我 | 我排着等行不 | 等退号
check_in: 我到了 | 俺到医院了 | 已经到门口了 | 报到 | 来了来了我到啦 | 怎么签到
queue: 还要等多久 | 前头还有几个 | 叫到几号了 | 啥时候轮到我 | 我排第几 | 到我了没
  | 现在看到多少号了 | 人多不多 | 看看排队 | 排了好久了还有多少人
report: 化验结果出来没有 | 我的片子好了没 | 报告在哪拿 | 看下抽血结果 | 查化验单 | ct报告几天能出
  | 我妈的检查报告
record: 病历 | 查一下以前的就诊记录 | 上次医生给我开的啥药 | 诊断证明在哪看 | 我要看病历本
  | 以前看病的记录
reading: 高压145低压90 | 血压140/85 | 早上血糖7.2 | 体重62公斤记一下 | 我的血压记录
consult: 想咨询一下医生 | 图文问诊 | 能视频看病不 | 我想问问大夫这药还吃不吃 | 网上问诊咋弄
human: 人工 | 找个人跟我说 | 转人工客服 | 有真人吗 | 喊个护士来 | 我不跟机器说,要人工 | 转人弓
  | 有人在吗,接一下 | 人呢 | 叫你们工作人员来
education: 糖尿病人可以吃西瓜吗 | 怎么预防流感 | 痛风要忌口哪些 | 孕妇能吃螃蟹不 | 血脂高吃什么好
  | 老年人骨质疏松怎么护理 | 乙肝会传染吗 | 打了疫苗能喝酒吗 | 二甲双胍有什么副作用
  | 骨折后多久能下地
doctor_info: 儿科哪个医生好 | 王医生周几坐诊 | 内科有哪些大夫 | 李主任什么时候出诊
  | 张伟医生怎么样 | 有女大夫没得 | 明天谁坐诊 | 专家排班表
clinic_info: 挂号费好多钱 | 你们在哪里 | 几点开门 | 停车方便不,停车场在哪 | 要带身份证吗
  | 医保能报销不 | 抽血要空腹吗 | 周末上班不 | 急诊电话多少 | 内科在几楼 | 看病带什么证件
  | 坐几路车过去 | 退费几天到账 | 迟到了怎么办 | 能做核磁吗 | 挂号费能退吗 | 可以代人挂号吗
  | 你们医院能打狂犬疫苗吗
affirm: 好 | 行 | 可以 | 嗯 | 对的 | OK | 中 | 要得 | 没问题 | 就这样 | 确认 | 得行 | 好嘞好嘞
  | 是的呢 | 成 | 好的吧 | 晓得了 | 嗯嗯 | 对头 | 对滴 | 是哩 | 对,是我妈 | 没得问题 | 就按这个来
  | 要得要得 | 好的没问题
deny: 不是 | 不要 | 不用了 | 不对 | 不行 | 要不得 | 不是这个 | 搞错了 | 不中 | 不了 | 都不合适
  | 没有 | 不是滴 | 换个别的 | 不太方便 | 没有别的了
choose: 3 | 第三个 | 最后一个 | 选2 | 就这个 | 要第一个 | 第二位 | 我选3 | 头一个 | 最早的那个
  | 上面那个
back: 返回 | 上一步 | 退回去 | 刚才选错了 | 倒回去
restart: 重新开始 | 从头来 | 重来 | 回到主菜单
stop: 算了 | 不弄了 | 退出 | 不挂了 | 算了不挂了 | 我再想想 | 改天再说 | 拉倒吧 | 算球了 | 不搞咯
  | 等等再说 | 下次再来 | 算了不挂眼科了
repeat: 再说一遍 | 没看清 | 你说啥 | 刚才说的没看懂 | 再发一次 | 你再说说
greet: 你好 | 在吗 | 早上好 | 您好啊 | 喂 | 大夫好 | 有人吗
help: 咋挂号 | 怎么用 | 不会弄 | 你能干啥 | 怎么预约 | 教教我 | 菜单 | 微信上咋个挂号
  | 我不晓得咋整 | 操作不来
thanks: 谢谢 | 多谢啦 | 好的谢谢你 | 太感谢了姑娘 | 辛苦了
bye: 再见 | 拜拜 | 没事了再见 | 回头见 | 88
add_patient: 添加就诊人 | 给我爸登记一下 | 建档 | 绑定家人 | 把我老伴加进来,加个家属
  | 没卡,办个就诊卡 | 怎么加孩子信息
privacy: 删除我的个人信息 | 注销账号 | 我的资料会不会泄露 | 把我的信息都删了 | 不要保存我的信息
feedback: 我要投诉 | 提个建议 | 表扬王护士 | 那个大夫态度太差 | 你们服务真好
staff: 停诊 张伟 明天上午 | 恢复 张伟 明天上午 | 替诊 张伟 李芳 周五 | 绑定 8F3K2Q
  | 加号 张伟 后天 2 | 停诊张伟明天
unknown: 今天天气怎么样 | 讲个笑话 | 你个傻子 | 哈哈哈 | 。。。 | 斗地主来不来
"""

_DEPARTMENT = re.compile(r"(?:骨|内|儿|眼|外|妇)科|门诊部")
_DOCTOR = re.compile(r"张伟|李芳|[王李陈](?:医生|主任|大夫)")
_WHEN = re.compile(r"[明后今]天|(?:下?周|星期)[一三四五六]|[上下]午|早上|下周(?!$)")
_READING = re.compile(r"\d{2,3}/\d{2,3}|高压\d|血糖\d|体重\d")
_COMPLAINT = re.compile(r"头疼|头晕|胸闷|咳|拉肚子|[痛痒肿]|牙疼|心慌|手发麻|鼻子不通|红疹子")
_ORDINALS = {"3": 3, "第三个": 3, "最后一个": -1, "选2": 2, "要第一个": 1, "第二位": 2}


def cues_of(text: str, asking: str | None = None) -> Cues:
    """What the other senses would have found in these phrases."""
    return Cues(
        symptoms=bool(_COMPLAINT.search(text)),
        doctors=bool(_DOCTOR.search(text)),
        departments=bool(_DEPARTMENT.search(text)),
        when=bool(_WHEN.search(text)),
        ordinal=_ORDINALS.get(text),
        readings=bool(_READING.search(text)),
        asking=asking,
    )


def stories() -> list[tuple[str, str]]:
    rows = (line.split(": ", 1) for line in SAID.replace("\n  | ", " | ").strip().splitlines())
    return [(phrase, intent) for intent, phrases in rows for phrase in phrases.split(" | ")]


@pytest.mark.parametrize(("text", "intent"), stories())
def test_a_phrase_is_taken_for_what_it_asks(text: str, intent: str) -> None:
    assert guess(text, cues_of(text))[0] == intent


def test_every_intent_has_its_evidence_but_emergency_which_red_flags_decide() -> None:
    known = {row["intent"] for row in lexicon.rows("intents.tsv") if row["intent"][0] != "@"}
    assert known | {"emergency"} == set(heard.__dict__["Intent"].__args__)
    assert "emergency" not in known
    assert {intent for _, intent in stories()} == known


def test_an_answer_that_carries_more_is_its_content() -> None:
    tomorrow = Cues(when=True, answer="yes")
    assert guess("好的，那就挂明天的", tomorrow)[0] == "book"
    assert guess("好，明天", tomorrow)[0] == "book"
    assert guess("算了，挂眼科", Cues(departments=True))[0] == "book"
    assert guess("算了，还是挂王建国", Cues(doctors=True))[0] == "book"
    assert guess("行，第二个", Cues(ordinal=2, answer="yes"))[0] == "choose"
    assert guess("好的，取消吧", Cues(answer="yes"))[0] == "cancel"
    assert guess("嗯，我头还疼", Cues(symptoms=True, answer="yes"))[0] == "symptom"


def test_thanks_in_answer_to_a_question_is_still_the_answer() -> None:
    assert guess("好的谢谢", Cues(answer="yes", asking="yes_no"))[0] == "affirm"
    assert guess("好的谢谢", Cues(answer="yes"))[0] == "thanks"


def test_a_complaint_with_an_order_is_the_order() -> None:
    ill = Cues(symptoms=True, when=True, departments=True)
    assert guess("我头晕，想约明天的神经内科", ill)[0] == "book"
    assert guess("头不晕了，取消明天骨科的号", ill)[0] == "cancel"
    assert guess("头还晕，骨科的号改到后天", ill)[0] == "reschedule"
    assert guess("头晕该挂哪个科", Cues(symptoms=True))[0] == "symptom"


def test_not_cancelling_is_no_cancelling() -> None:
    for words in ("不要取消", "先别取消", "我不想取消了"):
        assert guess(words, Cues())[0] == "deny"


def test_a_reading_is_noted_but_an_illness_with_a_reading_is_an_illness() -> None:
    assert guess("145/92", Cues(readings=True))[0] == "reading"
    assert guess("头晕，血压160/100", Cues(symptoms=True, readings=True))[0] == "symptom"


def test_a_clerks_command_is_no_patients_wish() -> None:
    assert guess("加号", Cues())[0] == "extra"
    assert guess("加号 王芳 明天上午", Cues(when=True))[0] == "staff"
    assert guess("绑定家人", Cues())[0] == "add_patient"
    assert guess("王芳医生明天停诊吗", Cues(doctors=True, when=True))[0] != "staff"


@pytest.mark.parametrize(
    "text",
    [
        "期末挂了两科，心态崩了", "我把大衣挂门后了，你看见没，哦发错人了",
        "听说要取消医保个人账户，真的假的", "高铁候补票怎么老是不兑现，气人",
        "我是来道歉的，不是再挂", "不用挂号，我就打听下你们有没有高压氧",
        "我同学在群里问怎么退号，我转给她看看，我自己没事", "飞机票改签要收多少钱",
    ],
)  # fmt: skip
def test_the_words_of_the_desk_in_other_talk_start_nothing(text: str) -> None:
    starts = {"book", "cancel", "reschedule", "waitlist", "check_in", "extra"}
    assert guess(text, Cues())[0] not in starts


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("你们食堂外人能吃不", "clinic_info"), ("陈志强医生看什么病厉害", "doctor_info"),
        ("你们骨科谁做膝盖换得多", "doctor_info"), ("从火车站打车过来要几久", "clinic_info"),
        ("医生临时不来了？那给我换一天", "reschedule"), ("我妈的出院证明在哪拿", "record"),
        ("我爸坐轮椅，已经推到候诊区，麻烦标记一下", "check_in"),
        ("要是有人取消，能自动轮到我吗", "waitlist"), ("你听不懂，换个懂的来", "human"),
    ],
)  # fmt: skip
def test_a_word_inside_another_wish_is_not_the_wish(text: str, intent: str) -> None:
    assert guess(text, Cues())[0] == intent


def test_an_unknown_doctor_and_a_day_are_a_booking() -> None:
    for text in ("帮我约刘晓梅医生后天下午", "高慧敏大夫周三上午"):
        assert guess(text, Cues(when=True))[0] == "book"


def test_what_a_question_asked_for_steers_a_bare_word() -> None:
    assert guess("这儿", Cues(asking="symptom"))[0] == "symptom"
    assert guess("这儿", Cues())[0] == "unknown"
    third = Cues(when=True, ordinal=3)
    assert guess("3号", third)[0] == "book"
    assert guess("3号", Cues(when=True, ordinal=3, asking="slot"))[0] == "choose"


@pytest.mark.parametrize("text", ["", " ", "。", "？？", "\U0001f600", "a" * 5000, "我" * 5000])
def test_nothing_said_breaks_nothing(text: str) -> None:
    intent, confidence = guess(text, Cues())
    assert intent in {"unknown", "help"}
    assert 0.0 < confidence <= 1.0


def test_confidence_is_high_when_plain_and_lower_when_two_readings_compete() -> None:
    plain = guess("取消预约", Cues())[1]
    torn = guess("改时间还是退号", Cues())[1]
    assert plain > 0.95 > torn > 0.3


def test_a_message_is_weighed_in_well_under_a_millisecond() -> None:
    phrases = [text for text, _ in stories()]
    guess("热身", Cues())
    start = time.thread_time()
    for text in phrases:
        guess(text, Cues())
    assert (time.thread_time() - start) / len(phrases) < 0.001  # 60 µs on the slowest machine met


def shared(name: str) -> list[dict[str, str]]:
    default = Path(__file__).parents[3] / "shared" / "data"
    path = Path(os.environ.get("SHARED_DATA", default)) / name
    if not path.exists():
        pytest.fail(f"{path} is missing; set SHARED_DATA")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# What people write to doctors is an illness or a question about one; an order to the desk is rare.
ORDERS = {
    "cancel", "reschedule", "staff", "stop", "human", "check_in", "queue", "extra", "waitlist",
    "add_patient", "privacy", "feedback", "my_appointments", "restart", "back", "bye",
}  # fmt: skip


@pytest.mark.parametrize("name", ["triage/dev_short.jsonl", "triage/dev.jsonl"])
def test_people_writing_about_illness_give_the_desk_no_orders(name: str) -> None:
    found = Counter(guess(row["text"], Cues(symptoms=True))[0] for row in shared(name))
    assert sum(found[intent] for intent in ORDERS) <= 0.005 * found.total()
    assert found["symptom"] + found["education"] + found["book"] >= 0.95 * found.total()


def test_health_questions_typed_into_a_search_box_book_and_cancel_nothing() -> None:
    found = Counter(guess(row["text"], Cues())[0] for row in shared("triage/search_intents.jsonl"))
    assert found["book"] + sum(found[intent] for intent in ORDERS) <= 0.005 * found.total()


def test_questions_to_the_hospital_are_heard_as_such() -> None:
    rows = shared("triage/ops_queries.jsonl")
    for topic, intent in (("费用/医保", "clinic_info"), ("报告/结果查询", "report")):
        mine = [row["text"] for row in rows if row["topic_by_regex"] == topic]
        right = sum(guess(text, Cues())[0] == intent for text in mine)
        assert right >= 0.88 * len(mine)


def test_thanks_and_farewells_of_real_people_are_heard() -> None:
    rows = shared("crosswoz-thanks-bye.jsonl")
    right = sum(guess(row["text"], Cues())[0] in {"thanks", "bye"} for row in rows)
    assert right >= 0.95 * len(rows)
