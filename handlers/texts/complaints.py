"""What is said to who complains, praises or proposes something."""

from __future__ import annotations

# Who goes on writing adds to it.
MORE = "还有要说的，接着写就行。"


def tell(phone: str) -> str:
    """Nothing was told yet but that there is something."""
    call = f"也可以打医院电话{phone}。" if phone else ""
    return f"好的，请说说是什么事，我把您的话原样转给工作人员。{call}"


def handed_over(hours: str, *, staffed: bool) -> str:
    """The words have been put down; who reads them, and when."""
    told = "谢谢您告诉我们，您的话已经原样转给工作人员。"
    if staffed:
        return f"{told}看到后会尽快联系您。"
    when = f"工作时间是{hours}，" if hours else "现在没有人值班，"
    return f"{told}{when}上班后会联系您。"
