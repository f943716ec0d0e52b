"""What clerks, forms and imports write down of people: spellings, slips of the finger, placeholders, gaps."""

from random import Random

from crm.bench import crowd
from crm.bench.crowd import Person
from customers import hanzi
from customers.matching.standard import Said

HOMOPHONES = (
    "伟玮炜维 强蔷 明名铭鸣 佳嘉家 晓小筱 辉晖徽 婷庭亭 静靖婧 丽莉俐 颖莹盈 燕艳雁 敏闽 雨宇语羽 志智至 建健剑 国果 文雯纹 晨辰尘 "
    "杰洁捷 超朝 峰锋丰枫 飞菲霏 林琳霖 欣鑫新心 瑶遥尧 琪棋奇 军君钧 华桦骅 霞侠 红宏虹洪 梅玫 玉钰煜 涛滔 波博 凯楷"
).split()
SOUNDS_LIKE = {one: [other for other in group if other != one] for group in HOMOPHONES for one in group}
SHORT = {
    "robert": "Bob", "william": "Bill", "james": "Jim", "john": "Jack", "michael": "Mike", "richard": "Rick",
    "thomas": "Tom", "elizabeth": "Liz", "jennifer": "Jenny", "katherine": "Kate", "christopher": "Chris",
    "matthew": "Matt", "daniel": "Dan", "joseph": "Joe", "david": "Dave", "anthony": "Tony", "susan": "Sue",
    "patricia": "Pat", "margaret": "Maggie", "jessica": "Jess", "samantha": "Sam", "alexander": "Alex",
    "nicholas": "Nick", "andrew": "Andy",
}  # fmt: skip
NICKNAMES = (
    "阳光 微笑 小太阳 快乐每一天 往事随风 一叶知秋 Cherry 云淡风轻 糖果 Lucky 岁月静好 大熊 小鱼儿 Angel 蓝天白云 努力奋斗 吃货 猫咪 Sunny 知足常乐"
).split()
NO_NAMES = ["客户", "测试", "test", "未知", "N/A"]
NO_PHONES = ["13800138000", "13800000000", "00000000000", "11111111111", "12345678901", "1"]
NO_MAILS = ["test@test.com", "na@na.com", "123@qq.com", "no@email.com", "a@a.com"]
SLIPS = {"gmail": "gmial", "qq.com": "qq.con", "hotmail": "hotmial", "163.com": "163.con"}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ABBREVIATED = {"Street": "St", "Road": "Rd", "Avenue": "Ave"}
# How often each way of meeting us writes down: name, phone, e-mail, birthday, address, openid, device, card.
CHANNELS = {
    "pos": (18, (0.75, 0.90, 0.10, 0.10, 0.05, 0, 0, 0.60)),
    "wechat": (24, (0.85, 0.60, 0.05, 0.10, 0.05, 1, 0, 0.10)),
    "web": (20, (0.85, 0.45, 0.95, 0.25, 0.35, 0, 0.90, 0.05)),
    "call": (10, (0.85, 0.98, 0.15, 0.10, 0.20, 0, 0, 0.10)),
    "import": (16, (0.98, 0.80, 0.45, 0.30, 0.50, 0, 0, 0.15)),
    "shop": (12, (0.90, 0.97, 0.20, 0.05, 0.90, 0, 0, 0.05)),
}
Ways = tuple[tuple[str, float], ...]
_WEIGHTS = [weight for weight, _filled in CHANNELS.values()]


