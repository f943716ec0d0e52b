from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "customers.tasks"
    label = "tasks"
    verbose_name = _("Tasks")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.tasks import contacts, days, filters, holdings, merge_rules, panels
        from customers.tasks.models import Task
        from customers.timeline import kinds
        from customers.timeline.signals import recorded

        labels.register("task-kind", Task.Kind)
        labels.register("task-priority", Task.Priority)
        labels.register("task-repeat", Task.Repeat)
        kinds.register("task.done", kinds.Kind(_("Task done"), "task", kinds.NOTES))
        kinds.register("task.reopened", kinds.Kind(_("Task open again"), "task", kinds.NOTES))
        panels.register()
        filters.register()
        days.register()
        merge_rules.register()
        recorded.connect(contacts.heard, dispatch_uid="tasks.contacts")
        holdings.register_all()
