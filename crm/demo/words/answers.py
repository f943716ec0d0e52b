"""What the company's knowledge base says, in both languages, and how its people proceed."""

from typing import NamedTuple


class Text(NamedTuple):
    title: str
    summary: str
    body: str


class Answer(NamedTuple):
    slug: str
    shelf: str
    tags: tuple[str, ...]
    is_public: bool
    zh: Text
    en: Text


# Key, name, English name, the shelf above.
SHELVES = (
    ("orders", "订单与配送", "Orders and delivery", ""),
    ("delivery", "配送", "Delivery", "orders"),
    ("invoices", "发票与付款", "Invoices and payment", "orders"),
    ("aftersales", "售后服务", "After sales", ""),
    ("returns", "退换货", "Returns", "aftersales"),
    ("repairs", "维修与保养", "Repair and care", "aftersales"),
    ("members", "会员与礼品", "Members and gifts", ""),
    ("inside", "内部规范", "How we work", ""),
)

ANSWERS = (
    Answer(
        "delivery-times",
        "delivery",
        ("配送", "物流", "发货"),
        True,
        Text(
            "下单后多久能收到？",
            "现货 24 小时内发出，一般 2–4 天送达。",
            "现货商品在**付款后 24 小时内**从上海仓发出，周末和节假日顺延。\n\n"
            "| 地区 | 一般时效 |\n|---|---|\n| 江浙沪 | 1–2 天 |\n| 其他省会城市 | 2–3 天 |\n| 西藏、新疆等偏远地区 | 5–8 天 |\n\n"
            "- 满 99 元包邮，不满收 10 元运费。\n- 新鲜烘焙的咖啡豆在烘焙后第二天发货。\n- 发货后会短信通知快递单号。",
        ),
        Text(
            "How long does delivery take?",
            "Goods in stock leave within 24 hours and usually arrive in 2 to 4 days.",
            "Goods in stock leave our Shanghai warehouse **within 24 hours of payment**, later at weekends and on"
            " holidays.\n\n| Where | Usually |\n|---|---|\n| Shanghai, Jiangsu, Zhejiang | 1–2 days |\n"
            "| Other large cities | 2–3 days |\n| Remote regions | 5–8 days |\n\n"
            "- Free from ¥99; below that delivery is ¥10.\n- Fresh coffee leaves the day after roasting.\n"
            "- You get the tracking number by text message.",
        ),
    ),
    Answer(
        "change-address",
        "delivery",
        ("改地址", "收货地址"),
        True,
        Text(
            "可以修改收货地址吗？",
            "发货前可以自行修改，发货后请联系客服拦截。",
            "1. **未发货**：在“我的订单”里点“修改地址”。\n2. **已发货**：把订单号发给客服，我们联系快递转寄，可能产生转寄费。\n"
            "3. **已派送**：请直接联系派送员。",
        ),
        Text(
            "Can I change the delivery address?",
            "Yourself before it leaves; after that ask us to redirect the parcel.",
            "1. **Not sent yet**: choose “Change address” under “My orders”.\n2. **On its way**: send us the order"
            " number and we ask the carrier to redirect it; a fee may apply.\n3. **Out for delivery**: please call"
            " the courier.",
        ),
    ),
    Answer(
        "damaged-parcel",
        "delivery",
        ("破损", "碎了", "少件"),
        True,
        Text(
            "收到的商品破损或少件怎么办？",
            "签收后 48 小时内拍照联系我们，免费补发或退款。",
            "请在**签收后 48 小时内**联系我们，并附上：\n\n- 外包装和破损处的照片\n- 快递面单照片\n- 订单号\n\n"
            "核实后当天补发或退款，**运费由我们承担**，破损商品不用寄回。",
        ),
        Text(
            "Something arrived broken or is missing",
            "Send us photos within 48 hours; we replace or refund it at no cost.",
            "Please write to us **within 48 hours of delivery** with:\n\n- photos of the parcel and of the damage\n"
            "- a photo of the shipping label\n- your order number\n\nWe replace or refund it the same day. **We pay"
            " for shipping**, and you need not send the broken item back.",
        ),
    ),
    Answer(
        "invoice",
        "invoices",
        ("发票", "fapiao", "抬头", "税号"),
        True,
        Text(
            "如何开发票？",
            "订单完成后可在线申请电子发票，企业可开专票。",
            "**电子普通发票**：在“我的订单”点“申请发票”，填写抬头和税号，通常 1 个工作日内发到邮箱。\n\n"
            "**增值税专用发票**：请把以下资料发给客服：\n\n1. 公司名称和税号\n2. 注册地址和电话\n3. 开户行和账号\n\n"
            "发票可在付款后 **90 天内**申请；抬头写错可以重开一次。",
        ),
        Text(
            "How do I get an invoice (fapiao)?",
            "Ask for it online once the order is complete; companies can have a VAT invoice.",
            "**Ordinary electronic fapiao**: choose “Ask for an invoice” under “My orders” and give the name and tax"
            " number. It usually comes by e-mail within one working day.\n\n**VAT special fapiao**: please send us\n\n"
            "1. company name and tax number\n2. registered address and telephone\n3. bank and account number\n\n"
            "You can ask within **90 days** of payment. A wrong name can be corrected once.",
        ),
    ),
    Answer(
        "payment-failed",
        "invoices",
        ("付款", "支付失败"),
        True,
        Text(
            "付款失败或重复扣款怎么办？",
            "重复扣款会在 1–3 个工作日内自动退回。",
            "- **付款失败**：订单保留 30 分钟，可换一种方式再付。\n- **重复扣款**：多付的款项会在 1–3 个工作日内按原路退回。\n"
            "- 超过 3 个工作日没有到账，请把付款截图发给客服。",
        ),
        Text(
            "A payment failed or was taken twice",
            "What was taken twice comes back by itself within 1 to 3 working days.",
            "- **Failed**: the order is kept for 30 minutes; please pay another way.\n- **Taken twice**: the second"
            " payment comes back the same way within 1 to 3 working days.\n- If it has not arrived by then, send us"
            " a picture of the payment.",
        ),
    ),
    Answer(
        "return-goods",
        "returns",
        ("退货", "退换", "七天无理由"),
        True,
        Text(
            "如何退货，运费谁承担？",
            "未拆封商品 7 天内可退；质量问题运费由我们承担。",
            "**7 天无理由**：签收后 7 天内，未使用、包装完整的商品可以退货，运费由您承担。\n\n"
            "**质量问题**：30 天内可退可换，**运费由我们承担**。\n\n退货步骤：\n\n1. 在“我的订单”里申请退货并选择原因\n"
            "2. 等待审核，一般半个工作日\n3. 按短信里的地址寄回\n4. 我们收到后 2 个工作日内退款\n\n"
            "> 已开封的咖啡豆、定制礼盒和生日礼卡不支持无理由退货。",
        ),
        Text(
            "How do I return goods, and who pays?",
            "Unopened goods within 7 days; if something is wrong with them we pay for shipping.",
            "**Changed your mind**: unused goods in whole packing can be returned within 7 days of delivery; you pay"
            " for shipping.\n\n**Something is wrong with them**: returned or exchanged within 30 days, **we pay for"
            " shipping**.\n\nHow to:\n\n1. Ask for the return under “My orders” and choose a reason\n2. Wait for our"
            " answer, usually half a working day\n3. Send it to the address in the text message\n4. We refund within"
            " 2 working days of its arrival\n\n> Opened coffee, gift boxes made to order and gift cards cannot be"
            " returned without a fault.",
        ),
    ),
    Answer(
        "refund-times",
        "returns",
        ("退款", "到账"),
        True,
        Text(
            "退款多久到账？",
            "微信和支付宝 1 个工作日内，银行卡 3–7 个工作日。",
            "我们确认退款后：\n\n- 微信、支付宝：**1 个工作日**内\n- 银行卡：3–7 个工作日\n- 礼品卡：立即退回余额\n\n使用的积分和优惠券会一并退回。",
        ),
        Text(
            "When does a refund arrive?",
            "WeChat and Alipay within 1 working day, bank cards in 3 to 7.",
            "Once we have confirmed it:\n\n- WeChat, Alipay: within **1 working day**\n- bank cards: 3 to 7 working"
            " days\n- gift cards: at once\n\nPoints and coupons come back as well.",
        ),
    ),
    Answer(
        "machine-repair",
        "repairs",
        ("维修", "保修", "咖啡机"),
        True,
        Text(
            "咖啡机坏了如何报修？",
            "整机保修两年，寄修一般 7–10 天。",
            "咖啡机和磨豆机**保修两年**，请保留购买凭证。\n\n报修前请先试：\n\n1. 断电 5 分钟后重启\n2. 检查水箱是否装到位\n"
            "3. 做一次除垢\n\n仍不能用，请告诉客服**机型、序列号和现象**（最好有短视频）。我们寄出包装箱，寄修一般 7–10 天，"
            "保修期内往返运费由我们承担。",
        ),
        Text(
            "My coffee machine is broken: how do I have it repaired?",
            "Machines have a two-year warranty; a repair usually takes 7 to 10 days.",
            "Coffee machines and grinders have a **two-year warranty**; please keep the receipt.\n\nFirst try:\n\n"
            "1. Unplug it for five minutes\n2. Check that the water tank sits well\n3. Descale it once\n\nIf that does"
            " not help, tell us **the model, the serial number and what happens**; a short video is best. We send a"
            " box, and a repair usually takes 7 to 10 days. Within the warranty we pay for shipping both ways.",
        ),
    ),
    Answer(
        "descaling",
        "repairs",
        ("除垢", "清洁", "保养"),
        True,
        Text(
            "咖啡机多久除垢一次？",
            "每 2–3 个月一次，约 30 分钟。",
            "每 **2–3 个月**或提示灯亮起时除垢一次：\n\n1. 除垢剂 100 ml 加水 500 ml 倒入水箱\n2. 启动除垢程序，约 20 分钟\n"
            "3. 用清水冲洗两箱\n\n滤芯每两个月更换。请不要用白醋，会损坏密封圈。",
        ),
        Text(
            "How often should I descale the machine?",
            "Every two to three months; it takes half an hour.",
            "Every **two to three months**, or when the light comes on:\n\n1. Fill 100 ml of descaler and 500 ml of"
            " water into the tank\n2. Start the descaling programme, about 20 minutes\n3. Rinse with two tanks of"
            " clean water\n\nChange the filter every two months. Please use no vinegar: it harms the seals.",
        ),
    ),
    Answer(
        "points",
        "members",
        ("积分", "会员", "等级"),
        True,
        Text(
            "积分怎么累积和使用？",
            "每消费 1 元积 1 分，100 分抵 1 元，12 个月有效。",
            "- 每实付 **1 元积 1 分**，签收后到账\n- **100 分抵 1 元**，每单最多抵 20%\n- 积分自获得之日起 12 个月有效，到期前 30 天提醒\n"
            "- 退货时扣回该单积分\n\n在门店和微信小程序也可以使用，报手机号即可。",
        ),
        Text(
            "How do I earn and use points?",
            "One point per yuan; 100 points are worth one yuan and hold for 12 months.",
            "- **One point for each yuan** paid, once the parcel has arrived\n- **100 points are worth ¥1**, up to 20%"
            " of an order\n- Points hold for 12 months; we remind you 30 days before\n- Returned orders take their"
            " points along\n\nThey work in our shops and on WeChat, too: just give your phone number.",
        ),
    ),
    Answer(
        "gift-orders",
        "members",
        ("礼盒", "企业定制", "送礼"),
        True,
        Text(
            "企业定制礼盒如何订购？",
            "50 盒起订，提前 15 天，可印标志。",
            "**50 盒起订**，请提前 **15 天**联系：\n\n- 可选内容、包装颜色和贺卡\n- 标志烫印免费，打样 3 天\n- 100 盒以上 95 折，500 盒以上 9 折\n"
            "- 可代寄多个地址，支持对公转账和专票",
        ),
        Text(
            "How do I order gift boxes for my company?",
            "From 50 boxes, 15 days ahead, with your logo.",
            "**From 50 boxes**; please write to us **15 days** ahead:\n\n- you choose contents, colour and card\n"
            "- your logo is free; a sample takes 3 days\n- 5% off from 100 boxes, 10% from 500\n- we ship to many"
            " addresses and take bank transfers",
        ),
    ),
    Answer(
        "goodwill",
        "inside",
        ("补偿", "权限", "投诉"),
        False,
        Text(
            "补偿权限与投诉升级",
            "客服可自行补偿 50 元以内，其余请主管确认。",
            "| 情形 | 可直接处理 | 需主管 |\n|---|---|---|\n| 物流延误 | 10 元优惠券 | 超过 5 天 |\n| 商品破损 | 补发或退款 | 单价 500 元以上 |\n"
            "| 情绪激动或提及媒体 | 先致歉、记录 | **一律升级** |\n\n- 每位客户 90 天内补偿不超过两次\n- 补偿写进内部备注，写明原因",
        ),
        Text(
            "What we may offer, and when to escalate",
            "Up to ¥50 on your own; beyond that ask your team lead.",
            "| What happened | On your own | Team lead |\n|---|---|---|\n| Late parcel | ¥10 coupon | more than 5 days |\n"
            "| Broken goods | replace or refund | above ¥500 |\n| Very upset, or speaks of the press | say sorry, note"
            " it | **always** |\n\n- at most twice in 90 days for one customer\n- note what was given, and why",
        ),
    ),
)


