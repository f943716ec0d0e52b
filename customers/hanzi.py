"""Chinese characters, one by one: their simplified form and how they are read, without tone marks.

The tables come with pypinyin and zhconv. Their files are read directly: importing the packages would load
phrase dictionaries of 30 MB that single characters never need.
"""

import json
import unicodedata
from functools import cache, lru_cache
from importlib.metadata import distribution
from itertools import product
from pathlib import Path

# Family names that are read unlike the same character elsewhere.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "区": "ou",
    "尉": "yu",
    "盖": "ge",
    "缪": "miao",
    "朴": "piao",
    "覃": "qin tan",
    "翟": "zhai",
    "召": "shao",
    "折": "she",
    "种": "chong",
    "秘": "bi",
    "员": "yun",
    "乜": "nie",
    "繁": "po",
    "柏": "bai bo",
    "牟": "mu mou",
    "乐": "yue le",
    "薄": "bo",
    "卜": "bu",
    "黑": "he",
    "长": "zhang chang",
    "隗": "wei kui",
    "祭": "zhai ji",
    "佴": "nai",
    "句": "gou",
    "洗": "xian",
}
# Family names of one character, the most common first: of two that are possible the earlier one is meant.
FAMILY_NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季"
    "裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦"
    "戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻"
    "苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练"
    "廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿"
    "鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
DOUBLE_FAMILY_NAMES = frozenset(
    {
        *("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "令狐", "司徒"),
        *("慕容", "东方", "独孤", "南宫", "端木", "长孙", "宇文", "轩辕", "司空", "呼延"),
    }
)
# More ways to read one name than this are not worth the room they take.
READINGS = 6


def pinyin(characters: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of a name, once for every way to read its first character."""
    rest = [syllable(one) for one in characters[1:] if syllable(one)]
    return tuple((start, *rest) for start in openings(characters[0]) if start)


@lru_cache(maxsize=10_000)
def openings(character: str) -> tuple[str, ...]:
    """How a name may begin: as a family name, as the character is mostly read, and ü in its spellings."""
    readings = [*SURNAMES.get(character, "").split(), syllable(character)]
    spelled = (reading.replace("v", vowel) for reading, vowel in product(readings, ("v", "u", "yu")))
    return tuple(dict.fromkeys(spelled))[:READINGS]


@lru_cache(maxsize=10_000)
def syllable(character: str) -> str:
    """The usual reading in ASCII, "lv" for 绿; empty for what is no Chinese character."""
    first = _readings().get(str(ord(character)), "").split(",")[0]
    plain = unicodedata.normalize("NFD", first).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isascii())


def family_reading(family: str) -> str:
    """How a family name is read, in one way only: by it two spellings of a name are compared."""
    return "".join([*openings(family[0])[:1], *map(syllable, family[1:])])


@cache
def family_readings() -> dict[str, int]:
    """Every family name in Latin letters, with its place among the most common."""
    found: dict[str, int] = {}
    for place, family in enumerate([*FAMILY_NAMES, *sorted(DOUBLE_FAMILY_NAMES)]):
        found.setdefault(family_reading(family), place)
    return found


@cache
def syllables() -> frozenset[str]:
    """Every syllable of Mandarin in Latin letters."""
    found = {syllable(chr(code)) for code in range(0x4E00, 0x9FA6)}
    return frozenset(one for one in found if one.isalpha())


@lru_cache(maxsize=10_000)
def is_pinyin(word: str) -> bool:
    """Whether a word in Latin letters is made of Mandarin syllables."""
    return not word or any(
        word[:end] in syllables() and is_pinyin(word[end:]) for end in range(min(6, len(word)), 0, -1)
    )


@cache
def simplified() -> dict[int, str]:
    """Traditional to simplified, as str.translate takes it."""
    table = json.loads(_file("zhconv", "zhconv/zhcdict.json"))["zh2Hans"]
    return {ord(old): new for old, new in table.items() if len(old) == 1 and len(new) == 1}


@cache
def _readings() -> dict[str, str]:
    table: dict[str, str] = json.loads(_file("pypinyin", "pypinyin/pinyin_dict.json"))
    return table


def _file(package: str, path: str) -> str:
    return Path(str(distribution(package).locate_file(path))).read_text(encoding="utf-8")
