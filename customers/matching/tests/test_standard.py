"""Two spellings of one thing meet, and what says nothing is nothing."""

from typing import Any

import pytest
from django.test import override_settings

from customers.matching import handles, names, organisations, places
from customers.matching.standard import Said, Standard, standardise

TAX = "91350100M000100Y43"
CARD = "11010519491231002X"


@pytest.mark.parametrize(
    "name",
    [
        "王小明",
        "王 小 明",
        "王小明先生",
        "王曉明",
        "王小明（VIP）",
        "Xiaoming Wang",
        "Wang Xiao Ming",
        "WANG Xiao Ming",
        "Xiao Ming WANG",
        "ｗａｎｇ　ｘｉａｏｍｉｎｇ",
    ],
)
def test_a_chinese_name_has_one_key_however_it_is_written(name: str) -> None:
    assert names.of_person(name)[1:] == ("wang xiaoming", "wang", "xiaoming")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("曾志伟", "zeng zhiwei"),
        ("Zeng Zhiwei", "zeng zhiwei"),
        ("单雄信", "shan xiongxin"),
        ("尉迟恭", "gong yuchi"),
        ("歐陽娜娜", "nana ouyang"),
        ("Ouyang Nana", "nana ouyang"),
        ("Lyu Bu", "bu lv"),
        ("吕布", "bu lv"),
        ("Zhang Wei", "wei zhang"),
        ("Wei Zhang", "wei zhang"),
        ("Smith, John", "john smith"),
        ("John A. Smith", "john smith"),
        ("Bob O'Neil", "oneil robert"),
        ("Müller, Jürgen", "jurgen muller"),
        ("Dr. Anna-Maria van der Berg", "anna berg der maria van"),
        ("Søren Groß", "gross soren"),
        ("Иван Петров", "иван петров"),
    ],
)
def test_a_name_is_read_as_its_owner_reads_it(name: str, key: str) -> None:
    assert names.of_person(name).key == key


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [("王先生", "wang", ""), ("王总", "wang", ""), ("Mr Wang", "wang", ""), ("小明", "", "xiaoming")],
)
def test_half_a_name_is_no_whole_one(name: str, family: str, given: str) -> None:
    assert names.of_person(name) == names.Name(family=family, given=given)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "  ",
            "无",
            "暂无",
            "未知",
            "客户",
            "测试",
            "测试客户1",
            "test",
            "Test User 5",
            "n/a",
            "NULL",
            "none",
        ),
        *(
            "微信用户",
            "先生",
            "张三",
            "John Doe",
            "xx",
            "aaa",
            "。。。",
            "12345",
            "阿杰jay",
            "快乐每一天",
            "😀",
        ),
    ],
)
def test_what_is_no_name_names_nobody(name: str) -> None:
    assert names.of_person(name) == names.NONE


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("上海华兴贸易有限公司", "上海华兴贸易"),
        ("上海華興貿易股份有限公司", "上海华兴贸易"),
        ("Acme Ltd.", "acme"),
        ("The ACME Co., Limited", "acme"),
        ("Müller GmbH & Co. KG", "muller"),
        ("上海分公司", "上海分公司"),
        ("无", ""),
        ("N/A", ""),
    ],
)
def test_an_organisation_is_known_without_what_the_law_adds(name: str, key: str) -> None:
    assert organisations.of(name) == names.Name(key=key)


def test_a_company_that_is_listed_as_a_person_is_one_all_the_same() -> None:
    found = standardise(Said(name="上海华兴贸易有限公司"))
    assert (found.name_key, found.family, found.given, found.han) == ("上海华兴贸易", "", "", "")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138 1234 5679", "+8613812345679"),
        ("+8613812345679", "+8613812345679"),
        ("0086 138-1234-5679", "+8613812345679"),
        ("010-88886666", "+861088886666"),
        ("+1 312 945 4155", "+13129454155"),
    ],
)
def test_a_phone_is_read_once_however_it_is_written(text: str, number: str) -> None:
    assert handles.phone(text) == number


def test_a_phone_without_its_country_is_read_as_one_of_the_record() -> None:
    assert standardise(Said(phone="312 945 4155", country="US")).phone == "+13129454155"


