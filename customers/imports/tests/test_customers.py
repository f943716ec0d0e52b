"""Files of customers: what they create, whom they recognise, what they leave alone."""

from datetime import date

import pytest
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories, search
from customers.identity.models import Identity, Profile
from customers.imports.tests.conftest import Import, counts, reasons, shared
from customers.models import Customer, SearchDocument
from customers.orders.models import Rollup

pytestmark = pytest.mark.django_db

MEMBERS = """客户编号,姓名,手机,邮箱,公司,性别,生日,城市,标签,会员卡号
A001,李明,138 0013 8000,LiMing@Example.com,明远科技,男,1988年5月3日,上海,"VIP,老客户",8800001
A002,Anna Schmidt,+49 30 901820,,Kaiser GmbH,f,31.01.1985,Berlin,,
"""


def test_a_customer_comes_in_whole(take: Import) -> None:
    job = take(MEMBERS, source="pos")

    assert (job.status, counts(job)) == ("done", (2, 0, 0, 0, 0))
    li = Customer.objects.get(name="李明")
    assert (li.phone, li.email, li.company, li.gender) == (
        "+8613800138000",
        "liming@example.com",
        "明远科技",
        "male",
    )
    assert (li.birthday, li.city, li.tags, li.source) == (date(1988, 5, 3), "上海", ["VIP", "老客户"], "pos")
    profile = li.profiles.get()
    assert (profile.source, profile.source_key) == ("pos", "A001")
    assert profile.raw["手机"] == "138 0013 8000"
    assert set(profile.identities.values_list("kind", "scope", "value")) == {
        ("number", "pos", "A001"),
        ("card", "pos", "8800001"),
        ("email", "", "liming@example.com"),
        ("phone", "", "+8613800138000"),
    }
    assert Rollup.objects.get(customer=li).orders == 0
    assert search.find(Customer.objects.all(), "limi") == [li]
    assert search.find(Customer.objects.all(), "8000") == [li]


def test_the_same_file_again_changes_nothing(take: Import) -> None:
    take(MEMBERS)
    before = [list(model.objects.order_by("pk").values()) for model in (Customer, Profile, Identity)]

    job = take(MEMBERS)

    assert counts(job) == (0, 0, 2, 0, 0)
    assert [list(model.objects.order_by("pk").values()) for model in (Customer, Profile, Identity)] == before


def test_what_colleagues_corrected_since_stays_until_the_file_says_something_new(take: Import) -> None:
    take(MEMBERS)
    Customer.objects.filter(name="李明").update(city="苏州")
    take(MEMBERS)
    assert Customer.objects.get(name="李明").city == "苏州"

    take(MEMBERS.replace("1988年5月3日,上海", "1988年5月3日,杭州"))

    assert Customer.objects.get(name="李明").city == "杭州"


def test_a_newer_file_fills_and_overwrites_but_never_blanks(take: Import) -> None:
    take("number,name,phone,city,company\n1,Li Ming,13800138000,Shanghai,Acme\n2,Wang Fang,,,\n")
    old = Customer.objects.get(name="Li Ming")

    job = take("number,name,city,company,email\n1,Li Ming,Beijing,,li@example.com\n2,Wang Fang,,,\n")

    assert counts(job) == (0, 1, 1, 0, 0)
    old.refresh_from_db()
    assert (old.city, old.company, old.phone, old.email) == (
        "Beijing",
        "Acme",
        "+8613800138000",
        "li@example.com",
    )
    assert old.version == 2
    assert search.find(Customer.objects.all(), "li@example.com") == [old]


def test_tags_add_up(take: Import) -> None:
    take('number,name,tags\n1,Li,"a,b"\n')
    take('number,name,tags\n1,Li,"b;c"\n')

    assert Customer.objects.get().tags == ["a", "b", "c"]


def test_another_mapping_of_the_same_file_is_news(take: Import) -> None:
    content = "number,name,x\n1,Li,Shanghai\n"
    take(content)

    job = take(content, mapping={"number": 0, "name": 1, "city": 2})

    assert counts(job) == (0, 1, 0, 0, 0)
    assert Customer.objects.get().city == "Shanghai"


