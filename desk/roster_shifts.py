"""Shifts of the roster files: expanded over days, cut into slots, reconciled with what is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select

from desk.roster_files import Line, RosterTables
from desk.roster_places import places_by_code
from desk.roster_report import ImportReport
from desk.roster_slots import Reconciler
from desk.roster_wanted import WantedShift, check_overlaps
from desk.work import Work
from models import Department, Doctor, Shift, Site
from scheduling import quotas
from scheduling.calendar import expand
from scheduling.slots import Cutting, cut, half_day

_LONGEST_AHEAD = timedelta(days=366)
_CHUNK = 400


def write(work: Work, tables: RosterTables, report: ImportReport, until: date | None) -> None:
    """Make the shifts of today and later agree; adds what is wrong to `tables.errors`."""
    wanted = _Reader(work, tables, report, until).read()
    if not wanted:
        return
    existing = _existing(work, list(wanted))
    check_overlaps(work, wanted, tables)
    Reconciler(work, tables.errors, report.counts["shifts"]).reconcile(wanted, existing)


class _Reader:
    """Turns lines into wanted shifts."""

    def __init__(
        self, work: Work, tables: RosterTables, report: ImportReport, until: date | None
    ) -> None:
        self._work = work
        self._tables = tables
        self._report = report
        self._today = work.local(work.now).date()
        self._until = until
        self._departments = places_by_code(work, Department)
        self._doctors = places_by_code(work, Doctor)
        self._sites = {row.code: row.id for row in work.conn.execute(select(Site.code, Site.id))}

    def read(self) -> dict[str, WantedShift]:
        """Return the wanted shifts by natural key; a dated line overrides a weekly one."""
        wanted: dict[str, WantedShift] = {}
        for line in self._tables.lines["shifts"]:
            for shift in self._shifts(line):
                other = wanted.get(shift.key)
                if other is None or (shift.is_dated and not other.is_dated):
                    wanted[shift.key] = shift
                elif shift.is_dated == other.is_dated:
                    place = f"{other.line.file} 第{other.line.row}行"
                    self._error(
                        line, "start", f"与 {place} 是同一班次（{shift.values['visit_on']}）"
                    )
                    break
        return wanted

    def _error(self, line: Line, column: str | None, message: str) -> None:
        self._tables.errors.append(line.error(column, message))

    def _shifts(self, line: Line) -> Iterator[WantedShift]:
        before = len(self._tables.errors)
        placed = self._place(line)
        days = self._days(line)
        self._check(line)
        if len(self._tables.errors) > before:
            return
        for day in days:
            yield self._shift(line, placed, day)

    def _place(self, line: Line) -> dict[str, Any]:
        get = line.get
        site = self._sites.get(get("site"))
        department = self._departments.get(get("department"))
        doctor = self._doctors.get(get("doctor")) if get("doctor") else None
        if site is None:
            self._error(line, "site", f"没有代码为“{get('site')}”的机构")
        if department is None:
            self._error(line, "department", f"没有代码为“{get('department')}”的科室")
        elif site is not None and department[1] != site:
            self._error(line, "department", f"科室“{get('department')}”不属于该机构")
        if get("doctor") and doctor is None:
            self._error(line, "doctor", f"没有代码为“{get('doctor')}”的医生")
        elif doctor and site is not None and doctor[1] != site:
            self._error(line, "doctor", f"医生“{get('doctor')}”不属于该机构")
        return {
            "site_id": site,
            "department_id": department and department[0],
            "doctor_id": doctor and doctor[0],
        }

    def _days(self, line: Line) -> Sequence[date]:
        get = line.get
        if (get("date") is None) == (get("weekday") is None):
            self._error(line, "date", "日期和星期必须填一个，且只能填一个")
            return ()
        if get("date") is not None:
            self._report.past += get("date") < self._today
            return [get("date")] if get("date") >= self._today else ()
        if get("valid_from") is None or get("valid_to") is None:
            self._error(line, "valid_from", "按星期出诊须填生效日期和失效日期")
            return ()
        if get("valid_from") > get("valid_to"):
            self._error(line, "valid_to", "失效日期早于生效日期")
            return ()
        until = self._until or self._today + _LONGEST_AHEAD
        if get("valid_to") > until:
            self._report.laid_until = until
        last = min(get("valid_to"), until)
        return self._weekly(get("weekday"), max(get("valid_from"), self._today), last)

    def _weekly(self, weekdays: Iterable[int], first: date, last: date) -> Sequence[date]:
        days: list[date] = []
        report = self._report
        for weekday in weekdays:
            found = expand(weekday, first, last)
            days.extend(found.days)
            report.holidays = tuple(sorted({*report.holidays, *found.holidays}))
            report.unknown_years = tuple(sorted({*report.unknown_years, *found.unknown_years}))
        return sorted(days)

    def _check(self, line: Line) -> None:
        values = line.values
        minutes = _minutes(values["end"]) - _minutes(values["start"])
        if minutes <= 0:
            self._error(line, "end", "结束时间应晚于开始时间（跨夜班次请分成两行）")
        elif minutes < values["slot_minutes"]:
            self._error(line, "slot_minutes", "时段比整个班次还长，一个号也分不出来")
        chat = values.get("wechat_capacity")
        if chat is not None and chat > values["capacity_per_slot"]:
            self._error(line, "wechat_capacity", "微信号数不能多于每段号数")

    def _shift(self, line: Line, placed: Mapping[str, Any], day: date) -> WantedShift:
        values, work = line.values, self._work
        begins = _instant(day, values["start"], work)
        ends = _instant(day, values["end"], work)
        chat = values.get("wechat_capacity")
        how = Cutting(
            slot_minutes=values["slot_minutes"],
            capacity=values["capacity_per_slot"],
            chat_capacity=values["capacity_per_slot"] if chat is None else chat,
            urgent_share=work.policy.urgent_reserve,
            kept_shares=quotas.shares(work.policy),
        )
        label = values.get("label", "")
        who = values.get("doctor") or ""
        parts = (values["department"], who, day.isoformat(), f"{values['start']:%H:%M}", label)
        columns = {
            **placed,
            "label": label,
            "visit_on": day,
            "half_day": half_day(values["start"]),
            "starts_at": begins,
            "ends_at": ends,
            "slot_minutes": how.slot_minutes,
            "room": values.get("room", ""),
            "service_type": values["service_type"],
            "mode": values.get("mode", "clinic"),
            "fee_fen": values["fee_fen"],
        }
        is_dated = values.get("date") is not None
        return WantedShift(line, is_dated, "|".join(parts), columns, cut(begins, ends, how))


def _instant(day: date, local: time, work: Work) -> datetime:
    return datetime.combine(day, local, tzinfo=work.zone).astimezone(UTC)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _existing(work: Work, keys: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the stored shifts with these natural keys; in chunks, as back-ends limit lists."""
    found: dict[str, Row[Any]] = {}
    for at in range(0, len(keys), _CHUNK):
        query = select(Shift.__table__).where(Shift.natural_key.in_(keys[at : at + _CHUNK]))
        found.update({row.natural_key: row for row in work.conn.execute(query)})
    return found
