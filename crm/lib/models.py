"""Questions about models themselves."""

from django.db.models import Model


def written_by_people(model: type[Model]) -> list[str]:
    """The columns a form may fill in: saved alone, they leave what others count in the same row meanwhile."""
    return [one.name for one in model._meta.concrete_fields if one.editable and not one.primary_key]
