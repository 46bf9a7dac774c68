"""Care mode (关怀模式): whether an account wants the chat slow and simple."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from desk.work import Work
from models import WechatUser

_MINE = WechatUser.openid_hash == bindparam("openid")
_WANTED = select(WechatUser.care).where(_MINE)
_CHOOSE = update(WechatUser).where(_MINE)


class Care:
    """
    What the acting account has chosen.

    Before its owner has consented there is nothing to keep it with: then only the conversation
    knows, and says it again once there is an account.
    """

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work
        self.chosen: bool | None = None

    def wanted(self) -> bool | None:
        """Return what was chosen, None where it never was."""
        return self._work.conn.scalar(_WANTED, {"openid": self._openid()})

    def choose(self, *, on: bool) -> None:
        """Keep the choice; `chosen` tells what was chosen in this piece of work."""
        self.chosen = on
        self._work.conn.execute(_CHOOSE, {"openid": self._openid(), "care": on})

    def _openid(self) -> str:
        return self._work.vault.lookup(self._work.actor.openid or "")
