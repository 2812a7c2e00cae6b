"""The demo town's menu of services: plausible items and prices for a trial, no published tariff."""

from __future__ import annotations

from dataclasses import dataclass

MIN_GOVERNMENT_FEN_PER_HOUR = 2000  # government purchase pays at least 20 yuan an hour (Weihai civil affairs 2018/161)


@dataclass(frozen=True)
class MenuItem:
    """One item to order; `level` is the lowest that may do it (a lower number may too), `min_gap_days` between two."""

    code: str
    family: str
    name: str
    english: str
    duration_min: int
    people: int
    skill: str | None
    level: int
    price_fen: int
    unit: str
    tools: tuple[str, ...]
    min_gap_days: int


MENU = (
    MenuItem("meal.lunch", "meal", "送午餐", "Lunch delivered", 4, 1, "meal", 5, 1500, "份", ("保温箱",), 0),
    MenuItem("meal.soft", "meal", "送软食午餐", "Soft lunch delivered", 4, 1, "meal", 5, 1700, "份", ("保温箱",), 0),
    MenuItem("meal.cook", "meal", "上门做饭", "Cooking at home", 60, 1, "meal", 5, 4000, "次", ("围裙",), 0),
    MenuItem("meal.feed", "meal", "协助进食", "Help with eating", 40, 1, "meal", 4, 3500, "次", (), 0),
    MenuItem(
        "urgent.lock", "urgent", "应急开门陪同", "With the locksmith", 45, 1, None, 5, 4500, "次", ("身份登记单",), 0
    ),
    MenuItem("urgent.repair", "urgent", "水电应急", "Urgent home repair", 60, 1, None, 5, 6000, "次", ("工具包",), 0),
    MenuItem(
        "urgent.check", "urgent", "跌倒后查看", "Check after a fall", 40, 1, "urgent", 3, 5000, "次", ("急救包",), 0
    ),
    MenuItem(
        "medical.signs",
        "medical",
        "测血压血糖",
        "Blood pressure and sugar",
        25,
        1,
        "medical",
        3,
        2500,
        "次",
        ("血压计", "血糖仪"),
        1,
    ),
    MenuItem("medical.wound", "medical", "换药护理", "Wound dressing", 45, 1, "medical", 3, 6000, "次", ("换药包",), 1),
    MenuItem(
        "medical.rehab",
        "medical",
        "康复训练",
        "Rehabilitation exercise",
        60,
        1,
        "medical",
        3,
        8000,
        "次",
        ("弹力带",),
        1,
    ),
    MenuItem("medical.drug", "medical", "代取药", "Fetching medicine", 50, 1, None, 5, 3000, "次", (), 3),
    MenuItem(
        "medical.tube", "medical", "管路护理", "Care of a feeding tube", 45, 1, "medical", 2, 9000, "次", ("护理包",), 1
    ),
    MenuItem("escort.clinic", "escort", "陪同就医", "To the doctor and back", 150, 1, "escort", 5, 12000, "次", (), 0),
    MenuItem("escort.walk", "escort", "陪同外出", "A walk outside", 60, 1, "escort", 5, 4000, "次", (), 0),
    MenuItem(
        "escort.wheel", "escort", "轮椅出行", "Out in the wheelchair", 90, 1, "escort", 4, 6500, "次", ("轮椅",), 0
    ),
    MenuItem("bath.one", "bath", "上门助浴", "Bath at home", 60, 1, "bath", 4, 9000, "次", ("防滑垫", "浴椅"), 3),
    MenuItem(
        "bath.two", "bath", "双人助浴", "Bath at home by two", 60, 2, "bath", 4, 16000, "次", ("浴床", "防滑垫"), 3
    ),
    MenuItem("bath.bed", "bath", "床上擦浴", "Bed bath", 50, 1, "bath", 4, 7000, "次", ("擦浴包",), 1),
    MenuItem("bath.hair", "bath", "洗头理发", "Hair wash and cut", 40, 1, "bath", 4, 4000, "次", ("理发包",), 7),
    MenuItem("clean.home", "clean", "居室保洁", "Cleaning", 90, 1, "clean", 5, 6000, "次", ("保洁包",), 3),
    MenuItem(
        "clean.kitchen",
        "clean",
        "厨房去油污",
        "Kitchen degreasing",
        120,
        1,
        "clean",
        5,
        9000,
        "次",
        ("保洁包", "去污剂"),
        14,
    ),
    MenuItem("clean.bed", "clean", "换洗床品", "Bed linen changed", 45, 1, "clean", 5, 3500, "次", (), 3),
    MenuItem("patrol.visit", "patrol", "探访关爱", "Look-in visit", 20, 1, "patrol", 5, 0, "次", (), 7),
    MenuItem("volunteer.chat", "volunteer", "陪伴聊天", "Company and a chat", 45, 1, None, 5, 0, "次", (), 0),
    MenuItem("volunteer.phone", "volunteer", "教用手机", "Help with the phone", 45, 1, None, 5, 0, "次", (), 0),
    MenuItem("respite.home", "respite", "居家喘息", "Respite at home", 240, 1, None, 5, 6000, "次", (), 0),
)
BY_CODE = {item.code: item for item in MENU}
