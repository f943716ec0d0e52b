from django import forms

from crm.desk.notices.models import Wishes


class WishesForm(forms.ModelForm[Wishes]):
    class Meta:
        model = Wishes
        fields = ("mentions", "assignments", "touches", "changes", "by_email")