def note(dice: Random, one: Person) -> tuple[str, Said]:
    """One record of a person: by which channel it came, and what it says."""
    channel = dice.choices(list(CHANNELS), _WEIGHTS)[0]
    has = [dice.random() < often for often in CHANNELS[channel][1]]
    city, address = _place(dice, one, whole=has[4])
    return channel, Said(
        name=_name(dice, one, wechat=channel == "wechat") if has[0] else "",
        phone=_phone(dice, one) if has[1] else "",
        email=_email(dice, one) if has[2] else "",
        birthday=_birthday(dice, one) if has[3] else "",
        gender=("female" if one.female else "male") if dice.random() < 0.55 else "",
        country="CN" if one.chinese else "US",
        city=city,
        address=address,
        openid=one.openid if has[5] else "",
        visitor=one.visitors[dice.random() > 0.7] if has[6] else "",
        card=one.card if has[7] else "",
    )


def _name(dice: Random, one: Person, *, wechat: bool) -> str:
    if dice.random() < 0.004:
        return dice.choice(NO_NAMES)
    if not one.chinese:
        return _western_name(dice, one)
    if wechat and dice.random() < 0.35:
        return dice.choice(NICKNAMES) + (str(dice.randrange(100)) if dice.random() < 0.3 else "")
    return _chinese_name(dice, one)


def _chinese_name(dice: Random, one: Person) -> str:
    family, given, title = one.family, one.given, "女士" if one.female else "先生"
    last, first = (part.title() for part in one.latin)
    spelled = [last.upper(), *(hanzi.syllable(letter).upper() for letter in given)]
    heard = given[:-1] + dice.choice(SOUNDS_LIKE.get(given[-1], [given[-1]]))
    ways = (
        (family + given, 64),
        (crowd.traditional(family + given), 7),
        (f"{family} {given}", 3),
        (f"{family}\u3000{given}", 2),
        (f"{last} {first}", 6),
        (f"{first} {last}", 4),
        (" ".join(spelled), 2),
        (family + heard, 4),
        (family + title, 4),
        (family + given + title, 1.5),
        ((given if len(given) > 1 else family + given), 1),
        (family + given[:1], 1.5),
    )
    return _one_of(dice, ways)


def _western_name(dice: Random, one: Person) -> str:
    given, family = one.given, one.family
    if one.female and dice.random() < 0.05:
        family = one.maiden
    ways = (
        (f"{given} {family}", 60),
        (f"{family}, {given}", 7),
        (f"{family} {given}".upper(), 3),
        (f"{given[0]}. {family}", 5),
        (f"{SHORT.get(given.lower(), given)} {family}", 5),
        (f"{given} {chr(65 + dice.randrange(26))}. {family}", 5),
        (f"{'Ms' if one.female else 'Mr'} {given} {family}", 2),
        (_mistyped(dice, f"{given} {family}"), 10),
        (given, 3),
    )
    return _one_of(dice, ways)


def _mistyped(dice: Random, text: str) -> str:
    place, slip = dice.randrange(len(text)), dice.randrange(3)
    if slip == 0:
        return text[:place] + text[place + 1 :]
    if slip == 1:
        return text[:place] + chr(97 + dice.randrange(26)) + text[place + 1 :]
    return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]


def _phone(dice: Random, one: Person) -> str:
    if dice.random() < 0.006:
        return dice.choice(NO_PHONES)
    number = _which_phone(dice, one)
    if "-" in number:
        foreign = "+86 " + number[1:].replace("-", " ")
        return _one_of(dice, ((number, 60), (number.replace("-", ""), 20), (foreign, 20)))
    if dice.random() < 0.02:
        place = dice.randrange(3, len(number))
        number = number[:place] + str(dice.randrange(10)) + number[place + 1 :]
    return _spelled(dice, number, chinese=one.chinese)


def _which_phone(dice: Random, one: Person) -> str:
    chance = dice.random()
    if one.switchboard and chance < 0.6:
        return one.switchboard
    if one.landline and chance < 0.15:
        return one.landline
    return one.old_phone if one.old_phone and chance > 0.7 else one.phone


