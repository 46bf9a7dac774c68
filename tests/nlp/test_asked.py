"""What is plainly asked of the house, alone and beside a wish."""

from __future__ import annotations

from datetime import datetime

import pytest

from nlp.heard import Context, Heard
from nlp.understand import understand
from nlp.vocabulary import DoctorEntry, Vocabulary

NOW = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
HOUSE = Vocabulary(doctors=(DoctorEntry("D1", "王建果", site="", department=""),))


def heard(text: str, asking: str | None = None) -> Heard:
    return understand(text, NOW, HOUSE, Context(asking=asking))


ALONE = (
    ("kinds", "专家和普通有什么区别啊？"),
    ("kinds", "特需号跟专家号有啥不一样"),
    ("kinds", "啥叫专病号"),
    ("titles", "主任和副主任有什么不一样"),
    ("titles", "主治医师和主任医师哪个高"),
    ("proxy", "他自己不会用手机，我在外地能代他挂吗"),
    ("proxy", "我人在国外，可以帮我爸挂号吗"),
    ("proxy", "能替别人挂号吗"),
    ("fetch", "到时候他自己去拿号行吗"),
    ("fetch", "我能替我妈取号吗"),
    ("fetch", "取号一定要本人吗"),
    ("remind", "提醒能发给我吗？我在美国，时差"),
    ("remind", "可以提醒我吗，不是提醒他"),
    ("remind", "能提前一天提醒我两次吗"),
    ("remind", "看病前会发短信提醒吗"),
    ("remind", "你们怎么提醒病人"),
    ("called", "好的谢谢，请问到时候轮到我会不会发微信消息提醒我？"),
    ("called", "因为我听不见，叫号的时候我怎么知道轮到我了呢？"),
    ("called", "叫号听不见怎么办"),
    ("signs", "您好，我耳朵听不见，请问现场有人能用文字跟我沟通吗？"),
    ("signs", "医院有手语翻译吗"),
    ("typed", "我不方便打电话，请不要让我打电话。"),
    ("typed", "我可以打字和人工说吗？我听不到电话"),
    ("note", "开个病假条要挂哪个科"),
    ("note", "就是要个病假条 厂里要"),
    ("note", "昨天没去上班今天补假条可以吗"),
    ("note", "诊断证明怎么开"),
    ("stay_note", "我要住院证明"),
    ("nameless", "不留身份证行不行"),
    ("nameless", "能不能匿名看病"),
    ("nameless", "不想用真名"),
    ("private", "会不会有人知道我看这个，单位会查到吗"),
    ("private", "会发短信到家里吗"),
    ("private", "看病的事保密吗"),
    ("private", "我老婆会知道吗"),
    ("foreign_phone", "我的手机号是国外的+14155550123可以吗"),
    ("foreign_phone", "没有国内手机号怎么办"),
    ("passport", "能用我的护照登记吗"),
    ("speciality", "等等王建果是专治高血压的吗"),
    ("speciality", "王建果擅长什么"),
    ("online", "线上是怎么看，要去医院吗"),
    ("online", "视频问诊怎么弄"),
    ("give_back", "挂错了能退吗"),
    ("give_back", "挂号费能退吗"),
    ("answered", "人工什么时候回我"),
    ("answered", "你们多久能联系我"),
)


@pytest.mark.parametrize(("topic", "text"), ALONE, ids=[text for _, text in ALONE])
def test_a_question_alone_is_no_wish_and_no_complaint(topic, text):
    said = heard(text)
    assert topic in said.asked
    assert said.intent == "clinic_info"
    assert not said.symptoms


BESIDE = (
    ("proxy", "symptom", "我在美国，想给我爸爸挂号，最近走路膝盖疼，他在云川本地，我能帮他挂吗"),
    ("called", "choose", "选2，谢谢您。因为我听不见，叫号的时候我怎么知道轮到我了呢？"),
    ("note", "symptom", "我感冒三天了，想开个病假条"),
    ("nameless", "symptom", "我想查一下自己的性病，想匿名挂号可以吗"),
    ("kinds", "book", "我要挂明天上午骨科的号，专家号和普通号有什么区别"),
)


@pytest.mark.parametrize(("topic", "intent", "text"), BESIDE, ids=[text for *_, text in BESIDE])
def test_beside_a_question_the_wish_is_heard(topic, intent, text):
    said = heard(text)
    assert topic in said.asked
    assert said.intent == intent


NOT_ASKED = (
    "我左耳听不见了，挂什么科",
    "能帮我妈挂个骨科的号吗",
    "有号了提醒我",
    "你们能看白癜风吗",
    "再约一个专家号",
    "取消预约",
    "我妈听不清人说话，想挂耳鼻喉",
)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_a_wish_or_complaint_stays_one(text):
    assert not heard(text).asked


def test_what_answers_a_question_for_a_document_is_no_question():
    assert not heard("用护照可以吗", "id_number").asked


@pytest.mark.parametrize("text", ["胸口疼得厉害，能帮他挂吗", "我不想活了，会不会有人知道"])
def test_danger_is_heard_in_the_whole(text):
    assert heard(text).urgency == "emergency" or heard(text).concern
