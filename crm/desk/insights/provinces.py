"""The 34 provinces of China: how they are written, and their places on a map of squares.

Squares of one size, laid by hand so that neighbours stay neighbours: small and crowded provinces are as
legible as large ones, and no shapes of anybody else are needed.
"""

from dataclasses import dataclass

from django.utils.translation import get_language

# Without a country somebody is taken to live here, if the province is known.
HOME = ("CN", "")
# How other programs write these as countries of their own.
AS_COUNTRIES = {"HK": "HK", "MO": "MO", "TW": "TW"}
COLUMNS, ROWS = 8, 8


@dataclass(frozen=True)
class Province:
    chinese: str
    english: str
    full: str
    column: int
    row: int
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.chinese if _is_chinese() else self.english

    @property
    def spellings(self) -> frozenset[str]:
        """In small letters, as the base is asked."""
        written = (self.chinese, self.full, f"{self.chinese}省", self.english, *self.also)
        return frozenset(one.lower() for one in (*written, f"{self.english} province"))


PROVINCES: dict[str, Province] = {
    "HL": Province("黑龙江", "Heilongjiang", "黑龙江省", 8, 1),
    "NM": Province("内蒙古", "Inner Mongolia", "内蒙古自治区", 5, 2, ("neimenggu", "nei mongol")),
    "JL": Province("吉林", "Jilin", "吉林省", 8, 2),
    "XJ": Province("新疆", "Xinjiang", "新疆维吾尔自治区", 1, 3),
    "GS": Province("甘肃", "Gansu", "甘肃省", 3, 3),
    "NX": Province("宁夏", "Ningxia", "宁夏回族自治区", 4, 3),
    "SX": Province("山西", "Shanxi", "山西省", 5, 3),
    "BJ": Province("北京", "Beijing", "北京市", 6, 3),
    "TJ": Province("天津", "Tianjin", "天津市", 7, 3),
    "LN": Province("辽宁", "Liaoning", "辽宁省", 8, 3),
    "QH": Province("青海", "Qinghai", "青海省", 2, 4),
    "SN": Province("陕西", "Shaanxi", "陕西省", 4, 4),
    "HA": Province("河南", "Henan", "河南省", 5, 4),
    "HE": Province("河北", "Hebei", "河北省", 6, 4),
    "SD": Province("山东", "Shandong", "山东省", 7, 4),
    "XZ": Province("西藏", "Tibet", "西藏自治区", 1, 5, ("xizang",)),
    "SC": Province("四川", "Sichuan", "四川省", 3, 5),
    "CQ": Province("重庆", "Chongqing", "重庆市", 4, 5),
    "HB": Province("湖北", "Hubei", "湖北省", 5, 5),
    "AH": Province("安徽", "Anhui", "安徽省", 6, 5),
    "JS": Province("江苏", "Jiangsu", "江苏省", 7, 5),
    "SH": Province("上海", "Shanghai", "上海市", 8, 5),
    "YN": Province("云南", "Yunnan", "云南省", 3, 6),
    "GZ": Province("贵州", "Guizhou", "贵州省", 4, 6),
    "HN": Province("湖南", "Hunan", "湖南省", 5, 6),
    "JX": Province("江西", "Jiangxi", "江西省", 6, 6),
    "ZJ": Province("浙江", "Zhejiang", "浙江省", 7, 6),
    "GX": Province("广西", "Guangxi", "广西壮族自治区", 4, 7),
    "GD": Province("广东", "Guangdong", "广东省", 5, 7),
    "FJ": Province("福建", "Fujian", "福建省", 6, 7),
    "TW": Province("台湾", "Taiwan", "台湾省", 8, 7, ("台灣", "臺灣")),
    "HI": Province("海南", "Hainan", "海南省", 4, 8),
    "MO": Province("澳门", "Macao", "澳门特别行政区", 5, 8, ("澳門", "macau")),
    "HK": Province("香港", "Hong Kong", "香港特别行政区", 6, 8, ("hongkong",)),
}
_BY_SPELLING = {spelling: code for code, province in PROVINCES.items() for spelling in province.spellings}


def find(country: str, province: str) -> str:
    """The code of a province, from a country in capitals and a province in small letters; "" for none."""
    if country in AS_COUNTRIES:
        return AS_COUNTRIES[country]
    return _BY_SPELLING.get(province, "") if country in HOME else ""


def spellings() -> frozenset[str]:
    return frozenset(_BY_SPELLING)


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")
