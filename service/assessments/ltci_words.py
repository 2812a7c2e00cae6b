"""What each score of the care insurance's scale of 2021 means, in our words of both languages; reckons nothing.

Source: 医保办发〔2021〕37号 has a text for every score; ours are paraphrases from memory, none verified. The scores
themselves are in ltci2021.py.
"""

SOURCE = "our paraphrase, from memory, of 医保办发〔2021〕37号"
VERIFIED = False
"""No official print was at hand: somebody has to hold these words against one."""

GRADES_EN = ("unimpaired", "lightly impaired", "moderately impaired", "severely impaired")
LEVELS_EN = ("about normal", "light", "moderate", "severe, degree I", "severe, degree II", "severe, degree III")
"""The grades of a part and the levels of need, beside the Chinese of ltci2021.py."""

Words = tuple[tuple[str, str], ...]
HELP: Words = (
    ("几乎全靠别人", "almost wholly by others"),
    ("部分要帮", "in part with help"),
    ("自己做", "alone"),
)
CAN: Words = (("要别人做", "done by others"), ("自己做", "alone"))
WORDS: dict[str, Words] = {
    "A1": (
        ("几乎全靠别人，或留置营养管", "fed by others, or by a tube"),
        ("要人夹菜、盛饭", "food has to be served or cut"),
        ("自己吃", "eats alone"),
    ),
    "A2": (
        ("几乎全靠别人穿脱", "dressed by others"),
        ("会穿脱，系扣、拉链、鞋带要帮", "dresses, needs help with buttons, zips, laces"),
        ("自己穿脱", "dresses alone"),
    ),
    "A3": CAN,
    "A4": (
        ("失禁，平均每周一次以上", "incontinent, weekly or more often"),
        ("偶尔失禁，不到每周一次，或要提醒", "now and then, less than weekly, or when not reminded"),
        ("能控制", "in control"),
    ),
    "A5": (
        ("失禁，平均每天一次以上，或留置导尿", "incontinent, daily or more often, or a catheter"),
        ("偶尔失禁，不到每天一次，或要提醒", "now and then, less than daily, or when not reminded"),
        ("能控制", "in control"),
    ),
    "A6": HELP,
    "A7": (
        ("走不了，或几乎全靠别人", "cannot walk, or only carried along by others"),
        ("要人扶着，或坐轮椅自己移动约 45 米", "on somebody's arm, or some 45 m alone in a wheelchair"),
        ("少许帮助：有人看着、指点，或用拐杖", "with a little help: watched, told how, or with a stick"),
        ("自己走约 45 米", "walks some 45 m alone"),
    ),
    "A8": (
        ("全靠别人搬动", "lifted by others"),
        ("要很多帮助，一两个人使力", "much help, by one or two people"),
        ("少许帮助，或有人看着", "a little help, or watched"),
        ("自己转移", "alone"),
    ),
    "A9": (
        ("上不了楼", "cannot"),
        ("要人扶、要扶手或拐杖", "with somebody's arm, the rail or a stick"),
        ("自己连上 10 至 15 级", "10 to 15 steps in one go alone"),
    ),
    "A10": CAN,
    "M1": (
        ("没有时间概念", "no sense of time"),
        ("只分得清白天黑夜", "knows day from night only"),
        ("知道上午下午，年月说不对", "knows morning from afternoon, not the month or year"),
        ("年月大致对，日子会错", "year and month about right, the day not always"),
        ("年月日清楚", "knows year, month and day"),
    ),
    "M2": (
        ("谁也不认得", "recognises nobody"),
        ("只认得照料自己的人", "recognises only who cares for them"),
        ("认得同住的家人", "recognises the family at home"),
        ("认得近亲，称呼会错", "knows close relatives, mixes up who is who"),
        ("知道身边人和自己的关系", "knows everybody around and how they are related"),
    ),
    "M3": (
        ("不知道自己在哪", "does not know where they are"),
        ("只认得自己的床和屋", "knows their own bed and room"),
        ("在家里认得路", "finds the way inside the home"),
        ("认得家附近，不能单独出门", "knows the neighbourhood, cannot go out alone"),
        ("在平常范围单独来去", "comes and goes alone where they usually go"),
    ),
    "M4": (
        ("记不住，也想不起", "keeps nothing, recalls nothing"),
        ("只剩零星的往事", "scraps of the past only"),
        ("远的记得，近的记不住", "remembers long ago, not lately"),
        ("近的要提醒才记得", "remembers lately when reminded"),
        ("记性好", "remembers well"),
    ),
    "S1": (
        ("看不见", "blind"),
        ("只见光、颜色、轮廓", "light, colour and outline only"),
        ("看不清报上标题，认得东西", "makes out things, not a headline"),
        ("看得清大字", "reads large print"),
        ("看得清报上的字", "reads a newspaper"),
    ),
    "S2": (
        ("听不见", "deaf"),
        ("大声也只听到一点", "hears a little when shouted at"),
        ("要大声慢慢说", "hears loud, slow speech"),
        ("轻声或两米外听不清", "misses quiet speech or from two metres"),
        ("听得清平常说话", "hears ordinary speech"),
    ),
    "S3": (
        ("说不明白也听不懂", "neither expresses nor understands"),
        ("能表示简单的需要", "shows simple wants"),
        ("要重复、要用简单的话", "needs repetition and simple words"),
        ("能说能听，要多些时间", "talks and follows, needs more time"),
        ("说话听话没有困难", "talks and follows without trouble"),
    ),
}  # fmt: skip
"""By item, from its lowest score to its highest."""
