"""What people say to each other: short scripts, each a few touches on one or more channels.

A line is: minutes since the line before | kind | channel | direction | summary | text.
{p} stands for an article, {c} for a city. Text may be empty.
"""

CHINESE = """
0|message|wechat|in|你好，{p}现在有货吗？|
3|message|wechat|out|您好，有现货的，今天 16:00 前下单当天发出。|
6|message|wechat|in|好的，那我拍两份。|

0|message|wechat|in|请问{p}怎么选研磨度？我用的是摩卡壶。|
5|message|wechat|out|摩卡壶建议中细研磨，下单时备注“摩卡壶”，我们帮您磨好。|
2|message|wechat|in|太贴心了，谢谢！|

0|message|wechat|in|下周公司搬新址，想定 30 份咖啡礼盒，可以印我们的 logo 吗？|
6|message|wechat|out|可以的，30 份起免费烫金。我把样式图和报价发给您，今天 17:00 前给到。|
95|email|email|out|咖啡礼盒定制报价（30 份）|附件是样式图与报价，打样需要两个工作日。如需调整烫金颜色，直接回复即可。
1440|call|phone|out|确认礼盒数量与送货时间|客户确认 30 份，周五上午送到前台，开增值税普通发票。

0|message|wechat|in|收到的{p}外包装有点压坏了|
4|message|wechat|out|非常抱歉！麻烦您拍张照片，我们马上为您补发。|
12|message|wechat|in|照片发过去了，里面的东西没坏，就是送人不好看。|
3|message|wechat|out|明白，已安排今天补发一份新的，旧的不用寄回。|

0|call|phone|in|咨询会员积分怎么兑换|告知积分可在小程序“我的”里兑换，客户表示会试试。
2|note|staff|none|客户更习惯电话沟通，工作日下午三点后方便|

0|call|phone|out|回访：新购咖啡机使用情况|客户反馈萃取偏酸，指导调细研磨、提高水温，三天后再回访。
4320|call|phone|out|二次回访：口感已满意|客户说现在很好，顺便问了滤芯更换周期，建议每两个月一次。

0|visit|store|in|到店：{c}体验店|试喝当季豆单，买了{p}，扫码入会。

0|visit|store|in|到店参加手冲体验课|对浅烘豆感兴趣，加了企业微信，等秋季新豆通知。
30|message|wechat|out|今天的手冲参数整理好发您啦，1:15，92℃，记得闷蒸 30 秒。|

0|visit|web|none|浏览：{p}|停留 2 分钟，加入购物车未付款。

0|visit|web|none|浏览：会员日专题页|看了三个商品，点开了优惠券说明。

0|visit|web|none|搜索“磨豆机”，看了 5 个商品|

0|message|chat|in|官网支付时提示优惠券不可用|
2|message|chat|out|这张券满 199 可用，您购物车里还差 21 元，加一包滤纸就可以了。|
4|message|chat|in|可以了，已经付好了|

0|message|chat|in|发票可以开公司抬头吗？|
1|message|chat|out|可以的，订单详情里点“申请发票”，填抬头和税号即可，1 个工作日内发到邮箱。|

0|email|email|in|关于退换货的咨询|您好，收到的杯子颜色和图片有差别，想换成雾蓝色，需要怎么操作？
180|email|email|out|回复：关于退换货的咨询|您好，可以免费换色，上门取件已为您预约在明天上午。

0|email|email|out|您的订阅豆单已发出|本月是{p}，烘焙日期三天内，附上冲煮建议。

0|email|email|out|会员日预告：老朋友先选|

0|message|sms|out|您的包裹已到驿站，请凭取件码领取。|

0|message|sms|out|生日快乐！200 元生日礼券已放入您的账户，30 天内有效。|

0|note|staff|none|对企业礼盒感兴趣，预算约 8,000；偏好微信沟通，避免午休时间致电|

0|note|staff|none|家里有小朋友，推荐低因拼配；周末常来{c}门店|

0|call|phone|in|催问订单物流|包裹在中转站延误一天，已致歉并补发 10 元无门槛券。

0|call|phone|out|邀请参加新店开业|客户当天有事，改约下周六到店。

0|visit|event|in|参加{c}咖啡节|在展台试饮冷萃，留了联系方式。

0|message|social|in|在小红书评论：{p}颜值真高，求补货时间|
25|message|social|out|感谢喜欢，下周三上午十点补货，记得设提醒哦。|
"""

ENGLISH = """
0|message|wechat|in|Hi, is the hand-brew starter kit still in stock?|
4|message|wechat|out|Yes, it ships today if you order before four.|
3|message|wechat|in|Great, ordering now.|

0|message|whatsapp|in|Do you ship beans overseas? I used to live in {c}.|
9|message|whatsapp|out|We do. Orders over 300 yuan go out free of charge, about a week on the way.|

0|email|email|in|Question about my last order|Hello, one of the two cups arrived chipped. Could you send a new one? Photo attached.
140|email|email|out|Re: Question about my last order|So sorry about that. A new cup leaves tomorrow, and you can keep the other one.
2100|email|email|in|Re: Question about my last order|Arrived safely, thank you for the quick help!

0|email|email|out|Your subscription beans are on their way|Roasted three days ago. The brewing card is in the box.

0|email|email|out|Members choose first: the autumn list|

0|call|phone|out|Follow-up on the office coffee trial|The team likes the evening blend. Wants a quote for 20 kg a month.
60|email|email|out|Quote: office coffee, 20 kg a month|Price per kilo, delivery every second Monday, grinder on loan.

0|call|phone|in|Asked how to descale the machine|Walked through the steps, sent the guide by e-mail.

0|visit|store|in|Visited the {c} shop|Tasted the natural Ethiopian, bought a bag and joined the membership.

0|visit|web|none|Looked at the espresso machines page|Two minutes, put one in the basket, did not pay.

0|visit|web|none|Read the brewing guide for pour-over|

0|message|chat|in|My voucher does not work at checkout|
2|message|chat|out|It needs a basket of 199 yuan, and yours is 178. Filter papers would do it.|
3|message|chat|in|That worked, thanks|

0|message|sms|out|Your parcel is ready for pick-up at the front desk.|

0|note|staff|none|Prefers e-mail in English; travels a lot, reachable on weekends|

0|visit|event|in|Came to the cupping evening|Favoured washed coffees, asked about the geisha lot.
"""
