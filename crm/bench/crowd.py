"""People as they are, before anybody wrote them down: households, shared phones, recycled numbers, companies.

Who a person is stays known, so that matching can be judged. Two thirds are Chinese, the others bear Western
names. Everything is drawn from one seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

import zhconv

from crm.demo.words import names
from customers import hanzi

MALE = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林博峰志建国文海东亮成家豪子轩睿泽晨阳天翔毅诚嘉瑞晓新春永立庆金学"
FEMALE = "芳娜敏静秀丽艳娟霞燕玲桂英兰红梅莉萍雪慧洁颖琳婷倩欣怡佳蓉薇晶琴月美云莹璐瑶露思雨梦琪涵诗雅子晨嘉悦可馨语嫣紫若小晓玉春淑文海"
CITIES = (
    "北京 上海 广州 深圳 杭州 成都 武汉 南京 苏州 西安 重庆 天津 长沙 郑州 青岛 宁波 东莞 佛山 合肥 厦门 福州 济南 沈阳 大连 昆明 无锡 哈尔滨 长春 南昌 贵阳"
).split()
WESTERN_CITIES = (
    "London,New York,Sydney,Toronto,Chicago,Boston,Seattle,Austin,Denver,Leeds,Bristol,Dublin,Melbourne,"
    "Vancouver,Auckland,San Jose,Miami,Dallas,Perth,Glasgow"
).split(",")
STREETS = (
    "人民路 中山路 解放路 建设路 和平路 新华路 长江路 黄河路 文化路 幸福路 学院路 科技路 滨江大道 世纪大道 朝阳路 光明路 胜利路 友谊路 花园路 环城路"
).split()
WESTERN_STREETS = (
    "Main Street,High Street,Park Avenue,Oak Street,Church Road,Station Road,Mill Lane,Elm Street,King Street,"
    "Queen Street,Victoria Road,Maple Drive,Cedar Court,Lake View,Hill Road"
).split(",")
# Surnames as English villages make them, beside the common ones: a country has more than two hundred.
STEMS = (
    "Ash Brad Carl Dun Ear Fair Gar Hal Ing Kings Lang Mar Nor Old Pres Quin Rad Stan Thorn Under Wal Whit York "
    "Black Green Brom Cal Dal Elder Farn Graf Hart Holl Kirk Lin Mill Nether North Oak Peck Red Shel South Swin "
    "Wake Wind Wood Beck Clay Cross"
).split()
ENDS = "ford ton ley wood field worth well bourne by gate ham land man more shaw stead wick den ridge brook".split()
SURNAMES = names.SURNAMES + [stem + end for stem, end in product(STEMS, ENDS)]
GIVEN_MORE = (
    "Abigail Adrian Alan Albert Alfred Amelia Anita Arthur Audrey Barry Beatrice Bernard Bianca Bruce Calvin Carla "
    "Cecilia Clara Clifford Colin Conrad Craig Daisy Dale Derek Diana Dominic Dora Douglas Duncan Edith Edmund "
    "Eleanor Eliza Elliot Erica Esther Eugene Eva Felix Fiona Florence Francis Gemma Gerald Gilbert Gloria Gordon "
    "Harold Harriet Harvey Hazel Hector Hugh Ian Irene Ivan Ivy Jasmine Joan Joel Josephine Judith June Keith Lauren "
    "Leonard Lewis Lillian Lloyd Louise Lydia Mabel Malcolm Marcus Marion Martha Maurice Megan Miles Miriam Molly "
    "Monica Neil Nigel Noel Norman Oscar Owen Paula Pauline Penelope Philip Phoebe Ralph Reginald Rita Robin Rodney "
    "Roland Rosa Roy Rupert Ruth Sabrina Sidney Simon Stanley Stella Stuart Sylvia Teresa Tessa Tina Toby Trevor "
    "Ursula Vera Vernon Veronica Vincent Violet Walter Wendy Wesley Wilfred Winifred Yvonne"
).split()
OPERATORS = "138 139 136 137 135 150 151 158 159 186 188 189 177 133 152 166 199".split()
AREAS = "212 312 415 617 206 512 303 305 214 408".split()
MAILS = ["qq.com", "163.com", "126.com", "gmail.com", "outlook.com", "foxmail.com", "sina.com"]
WESTERN_MAILS = ["gmail.com", "outlook.com", "yahoo.com", "hotmail.com", "icloud.com"]
OFFICES = "info sales office hr contact caiwu".split()
# Of a hundred people so many have one record, two, three …
RECORDS_WEIGHTS = (70, 19, 7, 2.5, 1, 0.5)


@dataclass(slots=True)
class Person:
    number: int
    household: int
    chinese: bool
    female: bool
    family: str
    given: str
    maiden: str
    latin: tuple[str, str]
    born: str
    phone: str
    old_phone: str
    landline: str
    email: str
    switchboard: str
    office: str
    openid: str
    visitors: tuple[str, str]
    card: str
    city: str
    street: int
    door: int
    room: int


def meet(records: int, seed: int = 7) -> list[Person]:
    """As many people as leave about `records` records."""
    dice = Random(seed)
    average = sum(weight * many for many, weight in enumerate(RECORDS_WEIGHTS, 1)) / sum(RECORDS_WEIGHTS)
    wanted = int(records / average * 1.02) + 10
    offices = _offices(dice, max(1, wanted // 1000))
    people: list[Person] = []
    household = 0
    while len(people) < wanted:
        people += _household(dice, household, len(people), offices)
        household += 1
    _recycle_numbers(dice, people)
    return people


def write_down(dice: Random, people: Sequence[Person], records: int) -> Iterator[Person]:
    """Each person once for every record of theirs, in no order."""
    counted = dice.choices(range(1, 7), RECORDS_WEIGHTS, k=len(people))
    everybody = [one for one, times in zip(people, counted, strict=True) for _ in range(times)]
    dice.shuffle(everybody)
    yield from everybody[:records]


def _household(dice: Random, household: int, first: int, offices: list[tuple[str, str]]) -> list[Person]:
    size = dice.choices((1, 2, 3, 4), (55, 25, 13, 7))[0]
    chinese = dice.random() < 0.65
    home = (dice.randrange(600), dice.randrange(300), dice.randrange(1, 400), dice.randrange(1, 2500))
    landline = f"0{dice.choice((10, 21, 755, 571, 28, 20))}-{dice.randrange(2 * 10**7, 9 * 10**7)}"
    members: list[Person] = []
    for place in range(size):
        one = _person(dice, first + place, chinese, home, members)
        one.household = household
        if dice.random() < 0.03:
            one.switchboard, one.office = offices[int(len(offices) * dice.random() ** 3)]
        members.append(one)
    if dice.random() < 0.1:
        for one in members:
            one.landline = landline
    _share(dice, members)
    return members


def _person(
    dice: Random, number: int, chinese: bool, home: tuple[int, int, int, int], members: list[Person]
) -> Person:
    place = len(members)
    female = not members[0].female if place == 1 else dice.random() < 0.5
    family, maiden, given = _name(dice, members, chinese=chinese, female=female)
    latin = (_romanised(family), _romanised(given)) if chinese else (family.lower(), given.lower())
    year = dice.randrange(1950, 2000) if place < 2 else dice.randrange(1985, 2012)
    cities = CITIES if chinese else WESTERN_CITIES
    return Person(
        number=number,
        household=0,
        chinese=chinese,
        female=female,
        family=family,
        given=given,
        maiden=maiden,
        latin=latin,
        born=f"{year}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
        phone=_mobile(dice, chinese=chinese),
        old_phone=_mobile(dice, chinese=chinese) if dice.random() < 0.2 else "",
        landline="",
        email=_mail(dice, latin, chinese=chinese),
        switchboard="",
        office="",
        openid=f"o{dice.getrandbits(62):016x}",
        visitors=(f"c{dice.getrandbits(46):012x}", f"c{dice.getrandbits(46):012x}"),
        card=f"88{dice.randrange(10**10):010}",
        city=cities[home[0] % len(cities)],
        street=home[1],
        door=home[2],
        room=home[3],
    )


def _name(dice: Random, members: list[Person], *, chinese: bool, female: bool) -> tuple[str, str, str]:
    """Family name, the one before marriage, given name. Children are called as their parents are."""
    if chinese:
        own = dice.choices(names.FAMILY, names.FAMILY_WEIGHTS)[0]
        kept = len(members) == 1 and dice.random() < 0.95
        letters = FEMALE if female else MALE
        given = "".join(_skewed(dice, letters) for _ in range(2 if dice.random() < 0.8 else 1))
    else:
        own, kept = _skewed(dice, SURNAMES), dice.random() < 0.15
        given = _skewed(dice, (names.WESTERN_WOMEN if female else names.WESTERN_MEN) + GIVEN_MORE)
        if len(members) == 2 and dice.random() < 0.03:
            return members[0].family, own, members[0].given
    return own if kept or not members else members[0].family, own, given


def _share(dice: Random, members: list[Person]) -> None:
    """A household may share a mobile, a mailbox, a device, a card; twins a birthday."""
    head = members[0]
    for one in members[1:]:
        if dice.random() < 0.15:
            one.phone = head.phone
        if dice.random() < 0.06:
            one.email = head.email
        if dice.random() < 0.25:
            one.visitors = (head.visitors[0], one.visitors[1])
        if dice.random() < 0.15:
            one.card = head.card
    if len(members) == 4 and dice.random() < 0.03:
        members[3].born = members[2].born


def _recycle_numbers(dice: Random, people: list[Person]) -> None:
    """A number somebody gave up is somebody else's now."""
    for one in people:
        if one.old_phone and dice.random() < 0.03:
            people[dice.randrange(len(people))].phone = one.old_phone


