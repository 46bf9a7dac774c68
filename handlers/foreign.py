"""
Who writes English is told in English what each question wants, and answers by numbers.

    患者: I need to see a doctor
    机器人: Which department? Reply with a number. … 1. General practice 全科医学科 …

The conversations are the same; on the way out one line stands above the question.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.reply import Option, Reply
from dialogue.state import State
from handlers.texts import english as texts
from nlp.heard import Heard

_LETTERS = re.compile("[A-Za-z]{3,}")
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def noticed(state: State, heard: Heard) -> State:
    """Return the state with the language: Chinese words end the English, digits change nothing."""
    writes = "english" in heard.preferences or (state.english and not _CHINESE.search(heard.text))
    return state if writes == state.english else replace(state, english=writes)


def urgent(action: str, words: str) -> str:
    """Return what stands below an emergency's answer to who wrote English; else nothing."""
    is_english = _LETTERS.search(words) and not _CHINESE.search(words)
    if not is_english:
        return ""
    return f"\n\n{texts.CRISIS if action == 'crisis_line' else texts.EMERGENCY}"


def worded(state: State, reply: Reply) -> Reply:
    """Return the reply with what it wants, in English, above it and on its choices."""
    top = state.top
    hint = texts.HINTS.get((top.form, top.asking or ""), "") if top else ""
    if top is None and texts.BOOKED_BEGINS in reply.text:
        hint = texts.BOOKED
    options = tuple(map(_option, reply.options))
    footer = f"{reply.footer}\n{texts.MORE}" if reply.footer else ""
    return replace(reply, options=options, footer=footer).after(hint)


def _option(option: Option) -> Option:
    said = texts.LABELS.get(option.label)
    return replace(option, label=f"{said} {option.label}") if said else option
