from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    name = "channels.social"
    label = "social"
    verbose_name = _("Social posts")

    def ready(self) -> None:
        from channels.social.models import Posting, SocialPost
        from crm.lib import labels

        labels.register("social-post", SocialPost.State)
        labels.register("posting", Posting.State)
