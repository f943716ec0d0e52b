"""GET and POST /customers/<pk>/edit/"""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories, search, services
from customers.identity.models import Identity
from customers.models import Customer, Share

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(seller: User) -> Customer:
    fields = {"name": "王小明", "phone": "+8613812345678", "email": "wang@example.com", "city": "北京"}
    return services.create(fields, by=seller)


def posted(customer: Customer, **changes: str) -> dict[str, str]:
    """What the browser sends back: the form as it was shown, with changes."""
    shown = {"kind": "person", "name": customer.name, "city": customer.city, "version": str(customer.version)}
    return shown | {"phone": "138••••5678", "email": "w••••@example.com"} | changes


def test_the_form_shows_contacts_masked(as_seller: Client, known: Customer) -> None:
    page = as_seller.get(f"/customers/{known.pk}/edit/").content.decode()

    assert "138••••5678" in page
    assert "13812345678" not in page
    assert "wang@example.com" not in page


def test_what_differs_is_saved_and_told(as_seller: Client, seller: User, known: Customer) -> None:
    response = as_seller.post(f"/customers/{known.pk}/edit/", posted(known, city="上海", phone="13900001111"))

    assert response.status_code == 302
    known.refresh_from_db()
    assert (known.city, known.phone, known.email, known.version) == (
        "上海",
        "+8613900001111",
        "wang@example.com",
        2,
    )
    told = known.entries.get(kind="customer.changed")
    assert told.data["changes"] == {"city": ["北京", "上海"], "phone": ["138••••5678", "139••••1111"]}
    logged = AuditEntry.objects.get(action="customer.changed")
    assert logged.detail == {"fields": ["city", "phone"], "old": {}, "new": {}}
    page = as_seller.get(f"/customers/{known.pk}/").content.decode()
    assert "北京" in page
    assert "139••••1111" in page


def test_the_old_phone_is_detached_and_no_longer_found(as_seller: Client, known: Customer) -> None:
    as_seller.post(f"/customers/{known.pk}/edit/", posted(known, phone="13900001111"))

    everybody = Customer.objects.present()
    assert search.find(everybody, "13900001111") == [known]
    assert search.find(everybody, "13812345678") == []
    assert Identity.objects.get(value="+8613812345678").detached_at is not None
    as_seller.post(f"/customers/{known.pk}/edit/", posted(known, phone="13812345678", version="2"))
    assert Identity.objects.get(value="+8613812345678").detached_at is None


def test_an_emptied_phone_is_removed(as_seller: Client, known: Customer) -> None:
    as_seller.post(f"/customers/{known.pk}/edit/", posted(known, phone=""))

    known.refresh_from_db()
    assert known.phone == ""


def test_saving_without_a_change_changes_nothing(as_seller: Client, known: Customer) -> None:
    as_seller.post(f"/customers/{known.pk}/edit/", posted(known))

    known.refresh_from_db()
    assert known.version == 1
    assert not known.entries.filter(kind="customer.changed").exists()


def test_two_editors_are_told_and_nothing_is_lost(as_seller: Client, seller: User, known: Customer) -> None:
    mine = posted(known, city="上海")
    services.update(known, {"city": "广州"}, version=1, by=seller)

    answer = as_seller.post(f"/customers/{known.pk}/edit/", mine)

    assert answer.status_code == 422
    assert [(one.before, one.theirs, one.mine) for one in answer.context["clashes"]] == [
        ("北京", "广州", "上海")
    ]
    known.refresh_from_db()
    assert known.city == "广州"
    as_seller.post(f"/customers/{known.pk}/edit/", mine | {"version": str(answer.context["version"])})
    known.refresh_from_db()
    assert known.city == "上海"


def test_theirs_can_be_chosen_field_by_field(as_seller: Client, seller: User, known: Customer) -> None:
    mine = posted(known, city="上海", company="Mine", job_title="Mine")
    services.update(known, {"city": "广州", "company": "Theirs"}, version=1, by=seller)
    answer = as_seller.post(f"/customers/{known.pk}/edit/", mine)
    again = mine | {"version": str(answer.context["version"]), "keep_city": "theirs", "keep_company": "mine"}

    as_seller.post(f"/customers/{known.pk}/edit/", again)

    known.refresh_from_db()
    assert (known.city, known.company, known.job_title) == ("广州", "Mine", "Mine")


def test_what_only_one_of_two_changed_is_kept_without_asking(
    as_seller: Client, seller: User, known: Customer
) -> None:
    mine = posted(known, company="Mine")
    services.update(known, {"city": "广州", "phone": "+8613900001111"}, version=1, by=seller)

    answer = as_seller.post(f"/customers/{known.pk}/edit/", mine)

    assert answer.status_code == 302
    known.refresh_from_db()
    assert (known.city, known.company, known.phone) == ("广州", "Mine", "+8613900001111")


