"""A nurse writes to the patients of a shift from the console; another one approves; both watch."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.turn import open_desk
from bot.wechat import WechatClient
from bot.wechat_errors import PermanentError, TransientError
from console.glances import Glances
from desk import audiences, broadcast_views, groups, laying, mass_lists, outbox, shifts, staff
from models import AuditEvent, Broadcast, Outbox, Patient, PatientGroupMember, Staff
from scheduling.broadcasting import Audience
from tests.console.conftest import CONSOLE, PASSWORD
from tests.console.test_console import busiest, text


def written(house, browser, words: str = "{姓名}您好，{时间}改在3号楼看诊") -> str:
    """Somebody has written to a shift's patients; returns the page she sees."""
    shift, _ = busiest(house)
    page = browser.get("/broadcasts/new")
    assert "看预览" in text(page)
    return text(browser.post("/broadcasts/new", audience="shift", shift=str(shift), words=words))


def laid(house) -> None:
    """Its time has come."""
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        work.conn.execute(update(Broadcast).values(not_before=work.now))
        laying.go_on(work, work.conn.scalar(select(Broadcast.id)))


def test_she_sees_a_phone_and_numbers_confirms_and_watches(house, browser, enter):
    enter()
    page = written(house, browser)
    _, booked = busiest(house)
    assert "【医院通知】" in page
    assert "您好，" in page
    assert "{姓名}" not in page.split("bubble")[1][:200]
    assert f"共{booked}位" in page
    assert "等待发送" in text(browser.post("/broadcasts/1/confirm"))
    laid(house)
    assert "正在发送" in text(browser.get("/broadcasts/1"))
    assert f"0 / {booked}" in text(browser.get("/broadcasts/1?part=1"))
    assert "已暂停" in text(browser.post("/broadcasts/1/pause"))
    assert "正在发送" in text(browser.post("/broadcasts/1/go_on"))
    assert "已取消" in text(browser.post("/broadcasts/1/cancel"))
    assert browser.post("/broadcasts/1/cancel").status_code == 409
    assert "状态已经变了" in text(browser.post("/broadcasts/1/pause"))


def test_the_list_of_recipients_comes_as_a_file_without_a_full_name(house, browser, enter):
    enter()
    written(house, browser)
    browser.post("/broadcasts/1/confirm")
    laid(house)
    answer = browser.get("/broadcasts/1.csv")
    rows = list(csv.reader(io.StringIO(text(answer).lstrip("\ufeff"))))
    assert rows[0] == ["患者", "状态", "渠道", "发出时间", "说明"]
    assert {row[1] for row in rows[1:]} == {"等待发送"}
    assert all("*" in row[0] for row in rows[1:])


def test_a_long_list_leaves_page_by_page_and_is_looked_at_once(house, browser, enter, monkeypatch):
    """Nobody keeps a million lines in memory, and nobody a transaction open while they load."""
    enter()
    written(house, browser)
    browser.post("/broadcasts/1/confirm")
    laid(house)
    whole = text(browser.get("/broadcasts/1.csv"))
    monkeypatch.setattr("desk.broadcast_views._RECIPIENTS", broadcast_views._RECIPIENTS.limit(2))
    monkeypatch.setattr("desk.broadcast_views._LINES", 2)

    answer = browser.client.get("/console/broadcasts/1.csv", buffered=False)
    pages = list(answer.response)

    _, booked = busiest(house)
    assert len(pages) == 1 + booked // 2 + 1
    assert b"".join(pages).decode() == whole
    with open_desk(house, CONSOLE) as counter:
        of = AuditEvent.act == "look", AuditEvent.subject == "broadcast:1"
        looks = counter.work.conn.scalars(select(AuditEvent.id).where(*of)).all()
    assert len(looks) == 2


def test_what_is_dear_to_count_is_counted_no_oftener_than_it_costs():
    now, counted = [0.0], []

    def count() -> int:
        counted.append(now[0])
        now[0] += 0.5
        return len(counted)

    glances: Glances[int, int] = Glances(lambda: now[0])
    for _ in range(200):
        glances.at(1, count)
        now[0] += 0.5

    assert len(counted) == 4  # of 102 seconds: half a second, 25 s nothing, and again
    assert glances.at(2, count) == 5