def test_one_number_twice_in_a_file_is_one_customer(take: Import) -> None:
    job = take("number,name,city\n1,Li Ming,\n2,Wang,\n1,Li Ming,Shanghai\n1,Li Ming,Shanghai\n")

    assert counts(job) == (2, 1, 1, 0, 0)
    assert Customer.objects.get(name="Li Ming").city == "Shanghai"
    assert counts(take("number,name,city\n1,Li Ming,\n2,Wang,\n1,Li Ming,Shanghai\n"))[:1] == (0,)


def test_a_shared_phone_joins_nobody(take: Import) -> None:
    job = take("name,phone\nLi Ming,13800138000\nWang Fang,13800138000\nLI  MING,138-0013-8000\n")

    assert Customer.objects.count() == 2
    assert counts(job) == (2, 1, 0, 0, 0)


def test_a_phone_with_the_same_name_is_the_same_customer_in_any_file(take: Import) -> None:
    take("name,phone\nLi Ming,13800138000\n")

    job = take("name,phone,city\nli ming,+86 138 0013 8000,Shanghai\n", source="shop")

    assert counts(job) == (0, 1, 0, 0, 0)
    assert Customer.objects.get().profiles.count() == 2


def test_two_numbers_of_one_source_are_two_customers(take: Import) -> None:
    """The source tells them apart, so a phone and a name they share do not join them."""
    job = take("number,name,phone\n1,Li Ming,13800138000\n2,Li Ming,13800138000\n")

    assert counts(job) == (2, 0, 0, 0, 0)


def test_numbers_count_within_their_source(take: Import) -> None:
    take("number,name\n1,Li Ming\n", source="shop")
    take("number,name\n1,Wang Fang\n", source="till")

    assert Customer.objects.count() == 2


def test_a_card_recognises(take: Import) -> None:
    take("card no,name\n8801,Li Ming\n")

    assert counts(take("card no,name,city\n8801,Li M.,Shanghai\n")) == (0, 1, 0, 0, 0)
    assert Customer.objects.get().name == "Li M."


def test_a_row_that_points_to_two_customers_is_refused(take: Import) -> None:
    take("number,name,card no\n1,Li Ming,8801\n2,Wang Fang,8802\n")

    job = take("number,name,card no\n1,Li Ming,8802\n")

    assert reasons(job) == [(1, "", "card_of_another")]
    assert counts(job) == (0, 0, 0, 0, 1)


def test_rows_without_anything_to_recognise_them_by_are_known_by_what_they_say(take: Import) -> None:
    content = "name,city\nLi Ming,Shanghai\nLi Ming,Beijing\nLi Ming,Shanghai\n"

    assert counts(take(content)) == (2, 0, 1, 0, 0)
    assert counts(take(content)) == (0, 0, 3, 0, 0)


def test_a_switchboard_s_number_neither_joins_nor_slows(take: Import) -> None:
    rows = "".join(f"Person {number},02188886666\n" for number in range(600))

    assert counts(take(f"name,phone\n{rows}")) == (600, 0, 0, 0, 0)
    assert counts(take(f"name,phone\n{rows}")) == (0, 0, 600, 0, 0)


def test_names_are_put_together_as_their_script_does(take: Import) -> None:
    take("姓,名,编号\n王,小明,1\nSchmidt,Anna,2\n")

    assert set(Customer.objects.values_list("name", flat=True)) == {"王小明", "Anna Schmidt"}


def test_a_company_without_a_person_is_an_organisation(take: Import) -> None:
    take("number,name,company\n1,,Acme Ltd\n2,,\n")

    assert set(Customer.objects.values_list("name", "kind")) == {
        ("Acme Ltd", "organisation"),
        ("2", "person"),
    }


def test_a_new_customer_needs_a_name(take: Import) -> None:
    assert reasons(take("name,phone\n,13800138000\n")) == [(1, "", "no_name")]


def test_every_row_with_a_flaw_is_told_with_all_its_flaws(take: Import) -> None:
    job = take(
        "number,name,phone,birthday,email,gender\n"
        "1,Li,1.38E+10,0000-00-00,li.example.com,m\n"
        f"2,Wang,{'9' * 5000},,,f\n"
        "3,Zhao,,,,martian\n"
        "4,Fine,,,,\n"
        "5,Too,many,,,,cells,here\n"
        ",,,,,\n"
        "6,N\0UL,,,,\n"
    )

    assert counts(job) == (1, 0, 0, 1, 5)
    assert reasons(job) == [
        (1, "birthday", "bad_date"),
        (1, "email", "bad_email"),
        (1, "phone", "rounded_number"),
        (2, "phone", "bad_phone"),
        (3, "gender", "bad_choice"),
        (5, "", "too_many_cells"),
        (6, "", "empty_row"),
        (7, "", "nul"),
    ]
    assert job.problems.get(line=7).cells == ["6", "N\u2400UL", "", "", "", ""]
    assert job.done_rows == sum(counts(job)) == 7


