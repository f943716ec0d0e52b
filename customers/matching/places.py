"""Cities and addresses as they are compared."""

import re
import unicodedata
from functools import lru_cache

from customers import hanzi
from customers.matching.names import HAN

MUNICIPALITIES = ("北京", "上海", "天津", "重庆", "香港", "澳门")
# Province, then city: 浙江省杭州市西湖区.
PROVINCE = r"(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|特别行政区))"
CITY = re.compile(rf"{PROVINCE}?([\u4e00-\u9fff]{{2,8}}?)(?:市|自治州|地区|盟|县)")
ONLY_PROVINCE = re.compile(rf"^{PROVINCE}")
# Cities that are not read as their characters mostly are, or have a name of their own abroad; and of two
# that are spelt alike the smaller one, which says where it is.
SPELLINGS = {
    "成都": "chengdu", "重庆": "chongqing", "厦门": "xiamen", "六安": "luan", "蚌埠": "bengbu",
    "佛山": "foshan", "长沙": "changsha", "长春": "changchun", "丽水": "lishui", "乐山": "leshan",
    "香港": "hongkong", "澳门": "macau", "哈尔滨": "harbin", "乌鲁木齐": "urumqi", "呼和浩特": "hohhot",
    "拉萨": "lhasa", "台北": "taipei", "高雄": "kaohsiung",
    "宿州": "suzhouanhui", "抚州": "fuzhoujiangxi", "台州": "taizhouzhejiang", "宜春": "yichunjiangxi",
    "玉林": "yulinguangxi", "冀州": "jizhouhebei", "渭南": "weinanshaanxi", "伊宁": "yiningxinjiang",
}  # fmt: skip
# People leave out the district; 幸福小区 is none.
DISTRICT = re.compile(r"^[\u4e00-\u9fff]{1,5}?(?<![小社园])区(?=.)")
FLOOR = re.compile(r"\d+[楼层](?=\d)")
LONGEST_CITY, LONGEST_ADDRESS = 80, 320
# An address without a number is a street or a district.
FEWEST_LETTERS = 2
NUMBERS = re.compile(r"\d+")
FILLING = re.compile(r"[号室栋幢座楼单元弄\s,，.。、\-#/()（）]+")
LATIN_WORDS = re.compile(r"[^\W\d_]+")
SHORT_WORDS = {
    "street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "drive": "dr", "court": "ct", "square": "sq",
    "boulevard": "blvd", "strasse": "str", "straße": "str", "highway": "hwy", "place": "pl", "north": "n",
    "south": "s", "east": "e", "west": "w",
}  # fmt: skip
OMITTED = frozenset({"apt", "apartment", "unit", "flat", "no", "suite", "ste", "room", "floor", "building"})
NOWHERE = frozenset(
    {"无", "未知", "不详", "中国", "china", "none", "null", "na", "unknown", "test", "测试", "其他"}
)


@lru_cache(maxsize=20_000)
def city(text: str, region: str = "") -> str:
    """A city in Latin letters, so that 上海市 and Shanghai are one; some cities are provinces as well."""
    folded = _folded(text) or _municipality(_folded(region))
    if not folded or folded in NOWHERE or NUMBERS.search(folded):
        return ""
    if not HAN.search(folded):
        words = LATIN_WORDS.findall(_unaccented(folded))
        kept = [one for one in words if one not in ("city", "shi")] or words
        return "".join(kept)[:LONGEST_CITY]
    name = _city_in(folded) or ONLY_PROVINCE.sub("", folded) or folded
    return _read(name)[:LONGEST_CITY]


@lru_cache(maxsize=20_000)
def address(text: str, city_key: str = "") -> str:
    """Words and numbers of an address within its city, without what people leave out."""
    folded = FLOOR.sub("", _folded(text))
    if not folded or folded in NOWHERE or "@" in folded:
        return ""
    numbers = "-".join(NUMBERS.findall(folded))
    if not numbers:
        return ""
    if HAN.search(folded):
        named = _city_in(folded)
        city_key = city_key or (city(named) if named else "")
        words = FILLING.sub("", NUMBERS.sub("", DISTRICT.sub("", _after_city(folded, city_key))))
    else:
        found = LATIN_WORDS.findall(_unaccented(folded))
        words = " ".join(
            [SHORT_WORDS.get(one, one) for one in found if one not in OMITTED and one != city_key]
        )
    if len(words) < FEWEST_LETTERS:
        return ""
    return f"{city_key}|{words}|{numbers}"[:LONGEST_ADDRESS]


def _after_city(folded: str, city_key: str) -> str:
    found = CITY.match(folded)
    if found:
        return folded[found.end() :]
    # 上海南京路1号 without a word for the city.
    for end in range(2, 5):
        if city_key and _read(folded[:end]) == city_key:
            return folded[end:]
    return folded


def _city_in(folded: str) -> str:
    if municipality := _municipality(folded):
        return municipality
    found = CITY.match(folded)
    return found[1] if found else ""


def _municipality(folded: str) -> str:
    return next((one for one in MUNICIPALITIES if folded.startswith(one)), "")


@lru_cache(maxsize=20_000)
def _read(name: str) -> str:
    return SPELLINGS.get(name) or "".join([hanzi.syllable(one) or one for one in name if one.isalnum()])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower().translate(hanzi.simplified())


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join([one for one in decomposed if not unicodedata.combining(one)])
