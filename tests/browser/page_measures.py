"""What is measured of a page in the browser: contrast, what sticks out, what has the focus, what is read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["CONTRAST", "FOCUSED", "OVERFLOWING", "accessible"]

OVERFLOWING = """() => {
  const scrolls = each => each.parentElement && (each.parentElement.closest('.scroll') !== null);
  return [...document.body.querySelectorAll('*')]
    .filter(each => !scrolls(each) && each.closest('svg') === null && !each.matches('.skip'))
    .filter(each => each.getBoundingClientRect().right > innerWidth + 0.5 || each.getBoundingClientRect().left < -0.5)
    .map(each => each.tagName + '.' + each.className);
}"""
"""Elements beyond the screen's edges, save those in frames that scroll."""

FOCUSED = """() => {
  const each = document.activeElement, box = each.getBoundingClientRect(), style = getComputedStyle(each);
  return {
    tag: each.tagName,
    text: each.textContent.trim().slice(0, 60),
    place: [...document.querySelectorAll('*')].indexOf(each),
    within: each.closest('main') ? 'main' : '',
    in_view: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight,
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  };
}"""
"""The element that has the focus."""

CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, ground) => [0, 1, 2].map(n => top[n] * top[3] + ground[n] * (1 - top[3]));
  const light = rgb => {
    const [r, g, b] = rgb.map(each => each / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = each => {
    const layers = [];
    for (let at = each; at; at = at.parentElement) layers.unshift(parse(getComputedStyle(at).backgroundColor));
    return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  let measured = 0;
  while (walker.nextNode()) {
    const each = walker.currentNode.parentElement, style = getComputedStyle(each);
    const said = walker.currentNode.textContent.trim();
    if (!said || each.closest('title, desc, .skip') || !each.getClientRects().length) continue;
    const below = ground(each), colour = each.closest('svg') ? style.fill : style.color;
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const found = ratio(over(parse(colour), below), below);
    measured += 1;
    if (found < (large ? 3 : 4.5)) faint.push([found.toFixed(2), each.tagName, said.slice(0, 40)]);
  }
  return { measured, faint };
}"""
"""Texts whose contrast with their ground is below WCAG's AA, and how many were measured."""


def accessible(page: Page) -> list[tuple[str, str, int]]:
    """Return role, name and level (of headings, else 0) of all that a screen reader is told of."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        (
            str(node["role"]["value"]),
            str(node.get("name", {}).get("value", "")),
            next((int(each["value"]["value"]) for each in node.get("properties", ()) if each["name"] == "level"), 0),
        )
        for node in nodes
        if not node["ignored"]
    ]
