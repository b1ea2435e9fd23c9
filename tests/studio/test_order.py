"""The intended order: said before the reveal, shown beside the predicted one."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_ranked_first_then_revealed(studio, shown):
    studio.get_by_label("Let me say what should be seen first").check()
    studio.get_by_role("button", name="Landing page", exact=True).click()
    studio.wait_for_selector("#studio[data-status=ranking]")
    expect(studio.locator(".look canvas.layer")).to_have_count(0)
    expect(studio.locator(".regions-panel .value")).to_have_count(0)
    panel = studio.get_by_role("tabpanel", name="Order")
    panel.get_by_role("button", name="customer logos").click()
    panel.get_by_role("button", name="headline").click()
    # On the design, by keyboard
    studio.get_by_role("button", name=re.compile("^face, rectangle")).focus()
    studio.keyboard.press("Enter")
    ranked = panel.get_by_role("list", name="Intended order").get_by_role("listitem")
    expect(ranked).to_have_count(3)
    panel.get_by_role("button", name="Earlier: headline").click()
    expect(ranked.first).to_contain_text("headline")
    reveal = panel.get_by_role("button", name="Reveal prediction")
    expect(reveal).to_be_enabled()
    reveal.click()
    shown(studio)
    expect(studio.locator(".look canvas.layer")).to_have_count(1)
    intended = panel.locator(".intended li .name")
    expect(intended).to_have_text(["headline", "customer logos", "face"])
    predicted = panel.locator(".predicted li .name")
    expect(predicted).to_have_text(["headline", "face", "customer logos"])
    expect(panel.locator(".agreement")).to_contain_text("agreement")
    expect(panel.locator(".links path")).to_have_count(3)


def test_skipping_reveals(studio, shown):
    studio.get_by_label("Let me say what should be seen first").check()
    studio.get_by_role("button", name="Poster", exact=True).click()
    skip = studio.get_by_role("button", name="Skip")
    expect(skip).to_be_enabled()
    skip.click()
    shown(studio)
    expect(studio.locator(".look canvas.layer")).to_have_count(1)
    expect(studio.locator(".order-panel .predicted li")).to_have_count(8)


def test_the_order_can_be_said_after_the_reveal(studio, shown):
    studio.get_by_role("button", name="Landing page", exact=True).click()
    shown(studio)
    studio.get_by_role("tab", name="Order").click()
    panel = studio.get_by_role("tabpanel", name="Order")
    panel.get_by_role("button", name="Say what you intended").click()
    panel.get_by_role("button", name="primary button").click()
    panel.get_by_role("button", name="headline").click()
    panel.get_by_role("button", name="Done").click()
    shown(studio)
    expect(panel.locator(".agreement")).to_contain_text("Before primary button: ")
