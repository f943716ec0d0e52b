"""Names of organisations as they are compared: without what the law adds to them."""

import re
import unicodedata
from functools import lru_cache

from customers import hanzi
from customers.matching import handles
from customers.matching.names import HAN, LONGEST_KEY, NONE, WORDS, Name

CHINESE_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|股份公司|有限合伙|普通合伙|(?<!分)公司|集团)+$"
)
FORMS = frozenset(
    {
        *("ltd", "limited", "inc", "incorporated", "llc", "llp", "lp", "plc", "corp", "corporation", "co"),
        *("company", "gmbh", "mbh", "ag", "kg", "ohg", "ug", "ev", "se", "sa", "sas", "sarl", "srl", "spa"),
        *(
            "bv",
            "nv",
            "oy",
            "ab",
            "as",
            "aps",
            "kk",
            "pte",
            "pty",
            "sdn",
            "bhd",
            "group",
            "holding",
            "holdings",
        ),
    }
)
SMALL_WORDS = frozenset({"the", "and", "und", "et", "of", "for"})
# Names that end so are an organisation's, whatever the file calls them.
CHINESE_ENDING = re.compile(
    r"(?:公司|集团|事务所|合作社|有限合伙[)）]?|经营部|工作室|工厂|商行|医院|大学|学校)$"
)
WESTERN_ENDING = re.compile(
    r"\b(?:ltd|limited|inc|llc|llp|plc|corp|corporation|gmbh|pty|sdn bhd|s\.?a\.?r\.?l|b\.v)\.?$",
    re.IGNORECASE,
)
NOTHING = frozenset(
    {"无", "暂无", "没有", "个人", "自由职业", "none", "na", "null", "self employed", "private"}
)


def is_one(name: str) -> bool:
    return bool(CHINESE_ENDING.search(name) or WESTERN_ENDING.search(name))


@lru_cache(maxsize=20_000)
def of(text: str) -> Name:
    folded = unicodedata.normalize("NFKC", text).lower().translate(hanzi.simplified())
    if HAN.search(folded):
        whole = "".join(WORDS.findall(folded))
        key = CHINESE_FORM.sub("", whole) or whole
    else:
        key = _western(folded)
    if key in NOTHING or handles.is_nothing(folded) or len(key) < 2 or len(set(key)) == 1:
        return NONE
    return Name(key=key[:LONGEST_KEY])


def _western(folded: str) -> str:
    decomposed = unicodedata.normalize("NFD", folded)
    plain = "".join([one for one in decomposed if not unicodedata.combining(one)])
    # B.V. and Co. KG are words, not letters.
    words = WORDS.findall(plain.replace("'", "").replace(".", ""))
    kept = [one for one in words if one not in SMALL_WORDS]
    while len(kept) > 1 and kept[-1] in FORMS:
        kept.pop()
    return " ".join(kept)
