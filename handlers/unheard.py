"""What is said when no form and no answer took a message."""

from __future__ import annotations

from dialogue.phrases import Misses, Place
from handlers import menu, wishes
from handlers.scene import World
from handlers.texts import common
from handlers.texts import unheard as texts
from nlp.heard import Heard

# After so many misses whoever asked for a person is told that one comes.
_PATIENCE = 1


def lead(heard: Heard, world: World, count: int, place: Place) -> str:
    """Return the words in front of the question that comes back."""
    if "english" in heard.preferences:
        return common.english(wishes.hospital_phone(world), is_busy=world.is_busy)
    is_early = world.is_busy and tells_early(heard, world)
    is_known = place == "known" or ("echo" in heard.preferences and not count)
    if is_early or is_known:
        return texts.nth(texts.NOT_YET, count) if is_early else texts.KNOWN
    if place == "list" and heard.answer == "yes":  # 「要得」 is no choice of several
        return texts.nth(texts.WHICH_ONE, count)
    besides = next((name for name in texts.BESIDES if name in heard.preferences), None)
    if besides is not None:
        return texts.nth(texts.BESIDES[besides], count)
    if count >= _PATIENCE and world.desk.requests.is_waiting():
        return texts.nth(texts.WAITING, count - _PATIENCE)
    return texts.nth(texts.NOT_UNDERSTOOD[place], count)


def tells_early(heard: Heard, world: World) -> bool:
    """Tell whether somebody's particulars came before they are asked for, and are not kept."""
    is_asked = any("consent" in values for values in world.open)
    return bool(heard.name or heard.id_number or heard.phone) and not is_asked


def shows(heard: Heard, count: int) -> bool:
    """Who has nothing open sees what can be done from the second miss on; a foreigner at once."""
    return count >= 1 or "english" in heard.preferences


MISSES: Misses[World] = Misses(lead, choices=menu.FORM.name, shows=shows)
