"""What somebody wrote, apart from what they quote."""

import time

import pytest

from channels.mail.quotes import fold
from channels.mail.subjects import answering, bare

QUOTING = [
    "Thanks!\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <ann@example.com> wrote:\n> old\n> older",
    "Thanks!\n\nOn Mon, 2 Mar 2026 at 10:00, Ann Example\n<ann@example.com> wrote:\n\n> old\n",
    "好的，谢谢！\n\n在 2026年3月2日 10:00，小王 <wang@example.com> 写道：\n> 旧的\n",
    "好的\n\n于2026年3月2日 10:00写道：\n旧的\n",
    "好的\n\n客服 <help@example.com> 于2026年3月2日周一 10:00写道：\n\n> 旧的",
    '好的\n\n2026-03-02 10:00，"客服" <help@example.com> 写道：\n旧的',
    '好的\n\n------------------ 原始邮件 ------------------\n发件人: "客服";\n发送时间: 2026年3月2日\n旧的',
    "Fine\n\n-----Original Message-----\nFrom: Ann\nSent: Monday\nold",
    "Fine\n\n________________________________\nFrom: Ann <ann@example.com>\nSent: Monday, 2 March 2026\n"
    "To: Bob\nSubject: Re: Tea\n\nold",
    "好的\n\n发件人： 客服\n发送时间： 2026年3月2日\n收件人： 王\n主题： 茶\n\n旧的",
    "Gut\n\nAm 02.03.2026 um 10:00 schrieb Ann:\n> old",
    "Fine\n> old\n> older\n",
]


@pytest.mark.parametrize("text", QUOTING, ids=range(len(QUOTING)))
def test_what_is_quoted_is_folded_and_nothing_is_lost(text: str) -> None:
    found = fold(text)
    assert found.said == text.split("\n")[0]
    assert "old" in found.quoted or "旧的" in found.quoted
    kept = "".join((found.said + found.quoted).split())
    assert kept == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we had tea.\nIt was good.",
        "From: the bottom of my heart\nthank you",
        "发件人：我\n你好",
        "> old\nmy answer below",
        "On Mon Ann wrote:\n> question one?\nanswer one\n> question two?\nanswer two",
        "-----Original Message-----\nFrom: Ann\nforwarded without a word",
        "",
        "just this",
        "x > y and y > z",
    ],
)
def test_what_is_said_stays(text: str) -> None:
    assert fold(text).quoted == ""
    assert fold(text).said == text


@pytest.mark.parametrize(
    "text", ["On " * 100_000, "> " * 200_000, "在" * 300_000, "\n" * 300_000, "From: x\n" * 50_000]
)
def test_long_ones_take_no_time(text: str) -> None:
    began = time.process_time()
    fold(text)
    assert time.process_time() - began < 2


def test_subjects_without_what_programs_add() -> None:
    assert bare("Re: AW: 回复：[Shop] Fwd: Tea  pot") == bare("tea pot") == "tea pot"
    assert answering("Re: RE: 答复: Tea") == "Re: Tea"
    assert answering("") == ""
    assert bare("Regarding: x") == "regarding: x"
