"""What colleagues write down: notes, calls and meetings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Remark:
    """`asks` says that the author calls in their manager."""

    kind: str
    body: str
    channel: str = "staff"
    direction: str = "none"
    data: Mapping[str, Any] = field(default_factory=dict)
    asks: bool = False


def _call(body: str, outcome: str, minutes: int, direction: str = "out") -> Remark:
    data = {"outcome": outcome} | ({"seconds": minutes * 60} if minutes else {})
    return Remark("call", body, "phone", direction, data)


def _meeting(body: str, place: str, minutes: int) -> Remark:
    return Remark("meeting", body, "meeting", "none", {"place": place, "seconds": minutes * 60})


CHINESE = [
    Remark("note", "对企业礼盒感兴趣，预算约 8,000；偏好微信沟通，避免午休时间致电。"),
    Remark("note", "竞品在谈年度供货，需要一份带账期的报价，麻烦看下能否给到 45 天。", asks=True),
    _call("确认下月用量，想先试两款浅烘，周三前寄样。", "reached", 7),
    _call("", "no_answer", 0),
    _meeting("看了他们的新办公室，茶水间放得下一台商用机；决策人是行政主管。", "theirs", 50),
    Remark("note", "生日在下个月，喜欢手冲；上次送的挂耳反馈很好。"),
    _call("来电问发票抬头能否修改，已转财务处理。", "reached", 4, "in"),
    Remark("note", "价格敏感，但很看重送货准时；促销邮件别发太勤。"),
    _meeting("线上演示了订阅方案，客户希望按季度付款，会内部讨论后回复。", "video", 30),
    _call("约了周五下午再聊，对方正在开会。", "call_back", 1),
]
ENGLISH = [
    Remark(
        "note", "Interested in gift boxes for the whole office, budget about 1,200. Prefers e-mail to calls."
    ),
    Remark(
        "note", "A competitor offers a yearly contract. Could we match 45 days of payment terms?", asks=True
    ),
    _call("Confirmed next month's volume and wants to try two light roasts first.", "reached", 8),
    _call("", "no_answer", 0),
    _meeting("Saw the new office; room for one machine. The office manager decides.", "theirs", 45),
    Remark("note", "Cares more about deliveries on time than about price."),
    _call("Asked to change the company name on the invoice, passed on to accounting.", "reached", 5, "in"),
    _meeting("Showed the subscription online. They would rather pay by quarter.", "video", 30),
]
