"""Commands on a fresh machine: what they need, what they print, how they fail."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, NoReturn

import pytest
from flask.cli import cli

from tests.bot.hospital import KEYS, ROSTER, TOWARDS
from tests.bot.stand_in import APP, SECRET, standing_in

ROOT = Path(__file__).parents[2]

# An account at the stand-in for WeChat, but for its address.
CHAT = {
    "DESK_MODE": "development",
    "WECHAT_TOKEN": "t",
    "WECHAT_APP_ID": APP,
    "WECHAT_APP_SECRET": SECRET,
    "SECRET_KEY": "k",
    **KEYS,
}


def run(
    *arguments: str, home: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `flask …` in an empty directory, with nothing but this environment, as a child."""
    with ExitStack() as files:
        said, told, complained = (
            files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(3)
        )
        said.write(given)
        said.seek(0)
        child = os.fork()
        if child == 0:
            _become(arguments, home, environment, (said, told, complained))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        told.seek(0)
        complained.seek(0)
        return subprocess.CompletedProcess(arguments, code, told.read(), complained.read())


def _become(
    arguments: tuple[str, ...],
    home: Path,
    environment: dict[str, str],
    streams: tuple[IO[str], ...],
) -> NoReturn:
    """Be `flask …`: what this process has imported need not be imported again."""
    code = 70
    try:
        os.chdir(home)
        os.environ.clear()
        os.environ.update({"PYTHONPATH": str(ROOT), **environment})
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        sys.stdin, sys.stdout, sys.stderr = streams
        logging.getLogger().handlers.clear()
        cli.main(args=["--app", "wsgi", *arguments], prog_name="flask")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        for stream in streams[1:]:
            stream.flush()
        os._exit(code)


def run_anew(
    *arguments: str, home: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run it as a fresh machine does: in a process that has imported nothing."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=home,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environment},
        timeout=120,
        check=False,
    )


def test_understand_needs_nothing_and_answers_line_by_line(tmp_path: Path) -> None:
    texts = "我妈头晕三天了\n\n想挂下周三上午的号\n"

    done = run_anew("understand", "--now", "2026-11-24T09:00:00+08:00", home=tmp_path, given=texts)

    assert done.returncode == 0, done.stderr
    heard = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["text"] for one in heard] == ["我妈头晕三天了", "", "想挂下周三上午的号"]
    assert heard[0]["person"]["relation"] == "mother"
    assert len(heard[0]["departments"]) >= 3
    assert heard[2]["when"][0]["start"] == "2026-12-02T08:00:00+08:00"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["WECHAT_TOKEN", "DATA_KEY"])
def test_a_server_without_a_secret_does_not_start_and_names_it(
    tmp_path: Path, missing: str
) -> None:
    given = {
        "WECHAT_TOKEN": "t",
        "WECHAT_APP_ID": "a",
        "WECHAT_APP_SECRET": "s",
        "SECRET_KEY": "k",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        **KEYS,
    }
    del given[missing]

    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), **given},
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert f"{missing} is missing" in done.stderr


def test_a_newcomer_imports_a_roster_talks_and_exports(tmp_path: Path) -> None:
    for name, text in ROSTER.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    now = "2026-11-24T09:00:00+08:00"
    files = [str(tmp_path / name) for name in ROSTER]

    assert run("db", "upgrade", home=tmp_path, FIXED_NOW=now).returncode == 0
    imported = run("roster", "import", *files, home=tmp_path, FIXED_NOW=now)
    again = run("roster", "import", *files, home=tmp_path, FIXED_NOW=now)
    said = "\n".join([*TOWARDS, "1"])
    talked = run("talk", "--openid", "oMe", home=tmp_path, given=said, FIXED_NOW=now)
    exported = run("appointments", "export", "--format", "json", home=tmp_path, FIXED_NOW=now)
    explained = run("appointments", "export", "--reasons", home=tmp_path, FIXED_NOW=now)

    assert "1 added" in imported.stdout, imported.stderr
    assert "1 unchanged" in again.stdout
    assert "1 added" not in again.stdout
    assert "预约成功" in talked.stdout, talked.stderr
    (one,) = json.loads(exported.stdout)
    assert (one["status"], one["doctor"], one["booked_by_openid"]) == ("booked", "D1", "oMe")
    assert "cancel_reason" not in exported.stdout
    assert explained.stdout.splitlines()[0].endswith(",channel,cancel_reason")


def test_what_is_wrong_with_a_roster_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("code,nome\nS,测试医院\n", encoding="utf-8")
    run("db", "upgrade", home=tmp_path)

    done = run("roster", "import", "sites.csv", home=tmp_path)

    assert done.returncode == 1
    assert "nome" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_is_shown_once_and_its_name_is_taken(tmp_path: Path) -> None:
    run("db", "upgrade", home=tmp_path)

    first = run("token", "create", "HIS", "--scope", "appointments:write", home=tmp_path)
    second = run("token", "create", "HIS", "--scope", "appointments:write", home=tmp_path)

    assert first.stdout.startswith("desk_")
    assert second.returncode == 1


