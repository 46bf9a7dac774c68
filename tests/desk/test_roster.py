"""A hospital's IT staff import the roster: CSV or XLSX, all or nothing, errors they can use."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select, update

from desk import stock
from desk.catalogue import Catalogue
from desk.directory import Directories, roster_version
from desk.placing import Placing, place
from desk.roster import import_roster
from desk.roster_files import RosterErrors
from desk.roster_report import ImportReport
from desk.work import Actor, Work
from models import Appointment, Shift, Site, Slot
from scheduling.policy import Policy
from scheduling.types import Registration
from tests.desk.clinic import Clinic

WINDOW = Actor("window")
Rows = list[dict[str, object]]
SITES: Rows = [{"code": "GH", "name": "综合医院", "kind": "general", "latitude": 31.230416}]
DEPARTMENTS: Rows = [
    {"site": "GH", "code": "SJ", "name": "神经内科", "national_code": "03.03",
     "aliases": "神内；脑科"},
    {"site": "GH", "code": "JZ", "name": "急诊科", "bookable": "false"},
]  # fmt: skip
DOCTORS: Rows = [
    {"site": "GH", "code": "D1", "name": "王建国", "department": "SJ", "expertise": "眩晕;头痛"}
]
SHIFT: dict[str, object] = {
    "site": "GH", "department": "SJ", "doctor": "D1", "label": "专家", "date": "2026-11-25",
    "start": "08:00", "end": "10:00", "slot_minutes": 30, "capacity_per_slot": 3,
    "wechat_capacity": 2, "room": "401", "service_type": "expert", "fee_fen": 5000,
}  # fmt: skip
WEEKLY = {name: value for name, value in SHIFT.items() if name != "date"} | {
    "weekday": "3;5",
    "valid_from": "2026-11-01",
    "valid_to": "2026-12-04",
}


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    clinic = Clinic(sqlite_url)
    yield clinic
    clinic.engine.dispose()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write(shifts=[…])` writes those files and returns their directory."""

    def files(encoding: str = "utf-8", **tables: Rows) -> Path:
        folder = tmp_path / f"roster-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, rows in tables.items():
            header = list(dict.fromkeys(key for row in rows for key in row))
            with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
                writer = csv.DictWriter(file, header)
                writer.writeheader()
                writer.writerows(rows)
        return folder

    return files


@pytest.fixture
def whole(write: Callable[..., Path]) -> Path:
    return write(sites=SITES, departments=DEPARTMENTS, doctors=DOCTORS, shifts=[SHIFT])


def load(clinic: Clinic, *paths: Path, until: date | None = None) -> ImportReport:
    with clinic.work(WINDOW) as work:
        return import_roster(work, paths, until)


def refused(clinic: Clinic, *paths: Path) -> list[str]:
    with clinic.work(WINDOW) as work, pytest.raises(RosterErrors) as error:
        import_roster(work, paths)
    return [str(one) for one in error.value.errors]


def count(clinic: Clinic, table: type) -> int:
    with clinic.work() as work:
        return work.conn.scalar(select(func.count()).select_from(table)) or 0


def book(clinic: Clinic, *, hour: int = 8, channel: str = "chat") -> str:
    """A patient takes the first slot of that hour; returns the appointment's code."""
    with clinic.chat("openid-li") as patients:
        patients.consent("registration")
        person = patients.register(Registration("李芳", "passport", "E12345678", "self", "f",
                                                date(1980, 5, 1), "13800138000"))  # fmt: skip
    actor = Actor("chat", openid="openid-li") if channel == "chat" else WINDOW
    with clinic.work(actor) as work:
        slots = work.conn.execute(select(Slot.id, Slot.starts_at).order_by(Slot.starts_at))
        slot = next(s.id for s in slots if work.local(s.starts_at).hour == hour)
        wanted = stock.wanted(work, slot)
        stock.take(work, wanted)
        new = place(work, wanted, Placing(person.id, None, "booked"))
        code = work.conn.scalar(select(Appointment.code).where(Appointment.id == new))
    assert code is not None
    return code


