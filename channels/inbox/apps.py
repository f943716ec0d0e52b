from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "channels.inbox"
    label = "inbox"
    verbose_name = _("Inbox")

    def ready(self) -> None:
        from channels.direct import hooks as direct
        from channels.inbox import (
            campaigning,
            facts,
            holdings,
            hooks,
            lines,
            merge_rules,
            models,
            origins,
            queues,
            searching,
            sending,
            starting,
            telling,
            topics,
        )
        from crm.lib import labels
        from segments import news

        labels.register("conversation", models.Conversation.Status)
        labels.register("conversation-priority", models.Conversation.Priority)
        holdings.register_all()
        merge_rules.register()
        facts.register_all()
        said_in = "JOIN inbox_conversation AS talk ON talk.id = new.conversation_id"
        news.register(news.Grown("inbox_message", "talk.customer_id", said_in))
        origins.register()
        searching.register()
        starting.register()
        topics.register()
        queues.register_all()
        lines.register_all()
        direct.on_settled(sending.settled)
        campaigning.register()
        direct.forbid(sending.closed_window, {})
        # Pages are told last, when everybody has done their part.
        hooks.on_change(telling.tell_pages, order=900)
