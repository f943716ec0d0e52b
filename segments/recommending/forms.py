from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.orders.models import Product


class ExclusionForm(forms.Form):
    """A product by its number or name, or a whole category."""

    what = forms.CharField(label=_("Product or category"), max_length=200, strip=True)

    def clean_what(self) -> dict[str, Any]:
        """What was meant, as `services.exclude` takes it."""
        text = self.cleaned_data["what"]
        product = (
            Product.objects.filter(sku=text).first()
            or Product.objects.filter(name=text).order_by("pk").first()
        )
        if product:
            return {"product": product}
        if Product.objects.filter(category=text).exists():
            return {"category": text}
        raise ValidationError(_("There is no product or category of this name or number."))


class ProductForm(forms.Form):
    """A product in which a customer is not interested, or is interested again."""

    product = forms.ModelChoiceField(Product.objects.all())
    again = forms.BooleanField(required=False)
