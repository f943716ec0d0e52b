"""Words to begin with, so that from the first day on the ledger says what was agreed to."""

from typing import Any

from django.apps import apps as present
from django.apps.registry import Apps
from django.utils import timezone

# Chinese and English.
TEXTS = {
    "marketing": (
        "我同意贵公司通过我选择的渠道向我发送优惠和新品信息，并为此处理我的姓名、联系方式和购买记录。"
        "我可以随时在偏好设置页面撤回同意，撤回不影响此前的处理，也不影响我使用其他服务。",
        "I agree that you send me offers and news on the channels I choose, and that you use my name, "
        "contact details and purchases for this. I may withdraw at any time on the preferences page; what "
        "was done before stays lawful, and no other service depends on it.",
    ),
    "service": (
        "为履行与我的合同，贵公司会就订单、配送和售后向我发送必要的信息。我可以随时关闭我不需要的渠道。",
        "To fulfil our contract you send me the messages my orders, deliveries and questions need. I may "
        "switch off any channel I do not want.",
    ),
    "survey": (
        "我同意贵公司就我的购买和服务体验向我发送调查问卷，我的回答仅用于改进产品和服务。我可以随时撤回同意。",
        "I agree that you ask me about my purchases and the service I had. My answers are used only to "
        "improve both. I may withdraw at any time.",
    ),
    "ads": (
        "我同意贵公司将我的邮箱或手机号以不可逆的加密摘要形式提供给广告平台进行匹配，"
        "以便在这些平台向我展示或不再展示贵公司的广告。平台不会得到原始邮箱和手机号。我可以随时撤回同意。",
        "I agree that you give my e-mail address or phone number, only as a hash that cannot be turned back, "
        "to platforms of ads so that they show me your ads there, or no longer do. They do not get the "
        "address or number itself. I may withdraw at any time.",
    ),
}


def publish(*, using: str, apps: Apps = present, **kwargs: Any) -> None:
    """After every migration, so that an emptied database has them too. What is there stays as it is."""
    try:
        model = apps.get_model("consent", "ConsentText")
    except LookupError:
        return
    now = timezone.now()
    texts = [
        model(purpose=purpose, version=1, text_zh=chinese, text_en=english, published_at=now)
        for purpose, (chinese, english) in TEXTS.items()
    ]
    model._default_manager.using(using).bulk_create(texts, ignore_conflicts=True)