def test_a_whole_roster_becomes_sites_departments_doctors_and_slots(clinic, whole):
    report = load(clinic, whole)
    assert {kind: one.added for kind, one in report.counts.items()} == {
        "sites": 1,
        "villages": 0,
        "departments": 2,
        "doctors": 1,
        "shifts": 1,
    }
    with clinic.work("openid") as work:
        catalogue = Catalogue(work)
        assert [ward.aliases for ward in catalogue.departments(["SJ"])] == [("神内", "脑科")]
        assert [ward.bookable for ward in catalogue.departments()] == [True, False]
        (wang,) = catalogue.doctors(department="SJ")
        assert (wang.name, wang.expertise, wang.site_name) == (
            "王建国",
            ("眩晕", "头痛"),
            "综合医院",
        )
        (day,) = catalogue.doctor_days("D1")
        assert (day.starts_at.isoformat(), day.left) == ("2026-11-25T08:00:00+08:00", 2)
        slots = work.conn.execute(select(Slot.capacity, Slot.chat_capacity)).all()
        assert slots == [(3, 2)] * 4


def test_importing_the_same_files_twice_changes_nothing(clinic, whole):
    load(clinic, whole)
    report = load(clinic, whole)
    assert not report.is_changed
    assert all(one.unchanged for kind, one in report.counts.items() if kind != "villages")
    with clinic.work() as work:
        assert roster_version(work.conn) == 1


def test_the_second_import_changes_nothing_on_every_database(database_url, write):
    clinic = Clinic(database_url)
    files = write(sites=SITES, departments=DEPARTMENTS, doctors=DOCTORS, shifts=[WEEKLY])
    assert load(clinic, files).counts["shifts"].added == 4
    assert not load(clinic, files).is_changed
    clinic.engine.dispose()


def test_an_import_is_seen_at_once_by_itself_and_by_others_once_it_is_committed(
    clinic, whole, write
):
    load(clinic, whole)
    shared = Directories()

    def names(work: Work) -> list[str]:
        return [doctor.name for doctor in Catalogue(work).doctors()]

    def reading(openid: str) -> list[str]:
        with clinic.work(openid) as work:
            return names(replace(work, directories=shared))

    before = reading("openid-li")
    renamed = write(doctors=[{**DOCTORS[0], "name": "王建军"}])
    with suppress(ZeroDivisionError), clinic.work() as work:
        own = replace(work, directories=shared)
        names(own)
        import_roster(own, [renamed])
        assert names(own) == ["王建军"]
        raise ZeroDivisionError  # nothing of it is committed
    assert reading("openid-li") == before == ["王建国"]
    load(clinic, write(doctors=[{**DOCTORS[0], "name": "王建民"}]))
    assert reading("openid-li") == ["王建民"]


def test_what_a_file_does_not_name_stays_as_it_is(clinic, whole, write):
    load(clinic, whole)
    new = {"site": "GH", "code": "D2", "name": "张伟", "department": "SJ"}
    report = load(clinic, write(doctors=[new]))
    assert report.counts["doctors"].added == 1
    # A column that is left out keeps what is known.
    load(clinic, write(doctors=[{**DOCTORS[0], "expertise": "失眠"}]))
    bare = {"site": "GH", "code": "D1", "name": "王建国", "department": "SJ"}
    assert not load(clinic, write(doctors=[bare])).is_changed
    with clinic.work() as work:
        assert [d.expertise for d in Catalogue(work).doctors(["D2", "D1"])] == [(), ("失眠",)]
        assert roster_version(work.conn) == 3


