"""What customers and colleagues write to each other, one matter after the other, over one or more channels.

A dialogue begins with its subject, tags and department. A line is: minutes since the line before | who speaks
(in, out, note) | kind of channel | text. {p} stands for an article.
"""

CHINESE = """
# 磨豆机怎么选|选购|在线客服组
0|in|wechat|你好，想买{p}，家里就两个人喝，会不会太大？
6|out|wechat|您好，两个人用正合适，一次最多可以做四杯，清洗也方便。
3|in|wechat|那噪音大吗？早上怕吵到孩子
5|out|wechat|运行大约 60 分贝，和电吹风低档差不多，研磨一次 12 秒。
4|in|wechat|好，那我下单了，谢谢～

# 收到的杯子有裂纹|售后,破损|售后服务组
0|in|wechat|今天收到{p}，打开盒子杯口有一道裂纹 😢
9|out|wechat|非常抱歉！麻烦您拍一张照片，我们马上为您安排补发。
14|in|wechat|照片发了，外箱也压瘪了一个角
3|note|wechat|@物流 这条线路本周第三起，外箱角部破损，已登记。
6|out|wechat|看到了，今天就补发一只新的，旧的不用寄回，给您添麻烦了。
1500|in|email|新杯子收到了，完好无损，谢谢你们的处理。
45|out|email|谢谢您告诉我们，祝您喝得开心！

# 发票抬头开错了|发票|在线客服组
0|in|chat|发票抬头写成个人了，可以改成公司吗？
2|out|chat|可以的，请把公司全称和税号发给我，原发票会自动作废。
5|in|chat|好的，稍后发到你们邮箱
70|in|email|公司全称与税号见附件，订单号已写在标题里，谢谢。
40|out|email|已重新开具，电子发票发到这个邮箱，1 个工作日内到。

# 优惠券用不了|优惠,支付|在线客服组
0|in|chat|结算页面提示券不可用，是什么原因？
1|out|chat|这张券满 199 元可用，购物车里还差 21 元，加一包滤纸就可以啦。
3|in|chat|明白了，已付款

# 企业定制礼盒 60 份|企业,定制|海外与企业部
0|in|web|公司中秋想定制 60 份咖啡礼盒，预算每份 150 元左右，可以印 logo 吗？交期多久？
55|out|email|您好，60 份可以免费烫金，打样两个工作日，量产七个工作日。附件是三种方案与报价。
1300|in|email|方案二不错，能否换成浅烘拼配？另外需要分三个地址配送。
120|out|email|可以，浅烘拼配价格不变；分地址配送每个地址加 18 元，更新后的报价请查收。
2|note|email|客户是老客户推荐来的，采购负责人周四前要内部过会。
2600|in|phone|电话确认：方案二、60 份、三个地址，下周一付定金。

# 快递三天没动|物流|在线客服组
0|in|wechat|我的快递三天没有更新了，能帮忙查一下吗
12|out|wechat|抱歉让您久等，包裹在中转站滞留，已联系快递优先派送，预计明天下午送到。
1320|in|wechat|收到了，还送了一包试饮，谢谢

# 咖啡机漏水|售后,维修|售后服务组
0|in|phone|来电：{p}底部渗水，购买四个月，还在保修期内。
15|out|sms|您好，已为您登记保修，工程师方伟会在今天 18:00 前联系您。
180|out|wechat|您好，我是方伟。请您先把水箱取下，看看底部的密封圈有没有移位。
26|in|wechat|果然歪了一边，按回去以后不漏了
4|out|wechat|太好了！密封圈我再寄您一只备用，免费的。

# 想改收货地址|物流|在线客服组
0|in|sms|订单还没发货，想改到公司地址，可以吗
8|out|sms|可以的，请回复新的地址和联系人，今天 16:00 前都来得及。
5|in|sms|已在小程序里改好了

# 会员积分没到账|会员|在线客服组
0|in|wechat|上周买的{p}积分一直没到
7|out|wechat|帮您看到了，订单还在七天退换期内，确认收货满七天后积分自动入账。
2|in|wechat|原来如此，谢谢

# 豆子不新鲜|售后,投诉|售后服务组
0|in|email|收到的豆子烘焙日期是两个月前的，和页面写的“一周内烘焙”不符，请给个说法。
35|note|email|核对了批次：仓库先进先出没有执行，已反馈运营。
25|out|email|非常抱歉，这是我们仓库的疏忽。今天为您补发当周烘焙的两包，原来那包留着做冷萃，不用退。
900|in|email|处理得很快，这次豆子很香。

# 手冲课还有名额吗|活动,门店|在线客服组
0|in|chat|周六下午的手冲体验课还有名额吗？两个人
3|out|chat|还有最后两个名额，已为您留好，周六 14:00 到店报预约手机号即可。
2|in|chat|太好了，需要自己带器具吗？
1|out|chat|不用，器具和豆子店里都准备好了。

# 自提码找不到|门店,自提|在线客服组
0|in|wechat|我到店里了，自提码短信删了怎么办
1|out|wechat|没关系，报手机号后四位就可以取，店员能查到。
6|in|wechat|取到了，谢谢

# 换一种研磨度|选购|在线客服组
0|in|wechat|上次买的磨得太细了，滴滤壶滴不下来
4|out|wechat|滴滤壶建议用中研磨，下次下单备注“滴滤”就好，这次给您补一张 10 元券。
3|in|wechat|客服态度真好

# 开店批发|企业,批发|海外与企业部
0|in|web|准备开一家 40 平米的社区咖啡店，想了解批发价和培训。
90|out|phone|电话回访：预计月用豆 30 公斤，对意式拼配感兴趣，约好周三到店试饮。
20|out|email|这是批发价目表和开店培训的日程，周三见。
4000|in|wechat|今天的试饮很满意，合伙人也喜欢，合同可以发我看看

# 小程序登录不了|技术|在线客服组
0|in|chat|换了手机号之后小程序登录不了，一直提示账号不存在
4|out|chat|请告诉我旧号码的后四位，我帮您核对后把会员资料转到新号码上。
3|in|chat|旧号码 6621
6|note|chat|两个会员资料，已提交合并。
5|out|chat|已经合并好了，积分和券都在，请重新登录试试。
2|in|chat|可以了！

# 送人的礼物想附贺卡|选购|在线客服组
0|in|wechat|{p}是送妈妈的生日礼物，可以手写一张贺卡吗？
5|out|wechat|当然可以，请把想写的话发给我，我们用钢笔写好放在盒子里。
9|in|wechat|“妈妈生日快乐，愿你每天都有一杯好咖啡。”

# 退货退款多久到|售后,退款|售后服务组
0|in|email|上周五寄回的{p}已签收，请问退款什么时候到账？
150|out|email|仓库已验收，今天提交退款，原路返回 1 到 3 个工作日到账。
2900|in|email|已收到退款，谢谢。
"""

