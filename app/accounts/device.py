"""What a browser says of itself, in two words that its owner knows again."""

from __future__ import annotations

_BROWSERS = (
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
"""In this order: most browsers name others beside themselves."""

_SYSTEMS = (
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("mac os", "macOS"),
    ("cros", "ChromeOS"),
    ("linux", "Linux"),
)


def describe(user_agent: str) -> str:
    """Return such as "Firefox, Android" for a User-Agent header; no version and no model, which would single out."""
    folded = user_agent.casefold()
    found = [next((name for mark, name in table if mark in folded), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name) or "?"
