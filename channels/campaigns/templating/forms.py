"""What one writes into a template: its name, its lines, and the version one keeps."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.campaigns.placeholders import NotUnderstood
from channels.campaigns.templating import design
from channels.campaigns.templating.models import Setting, Template, TemplateQuerySet, Version


def plain_helper(form: forms.BaseForm, *rows: Any) -> FormHelper:
    helper = FormHelper(form)
    helper.form_tag = False
    if rows:
        helper.layout = Layout(*rows)
    return helper


class NewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Only colleagues see it."))
    kind = forms.ChoiceField(label=_("Channel"), choices=Template.Kind.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper(self)


class NameForm(forms.ModelForm[Template]):
    class Meta:
        model = Template
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper(self)


class LinesForm(forms.Form):
    """The lines of a mail that stand outside of its blocks."""

    subject = forms.CharField(label=_("Subject"), max_length=design.LONGEST_SUBJECT, required=False)
    preheader = forms.CharField(
        label=_("Preview line"),
        max_length=design.LONGEST_PREHEADER,
        required=False,
        help_text=_("Stands behind the subject in the mailbox."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper(self)

    def clean_subject(self) -> str:
        return self._understood("subject", design.LONGEST_SUBJECT)

    def clean_preheader(self) -> str:
        return self._understood("preheader", design.LONGEST_PREHEADER)

    def _understood(self, field: str, longest: int) -> str:
        try:
            return design.check_line(self.cleaned_data[field], longest)
        except NotUnderstood as problem:
            raise forms.ValidationError(str(problem)) from None


class VersionField(forms.ModelChoiceField[Version]):
    """A version of a template, named as one knows it."""

    def label_from_instance(self, version: Version) -> str:
        return version.title


class KeepForm(forms.ModelForm[Version]):
    class Meta:
        model = Version
        fields = ("note",)


class DecisionForm(forms.Form):
    approve = forms.BooleanField(required=False)
    remark = forms.CharField(max_length=500, required=False)


class SettingForm(forms.ModelForm[Setting]):
    class Meta:
        model = Setting
        fields = ("needs_approval",)
        help_texts = {
            "needs_approval": _(
                "Then campaigns can only be launched, and journeys switched on, with versions that were"
                " approved by a colleague who did not write them. Texts written into a campaign or a journey"
                " itself no longer go out. Journeys that are on go on as they are."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper(self)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=list(design.LANGUAGES.items()))


class MoveForm(forms.Form):
    by = forms.TypedChoiceField(choices=[("-1", "-1"), ("1", "1")], coerce=int)


class PreviewForm(forms.Form):
    """As whom a template is looked at: of which customer, in which language, in which version."""

    q = forms.CharField(required=False, max_length=100, strip=True)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    language = forms.ChoiceField(required=False, choices=list(design.LANGUAGES.items()))
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


class TemplateFilter(forms.Form):
    """Which templates are listed."""

    STAGES = (
        ("", pgettext_lazy("templates", "All")),
        ("waiting", _("Wait for approval")),
        ("archived", _("Archive")),
    )

    stage = forms.ChoiceField(required=False, choices=STAGES)

    def apply(self, rows: TemplateQuerySet) -> TemplateQuerySet:
        if self.chosen == "archived":
            return rows.exclude(archived_at=None)
        rows = rows.in_use()
        if self.chosen == "waiting":
            waits = Version.objects.submitted().values("template")
            return rows.filter(pk__in=waits)
        return rows

    @property
    def chosen(self) -> str:
        return str(self.cleaned_data.get("stage", "")) if self.is_valid() else ""
