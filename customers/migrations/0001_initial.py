import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("organisation", "Organisation")],
                        default="person",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("company", models.CharField(blank=True, max_length=200, verbose_name="company")),
                ("job_title", models.CharField(blank=True, max_length=100, verbose_name="job title")),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        help_text="The number shown first, as E.164.",
                        max_length=32,
                        verbose_name="phone",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other")],
                        max_length=6,
                        verbose_name="gender",
                    ),
                ),
                ("birthday", models.DateField(blank=True, null=True, verbose_name="birthday")),
                ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                ("province", models.CharField(blank=True, max_length=80, verbose_name="province")),
                ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("postcode", models.CharField(blank=True, max_length=20, verbose_name="postcode")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("zh-hans", "Simplified Chinese"), ("en", "English")],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "preferred_channel",
                    models.CharField(blank=True, max_length=20, verbose_name="preferred channel"),
                ),
                (
                    "quiet_from",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Hour of the day, by the customer's own clock.",
                        null=True,
                        verbose_name="not to be disturbed from",
                    ),
                ),
                (
                    "quiet_until",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="not to be disturbed until"
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=40, verbose_name="came from")),
                (
                    "restricted",
                    models.BooleanField(
                        default=False,
                        help_text="Only the owner and people it is shared with see it.",
                        verbose_name="restricted",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at"),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "touched_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="When anything last happened with this customer.",
                        verbose_name="last activity",
                    ),
                ),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="deleted at"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="deleted by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="people",
                        to="customers.customer",
                        verbose_name="works at",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="customers",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="customers",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
                "indexes": [
                    models.Index(fields=["touched_at", "id"], name="customer_by_activity"),
                    models.Index(fields=["name", "id"], name="customer_by_name"),
                    models.Index(fields=["owner", "touched_at", "id"], name="customer_of_an_owner"),
                    models.Index(fields=["team", "touched_at", "id"], name="customer_of_a_team"),
                    models.Index(fields=["city", "touched_at", "id"], name="customer_in_a_city"),
                    models.Index(
                        condition=models.Q(("kind", "organisation")),
                        fields=["touched_at", "id"],
                        name="customer_organisation",
                    ),
                    models.Index(
                        condition=models.Q(("organisation", None), _negated=True),
                        fields=["organisation"],
                        name="customer_at_work",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("tags", []), _negated=True),
                        fields=["tags"],
                        name="customer_with_a_tag",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None), _negated=True),
                        fields=["id"],
                        name="customer_deleted",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None), _negated=True),
                        fields=["deleted_at", "id"],
                        name="customer_deleted_lately",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="customer_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pk", models.F("organisation")), _negated=True),
                        name="customer_does_not_work_at_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from", None), ("quiet_until", None)),
                            models.Q(
                                ("quiet_from__lte", 23),
                                ("quiet_until__lte", 23),
                                models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="customer_quiet_hours_begin_and_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("view", "May look"), ("edit", "May work on it")],
                        default="edit",
                        max_length=4,
                        verbose_name="level",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="customers.customer",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "collaborator",
                "verbose_name_plural": "collaborators",
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "user"), name="share_is_given_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="document",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["tokens"], name="search_by_token")
                ],
            },
        ),
    ]