ENGLISH = """
# Shipping to Singapore|shipping|海外与企业部
0|in|whatsapp|Hi! Do you ship the {p} to Singapore?
11|out|whatsapp|We do, by air in 4 to 6 days. The plug is the Chinese type, so we add an adapter for free.
5|in|whatsapp|Perfect. Can I pay with a Visa card?
3|out|whatsapp|Yes, choose “international card” at checkout.

# Beans arrived crushed|returns|海外与企业部
0|in|email|The parcel arrived today and one of the two bags had burst. The other one is fine.
95|out|email|I am sorry about that. A new bag leaves tomorrow morning; please keep or share the broken one.
3100|in|whatsapp|The new bag is here and smells wonderful. Thank you, Maya!

# Invoice for our office|invoice|海外与企业部
0|in|email|Could you send the invoice for last month's delivery to our finance team as well? The address is in the footer.
60|out|email|Done, and I have set it up so that every invoice goes to them from now on.

# Which grind for a moka pot?|advice|在线客服组
0|in|chat|Which grind should I choose for a moka pot?
2|out|chat|Medium-fine, a little coarser than espresso. Write “moka” in the order note and we will set the grinder for you.
2|in|chat|Great, thanks!

# Subscription on hold|subscription|海外与企业部
0|in|email|We are travelling in December. Can the subscription wait until January?
240|out|email|Of course. It is on hold and starts again on 5 January; you can change the day in the app.

# Workshop for the team|events|海外与企业部
0|in|web|We would like a latte art workshop for 12 people in the second week of next month.
130|out|email|What a nice idea! Thursday or Friday afternoon would work for us. Shall I hold both until you have asked around?
1500|in|email|Thursday it is. Two of us do not drink milk, is that a problem?
35|out|email|Not at all, we bring oat and soy. Thursday at three is yours.

# Machine shows E4|repair|售后服务组
0|in|whatsapp|My {p} shows E4 since this morning and does not heat.
8|out|whatsapp|E4 means the boiler sensor is not read. Please unplug it for ten minutes and try once more.
25|in|whatsapp|Still E4.
12|note|whatsapp|Known fault of batch 2406, swap without asking for proof.
6|out|whatsapp|Then we swap the machine. A courier brings a new one on Saturday and takes yours along.

# Order fetched by a colleague|pick-up|在线客服组
0|in|sms|Can my colleague fetch the order instead of me?
6|out|sms|Yes. Give them the pick-up code, that is all we need.
"""

# Title, shortcut, text, language, department.
CANNED = [
    ("问候", "hi", "{{ customer.name }} 您好，我是{{ agent.name }}，很高兴为您服务。", "zh-hans", ""),
    ("请发照片", "photo", "非常抱歉给您带来不便！麻烦您拍一张照片发给我们，我们马上处理。", "zh-hans", ""),
    ("已安排补发", "resend", "已为您安排补发，预计 48 小时内送达，旧的不用寄回。", "zh-hans", "售后服务组"),
    ("保修登记", "repair", "已为您登记保修，工程师会在今天 18:00 前联系您。", "zh-hans", "售后服务组"),
    ("发票说明", "invoice", "请把公司全称和税号发给我，电子发票 1 个工作日内发到您的邮箱。", "zh-hans", ""),
    ("Greeting", "hello", "Hello {{ customer.name }}, this is {{ agent.name }}. How can I help?", "en", ""),
    ("Sorry", "sorry", "I am sorry about that. Let me put it right today.", "en", ""),
    ("Shipping times", "ship", "We ship by air; parcels arrive within 4 to 6 days.", "en", "海外与企业部"),
]
COMMENTS = [
    "回复很快，谢谢！",
    "态度很好",
    "问题解决了",
    "等得有点久",
    "Very helpful, thank you",
    "Quick and kind",
]
SHOPS = [
    ("SH-01", "澜山生活 · 上海静安店", "上海", "静安区愚园路 88 号", "09:00–22:00"),
    ("SZ-01", "澜山生活 · 深圳南山店", "深圳", "南山区海德三道 199 号", "10:00–22:00"),
    ("HZ-01", "澜山生活 · 杭州西湖店", "杭州", "西湖区龙井路 12 号", "09:30–21:30"),
]