@pytest.mark.parametrize(
    "text",
    [
        *("13800138000", "+8613800138000", "138 0013 8000", "11111111111", "13333333333", "12345678901"),
        *("0000000", "无", "null", "test", "-", "+86", "110", "13800000000", "+15551234567", "abc"),
    ],
)
def test_a_placeholder_is_no_phone(text: str) -> None:
    assert handles.phone(text) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Zhang.Wei+shop@GMail.com", "zhangwei@gmail.com"),
        ("zhangwei@googlemail.com", "zhangwei@gmail.com"),
        ("zhang.wei@163.con", "zhang.wei@163.com"),
        ("zhang.wei@outlook.com", "zhang.wei@outlook.com"),
    ],
)
def test_a_mailbox_is_one_however_it_is_written(text: str, address: str) -> None:
    assert handles.email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "test@test.com",
        "123@qq.com",
        "noreply@shop.com",
        "null",
        "无",
        "a@a.com",
        "aaaa@b.com",
        "info@acme.com",
    ],
)
def test_what_reaches_nobody_or_everybody_is_no_mailbox(text: str) -> None:
    assert handles.email(text) == ""


def test_a_role_s_mailbox_is_the_organisation_s_own() -> None:
    assert standardise(Said(name="Acme Ltd", email="info@acme.com")).email == "info@acme.com"
    assert standardise(Said(name="Acme Ltd", email="info@acme.com")).mailbox == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (CARD, f"id:{CARD}"),
        (CARD.lower(), f"id:{CARD}"),
        ("1101 0519 4912 3100 2x", f"id:{CARD}"),
        ("130503670401001", "id:130503196704010016"),
        (TAX, f"tax:{TAX}"),
        ("DE 123 456 789", "tax:DE123456789"),
        ("E12345678", "passport:E12345678"),
    ],
)
def test_a_number_is_known_by_its_form(text: str, number: str) -> None:
    assert handles.number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",
        "91350100M000100Y44",
        "111111111111111111",
        "000000000000000",
        "无",
        "null",
        "test",
        "1",
    ],
)
def test_a_number_whose_check_fails_is_nothing(text: str) -> None:
    assert handles.number(text) == ""


@override_settings(OWN_HANDLES=[TAX, "+862160000001", "hello@us.com"])
def test_the_company_s_own_handles_mean_nobody() -> None:
    said = Said(name="王小明", number=TAX, phone="021-60000001", email="Hello@us.com")
    found = standardise(said)
    assert (found.number, found.phone, found.email) == ("", "", "")


@pytest.mark.parametrize(
    "text", ["1900-01-01", "1970-01-01", "1990-01-01", "1899-12-30", "2150-05-05", "无", "x"]
)
def test_a_day_on_which_forms_begin_is_no_birthday(text: str) -> None:
    assert standardise(Said(birthday=text)).born == ""


def test_a_birthday_is_one_however_it_is_written() -> None:
    assert {standardise(Said(birthday=text)).born for text in ("1990-03-08", "1990年3月8日", "19900308")} == {
        "1990-03-08"
    }


@pytest.mark.parametrize(
    ("city", "region", "key"),
    [
        ("上海市", "", "shanghai"),
        ("Shanghai", "", "shanghai"),
        ("", "上海", "shanghai"),
        ("浙江省杭州市西湖区", "", "hangzhou"),
        ("苏州", "", "suzhou"),
        ("成都市", "", "chengdu"),
        ("Chengdu", "", "chengdu"),
        ("重庆", "", "chongqing"),
        ("Hong Kong", "", "hongkong"),
        ("香港特别行政区", "", "hongkong"),
        ("宿州市", "", "suzhouanhui"),
        ("New York City", "", "newyork"),
        ("无", "", ""),
        ("中国", "", ""),
    ],
)
def test_a_city_is_one_in_both_scripts(city: str, region: str, key: str) -> None:
    assert places.city(city, region) == key


def test_an_address_is_one_without_what_people_leave_out() -> None:
    written = ["上海市黄浦区南京东路123号5楼501室", "南京东路 123 号 501", "上海南京东路123号501室"]
    assert {places.address(one, "shanghai") for one in written} == {"shanghai|南京东路|123-501"}


@pytest.mark.parametrize("text", ["无", "上海", "南京东路", "null", "test", "-"])
def test_an_address_without_a_number_is_no_address(text: str) -> None:
    assert places.address(text, "shanghai") == ""


@pytest.mark.parametrize("text", ["无", "null", "test", "n/a", "-", "", " ", "13800138000", "0"])
def test_a_placeholder_in_every_field_says_nothing(text: str) -> None:
    fields = ("name", "phone", "email", "birthday", "gender", "address", "card", "number")
    told: dict[str, Any] = dict.fromkeys(fields, text)
    assert standardise(Said(**told)) == Standard()