def test_a_short_row_has_empty_cells_at_its_end(take: Import) -> None:
    assert counts(take("number,name,city\n1,Li Ming\n")) == (1, 0, 0, 0, 0)


def test_owners_are_colleagues(take: Import, operator: User) -> None:
    team = people.team("North")
    seller = people.user(Role.SALES, username="mei", name="李娜", teams=(team,))

    job = take("number,name,负责人\n1,a,mei\n2,b,李娜\n3,c,nobody\n")

    assert set(Customer.objects.values_list("owner", "team")) == {(seller.pk, team.pk)}
    assert reasons(job) == [(3, "负责人", "unknown_owner")]


def test_columns_a_colleague_may_not_write_are_not_written(take: Import) -> None:
    """Sales may create their own customers but assign nobody; nor can a title reach any other field."""
    seller = people.user(Role.SALES)

    job = take("number,name,负责人,is_staff,owner_id,restricted\n1,Li,operator,1,1,1\n", by=seller)

    assert job.error == "no_rights"
    assert not Customer.objects.exists()


def test_a_deleted_customer_does_not_come_back(take: Import) -> None:
    take("number,name\n1,Li Ming\n")
    Customer.objects.update(deleted_at=timezone.now())

    job = take("number,name,city\n1,Li Ming,Shanghai\n")

    assert (counts(job), reasons(job)) == ((0, 0, 0, 1, 0), [(1, "", "customer_deleted")])


def test_strangers_rows_are_not_overwritten(take: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may only edit their own creates, but never changes what belongs to others."""
    from crm.accounts import policy

    take("number,name\n1,Not yours\n")
    grants = {"import": {"view": policy.Scope.OWN, "create": policy.Scope.OWN}}
    monkeypatch.setitem(policy.GRANTS, Role.SALES, policy.GRANTS[Role.SALES] | grants)
    seller = people.user(Role.SALES)

    job = take("number,name,city\n1,Hijacked,Shanghai\n2,Mine,Beijing\n", by=seller)

    assert (counts(job), reasons(job)) == ((1, 0, 0, 1, 0), [(1, "", "not_yours")])
    assert Customer.objects.get(name="Mine").owner == seller
    assert Customer.objects.get(profiles__source_key="1").name == "Not yours"


def test_rights_are_asked_again_when_the_work_begins(take: Import, operator: User) -> None:
    operator.is_active = False
    operator.save()

    job = take("number,name\n1,Li\n")

    assert (job.status, job.error) == ("failed", "no_rights")


def test_handles_that_colleagues_detached_do_not_come_back(take: Import) -> None:
    take("number,name,phone\n1,Li Ming,13800138000\n")
    Identity.objects.filter(kind="phone").update(detached_at=timezone.now())

    take("number,name,phone,city\n1,Li Ming,13800138000,Shanghai\n")

    assert Identity.objects.get(kind="phone").detached_at


def test_a_file_meets_customers_made_by_hand(take: Import) -> None:
    made = factories.customer(name="李明", phone="+8613800138000")
    factories.identity(made, "phone", "+8613800138000")

    assert counts(take("姓名,手机,城市\n李明,13800138000,上海\n")) == (0, 1, 0, 0, 0)


def test_every_new_customer_can_be_found_and_has_a_rollup(take: Import) -> None:
    take(MEMBERS)

    assert SearchDocument.objects.count() == Rollup.objects.count() == Customer.objects.count() == 2


@pytest.mark.slow
def test_real_shaped_people_come_in(take: Import) -> None:
    job = take(shared("febrl/dataset1.csv"))

    assert counts(job) == (997, 0, 0, 0, 3)
    assert {reason for _line, _column, reason in reasons(job)} == {"bad_date"}
    waller = Customer.objects.get(profiles__source_key="rec-223-org")
    assert (waller.name, waller.city, waller.birthday) == ("waller", "st james", date(1908, 12, 9))
    assert counts(take(shared("febrl/dataset1.csv"))) == (0, 0, 997, 0, 3)
