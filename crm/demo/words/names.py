"""Names as often as they are met, and what to call a company."""

import itertools

# The hundred commonest family names and how many of a thousand people bear them.
_FAMILY = (
    "王72 李71 张67 刘53 陈47 杨31 黄24 赵23 吴20 周20 徐15 孙14 马13 朱13 胡12 郭12 何12 林11 高10 罗9 "
    "郑9 梁9 谢8 宋8 唐7 许7 韩7 邓6 冯6 曹6 彭6 曾6 肖6 田6 董5 潘5 袁5 蔡5 蒋5 余5 于5 杜5 叶5 程5 魏5 苏5 吕4 丁4 "
    "任4 卢4 姚4 沈4 钟4 姜4 崔4 谭4 陆4 范4 汪4 廖4 石3 金3 韦3 贾3 夏3 傅3 方3 邹3 熊3 白3 孟3 秦3 邱3 侯3 江3 尹3 "
    "薛3 闫3 段2 雷2 龙2 黎2 史2 陶2 贺2 毛2 郝2 顾2 龚2 邵2 万2 覃2 武2 钱2 戴2 严2 莫2 孔2 向2 常2 欧阳1 诸葛1"
)
FAMILY = [word.rstrip("0123456789") for word in _FAMILY.split()]
FAMILY_WEIGHTS = [float(word.lstrip("".join(FAMILY))) for word in _FAMILY.split()]

_WOMEN = (
    "书瑶 子涵 欣怡 梓萱 雨桐 诗涵 佳怡 思琪 雅婷 晓彤 静怡 梦洁 若曦 语嫣 可馨 雪梅 丽华 秀英 桂芳 淑珍 敏 静 丽 艳 "
    "芳 娟 燕 玲 婷 雪 琳 颖 倩 莉 洁 慧 晶 悦 瑾 蓉 宁 思雨 雨欣 梦琪 嘉怡 婉清 依诺 一诺 紫萱 语桐 舒雅 晓燕 春梅 海燕 "
    "玉兰 红梅 建华 文静 晓丽 美玲 佩珊 咏琪 慧敏 雅文 心怡 安琪 沐晴 清妍 知夏 念慈 书宁 采薇"
).split()
_MEN = (
    "浩然 子轩 宇轩 俊杰 志强 建国 建军 国强 文杰 明辉 志远 嘉豪 子墨 一鸣 博文 天佑 家豪 梓豪 俊熙 泽宇 伟 强 磊 军 "
    "勇 杰 涛 超 明 刚 平 辉 鹏 飞 斌 浩 凯 俊 帆 旭 晨 毅 翔 宇 建平 志明 海波 晓东 永强 立新 文斌 少华 振宇 云龙 "
    "思远 景行 承志 启航 亦凡 煜城 皓轩 睿渊 哲瀚 逸尘 致远 明哲 修文 昊天 嘉懿 弘毅"
).split()
_WOMEN_FIRST, _WOMEN_SECOND = (
    "晓雨思佳美雅静文春海玉秀丽梦诗慧若嘉心安",
    "芳娜敏静艳娟霞燕玲红梅莉萍慧颖琳婷倩怡洁",
)
_MEN_FIRST, _MEN_SECOND = (
    "建志国文海晓永立振少明俊家子天宇浩嘉泽承",
    "伟强磊军洋勇涛明辉鹏华飞斌波峰林成平东毅",
)

WOMEN = _WOMEN + ["".join(pair) for pair in itertools.product(_WOMEN_FIRST, _WOMEN_SECOND)]
MEN = _MEN + ["".join(pair) for pair in itertools.product(_MEN_FIRST, _MEN_SECOND)]

SURNAMES = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson "
    "Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis "
    "Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera "
    "Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart "
    "Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim "
    "Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo "
    "Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell Coleman Butler "
    "Henderson Barnes Fisher Vasquez Simmons Graham Murray Ford Hamilton Fontaine Keller Novak Lindqvist O'Brien"
).split()
WESTERN_WOMEN = (
    "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret "
    "Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura Sharon Cynthia "
    "Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha Katherine Christine Rachel Olivia "
    "Sophia Grace Chloe Isabella Hannah Julia Victoria Alice Claire Lucy Nora Ella Maya Ingrid Camille Zoe"
).split()
WESTERN_MEN = (
    "James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony "
    "Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald George Jason Edward Jeffrey Ryan "
    "Jacob Nicholas Gary Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander "
    "Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Henry Adam Nathan Peter Oliver Lucas Leo Hugo"
).split()

BRAND_FIRST = "澄云山海木禾青墨知光星南北东和瑞盛宏恒锦嘉华信安博创启远卓力"
BRAND_SECOND = "一合石源泽林川岚野舍间集页里谷屿泉峰达通联成创新智慧业丰泰"
TRADES = (
    "设计工作室 文化传播有限公司 科技有限公司 贸易有限公司 餐饮管理有限公司 酒店管理有限公司 信息技术有限公司 "
    "建筑设计事务所 律师事务所 会计师事务所 广告有限公司 教育咨询有限公司 物业服务有限公司 咖啡有限公司 书店 "
    "民宿 生物科技有限公司 投资管理有限公司 服饰有限公司 医疗器械有限公司 物流有限公司 电子商务有限公司"
).split()
WESTERN_BRANDS = (
    "Harbor,Oakwood,Northlight,Bluebird,Cedar & Stone,Riverside,Lantern,Foxglove,Summit,Juniper,Copper Kettle,"
    "Maple Leaf,Brightside,Driftwood,Granite,Hawthorn,Silver Birch,Pinecrest,Willow,Ironbridge,Amber,Morningside"
).split(",")
WESTERN_TRADES = (
    "Studio,Consulting,Coffee House,Hospitality Group,Law Partners,Architects,Trading Co.,Media,Logistics,"
    "Foods,Interiors,Software,Clinic,Books,Outfitters,Events"
).split(",")

TITLES = "采购经理 行政主管 总经理 市场总监 人事经理 店长 财务主管 创始人 行政专员 运营经理 采购专员 总裁助理".split()
WESTERN_TITLES = "Office Manager,Head of Procurement,Founder,Operations Lead,Store Manager,Finance Manager,HR Partner,Buyer".split(
    ","
)
TAGS = "咖啡爱好者 手冲 意式 礼品采购 企业客户 VIP 订阅会员 家居 会员日 新店开业 价格敏感 环保".split()
