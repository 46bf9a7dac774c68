"""Ctrl-C ends the demo, wherever it was started from."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing

from tests.phone.conftest import ROOT


def test_a_demo_that_a_script_started_ends_by_ctrl_c_too(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    demo = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "demo", "run"],
        cwd=tmp_path,
        env={**os.environ, "PORT": str(port), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509 - no threads yet
    )
    with demo:
        assert demo.stdout is not None
        assert "/phone" in demo.stdout.readline()
        demo.send_signal(signal.SIGINT)
        try:
            assert demo.wait(20) == 0
        finally:
            demo.kill()
