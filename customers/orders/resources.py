"""The columns of order files. The admin and the bulk importer share them."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource

from crm.lib import cells, dates, money, phones, reading
from crm.lib.columns import Column, choices
from customers.orders.models import Order
from customers.resources import handle_of

STATUSES = choices(
    {
        "ordered|new|open|pending|paid|processing|unfulfilled|已下单|待付款|待发货|已付款|处理中"
        "|进行中": "ordered",
        "ready|ready for pickup|ready for pick-up|待自提|待取货|可取货": "ready",
        "completed|complete|done|closed|shipped|delivered|fulfilled|完成|已完成|交易成功|已发货"
        "|已签收|已收货": "completed",
        "cancelled|canceled|void|取消|已取消|交易关闭|已关闭": "cancelled",
        "refunded|returned|退款|已退款|退货|已退货|全额退款": "refunded",
    }
)
CHANNELS = choices(
    {
        "web|online|shop|website|网店|线上|官网|网站|电商|天猫|淘宝|京东": "web",
        "store|pos|retail|offline|门店|线下|店铺|实体店|收银": "store",
        "wechat|mini program|miniprogram|微信|小程序|公众号|微商城": "wechat",
        "whatsapp": "whatsapp",
        "phone|telephone|call|电话": "phone",
        "email|e-mail|邮件": "email",
        "event|活动|展会": "event",
        "social|直播|抖音|快手|小红书": "social",
    }
)
number = partial(reading.number, longest=120)
name = partial(reading.line, longest=200)


def write_moment(moment: Any) -> str:
    return str(moment.astimezone().isoformat(sep=" ", timespec="seconds"))


class OrderResource(ModelResource):  # type: ignore[misc]
    """Every column a file of orders may have; columns without an attribute say who bought what."""

    order_number = Column(
        _("order number"),
        number,
        "订单号|订单编号|单号|交易号|流水号|order no|order id|order|invoice|invoice no|transaction id"
        "|receipt no|name",
        attribute="external_id",
        hint=_("Without order numbers every line of the file is a purchase of its own."),
    )
    customer_number = Column(
        _("customer number"),
        number,
        "客户编号|客户号|客户id|客户代码|会员编号|会员号|会员id|customer no|customer id|customer"
        "|client id|member no",
    )
    customer_name = Column(
        _("customer name"),
        name,
        "姓名|客户|客户名称|客户姓名|收货人|收件人|买家|买家姓名|buyer|recipient|full name",
    )
    phone = Column(
        _("phone"),
        phones.normalise_all,
        "手机|手机号|手机号码|电话|联系电话|收货人手机|收货人电话|mobile|mobile phone|phone number"
        "|telephone|tel",
    )
    email = Column(_("e-mail"), reading.email, "邮箱|电子邮箱|电子邮件|买家邮箱|email address|mail")
    placed_at = Column(
        _("ordered at"),
        dates.past_moment,
        "下单时间|下单日期|订单日期|订单时间|购买日期|购买时间|成交时间|交易时间|付款时间|创建时间|日期|时间"
        "|order date|order time|date|purchase date|purchased at|invoice date|created at|paid at|timestamp",
        attribute="placed_at",
        write=write_moment,
    )
    amount = Column(
        _("amount"),
        money.amount,
        "金额|订单金额|实付|实付金额|实收|实收金额|支付金额|总额|总价|总金额|合计|小计|total"
        "|order total|total amount"
        "|order amount|price|revenue|sales|line total|subtotal",
        attribute="amount",
    )
    unit_price = Column(_("unit price"), money.amount, "单价|unit price|price each|item price")
    quantity = Column(
        _("quantity"),
        reading.quantity,
        "数量|件数|购买数量|商品数量|qty|items|units|item count",
        attribute="items",
    )
    refunded = Column(
        _("refunded"),
        money.amount,
        "退款金额|退款|已退金额|refund|refund amount|refunded amount",
        attribute="refunded",
    )
    currency = Column(_("currency"), money.currency, "币种|货币|currency code", attribute="currency")
    status = Column(_("status"), STATUSES, "状态|订单状态|交易状态|order status|state", attribute="status")
    channel = Column(
        _("channel"),
        CHANNELS,
        "渠道|销售渠道|订单渠道|订单来源|来源|平台|sales channel|source",
        attribute="channel",
    )
    sku = Column(
        _("article number"),
        partial(reading.number, longest=64),
        "商品编号|商品编码|货号|商家编码|条码|stock code|stockcode|article no|article number|item no"
        "|product id|product code",
    )
    product = Column(
        _("product"),
        name,
        "商品|商品名称|商品名|产品|产品名称|品名|宝贝标题|product name|item|item name|description|title",
    )

    class Meta:
        model = Order
        # Only the columns above, in their order.
        exclude = tuple(field.name for field in Order._meta.fields)
        skip_unchanged = True

    def filter_export(self, queryset: QuerySet[Order], **kwargs: Any) -> QuerySet[Order]:
        return queryset.select_related("customer").prefetch_related("customer__profiles__identities")

    def dehydrate_customer_number(self, order: Order) -> str:
        return handle_of(order.customer, "number")

    def dehydrate_customer_name(self, order: Order) -> str:
        return cells.safe(order.customer.name)
