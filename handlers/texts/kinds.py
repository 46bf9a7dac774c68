"""What answers pictures, voices, places and whatever else is no text."""

from __future__ import annotations

from scheduling.types import Place, Ward

_URGENT = "情况紧急请马上拨打120。"
VOICE = (
    "抱歉，语音我听不到。请点输入框，再点键盘上的话筒，对着手机说，会变成文字，再发给我。"
    f"发过的语音，也可以按住它，点“转文字”。{_URGENT}"
)
TO_A_PERSON = "要给工作人员看的，先说“人工”，再发一次。"
PICTURE = f"图片我看不了。请用文字告诉我哪里不舒服、要办什么。{TO_A_PERSON}{_URGENT}"
FILM = f"视频我看不了。请用文字告诉我哪里不舒服、要办什么。{TO_A_PERSON}{_URGENT}"
FILE = f"文件我打不开。请用文字告诉我要办什么。{TO_A_PERSON}{_URGENT}"
OTHER = f"这类消息我看不了。请用文字告诉我，例如：“头疼，想挂明天上午的号”。{_URGENT}"
TOLD = "收到了，已经告诉工作人员，他们回复您时会看。"
KEPT = f"{TOLD}我们加密保存30天，到期自动删除。"
ENOUGH = "您已经发了很多，先存这些。请等工作人员回复，有急事请打电话。"

# What the desk reads on its list.
FOR_DESK = {
    "image": "［发来一张图片］",
    "video": "［发来一段视频］",
    "shortvideo": "［发来一段视频］",
    "file": "［发来一个文件］",
    "voice": "［发来一段语音］",
}
IN_WECHAT = "请到公众号后台的消息里看。"
NO_PLACE = "收到您的位置了，可是医院的位置我这里没有。地址问我就行，例如“医院在哪里”。"

_METRES = 1000


def distance(metres: float) -> str:
    """约300米; 约1.2公里; 约15公里: as precise as a straight line deserves."""
    if metres < _METRES:
        return f"约{max(100, round(metres, -2)):.0f}米"
    kilometres = metres / _METRES
    return f"约{kilometres:.1f}公里" if kilometres < 10 else f"约{kilometres:.0f}公里"  # noqa: PLR2004 - two digits


def expected(site: Place, metres: float) -> str:
    """The site of today's visit, how far it still is, and how to get there."""
    return (
        f"您今天约在{site.name}，直线距离还有{distance(metres)}，到了再签到。\n"
        f"地址：{site.address}。在地图里搜“{site.name}”，点“导航”就能去。"
    )


def nearest(site: Place, metres: float, ward: Ward | None) -> str:
    """The nearest site (with the department wanted), how far, and how to get there."""
    which = f"离您最近、有{ward.name}的" if ward else "离您最近的"
    where = f"\n到了以后：{ward.location}。" if ward and ward.location else ""
    call = f"\n电话：{site.phone}" if site.phone else ""
    return (
        f"{which}医院是{site.name}，直线距离{distance(metres)}。\n"
        f"地址：{site.address}。在地图里搜“{site.name}”，点“导航”就能去。{where}{call}"
    )
