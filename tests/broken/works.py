"""
The whole house as processes: gunicorn, couriers, the simulator; any of them may be killed.

They run as in production, on the running clock. So that it is ten in the morning whenever the
tests run, the hospital lies in another time zone. The web's socket belongs to us, as it does to
systemd: a message that comes while nobody serves waits in the queue.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from bot.house import House, open_house
from bot.settings import Settings
from bot.turn import open_desk
from desk.roster import import_roster
from desk.work import Actor
from models import clock
from tests import forked
from tests.bot.hospital import APP, KEYS, TOKEN
from tests.databases import furnish

ROOT = Path(__file__).parents[2]
SECRET = "5ecret5ecret5ecret5ecret5ecret5e"
_MORNING = 10
_READY_SECONDS = 60.0
_SITES = (
    "code,name,kind,address,phone,emergency_phone,latitude,longitude,hours\n"
    "S,测试医院,general,测试路1号,0000-1,0000-9,30,120,\n"
)
_DEPARTMENTS = (
    "site,code,name,national_code,aliases,location,bookable\n"
    "S,SJ,神经内科,03.03,,一楼,true\nS,PF,皮肤科,13,,二楼,true\n"
)
_DOCTORS = (
    "site,code,name,title,department,expertise\n"
    "S,D1,王建国,主任医师,SJ,头晕\nS,D2,赵明,副主任医师,SJ,头痛\nS,D3,孙丽,主任医师,PF,湿疹\n"
)
_SHIFTS = (
    "site,department,doctor,label,date,start,end,slot_minutes,capacity_per_slot,wechat_capacity,"
    "room,service_type,mode,fee_fen\n"
)


def morning_zone() -> str:
    """The IANA zone in which it is ten in the morning now."""
    ahead = (_MORNING - clock.system_now().hour) % 24
    ahead -= 24 * (ahead > 14)
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def roster(today: datetime) -> Mapping[str, str]:
    """Three doctors, mornings and afternoons of the next six days, four places a time."""
    rows = [
        f"S,{dept},{doctor},,{today.date() + timedelta(days=day)},{start},{end},30,4,4,1诊室,"
        "expert,clinic,3000\n"
        for day in range(1, 7)
        for dept, doctor in (("SJ", "D1"), ("SJ", "D2"), ("PF", "D3"))
        for start, end in (("08:00", "12:00"), ("14:00", "17:00"))
    ]
    return {
        "sites.csv": _SITES,
        "departments.csv": _DEPARTMENTS,
        "doctors.csv": _DOCTORS,
        "shifts.csv": _SHIFTS + "".join(rows),
    }


@dataclass
class Process:
    """One program of ours, with all it forks; it dies with us."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    home: Path
    door: socket.socket | None = None
    deaths: int = 0
    _running: BaseProcess | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, without waiting for it."""
        log = self.home / f"{self.name}.log"
        environment = {**os.environ, **self.environment}
        self._running = forked.start(self.command, environment, ROOT, log, self.door)

    def kill(self) -> None:
        """Kill -9, the program and all it forked, at whatever it is doing."""
        if self._running is None:
            return
        try:
            os.killpg(self._running.pid, signal.SIGKILL)
        except ProcessLookupError:  # so young that it does not lead its group yet, or over
            self._running.kill()
        self._running.join()
        self._running = None
        self.deaths += 1

    @property
    def lives(self) -> bool:
        """Whether it still runs: nobody has killed it and it has not ended by itself."""
        return self._running is not None and self._running.is_alive()

    def log(self) -> str:
        """What it said last."""
        return (self.home / f"{self.name}.log").read_text(errors="replace")[-3000:]


class Works:
    """A hospital on a database and a Redis: `web`, `couriers`, and WeChat beside it."""

    def __init__(
        self,
        database_url: str,
        redis_url: str,
        home: Path,
        *,
        couriers: int = 2,
        evening_in: timedelta = timedelta(seconds=9),
        **more: str,
    ) -> None:
        """
        Make the tables and the roster; nothing runs yet.

        The moment of the evening reminders comes `evening_in`, in the middle of things. `more`
        are settings.
        """
        self.home = home
        self.zone = morning_zone()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.webhook = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        self.wechat_url = f"http://127.0.0.1:{port}"
        self.environment = {
            "DESK_MODE": "production",
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_APP_ID": APP,
            "WECHAT_APP_SECRET": SECRET,
            "WECHAT_API_BASE_URL": self.wechat_url,
            "WECHAT_LINKS": "off",
            "SECRET_KEY": "signs",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "EMERGENCY_PHONE": "0000-9",
            "HOSPITAL_ZONE": self.zone,
            "POLICY_FILE": str(self._policy(evening_in)),
            "PYTHONPATH": str(ROOT),
            **KEYS,
            **more,
        }
        self.house: House = open_house(Settings.read(self.environment))
        self._build()
        self.simulator = self._process(
            "simulator",
            ["simulator", "--webhook", f"{self.webhook}/wechat", "--port", str(port)],
            WECHAT_APP_SECRET=SECRET,
        )
        self.web = self._process("web", self._gunicorn("wsgi:app"))
        self.web.door = self._door
        self.couriers = [self._courier(f"courier{n}", "wsgi") for n in range(1, couriers + 1)]

    def weaken(self, guard: str) -> None:
        """From now on the processes run with a guard taken out: the control of a check."""
        self.run_as("tests.broken.weakened", WEAKENED=guard)

    def run_as(self, application: str, **more: str) -> None:
        """From now on web and couriers are another module's `app`; `more` are its settings."""
        self.web.command = self._gunicorn(f"{application}:app")
        for courier in self.couriers:
            courier.command[2] = application
        for process in (self.web, *self.couriers):
            process.environment = {**process.environment, **more}

    def start(self) -> None:
        """Start everything and wait until the web answers; call from the main thread."""
        self.simulator.start()
        self.web.start()
        self.wait_for(f"{self.wechat_url}/phone/api/state")
        self.wait_for(f"{self.webhook}/readyz")
        for courier in self.couriers:
            courier.start()

    def wait_for(self, url: str) -> None:
        """Wait until an address answers with 200."""
        until = time.monotonic() + _READY_SECONDS
        while True:
            with contextlib.suppress(requests.RequestException):
                if requests.get(url, timeout=5).ok:
                    return
            if time.monotonic() > until:
                raise TimeoutError(f"{url}\n{self.web.log()}\n{self.simulator.log()}")
            time.sleep(0.1)

    def close(self) -> None:
        """End everything."""
        for process in (self.web, *self.couriers, self.simulator):
            process.kill()
        self._door.close()
        self.house.close()

    def _policy(self, evening_in: timedelta) -> Path:
        file = self.home / "policy.toml"
        self.evening = clock.system_now() + evening_in
        at = self.evening.astimezone(ZoneInfo(self.zone))
        file.write_text(f"reminder_evening = {at:%H:%M:%S}\n", encoding="utf-8")
        return file

    def _build(self) -> None:
        furnish(self.house.engine)
        zone = self.house.settings.zone
        folder = self.home / "roster"
        folder.mkdir()
        for name, text in roster(clock.system_now().astimezone(zone)).items():
            (folder / name).write_text(text, encoding="utf-8")
        with open_desk(self.house, Actor("window", name="test")) as counter:
            import_roster(counter.work, [folder])

    def _gunicorn(self, application: str) -> list[str]:
        return [
            "gunicorn", application, "--bind", f"fd://{forked.DOOR}",
            "--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "16",
            "--log-level", "error",
        ]  # fmt: skip

    def _courier(self, name: str, application: str) -> Process:
        return self._process(name, ["flask", "--app", application, "courier", "run"])

    def _process(self, name: str, command: list[str], **more: str) -> Process:
        environment = {**self.environment, **more}
        return Process(name, command, environment, self.home)


@contextlib.contextmanager
def opened(works: Works) -> Iterator[Works]:
    """Start the works, and end them whatever happens."""
    try:
        works.start()
        yield works
    finally:
        works.close()
