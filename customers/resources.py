"""The columns of customer files. The admin, the export button and the bulk importer share them."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from import_export.resources import ModelResource

from crm.accounts.models import User
from crm.lib import cells, dates, phones, reading
from crm.lib.columns import Column, Read, choices
from customers.models import Customer

KINDS = choices(
    {
        "person|individual|个人|自然人|个人客户": "person",
        "organisation|organization|company|企业|公司|机构|单位|企业客户": "organisation",
    }
)
GENDERS = choices(
    {
        "男|male|m|man|先生|男性": "male",
        "女|female|f|woman|女士|小姐|女性": "female",
        "其他|其它|other|diverse|x": "other",
        "未知|保密|不详|unknown|n/a|-|u": "",
    }
)
LANGUAGES = choices(
    {
        "zh-hans|zh|zh-cn|中文|简体中文|汉语|普通话|chinese|simplified chinese": "zh-hans",
        "en|en-us|en-gb|英文|英语|english": "en",
        "未知|不详|unknown|n/a|-": "",
    }
)
COUNTRIES = choices(
    {
        "中国|中华人民共和国|china|prc|chn": "CN",
        "香港|中国香港|hong kong|hkg": "HK",
        "澳门|中国澳门|macau|macao": "MO",
        "台湾|中国台湾|taiwan": "TW",
        "美国|usa|united states|united states of america": "US",
        "英国|united kingdom|great britain|gbr": "GB",
        "日本|japan|jpn": "JP",
        "韩国|south korea|korea": "KR",
        "新加坡|singapore|sgp": "SG",
        "德国|germany|deutschland|deu": "DE",
        "法国|france|fra": "FR",
        "澳大利亚|澳洲|australia|aus": "AU",
        "加拿大|canada|can": "CA",
    }
)
TAG_BREAKS = re.compile(r"[,;|，；、\n]")
MOST_TAGS = 50


def read_country(text: str) -> str:
    """Two letters, from two letters or a name."""
    word = reading.plain(text)
    if len(word) == 2 and word.isascii() and word.isalpha():
        return word.upper()
    try:
        return str(COUNTRIES(word))
    except reading.Unreadable:
        raise reading.Unreadable("bad_country") from None


@lru_cache(maxsize=10_000)
def read_tags(text: str) -> tuple[str, ...]:
    found = (reading.line(part, 50) for part in TAG_BREAKS.split(text)[:MOST_TAGS])
    return tuple(dict.fromkeys(tag for tag in found if tag))


def words(longest: int) -> Read:
    return partial(reading.line, longest=longest)


def few_words(longest: int) -> Read:
    """For columns in which the same words come again and again."""
    return lru_cache(maxsize=10_000)(words(longest))


def digits(longest: int) -> Read:
    return partial(reading.number, longest=longest)


# Columns that features add while the product runs, for who exports, and what select_related is to load.
Source = Callable[[User], Mapping[str, Column]]
_sources: list[tuple[Source, str]] = []


def register_source(source: Source, *, related: str) -> None:
    """Called in `AppConfig.ready()`. The columns know their value: they override `get_value`."""
    _sources.append((source, related))


class CustomerResource(ModelResource):  # type: ignore[misc]
    """Every column a file of customers may have; what has no attribute is kept beside the customer."""

    number = Column(
        _("customer number"),
        digits(120),
        "客户编号|客户号|客户id|客户代码|客户编码|会员编号|会员号|会员id|编号|customer no"
        "|customer number|customer id"
        "|customer code|client id|member no|member id|rec id|record id|external id|id",
    )
    name = Column(
        pgettext_lazy("customer", "name"),
        words(200),
        "姓名|名字|名称|客户|客户名|客户名称|客户姓名|联系人|会员姓名|全名|full name|customer name|customer"
        "|contact|contact name|display name",
        attribute="name",
    )
    surname = Column(_("family name"), words(99), "姓|姓氏|last name|lastname|second name")
    given_name = Column(_("given name"), words(99), "名|first name|firstname|forename|given names")
    kind = Column(_("kind"), KINDS, "类型|客户类型|客户性质|type|customer type", attribute="kind")
    company = Column(
        _("company"),
        words(200),
        "公司|公司名称|单位|工作单位|企业|所在公司|company name|organisation|organization|employer|account",
        attribute="company",
    )
    job_title = Column(
        _("job title"), few_words(100), "职位|职务|岗位|title|position|role|job", attribute="job_title"
    )
    phone = Column(
        _("phone"),
        phones.normalise_all,
        "手机|手机号|手机号码|移动电话|联系电话|联系方式|电话|电话号码|mobile|mobile phone|mobile number|cell"
        "|cell phone|phone number|telephone|tel",
        attribute="phone",
        second="other_phone",
    )
    other_phone = Column(
        _("other phone"),
        phones.normalise_all,
        "座机|固定电话|固话|办公电话|家庭电话|备用电话|其他电话|电话2|landline|work phone|home phone"
        "|office phone",
    )
    email = Column(
        _("e-mail"),
        reading.email,
        "邮箱|电子邮箱|电子邮件|邮件|邮箱地址|邮件地址|email address|mail|mail address",
        attribute="email",
    )
    gender = Column(_("gender"), GENDERS, "性别|sex", attribute="gender")
    birthday = Column(
        _("birthday"),
        dates.birthday,
        "生日|出生日期|出生年月日|date of birth|birth date|dob|born",
        attribute="birthday",
    )
    country = Column(_("country"), read_country, "国家|国家地区|国别|country code", attribute="country")
    province = Column(
        _("province"), few_words(80), "省|省份|所在省|州|state|region|state province", attribute="province"
    )
    city = Column(
        _("city"), few_words(80), "市|城市|所在城市|所在市|地区|town|suburb|locality", attribute="city"
    )
    address = Column(
        _("address"),
        words(300),
        "地址|详细地址|联系地址|收货地址|通讯地址|street|street address|address 1|address line 1",
        attribute="address",
    )
    postcode = Column(
        _("postcode"), words(20), "邮编|邮政编码|zip|zip code|postal code|plz", attribute="postcode"
    )
    language = Column(
        _("language"),
        LANGUAGES,
        "语言|首选语言|沟通语言|lang|preferred language|locale",
        attribute="language",
    )
    card = Column(
        _("member card"),
        digits(254),
        "会员卡|会员卡号|卡号|card no|card number|loyalty card|membership card|member card",
    )
    openid = Column(_("WeChat openid"), digits(254), "微信openid|wechat openid")
    unionid = Column(_("WeChat unionid"), digits(254), "微信unionid|wechat unionid")
    tags = Column(_("tags"), read_tags, "标签|客户标签|分组|labels|groups", attribute="tags", write=", ".join)
    source = Column(
        _("came from"),
        words(40),
        "来源|客户来源|渠道|来源渠道|获客渠道|lead source|origin|channel",
        attribute="source",
    )
    owner = Column(
        _("owner"),
        words(150),
        "负责人|归属人|业务员|销售|销售员|跟进人|客户经理|account owner|sales rep|assigned to",
        hint=_("The user name of a colleague, or a name that only one colleague has."),
    )

    class Meta:
        model = Customer
        # Only the columns above, in their order.
        exclude = tuple(field.name for field in Customer._meta.fields)
        skip_unchanged = True

    @classmethod
    def read_by(cls, user: User) -> "type[CustomerResource]":
        """With the columns that `user` may see beside the fixed ones."""
        make: Any = type(cls)
        made: type[CustomerResource] = make(cls.__name__, (cls,), {})
        for source, _related in _sources:
            made.fields = {**made.fields, **source(user)}
        return made

    @property
    def names(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, Column)]

    def filter_export(self, queryset: QuerySet[Customer], **kwargs: Any) -> QuerySet[Customer]:
        related = [related for _source, related in _sources]
        return queryset.select_related("owner", *related).prefetch_related("profiles__identities")

    def dehydrate_number(self, customer: Customer) -> str:
        return handle_of(customer, "number")

    def dehydrate_card(self, customer: Customer) -> str:
        return handle_of(customer, "card")

    def dehydrate_openid(self, customer: Customer) -> str:
        return handle_of(customer, "openid")

    def dehydrate_unionid(self, customer: Customer) -> str:
        return handle_of(customer, "unionid")

    def dehydrate_owner(self, customer: Customer) -> str:
        return cells.safe(customer.owner.username) if customer.owner else ""


def handle_of(customer: Customer, kind: str) -> str:
    """The handle of this kind that was said last, from profiles that are loaded already."""
    found = [
        identity
        for profile in customer.profiles.all()
        for identity in profile.identities.all()
        if identity.kind == kind and identity.detached_at is None
    ]
    return cells.safe(max(found, key=lambda one: one.last_seen_at).value) if found else ""
