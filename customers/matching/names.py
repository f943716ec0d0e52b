"""Names as they are compared: one form for every way in which one name is written.

王小明, 王 小 明, 王小明先生, Xiaoming Wang, WANG Xiaoming and Wang Xiao Ming have one key. The order of its
parts says nothing: nobody can know which of Li Na and Na Li is the family's.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from customers import hanzi

LONGEST_PART, LONGEST_KEY = 60, 120
HAN = re.compile(r"[\u3400-\u9fff]")
# Kana and Hangul: names in them are words like any others.
OTHER_EASTERN = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
SIGNS = re.compile(r"[\s·・•.\-_,，'’*]+")
WORDS = re.compile(r"[^\W_]+")
ASIDES = re.compile(r"[(\[【<《{].*?[)\]】>》}]")
# After a name.
POLITE = re.compile(r"(?:先生|女士|小姐|太太|夫人|老师|经理|总监|老板|同学|主任|医生|教授|律师)$")
# After a family name only: 王总, 李工, 张姐.
FAMILIAR = re.compile(r"(?:总|工|哥|姐|叔|阿姨|董|处|局|科|导)$")
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "herr", "frau"})
AFTER_NAMES = frozenset({"jr", "sr", "ii", "iii", "phd", "md", "esq"})
# What stands in the place of a name.
NOBODY = frozenset(
    {
        *("客户", "新客户", "老客户", "顾客", "用户", "新用户", "微信用户", "会员", "散客", "访客", "游客"),
        *(
            "匿名",
            "匿名用户",
            "佚名",
            "某人",
            "某某",
            "未知",
            "不详",
            "保密",
            "无",
            "无名",
            "无名氏",
            "暂无",
            "空",
        ),
        *("没有", "待定", "其他", "先生", "女士", "小姐", "本人", "联系人", "收货人", "管理员", "路人甲"),
        *("张三", "李四", "王五"),
        *("na", "n/a", "none", "null", "nil", "nan", "undefined", "unknown", "anonymous", "nobody", "noname"),
        *("no name", "customer", "client", "user", "guest", "visitor", "member", "contact", "admin", "tbd"),
        *("john doe", "jane doe", "foo", "foo bar", "asdf", "asd", "qwerty", "abc", "xyz", "name", "me"),
    }
)
TRIED = re.compile(
    r"(?:test|tester|testing|demo|测试|測試|演示)[\W_]*(?:user|customer|客户|用户|账号|name)?[\W\d_]*"
)
# Letters that are no accented ones, as people type them elsewhere.
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "ð": "d"}
)
SHORT_FORMS = {
    "bob": "robert", "rob": "robert", "bill": "william", "will": "william", "jim": "james", "jack": "john",
    "mike": "michael", "rick": "richard", "dick": "richard", "tom": "thomas", "liz": "elizabeth",
    "beth": "elizabeth", "jenny": "jennifer", "kate": "katherine", "kathy": "katherine",
    "chris": "christopher", "matt": "matthew", "dan": "daniel", "joe": "joseph", "dave": "david",
    "tony": "anthony", "pat": "patricia", "maggie": "margaret", "sue": "susan", "jess": "jessica",
    "sam": "samantha", "alex": "alexander", "nick": "nicholas", "andy": "andrew", "ben": "benjamin",
    "ed": "edward", "ted": "edward", "greg": "gregory", "jeff": "jeffrey", "ron": "ronald", "steve": "steven",
    "stephen": "steven", "tim": "timothy", "vicky": "victoria", "becky": "rebecca", "debbie": "deborah",
}  # fmt: skip


class Name(NamedTuple):
    """`han` and `key` stand for a whole name. An organisation has only a key."""

    han: str = ""
    key: str = ""
    family: str = ""
    given: str = ""


NONE = Name()


@lru_cache(maxsize=20_000)
def of_person(text: str) -> Name:
    written = ASIDES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    folded = written.lower()
    if _is_nobody(folded):
        return NONE
    if HAN.search(folded) and not OTHER_EASTERN.search(folded):
        return _chinese(folded.translate(hanzi.simplified()))
    return _western(written)


def _is_nobody(folded: str) -> bool:
    letters = "".join(filter(str.isalnum, folded))
    if not letters or letters.isdecimal() or folded in NOBODY or letters in NOBODY:
        return True
    if TRIED.fullmatch(folded):
        return True
    return len(letters) > 1 and len(set(letters)) == 1 and letters.isascii()


def _chinese(text: str) -> Name:
    name = _without_politeness(SIGNS.sub("", text))
    if not name or len(HAN.findall(name)) != len(name):
        # Letters or digits among the characters: what people call themselves in a chat is no name.
        return NONE
    if name[:2] in hanzi.DOUBLE_FAMILY_NAMES and len(name) <= 4:
        family, given = name[:2], name[2:]
    elif name[:1] in hanzi.FAMILY_NAMES and len(name) <= 3:
        family, given = name[:1], name[1:]
    elif len(name) <= 2:
        family, given = "", name
    else:
        return NONE
    family_read = hanzi.family_reading(family) if family else ""
    given_read = "".join([hanzi.syllable(one) or one for one in given])
    if not (family_read and given_read):
        return Name(family=family_read, given=given_read)
    return Name(name, _key([family_read, given_read]), family_read, given_read)


def _without_politeness(name: str) -> str:
    bare = POLITE.sub("", name)
    if bare in NOBODY:
        return ""
    short = FAMILIAR.sub("", bare)
    if short != bare and (short in hanzi.DOUBLE_FAMILY_NAMES or len(short) == 1):
        return short if short in hanzi.FAMILY_NAMES or len(short) == 2 else bare
    return bare


def _western(written: str) -> Name:
    family_first = "," in written
    if family_first:
        before, _comma, after = written.partition(",")
        written = f"{after} {before}"
    # O'Neil is one word.
    words = WORDS.findall(_plain(written.replace("'", "").replace("’", "")))
    has_title = bool(words) and words[0].lower() in TITLES
    words = [one for one in words if one.lower() not in TITLES | AFTER_NAMES]
    if not words:
        return NONE
    if len(words) == 1:
        alone = words[0].lower()[:LONGEST_PART]
        return Name(family=alone) if has_title else Name(given=SHORT_FORMS.get(alone, alone))
    parts = None if family_first else _pinyin(words)
    if parts:
        family, given = parts
        return Name("", _key([family, given]), family[:LONGEST_PART], given[:LONGEST_PART])
    return _given_first([one.lower() for one in words])


def _given_first(words: list[str]) -> Name:
    # Middle initials come and go.
    words = [words[0], *[one for one in words[1:-1] if len(one) > 1], words[-1]]
    given = SHORT_FORMS.get(words[0], words[0])
    key = _key([given, *words[1:]])
    if not key.isascii():
        # Likeness is judged letter by letter, which the batch engine can only do of ASCII.
        return Name(key=key)
    return Name("", key, words[-1][:LONGEST_PART], given[:LONGEST_PART])


def _pinyin(words: Sequence[str]) -> tuple[str, str] | None:
    """Family and given name of a Chinese name in Latin letters; None when it is no such name."""
    lower = [one.lower().replace("lyu", "lv").replace("nyu", "nv") for one in words]
    places = hanzi.family_readings()
    if not all(one.isascii() and hanzi.is_pinyin(one) for one in lower):
        return None
    first, last = places.get(lower[0]), places.get(lower[-1])
    if first is None and last is None:
        return None
    if _is_family_last(words, lower, first, last):
        return lower[-1], "".join(lower[:-1])
    return lower[0], "".join(lower[1:])


def _is_family_last(words: Sequence[str], lower: Sequence[str], first: int | None, last: int | None) -> bool:
    if first is None or last is None:
        return first is None
    capitals = [one.isupper() and len(one) > 1 for one in words]
    if any(capitals) and not all(capitals):
        return capitals[-1] and not capitals[0]
    short = [one in hanzi.syllables() for one in lower]
    if len(lower) == 2 and any(short) and not all(short):
        # A given name has two syllables more often than a family name.
        return short[1]
    return last < first


def _plain(text: str) -> str:
    """Without accents."""
    decomposed = unicodedata.normalize("NFD", text.translate(LETTERS))
    return "".join([one for one in decomposed if not unicodedata.combining(one)])


def _key(parts: Sequence[str]) -> str:
    return " ".join(sorted(parts))[:LONGEST_KEY]