def test_chinese_headers_and_words_a_bom_and_excels_dates_are_understood(clinic, write):
    files = write(
        "utf-8-sig",
        机构=[{"机构代码": "XZ", "机构名称": "镇卫生院", "类型": "乡镇卫生院"}],
        科室=[{"机构": "XZ", "科室代码": "QK", "科室名称": "全科", "是否可预约": "是"}],
        医生=[{"机构": "XZ", "工号": "7", "姓名": "阿依古丽·买买提", "科室": "QK"}],
        出诊表=[
            {
                "机构": "XZ", "科室": "QK", "医生": "7", "日期": "2026/11/26", "开始": "8:00",
                "结束": "9:00", "每段分钟": "30", "每段号数": "2", "号别": "普通", "费用分": "200",
            }
        ],
    )  # fmt: skip
    assert load(clinic, files).counts["shifts"].added == 1
    with clinic.work() as work:
        (doctor,) = work.directory.doctors.values()
        assert (doctor.code, doctor.name) == ("7", "阿依古丽·买买提")
        assert (doctor.site, doctor.department, doctor.title) == ("XZ", "QK", "")
        # Without a share of its own the chat may book everything.
        assert work.conn.execute(select(Slot.capacity, Slot.chat_capacity)).all() == [(2, 2)] * 2


def test_a_workbook_with_one_sheet_per_table_is_the_same_roster(clinic, tmp_path, whole):
    book = openpyxl.Workbook()
    tables = {"sites": SITES, "departments": DEPARTMENTS, "doctors": DOCTORS, "shifts": [SHIFT]}
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        header = list(dict.fromkeys(key for row in rows for key in row))
        sheet.append(header)
        for row in rows:
            sheet.append([row.get(key) for key in header])
    book["shifts"]["E2"] = date(2026, 11, 25)
    del book["Sheet"]
    book.save(tmp_path / "roster.xlsx")
    assert load(clinic, tmp_path / "roster.xlsx").counts["shifts"].added == 1
    assert not load(clinic, whole).is_changed


def test_a_weekly_shift_takes_place_on_its_days_from_today_on(clinic, write):
    files = write(sites=SITES, departments=DEPARTMENTS, doctors=DOCTORS, shifts=[WEEKLY])
    load(clinic, files)
    with clinic.work() as work:
        days = work.conn.scalars(select(Shift.visit_on).order_by(Shift.visit_on)).all()
    assert [day.isoformat() for day in days] == [
        "2026-11-25", "2026-11-27", "2026-12-02", "2026-12-04",
    ]  # fmt: skip
    # Tomorrow the same file still changes nothing, though a day has gone by.
    clinic.wait(timedelta(days=2))
    assert not load(clinic, files).is_changed


def test_a_dated_line_overrides_the_weekly_one_of_that_day(clinic, write):
    other_room = SHIFT | {"room": "999"}
    rows = [{**WEEKLY, "date": ""}, {**other_room, "weekday": "", "valid_from": ""}]
    load(clinic, write(sites=SITES, departments=DEPARTMENTS, doctors=DOCTORS, shifts=rows))
    with clinic.work() as work:
        rooms = work.conn.execute(select(Shift.visit_on, Shift.room).order_by(Shift.visit_on))
        assert [room for _, room in rooms] == ["999", "401", "401", "401"]


