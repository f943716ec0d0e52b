from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InquiriesConfig(AppConfig):
    name = "customers.inquiries"
    label = "inquiries"
    verbose_name = _("Questions about customers")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.imports import extras
        from customers.inquiries import holdings, showing
        from customers.inquiries.models import Inquiry
        from customers.timeline import kinds

        labels.register("inquiry", Inquiry.State)
        labels.register("inquiry-wish", Inquiry.Wish)
        for what, label in (
            ("asked", _("A colleague asked for a part in this customer")),
            ("granted", _("Agreed to what a colleague asked")),
            ("refused", _("Declined what a colleague asked")),
            ("withdrawn", _("A colleague no longer asks for this customer")),
            ("passed_on", _("Not answered in time: the managers are asked")),
        ):
            kinds.register(f"inquiry.{what}", kinds.Kind(label, "staff", group=kinds.NOTES))
        showing.register_all()
        holdings.register_all()
        # That somebody looked for a customer is no work on them: an import can still be reverted.
        extras.derives("inquiries_match")