def _offices(dice: Random, number: int) -> list[tuple[str, str]]:
    return [
        (
            f"0{dice.choice((10, 21, 755))}-{dice.randrange(2 * 10**7, 9 * 10**7)}",
            f"{dice.choice(OFFICES)}@corp{one}.{dice.choice(('com', 'com.cn', 'cn'))}",
        )
        for one in range(number)
    ]


def _skewed(dice: Random, words: Sequence[str]) -> str:
    """The first are the common ones."""
    return words[int(len(words) * dice.random() ** 1.6)]


def _mobile(dice: Random, *, chinese: bool) -> str:
    if chinese:
        return f"{dice.choice(OPERATORS)}{dice.randrange(10**6, 10**8):08}"
    return f"1{dice.choice(AREAS)}{dice.randrange(200, 999)}{dice.randrange(10**4):04}"


def _mail(dice: Random, latin: tuple[str, str], *, chinese: bool) -> str:
    family, given = latin
    number, style = dice.randrange(1, 10**4), dice.randrange(5)
    if chinese and style < 3:
        return f"{dice.randrange(10**7, 3 * 10**9)}@qq.com"
    styles = (
        f"{given}.{family}{number % 100}",
        f"{family}{given}{number}",
        f"{given[0]}{family}{number}",
        f"{given}.{family}{number % 100}",
        f"{given}{number}",
    )
    return f"{styles[style]}@{dice.choice(MAILS if chinese else WESTERN_MAILS)}"


def _romanised(characters: str) -> str:
    return "".join(map(hanzi.syllable, characters))


def traditional(text: str) -> str:
    return "".join(_TRADITIONAL.get(one, one) for one in text)


_TRADITIONAL = {
    one: zhconv.convert(one, "zh-hant") for one in sorted(set("".join(names.FAMILY) + MALE + FEMALE))
}
