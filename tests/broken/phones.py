"""WeChat as the patients see it: the simulator over HTTP, with what arrived on each phone."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

import requests

FAULT = "（该公众号提供的服务出现故障）"
_SECONDS = 60.0


class Wechat:
    """The simulator's knobs and its record of what reached the phones. Thread-safe."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, /, **body: Any) -> Any:
        """Turn a knob, or act on a phone."""
        answer = requests.post(f"{self.url}{path}", json=body, timeout=_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def get(self, path: str, /, **query: Any) -> Any:
        """Read a record."""
        answer = requests.get(f"{self.url}{path}", params=query, timeout=_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def clear_faults(self) -> None:
        """A good day again."""
        requests.delete(f"{self.url}/simulator/faults", timeout=_SECONDS).raise_for_status()

    def follow(self, openids: Sequence[str], *, wrote: bool = False) -> None:
        """New patients who follow the account, and have written to it."""
        self.post("/simulator/patients", openids=list(openids), wrote=wrote)


class Mailroom:
    """
    Counts all that arrives on the phones by itself or as an answer; `read` often.

    The simulator keeps the last 5,000 bubbles only.
    """

    def __init__(self, wechat: Wechat) -> None:
        self._wechat = wechat
        self._after, self._epoch = 0, ""
        self._guard = threading.Lock()
        self.arrived: Counter[tuple[str, str]] = Counter()

    def read(self) -> None:
        """Take in what is new."""
        with self._guard:
            page = self._wechat.get("/phone/api/timeline", after=self._after, epoch=self._epoch)
            self._epoch = page["epoch"]
            for event in page["events"]:
                if event["seq"] != self._after + 1 and self._after:
                    raise AssertionError("the simulator has forgotten bubbles: read more often")
                self._after = event["seq"]
                if event["kind"] in {"official", "notice"}:
                    self.arrived[event["openid"], words(event["body"])] += 1

    def reminders(self) -> Counter[str]:
        """How many reminders have arrived, by openid and text."""
        with self._guard:
            return Counter(
                {
                    key: n
                    for key, n in self.arrived.items()
                    if "就诊提醒" in key[1] and "您的回复是答哪一个" not in key[1]
                }
            )


class Phone:
    """One patient's phone."""

    def __init__(self, wechat: Wechat, openid: str) -> None:
        self._wechat = wechat
        self.openid = openid
        self._after, self._epoch = 0, ""

    def say(self, text: str) -> tuple[str, list[str]]:
        """
        Write; returns the answer and what came besides.

        The answer is `FAULT` where WeChat shows its own line, "" where nothing is shown.
        """
        bubbles = self._act("send", text=text)
        mine = next(i for i, (kind, _) in enumerate(bubbles) if kind == "user")
        answers = [n for n, (kind, _) in enumerate(bubbles) if kind in {"official", "fault"}]
        answers = [n for n in answers if n > mine]
        if not answers:
            return "", [told for kind, told in bubbles if kind != "user"]
        kind, told = bubbles[answers[-1]]
        others = [t for n, (k, t) in enumerate(bubbles) if k != "user" and n != answers[-1]]
        return (FAULT if kind == "fault" else told), others

    def repeat(self) -> list[str]:
        """WeChat delivers the last message twice more; returns what was answered otherwise."""
        self._act("repeat")
        rows = self._wechat.get("/phone/api/developer", openid=self.openid)["deliveries"]
        mine = [row for row in rows if row["openid"] == self.openid]
        return [
            f"{row['what']}: {row['violations']}"
            for row in mine[:2]
            if row["violations"] and not row["fault"]
        ]

    def _act(self, action: str, **body: Any) -> list[tuple[str, str]]:
        given = {"openid": self.openid, "after": self._after, "epoch": self._epoch, **body}
        page = self._wechat.post(f"/phone/api/{action}", **given)
        self._epoch = page["epoch"]
        self._after = max([self._after, *(event["seq"] for event in page["events"])])
        kinds = {"user", "official", "fault", "notice"}
        return [
            (event["kind"], words(event["body"]))
            for event in page["events"]
            if event["openid"] == self.openid and event["kind"] in kinds
        ]


def words(body: dict[str, Any]) -> str:
    """The text of a bubble or a service notice."""
    lines = body.get("lines")
    if lines is None:  # a card: its rows are labels and values
        return "\n".join(" ".join(map(str, row)) for row in body.get("rows", ()))
    return "\n".join("".join(piece.get("text", "") for piece in line) for line in lines)
