"""What stories of the staff share: a nurse at work, and a patient who has booked."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select, update

from bot.turn import open_desk
from bot.wiring import furnish
from desk import rebooking, staff
from desk.work import Actor
from models import Outbox, Prompt, Staff, Suspension
from scheduling.rota import Member
from tests.bot.hospital import Patient

WHO = ("1", "1", "张建国", "110101195803070011", "13800000000", "1", "1")
CONSOLE = Actor("window", name="console")
EVERYBODY = Member(0, "", "desk", None, None)


class Ward:
    """The stage with a nurse on it, and a patient who has booked a doctor."""

    def __init__(self, stage) -> None:
        self.stage = stage
        with open_desk(stage.house, CONSOLE) as counter:
            number = counter.work.conn.scalar(select(func.count()).select_from(Staff))
            self.code = staff.invite(counter.work, f"刘护士{number or ''}", "desk")

    def nurse(self, text: str, openid: str = "oNurse") -> str:
        client = furnish(Flask("nurse"), self.stage.house).test_client()

        def post(body, query):
            answer = client.post("/wechat", query_string=query, data=body)
            return answer.status_code, answer.get_data(as_text=True)

        return Patient(post, openid).say(text)

    def plan(self) -> None:
        """The courier has done what is due, and the notice is on the patient's phone."""
        with open_desk(self.stage.house, Actor("job", name="courier")) as counter:
            work = counter.work
            newest = work.conn.scalar(select(Suspension.id).order_by(Suspension.id.desc()))
            rebooking.carry_out(work, newest)
            work.conn.execute(
                update(Outbox).where(Outbox.kind == "suspended").values(state="sent")
            )
        self.renew()

    def renew(self) -> None:
        """The patient reads the notice now."""
        with open_desk(self.stage.house, Actor("job", name="courier")) as counter:
            read = update(Prompt).where(Prompt.kind == "suspended")
            counter.work.conn.execute(read.values(delivered_at=counter.work.now))

    def read(self, statement) -> list:
        with self.stage.house.engine.connect() as conn:
            return list(conn.execute(statement).all())


def booked(stage) -> str:
    """A patient has booked a doctor's place; returns the doctor's name."""
    listed = stage.patient.say("挂神经内科，后天上午").splitlines()
    named = next(line for line in listed if line[:1].isdigit() and "普通号" not in line)
    stage.patient.say(named[0])
    answers = [stage.patient.say(text) for text in ("1", *WHO)]
    assert "预约成功" in answers[-1], answers
    with open_desk(stage.house, CONSOLE) as counter:
        (view,) = [v for v in counter.bookings.mine() if v.channel == "chat"]
    assert view.opening.doctor_name
    return view.opening.doctor_name
