from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from channels.knowledge import searching
from channels.knowledge.models import Article, Category, Translation, Version
from channels.knowledge.models.articles import ArticleQuerySet
from crm.accounts.models import User
from customers import hanzi, search

MOST_TAGS = 12


class Words(forms.CharField):
    """A list of words in one line, commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").replace("，", ",").replace("、", ",").replace("\0", "")
        words = [" ".join(word.split()) for word in text.split(",")]
        return list(dict.fromkeys(word for word in words if word))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_TAGS or any(len(word) > 30 for word in value):
            raise forms.ValidationError(_("At most 12 words of 30 characters each."))

    def run_validators(self, value: Any) -> None:
        """Those of a text do not fit a list."""


def helper(form: forms.BaseForm, *layout: Any) -> FormHelper:
    found = FormHelper(form)
    found.form_tag = False
    found.disable_csrf = True
    if layout:
        found.layout = Layout(*layout)
    return found


class ArticleForm(forms.ModelForm[Article]):
    """Where an article stands, for whom it is, and when it is to be looked over."""

    tags = Words(
        label=_("Tags"), required=False, help_text=_("Commas between them. They are searched as well.")
    )

    class Meta:
        model = Article
        fields = ("category", "audience", "slug", "tags", "review_on")
        widgets = {"review_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "slug": _("The last part of its address on the help pages."),
            "review_on": _("On this day its owner is reminded."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["category"].choices = shelves(Category.objects.visible_to(user))  # type: ignore[attr-defined]
        self.helper = helper(self, Div("category", "audience", css_class="row"), "slug", "tags", "review_on")


class NewArticleForm(ArticleForm):
    """A new article begins with its title in one language."""

    title = forms.CharField(label=_("Title"), max_length=160)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Article
        fields = ("category", "audience", "tags")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["language"].initial = get_language()
        self.helper = helper(
            self,
            Div("title", "language", css_class="row"),
            Div("category", "audience", css_class="row"),
            "tags",
        )

    def free_slug(self) -> str:
        """From the title, in pinyin where it is Chinese."""
        wanted = address_of(self.cleaned_data["title"])
        taken = set(Article.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
        return next(
            name for number in range(1, len(taken) + 2) if (name := _numbered(wanted, number)) not in taken
        )


class VersionForm(forms.ModelForm[Version]):
    class Meta:
        model = Version
        fields = ("title", "summary", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 22, "spellcheck": "true"})}
        help_texts = {
            "summary": _("One sentence that lists and searches show."),
            "body": _(
                "**bold**, *italic*, [words](https://address), lines with - or 1. for lists, ## for headings."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self)

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n").strip()


class CategoryForm(forms.ModelForm[Category]):
    class Meta:
        model = Category
        fields = ("name", "name_en", "parent", "position")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        upper = Category.objects.visible_to(user).filter(parent=None).exclude(pk=self.instance.pk)
        self.fields["parent"].queryset = upper  # type: ignore[attr-defined]
        self.fields["parent"].empty_label = _("None: it stands at the top")  # type: ignore[attr-defined]
        self.helper = helper(self, Div("name", "name_en", css_class="row"), "parent", "position")

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        if parent and self.instance.pk and self.instance.children.exists():
            raise forms.ValidationError(_("It has parts of its own, so it stays at the top."))
        return parent


class RemarkForm(forms.Form):
    """What has to be changed before it can be published."""

    remark = forms.CharField(label=_("What is to be changed?"), max_length=500)


class ArticleFilter(forms.Form):
    """Which articles are listed."""

    STATES = (
        ("published", _("Published")),
        ("draft", _("Drafts")),
        ("submitted", _("Wait for approval")),
        ("review", _("To be looked over")),
    )

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=[("", pgettext_lazy("articles", "All")), *STATES])
    audience = forms.ChoiceField(required=False, choices=[("", ""), *Article.Audience.choices])
    category = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    tag = forms.CharField(required=False, max_length=50)
    mine = forms.BooleanField(required=False)

    def apply(self, rows: ArticleQuerySet, user: User) -> ArticleQuerySet:
        asked = self.asked
        if asked.get("category"):
            rows = rows.filter(category__in=_with_parts(asked["category"]))
        if asked.get("audience"):
            rows = rows.filter(audience=asked["audience"])
        if asked.get("tag"):
            rows = rows.filter(tags__contains=[asked["tag"]])
        if asked.get("mine"):
            rows = rows.filter(owner=user)
        return self._in_state(rows, asked.get("state", ""))

    def found(self, user: User) -> list[int] | None:
        """The articles in order of relevance when words are asked for; also those never published."""
        text = self.asked.get("q", "")
        if not text:
            return None
        rows = Translation.objects.visible_to(user)
        hits = searching.find(rows, text, language=get_language() or "", limit=50)
        drafts = Version.objects.visible_to(user).in_work().filter(title__icontains=text)
        more = drafts.values_list("translation__article", flat=True)[:20]
        return list(dict.fromkeys([*(hit.translation.article_id for hit in hits), *more]))

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def _in_state(self, rows: ArticleQuerySet, state: str) -> ArticleQuerySet:
        if state == "review":
            return rows.due_for_review(timezone.localdate())
        if state:
            inside = Version.objects.filter(state=state).values("translation__article")
            return rows.filter(pk__in=inside)
        return rows


class OpinionForm(forms.Form):
    answer = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


def shelves(rows: "QuerySet[Category]") -> list[tuple[Any, Any]]:
    """Upper categories as groups, each followed by its parts."""
    every = list(rows)
    found: list[tuple[Any, Any]] = [("", "---------")]
    for upper in every:
        if upper.parent_id is None:
            found.append((upper.pk, str(upper)))
            found += [(one.pk, f"{upper} › {one}") for one in every if one.parent_id == upper.pk]
    return found


def address_of(title: str) -> str:
    words: list[str] = []
    for word, ideographic in search.runs(title):
        words += [hanzi.syllable(sign) for sign in word] if ideographic else [word]
    return slugify("-".join(filter(None, words)))[:60].strip("-") or "article"


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _with_parts(pk: int) -> "QuerySet[Category]":
    return Category.objects.filter(pk=pk) | Category.objects.filter(parent=pk)