class Move(NamedTuple):
    title: str
    text: str = ""
    reply: str = ""
    asks_for: str = ""
    answer: str = ""


# Name, what for, words, tags, steps.
PLAYBOOKS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[Move, ...]], ...] = (
    (
        "退换货处理",
        "客户想退货、换货或退款",
        ("退货", "换货", "退款", "return", "refund"),
        ("退换货",),
        (
            Move("核对订单与签收日期", "7 天无理由，质量问题 30 天。", asks_for="订单号"),
            Move(
                "请客户发照片",
                "外包装、商品、面单各一张。",
                "麻烦您拍一下商品、外包装和快递面单的照片发给我，我马上为您核实。",
            ),
            Move("判断责任与运费", "质量问题由我们承担运费。", answer="return-goods"),
            Move(
                "告知退货地址与时效",
                "",
                "已为您登记退货。请寄回：上海市青浦区华新镇澜山仓，收到后 2 个工作日内退款。",
            ),
            Move("记录快递单号", asks_for="退货快递单号"),
            Move("确认退款到账", "", answer="refund-times"),
        ),
    ),
    (
        "咖啡机报修",
        "机器故障、漏水、不出水",
        ("维修", "坏了", "漏水", "不出水", "故障", "repair", "broken", "leak"),
        ("维修",),
        (
            Move("记录机型和序列号", "机身底部标签。", asks_for="序列号"),
            Move(
                "远程排查",
                "断电重启、水箱、除垢。",
                "请先断电 5 分钟，再检查水箱是否装到位。如果仍不出水，麻烦拍一段短视频给我。",
                answer="machine-repair",
            ),
            Move("确认是否在保", "购买日起两年。"),
            Move("安排寄修", "寄出包装箱，登记往返单号。", asks_for="寄修单号"),
            Move("修好后回访", "问一问现在好不好用。"),
        ),
    ),
    (
        "客户投诉",
        "不满、要投诉、威胁曝光",
        ("投诉", "太差", "曝光", "生气", "complain", "terrible"),
        ("投诉",),
        (
            Move("先致歉，再倾听", "", "非常抱歉给您带来不好的体验，我先把情况记下来，今天内给您答复。"),
            Move("弄清事实", "订单、时间、经手人。", asks_for="发生了什么"),
            Move("查看补偿权限", "", answer="goodwill"),
            Move("需要时升级给主管"),
            Move("给出方案并约定时间", "", "我们的处理方案是：……。我会在明天 18:00 前跟进并再次联系您。"),
        ),
    ),
)
MISSED = (
    ("胶囊兼容", "zh-hans", "public", 14),
    ("以旧换新", "zh-hans", "public", 9),
    ("门店停车", "zh-hans", "staff", 6),
    ("vegan", "en", "public", 4),
    ("gift wrapping", "en", "public", 3),
    ("团购价", "zh-hans", "staff", 3),
)