def test_a_large_one_waits_for_somebody_else(house, browser, enter, monkeypatch):
    enter()
    written(house, browser)
    with open_desk(house, CONSOLE) as counter:
        counter.work.conn.execute(update(Broadcast).values(expected=1000))
    page = text(browser.post("/broadcasts/1/confirm"))
    assert "要另一位同事登录后批准" in page
    assert "另一位同事批准" in text(browser.post("/broadcasts/1/approve"))
    browser.post("/logout")
    enter(name="王护士")
    assert "批准发送" in text(browser.get("/broadcasts/1"))
    assert "王护士批准" in text(browser.post("/broadcasts/1/approve"))


def test_words_that_cannot_be_sent_come_back_with_a_reason(house, browser, enter):
    enter()
    page = written(house, browser, "{身份证}请核对")
    assert "花括号" in page
    assert "{身份证}请核对" in page
    assert "请选通知谁" in text(browser.post("/broadcasts/new", words="停电"))
    answer = browser.post("/broadcasts/new", audience="followers", words="{姓名}停电")
    assert answer.status_code == 400


def counted(monkeypatch, told: int | Exception) -> None:
    """So many followers WeChat counts, or what becomes of the question."""

    def ask(_: WechatClient, path: str) -> dict[str, int]:
        assert path == "/cgi-bin/user/get"
        if isinstance(told, Exception):
            raise told
        return {"total": told}

    monkeypatch.setattr(WechatClient, "ask", ask)


def test_all_followers_are_counted_by_wechat_and_a_second_one_approves(
    house, browser, enter, monkeypatch
):
    counted(monkeypatch, 23_000)
    enter()
    assert "全部关注者" in text(browser.get("/broadcasts/new"))
    page = text(browser.post("/broadcasts/new", audience="everyone", words="周一停水"))
    with open_desk(house, CONSOLE) as counter:
        known = audiences.count(counter.work, Audience(kind="everyone"))
    assert f"微信统计有23000位关注者，其中登记过{known}位" in page
    assert "不知道本月收过几条群发" in page
    assert "收满4条的由微信自己略过" in page
    assert "要另一位同事登录后批准" in text(browser.post("/broadcasts/1/confirm"))


def test_each_list_of_a_mass_send_is_shown_with_what_wechat_reported(
    house, browser, enter, monkeypatch
):
    counted(monkeypatch, 20)
    enter()
    browser.get("/broadcasts/new")
    browser.post("/broadcasts/new", audience="everyone", words="周一停水")
    browser.post("/broadcasts/1/confirm")
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        mass_lists.keep(work, 1, 0, 12, strangers=True)
        mass_lists.sent(work, 1, 0, "1001")
        told = {"TotalCount": 12, "FilterCount": 9, "SentCount": 8, "ErrorCount": 1}
        mass_lists.report(work, 1, 0, told)
        mass_lists.keep(work, 1, 1, 8, strangers=True)
        mass_lists.failed(work, 1, 1, "48001")
        work.conn.execute(update(Broadcast).values(state="sending", expected=20, stage="all"))
    page = text(browser.get("/broadcasts/1"))
    lines = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    rows = [re.findall(r"<td>(.*?)</td>", line) for line in lines]
    assert ["1", "其余关注者", "12", "已发出", "3", "8", "1"] in rows
    (failed,) = [row for row in rows if row and row[0] == "2"]
    assert "要认证过的服务号" in failed[3]
    assert "微信没发（本月满4条或拒收）</dt><dd>3<" in page
    assert "只有登记过的" in page


@pytest.mark.parametrize(
    ("no", "said"),
    [
        (PermanentError(48001, "no"), "（48001），不能发给全部关注者"),
        (TransientError(0, "away"), "现在连不上微信"),
    ],
)
def test_the_composer_says_why_not_all_can_be_written_to(  # noqa: PLR0913, PLR0917 - fixtures
    house, browser, enter, monkeypatch, no, said
):
    counted(monkeypatch, no)
    enter()
    browser.get("/broadcasts/new")
    answer = browser.post("/broadcasts/new", audience="everyone", words="周一停水")
    assert (answer.status_code, said in text(answer)) == (400, True)
    assert "周一停水" in text(answer)


