"""Articles grow old: on the day on which one is to be looked over, its owner finds a task."""

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.knowledge import reading
from channels.knowledge.models import Article
from customers.tasks import services as tasks


def remind() -> int:
    """Safe to repeat: each day that was set is reminded of once."""
    today = timezone.localdate()
    waiting = Q(reminded_on=None) | Q(reminded_on__lt=F("review_on"))
    due = Article.objects.due_for_review(today).filter(waiting, owner__is_active=True)
    return sum(_remind(article) for article in due.select_related("owner")[:500])


def _remind(article: Article) -> bool:
    same = Article.objects.filter(pk=article.pk, reminded_on=article.reminded_on)
    owner = article.owner
    if owner is None or not same.update(reminded_on=article.review_on):
        return False
    title = reading.title_of(article)
    fields = {
        "assignee": owner,
        "customer": None,
        "title": (_("Look over the article “%(title)s”") % {"title": title})[:200],
        "due_on": timezone.localdate(),
    }
    tasks.create(fields, by=owner)
    return True
