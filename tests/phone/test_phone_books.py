"""`make demo` as a newcomer meets it: a booked place within a minute."""

from __future__ import annotations

import re
import time

import pytest

from tests.phone.conftest import running_demo, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("demo")) as base:
        yield base


@pytest.fixture
def visitor(demo):
    with visiting(demo) as somebody:
        yield somebody


def test_a_newcomer_books_for_her_mother_within_a_minute(visitor):
    started = time.monotonic()
    visitor.book_for_mother("我妈这两天头晕，想挂下周三上午的号", picture="phone")
    assert re.search(r"时间：\d+月\d+日 周三 上午", visitor.last())
    visitor.write("我的预约", "李*英")
    assert time.monotonic() - started < 60


def test_an_emergency_is_answered_as_one_on_the_phone(visitor):
    visitor.wait(visitor.bubbles, "no welcome")
    visitor.write("我爸突然嘴歪了，说话不清楚", "120")


def test_somebody_old_books_by_taps_and_digits_in_care_mode(visitor):
    visitor.wait(visitor.bubbles, "no welcome")
    visitor.write("我老了不会弄", "一次只说一件事")
    visitor.tap("1. 挂号", "您哪里不舒服")
    visitor.write("膝盖疼", "建议看骨科")
    visitor.picture("care")
    visitor.write("1", "选几点")
    visitor.tap("1.", "给谁挂号")
    visitor.write("2", "您的什么人")
    visitor.tap("1. 我本人", "真实姓名")
    visitor.write("张桂芳", "身份证号")
    visitor.write("11010119500307222*", "手机号")
    visitor.write("13800138001", "请核对登记信息")
    visitor.tap("1. 都对", "号已为您留")
    visitor.tap("1. 确认", "预约成功")
    assert "找人工按0。" in visitor.last()
    visitor.picture("care-booked")
    visitor.write("0", "工作人员")
