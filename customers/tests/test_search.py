"""Whatever somebody remembers of a customer finds them."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import commonness, hanzi, search
from customers.factories import customer
from customers.identity.indexing import index
from customers.identity.models import Identity, Profile
from customers.models import Customer, SearchDocument, Share

pytestmark = pytest.mark.django_db
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def counted() -> Iterator[Callable[[], None]]:
    """Has the database count which words are common; forgotten again at the end."""

    def count() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {SearchDocument._meta.db_table}")
        commonness.forget()

    yield count
    commonness.forget()


def stored(name: str, *, company: str = "", phone: str = "", email: str = "", card: str = "") -> Customer:
    made = customer(name=name, company=company, phone=phone, email=email)
    profile = Profile.objects.create(customer=made, source="shop")
    for kind, value in (("phone", phone), ("email", email), ("card", card)):
        if value:
            Identity.objects.create(profile=profile, kind=kind, value=value, source="shop")
    index([made.pk])
    return made


def found(text: str) -> list[str]:
    return [one.name for one in search.find(Customer.objects.present(), text)]


REMEMBERED = """
王小明 王小 小明 明 wangxiaoming wang_xiaoming WangXiao wangx xiaoming wxm 5678 45678 12345678 13812345678
138_1234_5678 +86_138-1234-5678 008613812345678 lee.wang lee.wang@acme LEE.WANG@ACME.com @acme.com acme.com
c-000123 C000123 0123 澜山 瀾山科技 shanghailan shlskj 王小明_5678 王小明_13812345678
"""


@pytest.mark.parametrize("text", [word.replace("_", " ") for word in REMEMBERED.split()])
def test_a_customer_is_found_by(text: str) -> None:
    stored("李四", phone="+8613900000000", email="li@example.com")
    stored(
        "王小明",
        company="上海澜山科技",
        phone="+8613812345678",
        email="lee.wang@acme.com",
        card="C-000123",
    )

    assert found(text) == ["王小明"]


@pytest.mark.parametrize(
    "text", ["王四", "wangsi", "ws", "9999", "139123", "wang si", "zhang@acme.com", "😀"]
)
def test_a_customer_is_not_found_by(text: str) -> None:
    stored("王小明", phone="+8613812345678", email="wang@acme.com")

    assert found(text) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("單雄信", "单雄信"),
        ("单雄信", "單雄"),
        ("单雄信", "shanxiongxin"),
        ("单雄信", "danxiong"),
        ("曾國藩", "zgf"),
        ("解缙", "xiejin"),
        ("仇英", "qiuying"),
        ("吕布", "lvbu"),
        ("吕布", "lubu"),
        ("吕布", "lyubu"),
        ("José García", "garcia jose"),
        ("José García", "JOSÉ"),
        ("Ｊｏｈｎ Smith", "john"),
        ("O'Neill", "oneill"),
        ("さくら商店", "さくら"),
        ("김민수", "민수"),
        ("3M", "3m"),
        ("X", "x"),
        ("😀", "😀"),
        ("100%_done", "100%_done"),
    ],
)
def test_spelling_does_not_matter(name: str, text: str) -> None:
    stored(name)

    assert found(text) == [name]


def test_the_very_name_comes_first_then_the_last_active() -> None:
    stored("王伟明")
    exact = stored("王伟")
    Customer.objects.filter(pk=exact.pk).update(touched_at=timezone.now() - timedelta(days=900))
    stored("李王伟")

    assert found("王伟") == ["王伟", "王伟明", "李王伟"]


def test_only_the_given_rows_are_searched() -> None:
    gone = stored("王小明")
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())

    assert found("王小明") == []


def test_what_many_hold_is_asked_of_the_latest_active(counted: Callable[[], None]) -> None:
    """With statistics, a word that everybody holds is looked for another way, and found the same."""
    for number in range(30):
        stored(f"王{chr(0x4E00 + number)}", email=f"w{number}@qq.com")
    gone, last = stored("王家"), stored("钱王", email="q@qq.com")
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    Customer.objects.filter(pk=last.pk).update(touched_at=timezone.now() + timedelta(days=1))
    before = {text: found(text) for text in ("王", "wang", "qq.com", "@qq.com", "王 qq.com", "钱王")}
    counted()
    assert commonness.of("王") > 0.9
    assert commonness.of("王 zzz") == commonness.of("w1@qq.com") == 0
    assert {text: found(text) for text in before} == before
    rows = Customer.objects.present()
    assert search.find(rows, "@qq.com", 1) == [last]
    # Whoever sees few customers is told of all that fit, however few.
    assert [one.name for one in search.find(rows.filter(pk=last.pk), "王", 20)] == ["钱王"]


def test_what_many_hold_is_found_among_ones_own(counted: Callable[[], None]) -> None:
    seller = people.user(Role.SALES)
    rows = [stored(f"王{chr(0x4E00 + number)}") for number in range(30)]
    mine, shared, gone = rows[3], rows[4], rows[5]
    Customer.objects.filter(pk__in=[mine.pk, gone.pk]).update(owner=seller)
    Customer.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    Share.objects.create(customer=shared, user=seller)
    counted()
    own = Customer.objects.visible_to(seller)
    assert set(search.find(own, "王")) == {mine, shared}
    assert search.find(own.exclude(pk=mine.pk), "王") == [shared]


def test_after_a_change_to_many_at_once_those_from_before_it_are_asked(counted: Callable[[], None]) -> None:
    now = timezone.now()
    for number in range(60):
        made = stored(f"{'张' if number < 40 else '王'}{chr(0x4E00 + number)}")
        age = timedelta(seconds=number) if number < 40 else timedelta(days=number)
        Customer.objects.filter(pk=made.pk).update(touched_at=now - age)
    counted()
    with CaptureQueriesContext(connection) as sent:
        names = [one.name for one in search.find(Customer.objects.present(), "王", 3)]
    assert names == [f"王{chr(0x4E00 + number)}" for number in (40, 41, 42)]
    assert not any('"tokens" @>' in one["sql"] for one in sent), "the index was asked, which costs more"
    # Of those from before it, too few are no answer: others may hold it who were changed with the many.
    shared = Customer.objects.get(name=f"张{chr(0x4E00 + 39)}")
    Customer.objects.filter(pk=shared.pk).update(name="王张", touched_at=now - timedelta(minutes=30))
    index([shared.pk])
    assert len(search.find(Customer.objects.present(), "王", 20)) == 20
    assert search.find(Customer.objects.present(), "王张", 1) == [Customer.objects.get(pk=shared.pk)]


def test_one_search_is_one_query(django_assert_num_queries: object) -> None:
    found("once to learn which words are common")
    with django_assert_num_queries(1):  # type: ignore[operator]
        found("wang xiaoming 13812345678")


words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)


@given(text=words)
@example(text="%")
@example(text="\\")
@example(text="@")
@example(text=".")
@example(text="a@b@c . %_")
@example(text="İ ß ﬁ ①②③④")
@pytest.mark.slow
@quick
def test_any_question_has_an_answer(text: str) -> None:
    assert search.find(Customer.objects.present(), text) is not None


@given(name=words.filter(str.strip))
@example(name="İstanbul")
@example(name="e\u0301\u0327 ½ ㍿")
@example(name="A1 2b 3")
@pytest.mark.slow
@quick
def test_any_stored_customer_is_found_by_the_name(name: str) -> None:
    name = name.strip()
    made = stored(name)

    assert made in search.find(Customer.objects.filter(pk=made.pk), name)


@given(name=han, digits=st.from_regex("1[3-9][0-9]{9}", fullmatch=True), start=st.integers(0, 7))
@pytest.mark.slow
@quick
def test_any_chinese_customer_is_found_by_pinyin_initials_and_tail(
    name: str, digits: str, start: int
) -> None:
    made = stored(name, phone=f"+86{digits}")
    rows = Customer.objects.filter(pk=made.pk)
    for syllables in hanzi.pinyin(search.spelling(name)):
        assert search.find(rows, "".join(syllables))
        assert search.find(rows, " ".join(syllables)) or len(syllables) > 2
        assert search.find(rows, "".join(one[0] for one in syllables))
    assert search.find(rows, digits[start:])
