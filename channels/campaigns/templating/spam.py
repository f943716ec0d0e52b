"""Words that filters for unwanted mail know, and ways of writing that look like it."""

import re

WORDS = (
    *(
        "act now",
        "buy now",
        "click here",
        "100% free",
        "free money",
        "risk free",
        "risk-free",
        "no obligation",
    ),
    *(
        "winner",
        "you have been selected",
        "limited time only",
        "earn money",
        "cash bonus",
        "viagra",
        "casino",
    ),
    *("cheap", "guaranteed", "no catch", "once in a lifetime", "order now", "urgent", "million dollars"),
    *(
        "免费领取",
        "点击领取",
        "恭喜您中奖",
        "恭喜中奖",
        "中奖",
        "发票",
        "代开",
        "贷款",
        "兼职",
        "赚钱",
        "秒杀价",
    ),
    *(
        "最后机会",
        "立即点击",
        "点击这里",
        "不看后悔",
        "稳赚",
        "包赚",
        "全网最低",
        "国家级",
        "史上最低",
        "加微信",
    ),
)
SHOUTED = re.compile(r"\b[A-Z]{5,}\b")
MARKS = re.compile(r"[!！]{2,}|[?？]{3,}|[$￥¥]{3,}")
MOST_EXCLAMATIONS = 3


def words_in(text: str) -> list[str]:
    """Those of the words that stand in the text."""
    low = text.casefold()
    return [word for word in WORDS if _stands(word, low)]


def is_loud(text: str) -> bool:
    """Whole words in capitals, marks in a row, or many exclamation marks."""
    loud = len(SHOUTED.findall(text)) >= 2 or MARKS.search(text)
    return bool(loud) or text.count("!") + text.count("！") > MOST_EXCLAMATIONS


def _stands(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    return re.search(rf"\b{re.escape(word)}(?!\w)", text) is not None
