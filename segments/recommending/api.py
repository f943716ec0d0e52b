"""Recommendations for programs: what to offer a customer next, and why."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router
from pydantic import BaseModel, Field

from crm.accounts.http import get_visible
from crm.api.auth import Bearer, asked_by, sent
from crm.api.fields import Id, Question
from customers.models import Customer
from segments.recommending import services
from segments.recommending.reasons import reason
from segments.recommending.suggesting import suggest

router = Router(tags=[gettext_noop("Orders")])
# Suggestions tell what was bought.
READ = Bearer("orders:read")


class SuggestionOut(BaseModel):
    """One product. `share` is of the buyers of `because`, who bought this as well; `days` is the rhythm."""

    slot: Literal["again", "with", "popular"]
    product: int
    sku: str
    name: str
    category: str
    price: Decimal | None
    score: float
    reason: str
    because: str
    share: float | None
    customers: int | None
    days: int | None


class Suggestions(BaseModel):
    """Not personal: what everybody is shown, because the company or the customer wants it so."""

    personal: bool
    items: list[SuggestionOut]


class SuggestionQuestion(Question):
    each: Annotated[int, Field(ge=1, le=20, description="So many of each slot at most.")] = 5


@router.get(
    "/customers/{int:pk}/recommendations",
    response=Suggestions,
    auth=READ,
    summary=gettext_noop("Read what to offer a customer next"),
)
def list_recommendations(request: HttpRequest, pk: Id, asked: Query[SuggestionQuestion]) -> dict[str, Any]:
    asker = asked_by(request, asked)
    customer = get_visible(Customer.objects.visible_to(asker.user), pk)
    found = suggest(customer.pk, each=asked.each)
    sent(asker, 1)
    return {
        "personal": services.is_personal_for(customer),
        "items": [vars(one) | {"reason": reason(one)} for one in found],
    }
