"""Simulated patients read texts as people do: other words for the same question change nothing."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.simulation import choosing, screen

TODAY = date(2026, 11, 24)
# The same questions as no text of ours puts them.
OTHER_WORDS = [
    ("name", "好的。请告诉我病人叫什么名字，要和身份证上的一样"),
    ("name", "请输入就诊人姓名"),
    ("document", "请把身份证号码发给我"),
    ("document", "接下来请输入18位身份证号\n1. 没有身份证"),
    ("phone", "请留一个联系电话，方便通知您\n1. 不留"),
    ("consent", "登记需要您同意《告知书》，姓名、证件只用于挂号\n1. 我同意\n2. 不同意"),
    ("relation", "病人和您是什么关系？\n1. 我自己\n2. 妈妈\n3. 爸爸\n4. 其他"),
    ("who", "这次替谁挂？\n1. 李*英（妈妈）\n2. 张*（本人）\n3. 添加新的就诊人"),
    ("who", "请核对：\n时间：12月2日 上午9:00\n这个号给谁挂？\n1. 李*英（妈妈）\n2. 别的人"),
    ("time", "王建国医生，12月2日星期三上午。请选择时间\n1. 8点\n2. 8点半\n3. 9点"),
    ("time", "您想几点来？\n1. 14:00\n2. 14:30"),
    (
        "offers",
        "下面这些号可以约，请选择：\n1. 王建国 12月2日 上午 50元\n2. 普通号 12月3日 下午 20元",
    ),
    ("departments", "这种情况一般看下面的科，选一个：\n1. 神经内科\n2. 心血管内科"),
    ("safety", "先确认一下，以下情况现在有没有？胸痛、出冷汗\n1. 没有\n2. 有"),
    ("sure", "请您确认\n病人：李*英\n时间：12月2日 上午9:00\n没问题请按1\n1. 确认\n2. 修改"),
    ("readback", "登记资料请核对：\n姓名：张三\n关系：本人\n对吗？\n1. 对\n2. 姓名不对"),
    ("booked", "挂号成功！预约号 ABC，请按时就诊"),
    ("booked", "好了，号已经约好了。预约号：ABC"),
    ("cancelled", "预约已经取消，没有扣费"),
    ("resume", "上次的事还没做完，要接着办吗？\n1. 接着办\n2. 不用了"),
    ("complaint", "请问您什么地方不舒服？"),
    ("alarm", "【紧急】请马上打120"),
    ("menu", "您好，需要什么服务？\n1. 挂号\n2. 我的预约"),
    ("sure_cancel", "真的要退掉这个号吗？\n1. 确定\n2. 不退"),
    ("sex", "请问性别？\n1. 男\n2. 女"),
    ("birth", "请告诉我出生日期"),
    ("", "今天天气不错"),
]


@pytest.mark.parametrize(("kind", "message"), OTHER_WORDS, ids=lambda value: value[:12])
def test_a_question_in_other_words_is_the_same_question(kind, message):
    assert screen.read(message).kind == kind


def test_options_are_lines_with_numbers_and_can_be_tapped():
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=q7-1">1. 张伟 主任医师</a>'
    seen = screen.read(f"请选一位医生：\n{link}\n2. 都不是\n还有别的，回复“更多”查看。")

    assert [(o.number, o.label, o.tap) for o in seen.options] == [
        ("1", "张伟 主任医师", "q7-1"),
        ("2", "都不是", ""),
    ]
    assert seen.has_more
    assert "weixin" not in seen.text


def test_dates_and_times_are_read_as_people_write_them():
    assert screen.date_in("12月2日 周三", TODAY) == date(2026, 12, 2)
    assert screen.date_in("1月3号，星期日", TODAY) == date(2027, 1, 3)
    assert screen.clock_in("下午2:30") == time(14, 30)
    assert screen.clock_in("上午9点半") == time(9, 30)
    assert screen.clock_in("下午3点") == time(15)
    assert screen.clock_in("没有时间") is None
    assert screen.field_of("病人：李*英\n时间：明天", "就诊人", "病人") == "李*英"


def test_a_wife_of_the_same_surname_is_not_her_husband():
    assert choosing.is_called("邵某庆，爱人", "邵国庆")
    assert not choosing.is_called("邵某兰，本人", "邵国庆")
    assert choosing.is_called("张某，爱人", "张伟")
    assert not choosing.is_called("贺某杰，本人", "贺慧")