def test_a_token_can_be_ended_and_is_gone_from_the_list(tmp_path: Path) -> None:
    run("db", "upgrade", home=tmp_path)
    run("token", "create", "HIS", "--scope", "appointments:write", home=tmp_path)

    before = run("token", "list", home=tmp_path).stdout
    first, second = (run("token", "revoke", "HIS", home=tmp_path) for _ in range(2))

    assert before.startswith("HIS\tappointments:write\t")
    assert (first.returncode, second.returncode) == (0, 1)
    assert run("token", "list", home=tmp_path).stdout == ""


def test_a_qr_code_for_a_department_and_the_menu(tmp_path: Path) -> None:
    for name, text in ROSTER.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with standing_in() as wechat:
        own = {**CHAT, "WECHAT_API_BASE_URL": wechat.url}
        run("db", "upgrade", home=tmp_path, **own)
        run("roster", "import", *ROSTER, home=tmp_path, **own)
        sign = run("qr", "--site", "S", home=tmp_path, **own)
        poster = run("qr", "--department", "SJ", "--days", "30", home=tmp_path, **own)
        unknown = run("qr", "--doctor", "D999", home=tmp_path, **own)
        long = run("qr", "--check-in", "S/" + "诊" * 60, home=tmp_path, **own)
        menu = run("menu", home=tmp_path, **own)

    assert sign.returncode == 0, sign.stderr
    for_a_month, for_ever = wechat.board.qrcodes.scannable()
    assert (for_ever.scene, for_ever.until) == ("site:S", None)
    assert for_a_month.until - wechat.board.config.clock() > 29.9 * 86_400
    assert poster.returncode == 0, poster.stderr
    lines = [line.split("\t") for line in poster.stdout.splitlines()]
    assert lines[0] == ["dept:SJ", "神经内科"]
    assert lines[2][1] == f"{wechat.url}/cgi-bin/showqrcode?ticket={lines[1][1]}"
    assert (unknown.returncode, wechat.calls["/cgi-bin/qrcode/create"]) == (1, 2)
    assert "no doctor:D999" in unknown.stderr
    assert long.returncode == 1
    assert "longer than 64 characters" in long.stderr
    assert "Traceback" not in long.stderr
    assert menu.returncode == 0, menu.stderr
    assert wechat.board.exchange.menu()[0]["name"] == "挂号"


def test_a_menu_leads_to_the_subscriptions_and_a_refused_one_is_told_in_a_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "channels.toml").write_text(
        '[once.reminder]\nid = "O1"\ndata = { thing1 = "{patient}" }\n', encoding="utf-8"
    )
    with standing_in() as wechat:
        own = {
            **CHAT,
            "WECHAT_API_BASE_URL": wechat.url,
            "CHANNELS_FILE": "channels.toml",
            "PUBLIC_URL": "https://hospital.example",
        }
        done = run("menu", home=tmp_path, **own)
        wechat.board.faults.add("/cgi-bin/menu/create", "errcode", errcode=48001)
        refused = run("menu", home=tmp_path, **own)

    assert done.returncode == 0, done.stderr
    addresses = [one.get("url") for one in wechat.board.exchange.menu()[2]["sub_button"]]
    assert "https://hospital.example/subscribe" in addresses
    assert (refused.returncode, refused.stdout) == (1, "")
    (line,) = refused.stderr.splitlines()[-1:]
    assert "48001 the account may not use this call" in line
    assert "rid: " in line
    assert "Traceback" not in refused.stderr


def test_a_qr_code_needs_one_thing_to_point_at(tmp_path: Path) -> None:
    assert run("qr", home=tmp_path).returncode == 2
    assert run("qr", "--site", "S", "--doctor", "D1", home=tmp_path).returncode == 2


def test_an_env_file_that_was_copied_but_not_filled_in_is_not_taken_for_the_demo(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"))

    done = run("doctor", home=tmp_path)

    assert done.returncode == 1
    assert "WECHAT_TOKEN is missing" in done.stdout


def test_who_cannot_be_reminded_is_on_the_call_list_until_somebody_has_rung(
    tmp_path: Path,
) -> None:
    for name, text in ROSTER.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [str(tmp_path / name) for name in ROSTER]
    now, evening = "2026-11-24T09:00:00+08:00", "2026-12-01T19:00:00+08:00"
    run("db", "upgrade", home=tmp_path, FIXED_NOW=now)
    run("roster", "import", *files, home=tmp_path, FIXED_NOW=now)
    run("talk", home=tmp_path, given="\n".join([*TOWARDS, "1"]), FIXED_NOW=now)
    run("courier", "run", "--once", home=tmp_path, FIXED_NOW=evening)

    listed = run("calls", "list", home=tmp_path, FIXED_NOW=evening)
    number, visit, what, name, *_ = listed.stdout.split("\t")
    done = run("calls", "done", number, home=tmp_path, FIXED_NOW=evening)
    again = run("calls", "done", number, home=tmp_path, FIXED_NOW=evening)

    assert (visit, what, name) == ("12-02 08:00", "提醒就诊", "张桂芳"), listed.stderr
    assert done.returncode == 0
    assert f"no call waits under the number {number}" in again.stderr
    assert run("calls", "list", home=tmp_path, FIXED_NOW=evening).stdout == ""
