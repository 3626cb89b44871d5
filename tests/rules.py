"""An address for every rule of the site, whatever stands in it."""

from __future__ import annotations

from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter

PARTS = {"language": "uk", "name": "site.css", "code": "500", "slug": "privacy"}
"""What stands in an address where not anything does; the first of a closed list is taken."""


def address(rule: Rule) -> str:
    """Return an address that `rule` takes, in Ukrainian. What it names need not exist."""
    lists = {name: part.items for name, part in rule._converters.items() if isinstance(part, AnyConverter)}
    built = rule.build({name: PARTS.get(name) or min(lists.get(name, {"1"})) for name in rule.arguments})
    assert built is not None, rule.rule
    return built[1]
