"""CHANNELS_FILE, and what `doctor` and the settings make of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import doctor
from bot.channel_file import read
from bot.settings import ConfigError, Settings
from scheduling.channels import LONG, ONCE, SMS, TEMPLATE, VISIT
from simulator.config import Template
from tests.bot.hospital import build, settings
from tests.bot.stand_in import SECRET, standing_in

DOCS = Path(__file__).parents[2] / "docs" / "outgoing.md"


def written(folder: Path, text: str) -> Path:
    file = folder / "channels.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_file_shown_in_the_docs_is_one(tmp_path: Path) -> None:
    shown = re.search(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    setup = read(written(tmp_path, shown.group(1))).setup
    assert set(setup) == {VISIT, LONG, TEMPLATE, ONCE, SMS}
    assert setup[VISIT] == {"confirmed": "1501001"}
    assert setup[SMS] == {"reminder": "1000001", "link_code": "1000002", "alert": "1000003"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[pigeon.reminder]\nid = 'x'", "no such channel: pigeon"),
        ("[customer.reminder]\nid = 'x'", "no such channel: customer"),
        ("[template.birthday]\nid = 'x'", r"\[template.birthday\]: no such notice"),
        ("[template.link_code]\nid = 'x'", r"\[template.link_code\]: no such notice"),
        ("[template.reminder]\ndata = {}", "wants id, data and page"),
        ("[template.reminder]\nid = 'x'\ncolour = 'red'", "and nothing else"),
        ("[visit.reminder]\nstatus = 'x'", "must be a number"),
        (
            "[template.reminder]\nid = 'x'\ndata = { thing1 = '{birthday}' }",
            "no such fact: birthday; there are code, day, department",
        ),
        ("[template.reminder]\nid = 'x'\ndata = { thing1 = '{patient' }", "expected '}'"),
        ("[sms.link_code]\nid = '1'\ndata = ['{patient}']", "no such fact: patient"),
        ("[sms.reminder]\nid = '1'\ndata = ['{minutes}']", "no such fact: minutes"),
        ("[sms.reminder]\nid = 'abc'\ndata = []", "id must be the number of the template"),
        ("template = 3", "channels.toml"),
        ("[", "is no TOML"),
    ],
)
def test_what_is_wrong_in_it_is_named_at_the_start(
    tmp_path: Path, text: str, complaint: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError, match=f"CHANNELS_FILE.*{complaint}"):
        settings("sqlite://", "", CHANNELS_FILE=str(file))


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    file = tmp_path / "channels.toml"
    file.write_text("[template.reminder]\nid = 'T1'", encoding="utf-8-sig")
    assert read(file).setup == {TEMPLATE: {"reminder": "T1"}}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        settings("sqlite://", "", CHANNELS_FILE=str(tmp_path / "none.toml"))


def test_texts_without_an_account_do_not_start(tmp_path: Path) -> None:
    file = written(tmp_path, "[sms.reminder]\nid = '1'\ndata = []")
    with pytest.raises(ConfigError, match="SMS_SECRET_ID"):
        settings("sqlite://", "", CHANNELS_FILE=str(file))


def findings(own: Settings) -> dict[str, doctor.Finding]:
    return {finding.what: finding for finding in doctor.examine(lambda: own)}


def test_the_doctor_lists_every_channel_and_what_it_needs(
    tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    own = settings(sqlite_url, redis_url)
    build(own, tmp_path)
    found = findings(own)
    assert "public hospital" in found["channel visit"].advice
    assert "verified service account" in found["channel template"].advice
    assert "SMS_" in found["channel sms"].advice
    assert "48 h" in found["channel customer"].advice
    assert not found["patients after 48 h"].is_well
    assert "calls list" in found["patients after 48 h"].advice


def test_with_a_template_the_doctor_is_content(
    tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    file = written(tmp_path, "[template.reminder]\nid = 'T1'\ndata = { thing1 = '{patient}' }")
    own = settings(sqlite_url, redis_url, CHANNELS_FILE=str(file))
    build(own, tmp_path)
    found = findings(own)
    assert found["channel template"].advice == "reminder"
    assert found["patients after 48 h"].is_well


def test_the_doctor_asks_the_sms_provider(tmp_path: Path, sqlite_url: str, redis_url: str) -> None:
    file = written(tmp_path, "[sms.reminder]\nid = '1'\ndata = []")
    account = {"SMS_SECRET_ID": "i", "SMS_SECRET_KEY": "k", "SMS_APP_ID": "a", "SMS_SIGN": "s"}
    nobody = "http://127.0.0.1:9"
    own = settings(sqlite_url, redis_url, CHANNELS_FILE=str(file), SMS_BASE_URL=nobody, **account)
    build(own, tmp_path)
    found = findings(own)
    assert not found["SMS"].is_well
    assert "this server's clock" in found["SMS"].advice


def test_the_doctor_looks_the_templates_up_at_wechat(
    tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    file = written(
        tmp_path,
        "[template.reminder]\nid = 'T1'\ndata = { thing1 = '{patient}' }\n"
        "[once.reminder]\nid = 'T1'\ndata = { time2 = '{when}' }",
    )
    with standing_in() as wechat:
        known = {"T1": Template("就诊提醒", "就诊人：{{thing1.DATA}}\n时间：{{time2.DATA}}")}
        own = settings(
            sqlite_url,
            redis_url,
            CHANNELS_FILE=str(file),
            WECHAT_API_BASE_URL=wechat.url,
            WECHAT_APP_SECRET=SECRET,
        )
        build(own, tmp_path)
        none = findings(own)["templates"]
        wechat.board.config.templates = known
        all_well = findings(own)["templates"]
        wechat.board.config.templates = {"T1": Template("就诊提醒", "就诊人：{{thing1.DATA}}")}
        renamed = findings(own)["templates"]
    assert not none.is_well
    assert "[template.reminder], [once.reminder]" in none.advice
    assert all_well == doctor.Finding(
        "templates", is_well=True, advice="all 2 are known to WeChat with their fields"
    )
    assert not renamed.is_well
    assert "[template.reminder]" not in renamed.advice
    assert "[once.reminder]" in renamed.advice
