"""The channels of the company, one of each kind, all of which end in the local sandbox."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from secrets import token_bytes, token_hex
from typing import Any, NamedTuple

from channels import services
from channels.connectors import registry
from channels.connectors.registry import NoSuchConnector
from channels.models import Channel
from channels.secrets import seal
from crm.accounts.models import User
from crm.audit import services as audit
from crm.demo.company import Staff

ONLINE, REPAIRS, ABROAD = "在线客服组", "售后服务组", "海外与企业部"
TEMPLATES = """pickup_ready | zh_CN | 您的订单 {{number}} 已到店，自提码 {{code}}。
new_beans | zh_CN | {{name}}，本季新豆已到店，周末两天为您留了品鉴席位。"""
# What a message costs, in the company's currency.
COSTS = {"sms": "0.0450", "whatsapp": "0.3500", "wechat": "0"}


def aes_key() -> str:
    return b64encode(token_bytes(32)).decode().rstrip("=")


def webhook_secret() -> str:
    return "whsec_" + b64encode(token_bytes(32)).decode()


Make = Mapping[str, Callable[[], str]]
TOKEN: Callable[[], str] = token_hex
BOX: Make = {"app_secret": TOKEN, "token": TOKEN, "aes_key": aes_key}
# Nobody calls these but the sandbox's phones.
PLAYED = {"sandbox": True}
SIGNED: Make = {"signing_secret": webhook_secret}


class Wire(NamedTuple):
    connector: str
    name: str
    team: str
    config: Mapping[str, Any]
    secret: Make


CHANNELS = (
    Wire(
        "wechat_oa",
        "微信公众号 · 澜山生活",
        ONLINE,
        {"app_id": "wx0a1b2c3d4e5f6071", "mode": "safe", "templates": TEMPLATES},
        BOX,
    ),
    Wire("wecom", "企业微信 · 客户联系", ABROAD, {"corp_id": "ww0a1b2c3d4e5f6071", "open_kfid": "wk1"}, BOX),
    Wire(
        "whatsapp",
        "WhatsApp · Lanshan",
        ABROAD,
        {"phone_number_id": "106555000010001", "templates": TEMPLATES},
        {"access_token": TOKEN, "app_secret": TOKEN, "verify_token": TOKEN},
    ),
    Wire(
        "twilio",
        "短信 · SMS",
        ONLINE,
        {"account_sid": "AC" + "0" * 32, "sender": "+14155550100"},
        {"auth_token": TOKEN},
    ),
    Wire(
        "chat",
        "官网在线客服",
        ONLINE,
        {
            "title": "澜山生活",
            "colour": "#1f6feb",
            "welcome_zh": "您好，有什么可以帮您？",
            "welcome_en": "Hello, how can we help?",
            "hours_zh": "工作日 9:00–18:00",
            "hours_en": "Workdays 9:00–18:00",
            "ask_rating": True,
            "shows_names": True,
        },
        {},
    ),
    Wire(
        "webform",
        "官网咨询表单",
        ABROAD,
        {
            "title_zh": "咨询与预约",
            "title_en": "Ask us",
            "intro_zh": "留下您的问题，我们会在一个工作日内回复。",
            "intro_en": "Leave your question; we answer within a workday.",
            "name": "required",
            "email": "required",
            "phone": "optional",
            "city": "optional",
            "message": "required",
            "questions": "您感兴趣的 | You are interested in | choice: 家居 Home; 厨房 Kitchen; 户外 Outdoor",
            "asks_consent": True,
        },
        {},
    ),
    Wire("phone_cti", "400 呼叫中心", REPAIRS, PLAYED, SIGNED),
    Wire("pos", "门店收银", ONLINE, PLAYED, SIGNED),
    Wire("webhook_generic", "小程序商城", ONLINE, PLAYED, SIGNED),
)
# Letters and campaigns go out by the mail channel that is there first.
MAIL_TEAM = ONLINE


def wire(staff: Staff, *, by: User) -> dict[str, Channel]:
    """By kind, the channel over which one talks. Those that are there stay as they are."""
    services.ensure_sandbox_channels()
    known = set(Channel.objects.values_list("connector", flat=True))
    for one in CHANNELS:
        if one.connector not in known:
            _add(one, staff, by)
    Channel.objects.filter(kind="email", team=None).update(team=staff.teams[MAIL_TEAM])
    found: dict[str, Channel] = {}
    for channel in Channel.objects.filter(enabled=True).order_by("pk"):
        found.setdefault(channel.kind, channel)
    return found


def _add(one: Wire, staff: Staff, by: User) -> None:
    try:
        connector = registry.get(one.connector)
    except NoSuchConnector:
        return
    fields = connector.config_form.base_fields
    config = dict(one.config)
    if "sandbox" in fields:
        config["sandbox"] = True
    for name, field in fields.items():
        if name not in connector.config_form.secret and name not in config:
            initial = field.initial() if callable(field.initial) else field.initial
            config[name] = initial if initial is not None else ""
    made = Channel.objects.create(
        connector=one.connector,
        kind=connector.kind,
        cost=COSTS.get(connector.kind, "0"),
        name=one.name,
        team_id=staff.teams[one.team],
        config=config,
        secret=seal({name: make() for name, make in one.secret.items()}),
    )
    audit.record("channel.created", made, by=by, connector=one.connector)