def test_a_clash_shows_their_other_changes_in_the_form_again(
    as_seller: Client, seller: User, known: Customer
) -> None:
    mine = posted(known, company="Mine")
    services.update(known, {"company": "Theirs", "phone": "+8613900001111"}, version=1, by=seller)

    answer = as_seller.post(f"/customers/{known.pk}/edit/", mine)
    form = answer.context["form"]
    assert form["phone"].value() == "139••••1111"
    as_seller.post(
        f"/customers/{known.pk}/edit/", {**form.data.dict(), "version": str(answer.context["version"])}
    )

    known.refresh_from_db()
    assert (known.company, known.phone) == ("Mine", "+8613900001111")


def test_a_save_nobody_recorded_is_not_overwritten_unasked(as_seller: Client, known: Customer) -> None:
    Customer.objects.filter(pk=known.pk).update(city="广州", version=2)

    answer = as_seller.post(f"/customers/{known.pk}/edit/", posted(known, city="上海"))

    assert answer.status_code == 422
    assert answer.context["clashes"][0].theirs == "广州"


def test_an_organisation_is_chosen_among_those_one_sees_and_brings_its_name(
    as_seller: Client, seller: User, known: Customer
) -> None:
    ours = factories.customer(name="澜山集团", kind="organisation", owner=seller)
    hidden = factories.customer(name="别家集团", kind="organisation")
    address = f"/customers/{known.pk}/edit/"

    as_seller.post(address, posted(known, organisation=str(ours.pk), organisation_text="澜山集团"))
    refused = as_seller.post(
        address, posted(known, version="2", organisation=str(hidden.pk), organisation_text="别家集团")
    )

    assert refused.status_code == 422
    assert "organisation" in refused.context["form"].errors
    known.refresh_from_db()
    assert (known.organisation, known.company) == (ours, "澜山集团")


def test_an_organisation_one_may_not_see_is_neither_named_nor_lost(
    as_seller: Client, known: Customer
) -> None:
    hidden = factories.customer(name="别家集团", kind="organisation")
    Customer.objects.filter(pk=known.pk).update(organisation=hidden)

    page = as_seller.get(f"/customers/{known.pk}/edit/").content.decode()
    answer = as_seller.post(
        f"/customers/{known.pk}/edit/",
        posted(known, city="上海", organisation=str(hidden.pk), organisation_text=""),
    )

    assert "别家集团" not in page
    assert answer.status_code == 302
    known.refresh_from_db()
    assert (known.organisation, known.city) == (hidden, "上海")


@pytest.mark.parametrize(("begin", "end"), [("21", ""), ("", "8"), ("8", "8"), ("24", "8"), ("x", "8")])
def test_quiet_hours_need_two_different_hours(
    as_seller: Client, known: Customer, begin: str, end: str
) -> None:
    answer = as_seller.post(f"/customers/{known.pk}/edit/", posted(known, quiet_from=begin, quiet_until=end))

    assert answer.status_code == 422


def test_an_error_in_the_form_keeps_the_version_it_was_opened_with(
    as_seller: Client, seller: User, known: Customer
) -> None:
    mine = posted(known, phone="nonsense")
    services.update(known, {"city": "广州"}, version=1, by=seller)

    answer = as_seller.post(f"/customers/{known.pk}/edit/", mine)

    assert answer.context["version"] == 1


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_damaged_version_is_refused(as_seller: Client, known: Customer, version: str) -> None:
    answer = as_seller.post(f"/customers/{known.pk}/edit/", posted(known, city="上海", version=version))

    assert answer.status_code == 400


def test_a_new_owner_is_logged_from_whom_to_whom(as_operator: Client, known: Customer) -> None:
    owner = people.user(Role.SALES)
    before = known.owner_id

    as_operator.post(f"/customers/{known.pk}/edit/", posted(known, owner=str(owner.pk)))

    detail = AuditEntry.objects.get(action="customer.changed").detail
    assert detail["old"]["owner"] == before
    assert detail["new"]["owner"] == owner.pk


def test_the_audit_log_holds_no_personal_data(as_seller: Client, known: Customer) -> None:
    as_seller.post(
        f"/customers/{known.pk}/edit/",
        posted(
            known, name="Anna Secret", birthday="1990-01-01", address="Hidden Lane", email="x@secret.test"
        ),
    )

    log = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    for secret in ("Secret", "1990", "Hidden", "王小明", "wang@"):
        assert secret not in log


def test_a_stranger_and_who_may_only_look_get_404(as_seller: Client, seller: User) -> None:
    other = factories.customer()
    assert as_seller.get(f"/customers/{other.pk}/edit/").status_code == 404
    Share.objects.create(customer=other, user=seller, level=Share.Level.VIEW)
    assert as_seller.post(f"/customers/{other.pk}/edit/", posted(other, city="X")).status_code == 404
    other.refresh_from_db()
    assert other.city == ""
