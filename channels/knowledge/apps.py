from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "channels.knowledge"
    label = "knowledge"
    verbose_name = _("Knowledge base")

    def ready(self) -> None:
        from channels.inbox import tools
        from channels.knowledge import holdings, palette, pictures
        from channels.knowledge.models import Article, Version
        from channels.mail import blobs
        from crm.lib import labels

        holdings.register_all()
        palette.register()
        labels.register("version", Version.State)
        labels.register("audience", Article.Audience)
        blobs.name_by(pictures.named)
        tools.register(
            tools.Tool(
                "articles",
                _("Articles"),
                "book-open",
                "knowledge:for-conversation",
                needs=("knowledge", "view"),
                order=20,
            )
        )
        tools.register(tools.Tool("playbooks", _("Playbooks"), "list-checks", "knowledge:followed", order=30))
