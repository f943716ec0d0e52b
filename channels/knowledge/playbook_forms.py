from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from channels.knowledge.forms import Words, helper
from channels.knowledge.models import Article, Playbook, Step, Translation
from crm.accounts.models import User


class PlaybookForm(forms.ModelForm[Playbook]):
    words = Words(
        label=_("Words"),
        help_text=Playbook._meta.get_field("words").help_text,
        required=False,
    )
    tags = Words(
        label=_("Tags"),
        help_text=Playbook._meta.get_field("tags").help_text,
        required=False,
    )

    class Meta:
        model = Playbook
        fields = ("name", "about", "words", "tags", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self)


class StepForm(forms.ModelForm[Step]):
    url = forms.URLField(
        label=Step._meta.get_field("url").verbose_name, required=False, assume_scheme="https"
    )

    class Meta:
        model = Step
        fields = ("title", "text", "reply", "article", "url", "asks_for", "position")
        widgets = {"text": forms.Textarea(attrs={"rows": 2}), "reply": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["article"].choices = _articles(user)  # type: ignore[attr-defined]
        self.helper = helper(
            self,
            "title",
            "text",
            "reply",
            Div("article", "url", css_class="row"),
            Div("asks_for", "position", css_class="row"),
        )


def _articles(user: User) -> list[tuple[Any, str]]:
    """By their titles, in the reader's language where there is one."""
    shown = Article.objects.visible_to(user).published()
    rows = Translation.objects.visible_to(user).exclude(title="").filter(article__in=shown)
    titles: dict[int, str] = {}
    for one in rows.order_by("title"):
        if one.article_id not in titles or one.language == get_language():
            titles[one.article_id] = one.title
    return [("", "---------"), *titles.items()]
