import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sku", models.CharField(max_length=64, unique=True, verbose_name="article number")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("category", models.CharField(blank=True, max_length=100, verbose_name="category")),
                (
                    "price",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="price"
                    ),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=40, verbose_name="came from")),
                ("external_id", models.CharField(max_length=120, verbose_name="order number")),
                ("channel", models.CharField(default="web", max_length=10, verbose_name="channel")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ordered", "Ordered"),
                            ("ready", "Ready for pick-up"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                            ("refunded", "Refunded"),
                        ],
                        default="completed",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("placed_at", models.DateTimeField(verbose_name="ordered at")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                (
                    "refunded",
                    models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="refunded"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("items", models.PositiveIntegerField(default=1, verbose_name="items")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="orders",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "indexes": [
                    models.Index(fields=["customer", "placed_at", "id"], name="order_of_a_customer"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["placed_at"], name="order_by_time"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "external_id"), name="order_comes_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="order_amount_is_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("refunded__gte", 0), ("refunded__lte", models.F("amount"))),
                        name="order_refund_is_within_the_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="order_currency_is_three_letters",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("quantity", models.PositiveIntegerField(default=1, verbose_name="quantity")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="order_line_has_a_quantity"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rollup",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rollup",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders")),
                ("days", models.PositiveIntegerField(default=0, verbose_name="days with an order")),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=16, verbose_name="total spent"
                    ),
                ),
                ("first_order_at", models.DateTimeField(null=True, verbose_name="first order")),
                ("last_order_at", models.DateTimeField(null=True, verbose_name="last order")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["total", "customer"], name="rollup_by_total"),
                    models.Index(fields=["orders", "customer"], name="rollup_by_orders"),
                    models.Index(
                        condition=models.Q(("last_order_at", None), _negated=True),
                        fields=["last_order_at", "customer"],
                        name="rollup_by_last_order",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_order_at", None), ("last_order_at", None), ("orders", 0)),
                            models.Q(
                                ("orders__gt", 0),
                                models.Q(("last_order_at", None), _negated=True),
                                models.Q(("first_order_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rollup_with_orders_has_dates",
                    )
                ],
            },
        ),
    ]
