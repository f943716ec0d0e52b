"""What colleagues write on their task lists."""

from typing import NamedTuple


class Errand(NamedTuple):
    kind: str
    title: str


CHINESE = [
    Errand("call", "回访：新到货的豆子喝得怎么样"),
    Errand("call", "确认企业礼盒的数量和送货时间"),
    Errand("call", "咖啡机使用两周回访"),
    Errand("visit", "上门试饮，带当季三款豆单"),
    Errand("visit", "到店体验课签到，介绍会员权益"),
    Errand("email", "发送办公室订阅方案和报价"),
    Errand("email", "发送开票资料与合同扫描件"),
    Errand("todo", "准备打样礼盒，等客户确认烫金颜色"),
    Errand("call", "提醒续订：上次购买已过六周"),
    Errand("todo", "跟进补发包裹的签收情况"),
    Errand("call", "邀请参加会员日品鉴"),
    Errand("todo", "整理去年采购记录，准备续约谈判"),
]
ENGLISH = [
    Errand("call", "Check how the first delivery went"),
    Errand("email", "Send the office subscription quote"),
    Errand("call", "Confirm quantities for the gift boxes"),
    Errand("visit", "Tasting at their office, bring the seasonal three"),
    Errand("todo", "Prepare the renewal summary"),
    Errand("email", "Send the signed contract and invoice details"),
    Errand("call", "Six weeks since the last order: offer a refill"),
    Errand("todo", "Ask logistics about the replacement parcel"),
]
OWN = ["写本周工作小结", "核对本周未回复的客户", "整理下周拜访路线", "更新团队看板"]
