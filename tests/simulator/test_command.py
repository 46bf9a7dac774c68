"""`python -m simulator`, as somebody who only has this folder starts it."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.simulator.conftest import LI

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "simulator", "--webhook", "http://127.0.0.1:9/wechat"]
KEYS = ["--token", "tok", "--app-id", "wx0", "--app-secret", "x"]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("WECHAT_")}


@pytest.fixture
def alone(tmp_path):
    """A folder with the simulator and nothing else of ours."""
    shutil.copytree(ROOT / "simulator", tmp_path / "simulator")
    return tmp_path


def test_it_runs_alone_with_its_templates_and_switches(alone):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    more = ["--port", str(port), "--public-hospital", "--long-term", "L1"]
    more += ["--template", "T1=预约成功|科室：{{thing1.DATA}}"]
    process = subprocess.Popen(
        COMMAND + KEYS + more,
        cwd=alone,
        env=CLEAN,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        assert f"{base}/phone".encode() in process.stdout.readline()
        for _ in range(100):
            try:
                state = requests.get(f"{base}/simulator/state", timeout=2).json()
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        assert state["switches"]["public_hospital"]
        requests.post(f"{base}/simulator/patients", json={"openids": [LI]}, timeout=5)
        app = {"grant_type": "client_credential", "appid": "wx0", "secret": "x"}
        token = requests.get(f"{base}/cgi-bin/token", params=app, timeout=5).json()
        card = {"touser": LI, "template_id": "T1", "data": {"thing1": {"value": "神经内科"}}}
        for template, code in [("T1", 0), ("T2", 40037)]:
            answer = requests.post(
                f"{base}/cgi-bin/message/template/send",
                params={"access_token": token["access_token"]},
                json=card | {"template_id": template},
                timeout=5,
            ).json()
            assert answer["errcode"] == code
        events = requests.get(f"{base}/phone/api/timeline", timeout=5).json()["events"]
        (notice,) = [e["body"] for e in events if e["kind"] == "notice"]
        assert (notice["title"], notice["rows"]) == ("预约成功", [["科室", "神经内科"]])
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ([], "token must not be empty"),
        ([*KEYS, "--mode", "safe"], "43 characters"),
        ([*KEYS, "--template", "T1"], "ID=TITLE"),
    ],
)
def test_a_wrong_start_says_why(more, why):
    ended = subprocess.run(
        COMMAND + more,
        cwd=ROOT,
        env=CLEAN,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 2
    assert why in ended.stderr


def test_every_test_the_readme_names_is_there():
    """The table of what is tested where must not rot."""
    names = {
        node.name
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    page = (ROOT / "simulator" / "README.md").read_text(encoding="utf-8")
    table = page.partition("## Which sentence is tested where")[2]
    named = [part for part in table.split("`") if part.startswith("test_")]
    assert len(named) > 40
    assert sorted(set(named) - names) == []
