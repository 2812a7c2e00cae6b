"""Invented street names and the characters that people's names are drawn from; none of the streets exists in Yantai."""

from __future__ import annotations

# Streets. Along the shore from the sea inland, then the main ones running inland from west to east.
MAIN_ALONG = (
    "听澜大道", "云舶大街", "椿萱大街", "曙帆大街", "鹤筹大街", "苍屿大街", "枕霞大街",
)  # fmt: skip
MAIN_INLAND = (
    "砚屏路", "苇渡路", "晴矶路", "星槎路", "槐堂路", "月汐路", "鸥语路", "蓝舲路",
    "盐廪路", "帆影路", "渔梁路", "杏坞路", "紫莼路", "鹿衔路", "星罗渡路",
)  # fmt: skip
SECOND_ALONG = (
    "泊云街", "望筝街", "沐汐街", "揽礁街", "栖鸥街", "汀兰巷街", "桑榆里街", "藻井街",
    "逐浪里街", "茯苓街", "锦葵街", "雁书街", "葭露街", "扶杖街", "寿藤街", "暖砚街",
    "素笺街", "棠影街",
)  # fmt: skip
SECOND_INLAND = (
    "拾贝路", "听橹路", "问鹭路", "采薇渡路", "柘溪路", "蓑笠路", "灯浮路", "锚泊里路",
    "鲛绡路", "潮信路", "青篾路", "麦秋路", "石莼路", "海榴路", "竹篙路", "岚翠里路",
    "莼羹路", "缆桩路", "银鲳路", "穗禾里路", "慈竹路", "萱草坡路", "桐荫里路", "松醪路",
    "霁虹坡路", "鹭洲里路", "苔痕路", "砂锚路", "荻花渡路", "晒网坡路",
)  # fmt: skip
_LANE_FIRST = "听望揽沐栖泊映拾采倚枕眠"
_LANE_LAST = "澜汐帆鸥舟屿礁沙苇槐椿萱鹤梧"
LANES = tuple(
    f"{first}{last}{'巷' if (i + k) % 3 else '里'}"
    for i, first in enumerate(_LANE_FIRST)
    for k, last in enumerate(_LANE_LAST)
)

# People. Surnames with weights: those frequent in eastern Shandong first, then common ones, then a few rare.
SURNAMES = (
    ("王李张刘于孙", 34),
    ("曲姜林宋杨赵徐高", 17),
    ("初栾丛迟宫柳邹隋慕战矫由牟史郝修鞠门盛衣辛", 6),
    ("吕周马郭谭董吴朱胡蔡韩许梁冯程魏田任范石贾汤苗温解", 5),
    ("綦逄亓仝", 1),
)
DOUBLE_SURNAMES = ("欧阳", "司徒")
GIVEN_WOMEN = "兰英秀芝桂香玉珍凤莲淑琴素云美华月娥翠萍爱菊春霞慧敏洁芳梅霜蕊婉"
GIVEN_MEN = "国建德成福永志明文庆忠仁义海山林春树宝贵长发学良玉振武祥松岭泽"
GIVEN_YOUNG_WOMEN = "晓丽艳娜静婷雪倩琳颖蕾佳怡欣彤莹"
GIVEN_YOUNG_MEN = "伟强磊涛鹏军峰超凯斌昊宇晨阳辉"
RARE_GIVEN = "\U0002cb4e"  # a character beyond the first plane: real people carry such names, software must too
