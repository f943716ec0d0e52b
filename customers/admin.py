"""Support's view of customers. What is changed here goes through the same services as everywhere else."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.admin import CappedPaginator, TransferMixin, VisibleAdmin
from crm.lib.errors import Refused
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers import search, services
from customers.models import Customer, CustomerQuerySet
from customers.resources import CustomerResource

MOST_EXPORTED = 10_000


@admin.register(Customer)
class CustomerAdmin(TransferMixin, VisibleAdmin[Customer]):
    """Files come in through the importer, which knows people again; here they only go out."""

    resource_classes = (CustomerResource,)
    paginator = CappedPaginator
    list_display = ("name", "kind", "masked_phone", "city", "owner", "touched_at")
    list_filter = ("kind",)
    list_select_related = ("owner",)
    # The names only make the box appear; get_search_results asks the search document.
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name, pinyin, initials, e-mail or last digits of a phone number")
    ordering = ("-touched_at", "-pk")
    autocomplete_fields = ("owner",)
    raw_id_fields = ("organisation",)
    fields = (
        *("kind", "name", "company", "job_title", "organisation", "phone", "email", "gender", "birthday"),
        *("country", "province", "city", "address", "postcode", "language", "preferred_channel", "tags"),
        *("owner", "team", "restricted"),
    )

    def get_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[Any]:
        """Of a stored customer the contacts are masked here too."""
        masked = {"phone": "masked_phone", "email": "masked_email"} if obj else {}
        return [masked.get(name, name) for name in self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        return ["masked_phone", "masked_email"] if obj else []

    @admin.display(description=gettext_lazy("phone"))
    def masked_phone(self, customer: Customer) -> str:
        return mask_phone(customer.phone) if customer.phone else ""

    @admin.display(description=gettext_lazy("e-mail"))
    def masked_email(self, customer: Customer) -> str:
        return mask_email(customer.email) if customer.email else ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term.strip():
            return queryset, False
        return search.matching(cast(CustomerQuerySet, queryset), search_term), False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        user = cast(User, request.user)
        if change:
            fields = {name: form.cleaned_data[name] for name in form.changed_data}
            services.update(obj, fields, version=obj.version, by=user)
        else:
            obj.pk = services.create(form.cleaned_data, by=user).pk

    def delete_model(self, request: HttpRequest, obj: Customer) -> None:
        services.remove(obj, by=cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        for customer in queryset:
            self.delete_model(request, customer)

    def get_export_resource_classes(self, request: HttpRequest, *args: Any) -> list[type[CustomerResource]]:
        return [CustomerResource.read_by(cast(User, request.user))]

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        user = cast(User, request.user)
        shown = cast(CustomerQuerySet, super().get_export_queryset(request))
        rows = shown.visible_to(user, "export")
        number = rows.order_by()[: MOST_EXPORTED + 1].count()
        if number > MOST_EXPORTED:
            raise Refused(
                _("At most %(most)s customers can be exported at once. Narrow the list first.")
                % {"most": f"{MOST_EXPORTED:,}"}
            )
        if request.method == "POST":
            audit.record("customers.exported", None, by=user, number=number)
        return rows
