"""
All followers of the account, read from WeChat's list where they are needed and forgotten again.

WeChat does not say in which order it lists them, nor what it does when asked to go on behind
somebody who has left; so that is looked up first. Sources: doc/service/User_Management, pages
Getting_a_User_List (10,000 a call, 500 calls a day) and Get_users_basic_information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import wechat
from bot.house import House
from bot.wechat import WechatClient
from bot.wechat_errors import PermanentError, TransientError
from desk import strangers
from desk.work import Actor
from scheduling.staff_errors import NoFollowerList, WechatAway
from scheduling.strangers import LIMIT, Cut, Place, cut, may_cut, reach

_LIST, _ONE = "/cgi-bin/user/get", "/cgi-bin/user/info"
_UNKNOWN = 40003
_READER = Actor("job", name="courier")


class Crowd:
    """The followers of one account."""

    def __init__(self, house: House, client: WechatClient | None = None) -> None:
        """Nothing is called yet."""
        self._house = house
        self._client = client or wechat.connect(house)

    def count(self) -> int:
        """
        Return how many followers WeChat counts.

        Raises:
            NoFollowerList: it does not tell this account. WechatAway: not now.
        """
        try:
            return int(self._client.ask(_LIST).get("total") or 0)
        except PermanentError as error:
            raise NoFollowerList(code=error.code) from error
        except TransientError as error:
            raise WechatAway from error

    def next_list(self, broadcast: int, after: Place) -> Cut:
        """
        Return the next list of followers who are no targets of a broadcast.

        Raises:
            TransientError: not now. PermanentError: WeChat does not tell, or the place is lost.
        """
        ids: list[str] = []
        known: set[str] = set()
        place, pages = self._start(after), 0
        while True:
            page = self._page(place)
            known |= self._known(broadcast, page)
            ids += page
            pages += 1
            is_end = not page
            if is_end or may_cut(len(ids) - len(known), pages):
                found = cut(after, ids, known, is_end=is_end)
                if found is not None:
                    return found
            place = ids[-1]

    def members(self, between: Mapping[str, Any]) -> list[str]:
        """
        Return who is on a list: the payload that `desk.strangers.between` makes of it.

        Raises:
            TransientError: not now. PermanentError: WeChat does not tell, or a place is lost.
        """
        ids: list[str] = []
        place = self._start(tuple(between["after"]))
        until = None if between["until"] is None else tuple(between["until"])
        end = None
        while end is None:
            page = self._page(place)
            ids += page
            try:
                end = reach(ids, until, is_end=not page)
            except LookupError as error:
                raise PermanentError(0, str(error)) from error
            place = ids[-1] if ids else ""
        known = self._known(between["broadcast"], ids[:end])
        return [one for one in ids[:end] if one not in known][:LIMIT]

    def _start(self, after: Place) -> str:
        """Return the nearest of those before a place who still follows; empty: before them all."""
        for one in after:
            if self._follows(one):
                return one
        if after:
            raise PermanentError(0, "nobody is left who told where the list goes on")
        return ""

    def _follows(self, openid: str) -> bool:
        try:
            return bool(self._asked(_ONE, openid=openid).get("subscribe"))
        except PermanentError as error:
            if error.code == _UNKNOWN:
                return False
            raise

    def _page(self, after: str) -> list[str]:
        """
        Return up to 10,000 followers behind one; nobody: there are no more.

        Older pages of WeChat's say that a page begins with who was named: she is not told twice.
        """
        told = self._asked(_LIST, **({"next_openid": after} if after else {}))
        data = told.get("data")
        found = data.get("openid") if isinstance(data, dict) else None
        return [str(one) for one in found or () if one and one != after]

    def _asked(self, path: str, **params: str) -> dict[str, Any]:
        """Ask; whatever goes wrong here, nothing has been sent to anybody."""
        try:
            return self._client.ask(path, **params)
        except TransientError as error:
            error.is_uncertain = False
            raise

    def _known(self, broadcast: int, ids: Sequence[str]) -> set[str]:
        with self._house.engine.connect().execution_options(read_only=True) as conn:
            work = self._house.work(conn, _READER)
            return strangers.targets_among(work, broadcast, ids)
