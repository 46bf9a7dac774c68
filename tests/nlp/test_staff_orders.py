"""What nurses and doctors write in their own words, and what the same people ask as patients."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from nlp.heard import Context
from nlp.understand import understand
from nlp.vocabulary import DepartmentEntry, DoctorEntry, Vocabulary

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=8)))
DOCTORS = {"D1": "张伟", "D2": "李芳", "D3": "王建国", "D4": "李静", "D5": "刘玉兰", "D6": "陈曦"}
WARDS = {"骨科": "03.09", "神经内科": "03.03", "儿科": "07", "口腔科": "12"}
HOUSE = Vocabulary(
    doctors=tuple(DoctorEntry(code, name, "S", "X") for code, name in DOCTORS.items()),
    departments=tuple(DepartmentEntry(name, name, "S", code) for name, code in WARDS.items()),
)
# The same people ask for themselves and their families.
NO_ORDERS = """
张伟医生星期天上不上班
张主任这个礼拜出不出门诊
没挂上张主任的号，想加一个
麻烦跟张主任讲，让他给我加一个
加号
    挂张伟明天上午的号
    张伟明天上午还有号吗
    给我妈挂张伟明天的号
    我明天上午来不了，取消预约
    取消我张伟明天上午的号
    取消预约
    我的预约
    张伟医生看什么病
    张伟医生在哪个诊室
    张医生什么时候上班
    张伟明天休息吗
    张伟下周出诊吗
    想约张伟下周三
    我想找张伟医生看看腰
    换张伟
    不要张伟
    张伟的号
    张伟明天上午
    骨科明天上午有号吗
    骨科
    我妈头晕三天了，想挂下周三上午神经内科王建国的号
    我感冒了想看病
    我发烧了
    孩子发烧咳嗽
    我妈住院了
    提醒我明天看病
    我手术后复查
    改到后天上午
    改约到周五
    推迟到下周一
    前面还有几个人
    要等多久
    我前面几个人
    查一下我的预约
    查一下骨科的号
    查一下报告
    查一下血糖
    帮我查一下高血压挂什么科
    通知我一声
    告诉我张伟几点来
    张伟几点开诊
    张伟医生能看小孩吗
    给我加个号
    能给我妈加个号吗
    张医生能加号吗
    想请张伟加个号
    李芳医生好还是张伟医生好
    张伟和李芳谁看腰好
    张伟医生请假了吗
    张伟明天限号吗
    张伟医生每天只看20个病人吗
    张伟医生今天来了吗
    帮我妈约张伟
    查一下高血压
    查血糖
    周四上午
    我的号
    我不看了
    我明天上午几点看
    我明天上午的号还在吗
    帮我加个号
    给我加一个
    我想给我妈加个号
    告诉我明天几点来
    改到三楼了吗
    我改到后天上午
    """


def rows() -> list[dict[str, str]]:
    lines = Path(__file__).with_name("staff_orders.tsv").read_text("utf-8").splitlines()
    return list(csv.DictReader((x for x in lines if x[:1] != "#"), delimiter="\t"))


def spans(order) -> str:
    return " ".join(f"{w.start:%d.%H%M}-{w.end:%d.%H%M}" for w in order.when)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["text"])
def test_an_order_is_heard_in_free_wording(row):
    order = understand(row["text"], NOW, HOUSE).order

    assert order is not None
    who = ",".join((*order.doctors, *order.by))
    found = {"order": order.name, "doctors": who, "argument": order.argument, "when": spans(order)}
    found["argument"] = order.argument.replace("\n", "⏎")
    expected = {name: row[name] if row[name] != "*" else found[name] for name in found}
    assert found == expected


@pytest.mark.parametrize("text", NO_ORDERS.split())
def test_what_is_asked_for_oneself_is_no_order(text):
    assert understand(text, NOW, HOUSE).order is None


def test_who_is_meant_by_a_surname_is_everybody_of_that_name():
    two = (
        *HOUSE.doctors,
        DoctorEntry("D7", "张伟", "T", "X"),
        DoctorEntry("D8", "张强", "S", "X"),
    )
    house = Vocabulary(doctors=two)

    assert understand("张主任明天不来了", NOW, house).order.doctors == ("D1", "D7", "D8")
    assert understand("张伟主任明天不来了", NOW, house).order.doctors == ("D1", "D7")


def test_of_a_substitution_it_is_said_who_is_away_whatever_comes_first():
    for text in ("李芳明天替张伟", "张伟明天由李芳代诊", "张伟明天请假，李芳来看"):
        order = understand(text, NOW, HOUSE).order
        assert (order.doctors, order.by) == (("D1",), ("D2",)), text
    unsure = understand("替诊 张伟 李芳 明天", NOW, HOUSE).order
    assert (unsure.doctors, unsure.by) == (("D1", "D2"), ())


@pytest.mark.parametrize(
    "text",
    [
        "我明天上午有事来不了", "我明天上午加2个号", "我明天上午少看3个", "我明天上午限号15",
        "我明天上午改到3诊室", "我明天上午推迟半小时", "我明天几个号", "把我明天上午的号停了",
        "我10点以后要走，后面的停了", "给我的病人赵桂兰加一个号", "明天上午给赵桂兰加个号",
        "李芳明天上午替我", "告诉我明天的病人带片子",
    ],
)  # fmt: skip
def test_only_a_doctor_can_mean_it_of_the_own_clinic(text):
    order = understand(text, NOW, HOUSE).order
    assert order.is_own
    assert order.doctors == ()


def test_of_two_who_are_named_the_one_is_away_of_whom_it_is_said():
    """A greeting, or who has told it, was suspended as well."""
    for text in ("李芳说张伟明天不来了", "李芳你好，张伟明天停诊", "张伟明天停诊，李芳知道了"):
        assert understand(text, NOW, HOUSE).order.doctors == ("D1",), text
    for text in ("张伟和李芳明天停诊", "停诊 张伟 李芳 明天", "张伟明天请假，李芳也请假"):
        assert understand(text, NOW, HOUSE).order.doctors == ("D1", "D2"), text


def test_only_a_doctor_can_mean_it_of_himself():
    assert understand("我明天上午有事来不了，取消预约", NOW, HOUSE).order is None


def test_patients_are_not_told_of_a_suspension_in_place_of_one():
    """The shift would stay open, and nobody would get another place."""
    assert understand("通知张伟明天上午的病人停诊", NOW, HOUSE).order.name == "suspend"


def duties() -> list[dict[str, str]]:
    lines = Path(__file__).with_name("staff_duties.tsv").read_text("utf-8").splitlines()
    return list(csv.DictReader((x for x in lines if x[:1] != "#"), delimiter="\t"))


@pytest.mark.parametrize("row", duties(), ids=lambda row: row["text"])
def test_what_a_patient_means_otherwise_is_heard_beside_it(row):
    """From a nurse these were answered as a patient's; nothing of a patient's is lost by them."""
    heard = understand(row["text"], NOW, HOUSE, Context(asking=row["asking"] or None))

    assert heard.duty is not None
    assert (heard.duty.name, heard.duty.argument) == (row["order"], row["argument"])
    assert ",".join(heard.duty.doctors) == row["doctors"]
    assert row["asking"] or heard.order is None


@pytest.mark.parametrize(
    "text", ["头疼", "挂骨科", "我的预约", "张伟明天上午", "小腿疼", "老毛病又犯了"]
)
def test_a_plain_wish_of_a_patient_is_nothing_else(text):
    heard = understand(text, NOW, HOUSE)
    assert (heard.order, heard.duty) == (None, None)


def test_every_wednesday_is_each_of_them_and_no_other_day():
    order = understand("张伟以后每周三上午都不来了", NOW, HOUSE).order
    assert {f"{w.start:%a %H}-{w.end:%H}" for w in order.when} == {"Wed 08-12"}
    assert [w.start.day for w in order.when[:3]] == [25, 2, 9]


def test_who_goes_at_three_sees_nobody_from_then_on():
    duty = understand("李静今天下午看到三点就走", NOW, HOUSE).duty
    assert (duty.name, spans(duty)) == ("suspend", "24.1500-24.1800")


def test_of_a_correction_what_is_turned_down_is_not_meant():
    for text in ("不是李芳，是李静", "停错人了，是李静不是李芳"):
        said = understand(text, NOW, HOUSE, Context(asking="order")).duty
        assert (said.name, said.doctors) == ("correct", ("D4",)), text
    said = understand("不是周四，是下周二", NOW, HOUSE, Context(asking="order")).duty
    assert spans(said) == "01.0000-02.0000"
