"""
Throw-away servers for tests: real Redis, MariaDB and PostgreSQL, each in its own directory.

They listen on unix sockets only, so no port can clash and every xdist worker may have its own.
Commits reach the operating system but not the disk: what a killed process leaves behind is what a
hospital would find, and only a power cut, which no test makes, could lose it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pymysql
import redis

START_SECONDS = 60
STOP_SECONDS = 20
PACKAGES = {"redis-server": "redis-server", "mariadbd": "mariadb-server", "postgres": "postgresql"}


class ServerMissing(RuntimeError):
    """A server program is not installed; the message names the Debian package."""


def find_program(name: str) -> str:
    """
    Path of a server program, also where Debian hides it.

    Raises:
        ServerMissing: it is not installed.
    """
    hidden = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, hidden), os.environ.get("PATH", ""), "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        package = PACKAGES.get(name, name)
        raise ServerMissing(f"{name} is missing: install the Debian package {package}")
    return found


class Server:
    """
    One server process in a directory of its own; subclasses say which program and how.

    `start`, `kill` (like a crash), `stop` (like a shutdown) may be called again and again from the
    main thread; the data directory lives until `destroy`.
    """

    user: str | None = None  # the account to run as when we are root, who may not run databases
    stopping = signal.SIGTERM  # what shuts it down in good order

    def __init__(self) -> None:
        """Make the directory; nothing runs yet."""
        self.home = Path(tempfile.mkdtemp(prefix=f"desk-{type(self).__name__[:2].lower()}-"))
        self.account = self.user if os.geteuid() == 0 else None
        if self.account:
            shutil.chown(self.home, self.account)
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Create the data directory, once, before the first start."""

    def command(self) -> list[str]:
        """The program and its arguments, to run in the foreground."""
        raise NotImplementedError

    def ping(self) -> None:
        """Connect and ask something; any exception means not ready."""
        raise NotImplementedError

    def start(self) -> None:
        """Run until it answers; a server that runs already stays as it is."""
        if self._process is not None and self._process.poll() is None:
            return
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start servers from the main thread: they die with their starter")
        if not (self.home / "prepared").exists():
            self.prepare()
            (self.home / "prepared").touch()
        with (self.home / "log").open("ab") as log:
            # Killed with us, so an interrupted test run leaves no server behind.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command()],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.home,
                user=self.account,
                group=self.account,
                start_new_session=True,  # Ctrl-C in the terminal is for pytest alone
            )
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.ping()
            except Exception as not_yet:
                if process.poll() is not None or time.monotonic() > deadline:
                    log = (self.home / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"{self.command()[0]} did not start:\n{log}") from not_yet
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """End it at once, as a crash would (kill -9)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Shut it down in good order."""
        self._end(self.stopping)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def destroy(self) -> None:
        """End it and remove everything it wrote."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def run_tool(self, *arguments: str) -> None:
        """Run a preparing program as the server's account; its output goes to the log."""
        with (self.home / "log").open("ab") as log:
            done = subprocess.run(
                arguments,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.home,
                user=self.account,
                group=self.account,
                check=False,
            )
        if done.returncode:
            log_text = (self.home / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{arguments[0]} failed:\n{log_text}")


class RedisServer(Server):
    """Redis without persistence: a kill loses what it held, as the house must survive."""

    @property
    def url(self) -> str:
        """For `REDIS_URL` and `redis.from_url`."""
        return f"unix://{self.home}/redis.sock"

    def command(self) -> list[str]:
        """In the foreground, nothing on disk."""
        options = ["--port", "0", "--unixsocket", f"{self.home}/redis.sock", "--save", ""]
        return [find_program("redis-server"), *options, "--dir", str(self.home)]

    def ping(self) -> None:
        """PING."""
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            client.ping()

    def flush(self) -> None:
        """Forget everything: the next test starts empty."""
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            client.flushall()


class DatabaseServer(Server):
    """A server of many databases."""

    def create(self, name: str) -> str:
        """Create the empty database `name`; returns its SQLAlchemy URL."""
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def throw_out(self, name: str) -> None:
        """End all connections to the database `name`."""
        raise NotImplementedError

    def drop(self, name: str) -> None:
        """Drop the database `name`, throwing out whoever is still connected."""
        self.throw_out(name)
        self.execute(f"DROP DATABASE {name}")

    def url(self, name: str) -> str:
        """SQLAlchemy URL of the database `name`."""
        raise NotImplementedError

    def execute(self, statement: str) -> None:
        """Run one statement as administrator, outside any transaction."""
        raise NotImplementedError

    def ping(self) -> None:
        """SELECT 1."""
        self.execute("SELECT 1")


class MariaDbServer(DatabaseServer):
    """MariaDB with Debian's character set and collation."""

    user = "mysql"

    def prepare(self) -> None:
        """Install the system tables."""
        self.run_tool(
            find_program("mariadb-install-db"),
            "--no-defaults",
            f"--datadir={self.home}/data",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )

    def command(self) -> list[str]:
        """Small, private, and not waiting for the disk."""
        return [
            find_program("mariadbd"),
            "--no-defaults",
            f"--datadir={self.home}/data",
            f"--socket={self.home}/sock",
            f"--pid-file={self.home}/pid",
            # One that starts deletes temporary tables it finds, so none may share a folder.
            f"--tmpdir={self.home}",
            "--skip-networking",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_general_ci",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=48M",
            "--innodb-flush-log-at-trx-commit=1",
            "--innodb-flush-method=nosync",
            "--debug-no-sync",
            "--max-connections=200",
        ]

    def url(self, name: str) -> str:
        """Over PyMySQL."""
        return f"mysql+pymysql://root@/{name}?unix_socket={self.home}/sock&charset=utf8mb4"

    def ping(self) -> None:
        """Knock before PyMySQL does: where nobody answers, it leaks the socket it tried with."""
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(f"{self.home}/sock")
        super().ping()

    def execute(self, statement: str) -> None:
        """As root, over the socket."""
        self._rows(statement)

    def _rows(self, statement: str) -> tuple[tuple[object, ...], ...]:
        connection = pymysql.connect(
            user="root", unix_socket=f"{self.home}/sock", charset="utf8mb4", autocommit=True
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def throw_out(self, name: str) -> None:
        """It would wait for open transactions for a day."""
        others = f"SELECT id FROM information_schema.processlist WHERE db = '{name}'"
        for (connection_id,) in self._rows(others):
            with contextlib.suppress(pymysql.err.OperationalError):  # gone by itself meanwhile
                self.execute(f"KILL {connection_id}")


class PostgresServer(DatabaseServer):
    """PostgreSQL, UTF-8."""

    user = "postgres"
    stopping = (
        signal.SIGINT
    )  # as its service does; SIGTERM waits until all have gone by themselves

    def prepare(self) -> None:
        """Create the cluster."""
        self.run_tool(
            find_program("initdb"),
            f"--pgdata={self.home}/data",
            "--username=desk",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )

    def command(self) -> list[str]:
        """Small, private, and not waiting for the disk."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.home),
            "fsync": "off",
            "full_page_writes": "off",
            "autovacuum": "off",  # plans must not hang on what an earlier test left
            "shared_buffers": "64MB",
            "max_connections": "200",
        }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [find_program("postgres"), "-D", f"{self.home}/data", *settings]

    def url(self, name: str) -> str:
        """Over psycopg 3."""
        return f"postgresql+psycopg://desk@/{name}?host={self.home}"

    def execute(self, statement: str) -> None:
        """As the cluster's owner, in the database every cluster has."""
        where = f"host={self.home} user=desk dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)

    def throw_out(self, name: str) -> None:
        """Returns when they are gone."""
        backends = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        self.execute(f"{backends} WHERE datname = '{name}'")
