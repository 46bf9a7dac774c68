"""Whoever asks for a person is put on the list of the site that is talked about."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import HumanRequest, Site
from tests.stories.ward import booked

pytestmark = pytest.mark.story


def where(stage) -> str | None:
    """The code of the site of the newest request."""
    with stage.house.engine.connect() as conn:
        return conn.scalar(
            select(Site.code)
            .select_from(HumanRequest)
            .outerjoin(Site, Site.id == HumanRequest.site_id)
            .order_by(HumanRequest.id.desc())
            .limit(1)
        )


def count(stage) -> int:
    with stage.house.engine.connect() as conn:
        return len(conn.execute(select(HumanRequest.id)).all())


@pytest.mark.parametrize(
    ("said", "site"),
    [
        (("转人工",), None),
        (("挂骨科", "转人工"), "GH"),
        (("石桥镇中心卫生院的人在吗，转人工",), "XZ"),
        (("挂骨科", "石桥镇中心卫生院的人在吗，转人工"), "XZ"),
    ],
)
def test_the_site_named_or_that_of_the_department_that_is_asked_for(stage, said, site):
    for words in said:
        stage.patient.say(words)

    assert count(stage) == 1
    assert where(stage) == site


def test_the_site_whose_code_was_scanned(stage):
    stage.patient.say("", MsgType="event", Event="SCAN", EventKey="site:SQ", Ticket="t")
    stage.patient.say("转人工")

    assert (count(stage), where(stage)) == (1, "SQ")


def test_the_site_of_the_visit_she_has(stage):
    booked(stage)
    stage.patient.say("转人工")

    assert (count(stage), where(stage)) == (1, "GH")
