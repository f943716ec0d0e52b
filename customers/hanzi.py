"""Chinese characters, one by one: their simplified form and how they are read, without tone marks.

The tables come with pypinyin and zhconv. Their files are read directly: importing the packages would load
phrase dictionaries of 30 MB that single characters never need.
"""

import json
import unicodedata
from functools import cache, lru_cache
from importlib.metadata import distribution
from itertools import product
from pathlib import Path

# Family names that are read unlike the same character elsewhere.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "区": "ou",
    "尉": "yu",
    "盖": "ge",
    "缪": "miao",
    "朴": "piao",
    "覃": "qin tan",
    "翟": "zhai",
    "召": "shao",
    "折": "she",
    "种": "chong",
    "秘": "bi",
    "员": "yun",
    "乜": "nie",
    "繁": "po",
    "柏": "bai bo",
    "牟": "mu mou",
    "乐": "yue le",
    "薄": "bo",
    "卜": "bu",
    "黑": "he",
    "长": "zhang chang",
    "隗": "wei kui",
    "祭": "zhai ji",
    "佴": "nai",
    "句": "gou",
    "洗": "xian",
}
# More ways to read one name than this are not worth the room they take.
READINGS = 6


def pinyin(characters: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of a name, once for every way to read its first character."""
    rest = [syllable(one) for one in characters[1:] if syllable(one)]
    return tuple((start, *rest) for start in openings(characters[0]) if start)


@lru_cache(maxsize=10_000)
def openings(character: str) -> tuple[str, ...]:
    """How a name may begin: as a family name, as the character is mostly read, and ü in its spellings."""
    readings = [*SURNAMES.get(character, "").split(), syllable(character)]
    spelled = (reading.replace("v", vowel) for reading, vowel in product(readings, ("v", "u", "yu")))
    return tuple(dict.fromkeys(spelled))[:READINGS]


@lru_cache(maxsize=10_000)
def syllable(character: str) -> str:
    """The usual reading in ASCII, "lv" for 绿; empty for what is no Chinese character."""
    first = _readings().get(str(ord(character)), "").split(",")[0]
    plain = unicodedata.normalize("NFD", first).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isascii())


@cache
def simplified() -> dict[int, str]:
    """Traditional to simplified, as str.translate takes it."""
    table = json.loads(_file("zhconv", "zhconv/zhcdict.json"))["zh2Hans"]
    return {ord(old): new for old, new in table.items() if len(old) == 1 and len(new) == 1}


@cache
def _readings() -> dict[str, str]:
    table: dict[str, str] = json.loads(_file("pypinyin", "pypinyin/pinyin_dict.json"))
    return table


def _file(package: str, path: str) -> str:
    return Path(str(distribution(package).locate_file(path))).read_text(encoding="utf-8")
