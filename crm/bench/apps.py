from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "crm.bench"
    label = "bench"