def test_all_errors_are_told_at_once_each_with_file_row_and_column(clinic, write):
    files = write(
        sites=SITES,
        departments=[*DEPARTMENTS, {"site": "NO", "code": "X", "name": "某科"}],
        doctors=[{**DOCTORS[0], "department": "YY"}],
        shifts=[
            {**SHIFT, "fee_fen": "五十元", "start": "8点"},
            {**SHIFT, "end": "07:00", "doctor": ""},
            {**SHIFT, "wechat_capacity": 9, "doctor": ""},
        ],
    )
    errors = refused(clinic, files)
    assert errors == [
        "shifts.csv 第2行 “start”列：“8点”不是时间（如 08:00）",
        "shifts.csv 第2行 “fee_fen”列：“五十元”应为0到1000000之间的整数",
        "departments.csv 第4行 “site”列：没有代码为“NO”的机构",
        "doctors.csv 第2行 “department”列：没有代码为“YY”的科室",
        "shifts.csv 第3行 “end”列：结束时间应晚于开始时间（跨夜班次请分成两行）",
        "shifts.csv 第4行 “wechat_capacity”列：微信号数不能多于每段号数",
    ]
    assert count(clinic, Site) == 0


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"code": "A", "name": "甲", "kind": "general", "fax": "1"}, "第1行 “fax”列：不认识的列"),
        ({"code": "A", "name": "甲"}, "第1行 “kind/类型”列：缺少这一列"),
        ({"code": "A", "name": "", "kind": "general"}, "第2行 “name”列：不能为空"),
        ({"code": "A", "name": "甲", "kind": "诊所"}, "“诊所”不认识"),
        ({"code": "A B", "name": "甲", "kind": "general"}, "不能含空格"),
        ({"code": "A", "name": "甲", "kind": "general", "latitude": "nan"}, "应在-90到90之间"),
    ],
)
def test_a_wrong_line_is_named(clinic, write, row, expected):
    (error,) = refused(clinic, write(sites=[row]))
    assert error.startswith("sites.csv ")
    assert expected in error


def test_files_that_are_no_roster_are_refused_by_name(clinic, tmp_path):
    (tmp_path / "sites.csv").write_bytes("code,name\nA,综合医院".encode("gb18030"))
    (tmp_path / "prices.csv").write_text("a,b\n1,2", encoding="utf-8")
    (tmp_path / "doctors.xlsx").write_bytes(b"not a workbook")
    errors = "\n".join(refused(clinic, tmp_path, tmp_path / "missing.csv", tmp_path / "a.pdf"))
    assert "sites.csv：不是 UTF-8 编码" in errors
    assert "prices.csv：不知道这是什么表" in errors
    assert "doctors.xlsx：打不开" in errors
    assert "missing.csv：打不开" in errors
    assert "a.pdf：只能导入 CSV 或 XLSX 文件" in errors


def test_the_same_code_twice_the_same_name_twice_and_the_same_shift_twice(clinic, write):
    twin = {"site": "GH", "code": "SJ2", "name": "神经内科"}
    errors = refused(
        clinic,
        write(
            sites=[*SITES, *SITES],
            departments=[*DEPARTMENTS, twin],
            doctors=DOCTORS,
            shifts=[SHIFT, SHIFT],
        ),
    )
    assert errors == [
        "sites.csv 第3行 “code”列：代码“GH”重复（sites.csv 第2行已有）",
        "departments.csv 第4行 “name”列：同一机构已有同名科室（SJ）",
        "shifts.csv 第3行 “start”列：与 shifts.csv 第2行 是同一班次（2026-11-25）",
    ]


def test_a_doctor_cannot_be_in_two_places_at_once(clinic, whole, write):
    load(clinic, whole)
    moved = SHIFT | {"start": "09:00", "end": "11:00"}
    code = book(clinic)
    (error,) = refused(clinic, write(shifts=[moved]))
    assert "与该医生已有的班次时间重叠" in error
    assert code in error


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"capacity_per_slot": 1, "wechat_capacity": 1}, "已约2人，号数不能更少"),
        ({"slot_minutes": 20}, "不能改变时段"),
        ({"start": "08:00", "end": "09:00"}, "不能取消 09:00 的时段"),
        ({"mode": "remote"}, "不能改变出诊方式"),
        ({"wechat_capacity": 0}, "微信已约1人，微信号数不能更少"),
    ],
)
def test_a_change_that_hits_an_appointment_is_refused_naming_it(
    clinic, whole, write, change, expected
):
    load(clinic, whole)
    codes = [book(clinic, hour=9)]
    with clinic.work() as work:
        work.conn.execute(update(Slot).where(Slot.booked == 1).values(booked=2))
    errors = "\n".join(refused(clinic, write(shifts=[SHIFT | change])))
    assert expected in errors
    assert codes[0] in errors
    with clinic.work() as work:
        assert work.conn.scalar(select(func.count()).select_from(Slot)) == 4
        assert roster_version(work.conn) == 1


