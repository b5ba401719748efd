"""The account of a story: its books, its retailers and its configuration."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from lnb24so.sandbox import Brand, Sandbox
from lnb24so.sandbox.retailers import Shop
from lnb24so.sandbox.sample import catalogue

from .story import START, Story
from .truth import Retailer


def brand_of(codes: int) -> Brand:
    """Return the books at the begin: sixty pieces of each article, and no order."""
    books = catalogue(codes, today=START.date())
    return replace(books, products=tuple({**one, "Stock": Decimal(60)} for one in books.products))


def retailer_of(shop: Shop, story: Story) -> Retailer:
    """Return a shop with the customer reference that this account goes by."""
    reference = shop.reference
    if story.customer_match == "external_id":
        reference = f"K-{shop.customer_id}"
    organization = 910_000_000 + shop.customer_id * 37
    return Retailer(shop, reference, f"NO {organization} MVA", shop.name)


def config_of(box: Sandbox, story: Story) -> str:
    """Return the configuration of this account."""
    text = box.config_text()
    text = text.replace("lnb_mode: simple", f"lnb_mode: {story.lnb_mode}")
    text = text.replace("customer_match: id", f"customer_match: {story.customer_match}")
    blocked = story.blocked_status or "null"
    text = text.replace("orders:\n", f"orders:\n  blocked_status: {blocked}\n")
    return f"products:\n  match_by: {story.match_by}\n{text}"
