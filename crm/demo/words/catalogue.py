"""What the demo company sells: coffee and things for the home."""

from typing import NamedTuple


class Article(NamedTuple):
    sku: str
    name: str
    category: str
    price: int  # yuan
    everyday: float  # how often it is bought by people who buy coffee for the week …
    home: float  # … by people who furnish a home …
    office: float  # … and by companies


_ROWS = """
咖啡豆|CB|云南保山水洗咖啡豆 250g|58|9|2|3;埃塞俄比亚耶加雪菲 250g|78|8|2|2;哥伦比亚慧兰 250g|72|6|1|2;意式拼配·晨光 500g|98|9|2|9;意式拼配·暮色 1kg|168|4|1|9;低因拼配 250g|76|2|1|1;巴拿马瑰夏 100g|188|1|1|1;肯尼亚 AA 250g|88|3|1|1
挂耳与速溶|DP|云南挂耳 10 片装|49|9|3|5;环球风味挂耳 24 片装|118|6|3|6;冷萃咖啡液 12 颗|69|8|2|4;冻干速溶 18 颗|89|7|2|4;燕麦拿铁粉 10 条|45|5|2|1
咖啡器具|BR|手冲入门套装|299|2|4|0.5;细口手冲壶 600ml|259|1.5|3|0.5;V60 陶瓷滤杯|128|2|3|0.3;手摇磨豆机|368|1.2|2|0.3;电子秤带计时|169|1.3|2|0.2;法压壶 800ml|139|1.5|3|1;摩卡壶 3 人份|189|1|2|0.2;滤纸 100 张|29|6|1|2
咖啡机|MC|家用半自动咖啡机|2680|0.15|0.8|0.4;全自动咖啡机 S3|4980|0.05|0.4|0.8;胶囊咖啡机 mini|899|0.3|1|0.5;商用磨豆机|3680|0.02|0.05|0.5
杯壶餐具|CU|山岚马克杯 350ml|69|2|6|3;双层玻璃杯 2 只|98|1.5|5|2;随行保温杯 480ml|129|2.5|4|4;粗陶餐盘四件套|239|0.5|5|0.5;手工吹制冷水壶|159|0.6|4|0.6
家居香氛|FR|桂花乌龙香薰蜡烛|128|0.8|6|1;雪松无火香薰 100ml|168|0.6|5|1;茉莉扩香石|59|0.8|5|0.5
家居纺织|TX|水洗棉四件套|499|0.2|4|0.1;华夫格浴巾|89|0.6|5|0.4;亚麻桌布|149|0.3|4|0.4;羊毛盖毯|369|0.2|3|0.5
礼盒|GB|节气咖啡礼盒|268|0.6|1.5|6;企业定制咖啡礼盒|328|0.05|0.1|12;中秋月饼咖啡礼盒|298|0.4|1|7;新春礼盒·澜山|368|0.4|1|7;生日礼卡 200 元|200|0.3|0.6|1
滤芯与耗材|SP|滤芯三只装|158|1.2|1.5|3;咖啡机清洁片 30 片|79|1.4|0.8|2;除垢剂 500ml|49|1|0.6|1.5
订阅|SB|月度豆单订阅|128|2.5|0.6|1;季度豆单订阅|348|1.2|0.4|2;办公室咖啡月配|980|0.02|0.05|4
"""


def _articles() -> list[Article]:
    found = []
    for line in _ROWS.split("\n"):
        if not line:
            continue
        category, prefix, rest = line.split("|", 2)
        for number, one in enumerate(rest.split(";"), 1):
            name, price, *weights = one.split("|")
            found.append(
                Article(
                    f"{prefix}-{number:03d}",
                    name,
                    category,
                    int(price),
                    *(float(weight) for weight in weights),
                )
            )
    return found


ARTICLES = _articles()