def _spelled(dice: Random, number: str, *, chinese: bool) -> str:
    head, middle, tail = number[-11:-8], number[-8:-4], number[-4:]
    if chinese:
        ways: Ways = (
            (number, 70),
            (f"+86{number}", 8),
            (f"+86 {head}-{middle}-{tail}", 5),
            (f"{head} {middle} {tail}", 9),
            (f"0086{number}", 3),
            (number.translate(WIDE), 3),
            (f"86{number}", 2),
        )
    else:
        area, middle = number[1:4], number[4:7]
        ways = (
            (f"+{number}", 40),
            (f"({area}) {middle}-{tail}", 30),
            (number[1:], 15),
            (f"+1 {area} {middle} {tail}", 10),
            (f"{area}.{middle}.{tail}", 5),
        )
    return _one_of(dice, ways)


def _email(dice: Random, one: Person) -> str:
    if dice.random() < 0.006:
        return dice.choice(NO_MAILS)
    address = one.office if one.office and dice.random() < 0.4 else one.email
    box, _at, domain = address.partition("@")
    dotted = f"{box[:2]}.{box[2:]}@"
    gmail, long = domain == "gmail.com", len(box) > 4
    slipped = domain
    for right, wrong in SLIPS.items():
        slipped = slipped.replace(right, wrong)
    place = dice.randrange(max(1, len(box) - 1))
    ways = (
        (address, 78),
        (address.upper(), 3),
        (address.title(), 7),
        ((f"{box}+{dice.choice(('shop', 'news', 'promo'))}@{domain}" if gmail else address), 3),
        ((f"{dotted}{domain}" if gmail else address), 3),
        ((f"{dotted}googlemail.com" if gmail else address), 1),
        (f"{box}@{slipped}", 2),
        ((f"{box[:place]}{box[place + 1 :]}@{domain}" if long else address), 1.5),
        (f" {address} ", 2),
    )
    return _one_of(dice, ways)


def _birthday(dice: Random, one: Person) -> str:
    year, month, day = one.born.split("-")
    chance = dice.random()
    if chance < 0.03:
        return "1990-01-01" if chance < 0.015 else "1900-01-01"
    if chance < 0.05:
        month, day = day, month
    elif chance < 0.07:
        year = str(int(year) + dice.choice((-1, 1, 10, -10)))
    return _one_of(
        dice, ((f"{year}-{month}-{day}", 70), (f"{year}/{month}/{day}", 20), (f"{year}{month}{day}", 10))
    )


def _place(dice: Random, one: Person, *, whole: bool) -> tuple[str, str]:
    """City and address; of many only the city is known, of some nothing."""
    if not whole:
        chance = dice.random()
        return (one.city + "市" if one.chinese and chance > 0.25 else one.city) if chance < 0.4 else "", ""
    return one.city, _chinese_address(dice, one) if one.chinese else _western_address(dice, one)


def _chinese_address(dice: Random, one: Person) -> str:
    street = crowd.STREETS[one.street % len(crowd.STREETS)]
    ways = (
        (f"{one.city}市{street}{one.door}号{one.room}室", 40),
        (f"{street}{one.door}号{one.room}", 20),
        (f"{one.city}{street}{one.door}号 {one.room}室", 20),
        (f"{street}{one.door}-{one.room}".translate(WIDE), 20),
    )
    return _one_of(dice, ways)


def _western_address(dice: Random, one: Person) -> str:
    street = crowd.WESTERN_STREETS[one.street % len(crowd.WESTERN_STREETS)]
    short = street
    for long, abbreviated in ABBREVIATED.items():
        short = short.replace(long, abbreviated)
    ways = (
        (f"{one.door} {street}, Apt {one.room}", 40),
        (f"{one.door} {street} #{one.room}", 20),
        (f"{one.door} {short} Apt {one.room}", 30),
        (f"{one.door} {street}", 10),
    )
    return _one_of(dice, ways)


def _one_of(dice: Random, ways: Ways) -> str:
    """One of the ways to write it, each as often as its weight says."""
    return dice.choices([text for text, _weight in ways], [weight for _text, weight in ways])[0]
