"""What people do with templates: draw, keep a version, submit, decide, restore, copy, archive."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.campaigns.placeholders import NotUnderstood
from channels.campaigns.templating import checks, design
from channels.campaigns.templating.models import Picture, Setting, Template, Version
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused

State = Version.State


@transaction.atomic
def create(name: str, kind: str, drawn: design.Design, *, by: User) -> Template:
    made = Template(name=name, kind=kind, design=_read(drawn, kind), created_by=by, changed_by=by)
    made.writers = [by.pk]
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Refused(_("There is a template of this name already.")) from None
    return made


@transaction.atomic
def draw(template: Template, new: design.Design, *, by: User) -> None:
    """Keeps what is being worked on, unless somebody else changed it since it was read."""
    rows = Template.objects.in_use().filter(pk=template.pk, revision=template.revision)
    changed = rows.update(
        design=_read(new, template.kind),
        revision=template.revision + 1,
        writers=sorted({*template.writers, by.pk}),
        changed_by=by,
        changed_at=timezone.now(),
    )
    if not changed:
        raise Refused(_("Somebody else has just changed this template. Look at it again first."))
    template.refresh_from_db()


@transaction.atomic
def keep(template: Template, note: str, *, by: User) -> Version:
    """Saves what is being worked on as the next version."""
    _lock(template)
    newest = template.versions.order_by("-number").first()
    if newest and newest.design == template.design:
        raise Refused(_("Nothing has changed since version %(number)d.") % {"number": newest.number})
    if checks.blocking(template.design, template.kind):
        raise Refused(_("Mend what is marked as wrong first."))
    made = Version.objects.create(
        template=template,
        number=newest.number + 1 if newest else 1,
        design=template.design,
        note=note,
        saved_by=by,
        writers=sorted({*template.writers, *_unproven(newest), by.pk}),
    )
    Template.objects.filter(pk=template.pk).update(writers=[])
    audit.record("template.saved", template, by=by, version=made.number)
    return made


@transaction.atomic
def submit(version: Version, *, by: User) -> None:
    rows = Version.objects.filter(pk=version.pk, state__in=[State.SAVED, State.REJECTED])
    if not rows.update(state=State.SUBMITTED, remark="", decided_by=None, decided_at=None):
        raise Refused(_("Only a saved version can be submitted."))
    audit.record("template.submitted", version.template, by=by, version=version.number)


def may_decide(version: Version, user: User) -> bool:
    """Nobody approves what they wrote themselves."""
    is_author = user.pk in (*version.writers, version.saved_by_id)
    return version.state == State.SUBMITTED and not is_author and user.may("template", "approve")


@transaction.atomic
def decide(version: Version, *, approve: bool, remark: str, by: User) -> None:
    if not may_decide(version, by):
        raise Refused(_("Somebody else has to decide about it: one does not approve one's own words."))
    if not approve and not remark:
        raise BadInput(_("Say what is to be changed."))
    moved = (
        Version.objects.submitted()
        .filter(pk=version.pk)
        .update(
            state=State.APPROVED if approve else State.REJECTED,
            decided_by=by,
            decided_at=timezone.now(),
            remark=remark,
        )
    )
    if not moved:
        raise Refused(_("Somebody has decided about this version already."))
    event = "template.approved" if approve else "template.rejected"
    audit.record(event, version.template, by=by, version=version.number)


def restore(version: Version, *, by: User) -> None:
    """An older version is what is being worked on again, still the words of those who wrote it."""
    template = version.template
    template.writers = sorted({*template.writers, *_unproven(version)})
    draw(template, version.design, by=by)


@transaction.atomic
def copy(template: Template, *, by: User) -> Template:
    """Another template that begins with the same words. It shares the pictures' bytes, not their rows."""
    numbers = range(2, 100)
    names = [_("%(name)s (%(number)d)") % {"name": template.name[:90], "number": one} for one in numbers]
    taken = set(Template.objects.filter(name__in=names).values_list("name", flat=True))
    made = create(next(name for name in names if name not in taken), template.kind, template.design, by=by)
    newest = template.versions.order_by("-number").first()
    made.writers = sorted({*made.writers, *template.writers, *_unproven(newest)})
    made.save(update_fields=["writers"])
    pictures = list(template.pictures.all())
    for picture in pictures:
        picture.pk, picture.template = None, made
    Picture.objects.bulk_create(pictures)
    return made


@transaction.atomic
def archive(template: Template, *, by: User) -> None:
    """Takes it out of the choice. Campaigns that say what it says go on."""
    if not Template.objects.in_use().filter(pk=template.pk).update(archived_at=timezone.now()):
        raise Refused(_("It is in the archive already."))
    audit.record("template.archived", template, by=by)


@transaction.atomic
def unarchive(template: Template, *, by: User) -> None:
    if not Template.objects.filter(pk=template.pk).exclude(archived_at=None).update(archived_at=None):
        raise Refused(_("It is not in the archive."))
    audit.record("template.unarchived", template, by=by)


@transaction.atomic
def demand_approval(wanted: bool, *, by: User) -> None:
    """From now on, whatever is launched."""
    row, _made = Setting.objects.update_or_create(pk=1, defaults={"needs_approval": wanted, "changed_by": by})
    audit.record("templating.setting_changed", row, by=by, needs_approval=wanted)


def _unproven(version: Version | None) -> list[int]:
    """Who wrote a version that nobody else has approved: they are its authors wherever its words go on."""
    return [] if version is None or version.state == State.APPROVED else version.writers


def _read(drawn: design.Design, kind: str) -> design.Design:
    try:
        return design.read(drawn, kind)
    except NotUnderstood as problem:
        raise BadInput(str(problem)) from None


def _lock(template: Template) -> None:
    """Nobody draws until this transaction ends, and what is kept is what stands there now."""
    template.refresh_from_db(from_queryset=Template.objects.select_for_update())
