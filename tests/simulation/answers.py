"""What a patient answers to each kind of question, by what she reads and what she wants."""

from __future__ import annotations

from datetime import datetime

from tests.simulation import choosing, speech
from tests.simulation.choosing import Relief
from tests.simulation.goals import departments
from tests.simulation.hands import Hands, Message
from tests.simulation.people import KIN
from tests.simulation.screen import Screen, field_of

_MOST_PAGES = 3


class Answers(Hands):
    """One method for each kind of question (`screen.Screen.kind`); None: nothing fits."""

    def _on_alarm(self, screen: Screen, now: datetime) -> Message | None:
        self.outcome = "alarm"
        return None

    def _on_resume(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "继续|接着"))

    def _on_two(self, screen: Screen, now: datetime) -> Message | None:
        words = "提醒|通知" if self.means_notice else "接着|刚才"
        self.means_notice = False
        return self._choose(choosing.by_words(screen, words))

    def _on_coming(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "按时来|会来|能来"))

    def _on_safety(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "没有"))

    def _on_consent(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "^(我)?同意"))

    def _on_relation(self, screen: Screen, now: datetime) -> Message | None:
        found = self._choose(choosing.relation(screen, self.goal.person))
        return found or self._next_page(screen)

    def _on_unregistered(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "登记"))

    def _on_who(self, screen: Screen, now: datetime) -> Message | None:
        person = self.goal.person
        if self.character.is_attentive and (wrong := self._wrong_in(screen, now)):
            return self._object(wrong)
        found = choosing.person(screen, person, is_known=person.number in self.known)
        return self._choose(found) or self._next_page(screen)

    def _on_name(self, screen: Screen, now: datetime) -> Message | None:
        name = self.character.first_name or self.goal.person.name
        self.character.first_name = ""
        if screen.invites_all and self.character.is_quick:
            return self._plain(f"{name} {self.goal.person.number} {self.goal.person.phone}")
        return self._plain(speech.written_name(self.rng, name, self.character.temperament))

    def _on_kind(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "身份证|户口"))

    def _on_document(self, screen: Screen, now: datetime) -> Message | None:
        number = self.goal.person.number
        if self.character.slips_number:
            self.character.slips_number = False
            return self._plain(speech.slipped(self.rng, number))
        return self._plain(speech.written_number(self.rng, number, self.character.temperament))

    def _on_sex(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(
            choosing.by_words(screen, "男" if self.goal.person.sex == "m" else "女")
        )

    def _on_birth(self, screen: Screen, now: datetime) -> Message | None:
        born = self.goal.person.born
        return self._plain(f"{born.year}年{born.month}月{born.day}日")

    def _on_phone(self, screen: Screen, now: datetime) -> Message | None:
        without = choosing.by_words(screen, "不留|不想留|跳过")
        if without is not None and (self._is("digits") or self.rng.random() < 0.3):
            return self._choose(without)
        return self._plain(self.goal.person.phone)

    def _on_code(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "没收到|以后"))

    def _on_readback(self, screen: Screen, now: datetime) -> Message | None:
        name = field_of(screen.text, "姓名", "名字", "就诊人")
        if name and "*" not in name and name != self.goal.person.name:
            return self._choose(choosing.by_words(screen, "姓名|名字"))
        parent = choosing.by_words(screen, "家长|给孩子")
        if parent is not None and self.goal.person.kin in ("son", "daughter"):
            return self._choose(parent)
        relation = field_of(screen.text, "关系")
        if relation and not any(
            word in relation for word in (*KIN[self.goal.person.kin].options, "家人")
        ):
            return self._choose(choosing.by_words(screen, "关系")) or self._next_page(screen)
        return self._choose(choosing.by_words(screen, "都对|^对|没有?错|是的|家长"))

    def _on_menu(self, screen: Screen, now: datetime) -> Message | None:
        errand = {"cancel": "取消", "move": "改时间"}.get(self.goal.task)
        if errand is not None:
            return self._choose(choosing.by_words(screen, errand)) or self._next_page(screen)
        if self._is("digits") or self._said["挂号"] == 0:
            return self._choose(choosing.by_words(screen, "挂号"))
        return None

    def _on_complaint(self, screen: Screen, now: datetime) -> Message | None:
        unsure = choosing.by_words(screen, "说不清|不知道")
        if self._is("digits") and unsure is not None and self.goal.matter.kind == "complaint":
            return self._choose(unsure if self.rng.random() < 0.5 else None) or self._typed(
                self.goal.matter.plain[0]
            )
        words = speech.restated(self.goal, self.character.temperament, lacking="matter")
        return self._typed(words) if self._said[words] < 2 else None

    def _on_detail(self, screen: Screen, now: datetime) -> Message | None:
        found = choosing.detail(screen, self.goal, now.date())
        return self._choose(found) or self._next_page(screen)

    def _on_departments(self, screen: Screen, now: datetime) -> Message | None:
        right = {r["name"] for r in departments() if r["code"] in self.goal.matter.wards}
        is_attentive = self.character.is_attentive or self.goal.matter.kind != "complaint"
        found = choosing.department(screen, frozenset(right), is_attentive=is_attentive)
        return self._choose(found)

    def _on_turn(self, screen: Screen, now: datetime) -> Message | None:
        names = "|".join(r["name"] for r in departments() if r["code"] in self.goal.matter.wards)
        return self._choose(choosing.by_words(screen, names) or screen.options[0])

    def _on_same_name(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, self.goal.matter.ward_name or "."))

    def _on_which(self, screen: Screen, now: datetime) -> Message | None:
        wanted = self.goal.appointment.get("starts_at")
        for option in screen.options:
            at = choosing.moment(option.label, now.date())
            if (
                at is not None
                and at == wanted
                and option.label.startswith(self.goal.person.name[0])
            ):
                return self._choose(option)
        return None

    def _on_offers(self, screen: Screen, now: datetime) -> Message | None:
        found = choosing.offer(screen, self.goal, self.relief, now.date())
        if found is not None:
            if screen.says_none and self.goal.when.clock and not self.relief.when:
                # Told that her hour is gone, she takes another on that half-day.
                self.gave_up.append(("when", screen.text))
                self.relief = Relief(when=True, doctor=self.relief.doctor)
            return self._choose(found)
        if not screen.says_none and (more := self._next_page(screen)):
            return more
        if self._names_no_time(screen, now):
            words = speech.restated(self.goal, self.character.temperament, lacking="when")
            if self._said[words] == 0 and not self._is("digits"):
                return self._typed(words)
        return self._settle_for_less(screen, now)

    def _names_no_time(self, screen: Screen, now: datetime) -> bool:
        """The list is about other days, and nothing was said why."""
        return bool(self.goal.when.plain) and not screen.says_none

    def _on_time(self, screen: Screen, now: datetime) -> Message | None:
        found = choosing.clock(screen, self.goal, self.relief, self.rng)
        if found is not None:
            return self._choose(found)
        return self._next_page(screen) or self._settle_for_less(screen, now)

    def _next_page(self, screen: Screen) -> Message | None:
        """Of each list a few pages, whatever she has leafed through before."""
        if not screen.has_more or self._leafed[screen.kind] >= _MOST_PAGES:
            return None
        self._leafed[screen.kind] += 1
        return self._typed(self._more)

    def _on_sure(self, screen: Screen, now: datetime) -> Message | None:
        if not self.character.is_attentive:
            return self._choose(screen.options[0])
        wrong = self._wrong_in(screen, now)
        if not wrong:
            return self._choose(choosing.by_words(screen, "确认|^对|是的"))
        return self._object(wrong)

    def _object(self, wrong: str) -> Message | None:
        """Say what is not as she wanted it."""
        if self._said[f"wrong {wrong}"] >= 2:
            return None
        self._said[f"wrong {wrong}"] += 1
        if wrong == "who":
            return self._typed("换就诊人")
        if self._is("digits"):
            return self._typed("换个时间")
        lacking = "when" if wrong == "when" else "matter"
        return self._typed(speech.restated(self.goal, self.character.temperament, lacking=lacking))

    def _on_sure_move(self, screen: Screen, now: datetime) -> Message | None:
        return self._choose(choosing.by_words(screen, "确定|确认|^对|^改"))

    def _on_sure_cancel(self, screen: Screen, now: datetime) -> Message | None:
        if self.goal.task != "cancel":
            return self._choose(choosing.by_words(screen, "不"))
        return self._choose(choosing.by_words(screen, "^(确定|取消|是)"))

    def _on_choose(self, screen: Screen, now: datetime) -> Message | None:
        words = f"{self.goal.matter.plain[0]}|{self.goal.matter.ward_name or '挂号'}"
        return self._choose(choosing.by_words(screen, words) or screen.options[0])

    # -- what she makes of it

    def _wrong_in(self, screen: Screen, now: datetime) -> str:
        """Which part of a summary is not what she wanted: who, when, doctor; or nothing."""
        who = field_of(screen.text, "就诊人", "病人", "患者", "姓名")
        if who and not choosing.is_called(who, self.goal.person.name):
            return "who"
        at = choosing.moment(field_of(screen.text, "时间", "日期", "就诊时间"), now.date())
        if at and not self.relief.when and not self.goal.when.admits(at):
            return "when"
        # A list of people tells nothing of the doctor; a summary does.
        told, name = field_of(screen.text, "医生", "大夫"), self.goal.matter.doctor_name
        return "doctor" if told and name and not self.relief.doctor and name not in told else ""

    def _settle_for_less(self, screen: Screen, now: datetime) -> Message | None:
        """There is nothing she wants: another doctor, another day, or not at all."""
        if not self.goal.is_flexible:
            self.gave_up.append(("all", screen.text))
            self.outcome = "left"
            return self._typed("算了，不挂了")
        name = self.goal.matter.doctor_name
        has_doctor = any(choosing.is_with(name, o.label, screen.heading) for o in screen.options)
        what = "when" if has_doctor or not name or self.relief.doctor else "doctor"
        if getattr(self.relief, what):
            return self._choose(screen.options[0]) if screen.options else None
        self.gave_up.append((what, screen.text))
        self.relief = Relief(
            when=self.relief.when or what == "when", doctor=self.relief.doctor or what == "doctor"
        )
        return self._on_offers(screen, now) if screen.options else self._nothing_at_all()

    def _nothing_at_all(self) -> Message | None:
        return self._typed(f"挂{self.goal.matter.ward_name or '全科'}")
