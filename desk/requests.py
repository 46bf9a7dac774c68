"""What is left for a person at the desk."""

from __future__ import annotations

from sqlalchemy import insert

from desk.work import Work
from models import HumanRequest


class Requests:
    """The desk's list, as the account that writes adds to it."""

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work

    def ask_for_human(self, words: str) -> None:
        """
        Put the words on the desk's list; somebody who waits already adds to the list again.

        Raises:
            ValueError: the actor is no WeChat account, so nobody could answer it.
        """
        self._put("human", words)

    def report_emergency(self, words: str) -> None:
        """Put words that raised a red flag on the list of the staff on duty; see ask_for_human."""
        self._put("emergency", words)

    def _put(self, kind: str, words: str) -> None:
        openid = self._work.actor.openid
        if openid is None:
            raise ValueError("only a WeChat account can be answered")
        vault = self._work.vault
        self._work.conn.execute(
            insert(HumanRequest).values(
                openid_hash=vault.lookup(openid),
                openid_enc=vault.seal(openid),
                words_enc=vault.seal(words),
                kind=kind,
                created_at=self._work.now,
            )
        )