def test_a_doctor_may_not_even_ask_how_many_follow(house, browser, enter, monkeypatch):
    counted(monkeypatch, AssertionError("asked"))
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0].code
    enter("doctor", doctor, "张医生")
    browser.get("/broadcasts/new")
    answer = browser.post("/broadcasts/new", audience="everyone", words="周一停水")
    assert answer.status_code == 400
    assert "不归您管" in text(answer)


def test_a_doctor_sees_only_what_is_his(house, browser, enter):
    enter()
    written(house, browser)
    browser.post("/logout")
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0].code
    enter("doctor", doctor, "张医生")
    assert "还没有发过通知" in text(browser.get("/broadcasts"))
    assert browser.get("/broadcasts/1").status_code == 409
    assert "关注者" not in text(browser.get("/broadcasts/new"))


def test_a_group_is_made_and_filled_by_lines(house, browser, enter):
    enter()
    assert "村里的老人" in text(browser.post("/groups", name="村里的老人"))
    page = text(browser.post("/groups/1/add", people="11010119500307222X\n没有这个人"))
    assert "第" in page
    assert "没有找到患者" in page
    assert "村里的老人" not in text(browser.post("/groups/1/remove"))


def test_a_department_on_a_day_is_fewer_than_the_day(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        day = counter.now.date().isoformat()
        wards = [ward.code for ward in counter.catalogue.departments()]
    sizes = []
    for ward in ("", *wards):
        fields = {"audience": "day", "first": day, "last": day, "ward": ward, "words": "停电"}
        browser.post("/broadcasts/new", **fields)
    with open_desk(house, CONSOLE) as counter:
        sizes = list(counter.work.conn.scalars(select(Broadcast.expected).order_by(Broadcast.id)))
    assert sizes[0] == sum(sizes[1:])
    assert max(sizes[1:]) < sizes[0]


def of_group(house, author: str) -> int:
    """A group's notice of somebody's, of which one call has to be made; its number."""
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        number = work.conn.scalar(select(Staff.id).where(Staff.name == author))
        member = staff.by_number(work, number)
        group = groups.create(work, member, "高血压随访")
        patient = work.conn.scalar(select(Patient.id).where(Patient.merged_into_id.is_(None)))
        work.conn.execute(insert(PatientGroupMember).values(group_id=group, patient_id=patient))
        audience = Audience(kind="group", group=group)
        made = counter.broadcasts.draft(member, audience, "周五上午量血压")
        notice = outbox.Notice("news", "n", {"name": "王小明"}, broadcast_id=made.id)
        outbox.put(work, notice)
        work.conn.execute(update(Outbox).where(Outbox.dedupe_key == "n").values(state="call"))
        return made.id


@pytest.mark.parametrize("role", ["desk", "doctor"])
def test_who_was_not_reached_is_rung_by_the_site_that_wrote(house, browser, enter, role):
    """Every site was to ring the patients of one."""
    with open_desk(house, CONSOLE) as counter:
        doctor = next(d for d in counter.catalogue.doctors() if d.site == "SQ")
    if role == "doctor":
        enter("doctor", doctor.code, name="写的人")
    else:
        enter(site="SQ", name="写的人")
    browser.post("/logout")
    of_group(house, "写的人")
    with open_desk(house, CONSOLE) as counter:
        call = counter.work.conn.scalar(select(Outbox.id).where(Outbox.dedupe_key == "n"))
    enter(name="总院护士", site="GH")
    assert "王小明" not in text(browser.get("/calls"))
    assert "没有找到" in text(browser.post(f"/calls/{call}/done"))
    assert "高血压随访" not in text(browser.get("/groups"))
    browser.post("/logout")
    for name, site in (("全院护士", None), ("社区护士", "SQ")):
        enter(name=name, site=site)
        assert "王小明" in text(browser.get("/calls"))
        browser.post("/logout")
    browser.post("/login", name="社区护士", password=PASSWORD)
    assert "已办好" in text(browser.post(f"/calls/{call}/done"))


def test_a_notice_of_the_whole_hospital_may_be_rung_about_everywhere(house, browser, enter):
    enter(name="写的人")
    browser.post("/logout")
    of_group(house, "写的人")
    for name, site in (("总院护士", "GH"), ("社区护士", "SQ")):
        enter(name=name, site=site)
        assert "王小明" in text(browser.get("/calls"))
        browser.post("/logout")


def test_a_colleague_of_the_same_site_can_approve_what_goes_to_a_group(house, browser, enter):
    """Only somebody of the whole hospital could, and a small site has none."""
    enter(name="写的人", site="SQ")
    number = of_group(house, "写的人")
    with open_desk(house, CONSOLE) as counter:
        counter.work.conn.execute(update(Broadcast).values(expected=1000))
    browser.get(f"/broadcasts/{number}")
    browser.post(f"/broadcasts/{number}/confirm")
    browser.post("/logout")
    enter(name="总院护士", site="GH")
    assert browser.get(f"/broadcasts/{number}").status_code == 409
    assert browser.post(f"/broadcasts/{number}/approve").status_code == 409
    browser.post("/logout")
    enter(name="社区护士", site="SQ")
    browser.get(f"/broadcasts/{number}")
    assert "社区护士批准" in text(browser.post(f"/broadcasts/{number}/approve"))


def test_a_notice_without_a_shift_chosen_is_for_nobody_and_not_for_everybody(browser, enter):
    enter()
    page = browser.post("/broadcasts/new", audience="shift", words="改在3号楼")
    assert page.status_code == 400
    assert "没有写明通知谁" in text(page)
    assert "改在3号楼" in text(page)
    late = {"audience": "day", "first": "2026-12-02", "last": "2026-12-01", "words": "改在3号楼"}
    assert "从前到后" in text(browser.post("/broadcasts/new", **late))


def test_whoever_approves_reads_to_whom_it_goes_and_when(house, browser, enter):
    enter(name="写的人")
    page = written(house, browser)
    shift, booked = busiest(house)
    with open_desk(house, CONSOLE) as counter:
        (clinic,) = shifts.some(counter.work, [shift])
        day = counter.now.date()
    assert f"{clinic.department_name}{clinic.doctor_name or '普通号'}，{booked}位患者" in page
    days = {"audience": "day", "first": day.isoformat(), "words": "停电", "site": clinic.site}
    named = text(browser.post("/broadcasts/new", **days))
    assert f"{day.month}月{day.day}日" in named.split("发给谁")[1]
    assert f"{clinic.site_name}，有预约的患者" in named
    with open_desk(house, CONSOLE) as counter:
        counter.work.conn.execute(update(Broadcast).values(expected=1000))
        at = f"{counter.now + timedelta(hours=3):%Y-%m-%dT%H:%M}"
    assert "等另一位同事批准" in text(browser.post("/broadcasts/1/confirm", at=at))
    browser.post("/logout")
    enter(name="批准的人")
    page = text(browser.get("/broadcasts/1"))
    assert clinic.department_name in page
    assert "开始发送" in page


def test_a_time_that_is_over_sends_nothing_at_once(house, browser, enter):
    enter()
    written(house, browser)
    no = browser.post("/broadcasts/1/confirm", at="2026-01-05T08:00")
    assert no.status_code == 409
    assert "已经过了" in text(no)
    assert "草稿" in text(browser.get("/broadcasts/1"))


def test_words_that_name_no_visit_say_at_the_end_which_one_is_meant(browser, house, enter):
    enter()
    shift, _ = busiest(house)
    page = text(
        browser.post("/broadcasts/new", audience="shift", shift=str(shift), words="请带医保卡")
    )
    with open_desk(house, CONSOLE) as counter:
        (clinic,) = shifts.some(counter.work, [shift])
    assert f"您的号：{clinic.starts_at.month}月{clinic.starts_at.day}日" in page
    assert clinic.department_name in page.split("您的号")[1][:60]
    assert "您的号" not in written(house, browser)
