"""What a notice says, in the few words that a short message or a voice has; no full name, no number, no code."""

from collections.abc import Mapping
from typing import Any

HOUSE = "【无墙】"
DRILL = "演练，"
KINDS: Mapping[str, str] = {
    "sos": "按了呼叫器",
    "fall": "可能跌倒",
    "smoke": "家中烟雾报警",
    "gas": "家中燃气报警",
    "inactivity": "长时间没有动静",
    "wander": "可能走失",
    "door": "家门异常",
    "bed_exit": "离床没有回来",
}
ASKED: Mapping[str, str] = {
    "desk": "值守台没有人看到，请马上登录接听。",
    "station": "还没有人接听，请马上联系值守台，准备前往。",
    "family": "请联系老人，并回电值守台。",
    "village": "请派人上门看望，并回电值守台。",
    "supervisor": "至今无人接听，请核实后拨打 120。",
    "sent": "派你前往，请在手机上确认。",
    "lost": "请在附近留意，看到后马上回电值守台。",
    "found": "人已找到，不用再找，谢谢。",
}
FIRE_SUPERVISOR = "至今无人接听，请核实后拨打 119 和 120。"


def notice_text(card: Mapping[str, Any], rung: str, more: str = "") -> str:
    """The words for somebody on a rung: who, what, where, and what is asked of them. A drill says so first."""
    who = (card.get("elder") or {}).get("name") or "有人"
    place = card["place"].get("address") or card["place"].get("community") or "地址不明"
    asked = FIRE_SUPERVISOR if rung == "supervisor" and card["playbook"] == "fire" else ASKED[rung]
    what = KINDS.get(card["kind"], KINDS["sos"])
    return f"{HOUSE}{DRILL if card['drill'] else ''}{who}{what}，{place}。{more}{asked}编号 {card['id']}。"
