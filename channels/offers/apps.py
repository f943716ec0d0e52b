from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    name = "channels.offers"
    label = "offers"
    verbose_name = _("Offers and coupons")

    def ready(self) -> None:
        from channels.offers import facts, holdings, merge_rules, panels, uses
        from segments import news
        from segments import uses as segments

        facts.register_all()
        holdings.register_all()
        merge_rules.register()
        panels.register()
        segments.register_rows(uses.OFFERS)
        known = "JOIN customers_customer AS whose ON whose.id = new.customer_id"
        news.register(news.Grown("offers_redemption", "whose.id", known))
