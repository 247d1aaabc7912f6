"""Where a visitor is sent after the signup: the address as given, with the outcome in its query."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.domain import onboarding
from waypost.domain.onboarding import Stored

ID = UUID("550e8400-e29b-41d4-a716-446655440000")
ADDED = f"onboarding_link_id={ID}"


def link(url: str | None, external_id: str | None = None) -> Stored:
    empty: dict[str, Any] = dict.fromkeys(Stored.__struct_fields__)
    now = datetime.now(UTC)
    return Stored(**{
        **empty, "organization_id": ID, "id": ID, "name": "Acme", "status": "pending", "created_at": now,
        "redirect_url": url, "external_id": external_id,
    })  # fmt: skip


@dataclass
class Case:
    url: str
    external_id: str | None
    error: str | None
    expected: str


CASES = [
    Case("https://a.com/cb", "c-1", None, f"https://a.com/cb?{ADDED}&external_id=c-1&status=success"),
    Case("https://a.com/cb", None, None, f"https://a.com/cb?{ADDED}&status=success"),
    Case("https://a.com", None, None, f"https://a.com?{ADDED}&status=success"),
    Case("https://a.com/cb?x=1&y=", None, None, f"https://a.com/cb?x=1&y=&{ADDED}&status=success"),
    Case("https://a.com/cb?", None, None, f"https://a.com/cb?{ADDED}&status=success"),
    Case("https://a.com/cb#top", None, None, f"https://a.com/cb?{ADDED}&status=success#top"),
    Case("https://a.com/#/route?x=1", None, None, f"https://a.com/?{ADDED}&status=success#/route?x=1"),
    Case("https://a.com/cb?status=mine", None, None, f"https://a.com/cb?status=mine&{ADDED}&status=success"),
    Case("http://localhost:3000/", None, "brief message",
         f"http://localhost:3000/?{ADDED}&status=error&error=brief+message"),
    Case("https://a.com/", "ä&b=c d", None, f"https://a.com/?{ADDED}&external_id=%C3%A4%26b%3Dc+d&status=success"),
    Case("https://a.com/?q=%C3%A4", None, None, f"https://a.com/?q=%C3%A4&{ADDED}&status=success"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.url)
def test_the_outcome_is_added_and_the_rest_is_kept(case: Case) -> None:
    assert onboarding.redirect(link(case.url, case.external_id), case.error) == case.expected


def test_without_an_address_nobody_is_sent_anywhere() -> None:
    assert onboarding.redirect(link(None), None) is None and onboarding.redirect(link(None), "No.") is None


PLAIN = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(PLAIN, PLAIN)
def test_whatever_the_words_are_they_arrive(external_id: str, error: str) -> None:
    url = onboarding.redirect(link("https://a.com/cb?keep=1", external_id), error)
    assert url is not None and url.isascii()
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert query == [
        ("keep", "1"), ("onboarding_link_id", str(ID)), ("external_id", external_id), ("status", "error"),
        ("error", error),
    ]  # fmt: skip
