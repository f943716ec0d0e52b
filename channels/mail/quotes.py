"""What somebody wrote, apart from what they quote. Nothing is thrown away: it is only folded."""

import re
from dataclasses import dataclass
from itertools import takewhile

MOST_LINES = 5000
LOOKED_AT = 400

# A line after which everything is quoted.
DIVIDER = re.compile(
    r"\s*[-_=]{2,}\s*("
    r"original (message|appointment)|forwarded (message|by)|reply message|"
    r"原始邮件|原邮件|原始郵件|转发的邮件|轉寄郵件|转发邮件信息|回复的原邮件|"
    r"ursprüngliche nachricht|message d'origine|mensaje original|元のメッセージ"
    r")\s*[-_=]{2,}\s*",
    re.IGNORECASE,
)
# A line, perhaps broken into three, that says who wrote what follows.
WROTE = (
    re.compile(r"\s*on\s.{4,300}\swrote\s*[:：]\s*", re.IGNORECASE),
    re.compile(
        r"\s*(am|le|el|il)\s.{4,300}(schrieb|a écrit|escribió|ha scritto).{0,120}[:：]\s*", re.IGNORECASE
    ),
    re.compile(r"\s*[在于於].{2,300}(写道|寫道|写到)\s*[:：]?\s*"),
)
# The same where it begins with a name or a date, always in one line.
SOMEBODY_WROTE = (
    re.compile(r"\s*.{2,200}[于於在].{4,100}(写道|寫道|写到)\s*[:：]?\s*"),
    re.compile(r"\s*\d{4}[-/年.].{4,200}[<＜(（]?\S+@\S+[>＞)）]?.{0,20}(写道|寫道|wrote)?\s*[:：]\s*"),
)
# The head of the mail below, as Outlook, Foxmail and their like repeat it.
FROM = re.compile(r"\s*\*?(from|发件人|發件人|寄件者|von|de|差出人)\*?\s*[:：]\s*\*?\s*\S.*", re.IGNORECASE)
OTHER_HEADERS = re.compile(
    r"\s*\*?(sent|date|to|cc|subject|发送时间|發送時間|发送日期|日期|时间|收件人|收件者|抄送|副本|主题|主旨|"
    r"gesendet|an|betreff|envoyé|à|objet|enviado|para|asunto|送信日時|宛先|件名)\*?\s*[:：]",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*_{10,}\s*")


@dataclass(frozen=True)
class Folded:
    said: str
    quoted: str = ""


def fold(text: str) -> Folded:
    """The two parts of a text; what stands between or below quotations is said, not quoted."""
    lines = text.split("\n")
    place = _beginning(lines[:MOST_LINES])
    said, quoted = "\n".join(lines[:place]).rstrip(), "\n".join(lines[place:]).strip("\n")
    # A mail that begins with somebody else's words was forwarded: those are what there is to read.
    return Folded(said, quoted) if said.strip() and quoted.strip() else Folded(text)


def _beginning(lines: list[str]) -> int:
    for place, line in enumerate(lines):
        if DIVIDER.fullmatch(line[:LOOKED_AT]) or _is_head(lines, place):
            return place - 1 if place and RULE.fullmatch(lines[place - 1]) else place
        if _wrote(lines, place) and not _goes_on(lines, place):
            return place
    return _trailing(lines)


def _is_head(lines: list[str], place: int) -> bool:
    """At least two other headers close below "From:"."""
    if not FROM.fullmatch(lines[place][:LOOKED_AT]):
        return False
    below = [line for line in lines[place + 1 : place + 10] if line.strip()][:5]
    return sum(bool(OTHER_HEADERS.match(line[:LOOKED_AT])) for line in below) >= 2


def _wrote(lines: list[str], place: int) -> bool:
    line = lines[place].strip()
    if not line or line.startswith(">"):
        return False
    if any(pattern.fullmatch(line[:LOOKED_AT]) for pattern in SOMEBODY_WROTE):
        return True
    tries = [line]
    for more in takewhile(str.strip, lines[place + 1 : place + 3]):
        tries.append(f"{tries[-1]} {more.strip()}")
    return any(pattern.fullmatch(one[:LOOKED_AT]) for one in tries for pattern in WROTE)


def _goes_on(lines: list[str], place: int) -> bool:
    """Whether something is said below or between what is quoted with ">": then only that is quoted."""
    below = lines[place + 1 :]
    first = next((number for number, line in enumerate(below) if line.lstrip().startswith(">")), None)
    if first is None or first > 4:
        return False
    rest = [line for line in below[first:] if line.strip() and not line.lstrip().startswith(">")]
    return bool(rest) and not rest[0].startswith("--")


def _trailing(lines: list[str]) -> int:
    """Where the last lines that all begin with ">" begin."""
    place = len(lines)
    while place and (not lines[place - 1].strip() or lines[place - 1].lstrip().startswith(">")):
        place -= 1
    return place if any(line.lstrip().startswith(">") for line in lines[place:]) else len(lines)