def test_a_change_that_hits_nobody_is_made(clinic, whole, write):
    load(clinic, whole)
    book(clinic, hour=8)
    shorter = SHIFT | {"end": "09:00", "room": "402", "capacity_per_slot": 5, "fee_fen": 3000}
    report = load(clinic, write(shifts=[shorter]))
    assert report.counts["shifts"].changed == 1
    with clinic.work() as work:
        assert work.conn.execute(select(Slot.capacity).order_by(Slot.starts_at)).all() == [
            (5,), (5,),
        ]  # fmt: skip
        assert work.conn.execute(select(Shift.room, Shift.fee_fen)).all() == [("402", 3000)]


def test_a_slot_with_a_history_is_closed_and_not_forgotten(clinic, whole, write):
    load(clinic, whole)
    book(clinic, hour=9)
    with clinic.work() as work:
        work.conn.execute(update(Appointment).values(status="cancelled"))
        work.conn.execute(update(Slot).values(booked=0, chat_booked=0))
    shorter = write(shifts=[SHIFT | {"end": "09:00"}])
    assert load(clinic, shorter).counts["shifts"].changed == 1
    assert count(clinic, Slot) == 3
    assert not load(clinic, shorter).is_changed
    assert load(clinic, whole).counts["shifts"].changed == 1
    with clinic.work() as work:
        assert work.conn.execute(select(Slot.capacity, Slot.is_open)).all() == [(3, True)] * 4


def test_a_suspended_shift_stays_suspended(clinic, whole, write):
    load(clinic, whole)
    with clinic.work() as work:
        work.conn.execute(update(Shift).values(state="suspended"))
        work.conn.execute(update(Slot).values(is_open=False))
    load(clinic, write(shifts=[SHIFT | {"end": "11:00"}]))
    with clinic.work() as work:
        assert set(work.conn.scalars(select(Slot.is_open))) == {False}
        assert Catalogue(work).doctor_days("D1") == []


def test_a_department_with_appointments_cannot_become_unbookable(clinic, whole, write):
    load(clinic, whole)
    code = book(clinic)
    (error,) = refused(clinic, write(departments=[{**DEPARTMENTS[0], "bookable": "否"}]))
    assert code in error
    assert "“bookable”列" in error


def test_a_weekly_shift_without_an_end_in_reach_is_laid_out_for_a_year(clinic, whole, write):
    load(clinic, whole)
    weekly = SHIFT | {"weekday": "3", "valid_from": "2026-11-25", "valid_to": "2035-12-31"}
    report = load(clinic, write(shifts=[{k: v for k, v in weekly.items() if k != "date"}]))

    assert report.laid_until == date(2027, 11, 25)
    with clinic.work() as work:
        last = work.conn.scalar(select(func.max(Shift.visit_on)))
    assert date(2027, 11, 18) < last <= date(2027, 11, 25)


def test_what_the_window_has_lost_to_the_chat_by_now_stays_the_chats(clinic, whole):
    load(clinic, whole)
    evening = clinic.now.replace(hour=10)  # 18:00 in Shanghai, the day before the shift
    policy = Policy(window_share_until=time(17))
    with clinic.work(WINDOW) as work:
        eve = replace(work, policy=policy, now=evening)
        work.conn.execute(update(Slot).values(booked=3, chat_booked=3, chat_capacity=3))

        report = import_roster(eve, [whole])

        assert not report.is_changed
        assert set(work.conn.scalars(select(Slot.chat_capacity))) == {3}
        work.conn.execute(update(Slot).values(booked=0, chat_booked=0))
        assert import_roster(work, [whole]).is_changed, "by day the file says what the share is"
