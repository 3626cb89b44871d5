"""The map of the regions: shapes read from ``content/regions-map.yaml``, drawn with every region as a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import hypot

from markupsafe import Markup
from pydantic import Field, model_validator

from app.content.library import Reader
from app.content.values import Value, Words
from app.directory.model import Directory
from app.kernel.languages import PUBLIC
from app.kernel.said import N_, SaidError
from app.kernel.text import alphabetical

PATH = "regions-map.yaml"
RADIUS = 34
"""Of a circle beside the map, in units of the drawing: 44 px across on a small phone, where 500 units are 328 px."""

Spot = tuple[int, int]


class Shape(Value):
    """A region on the map. A `city` is reached through a circle around its number, with a line to where it lies."""

    number: Spot
    city: Spot | None = None
    # Moves, relative lines and closings alone: nothing else of SVG gets from a content file into a page.
    outline: str = Field(default="", pattern=r"^(M\d+ \d+l-?\d+( ?-?\d+)+z)*$")

    @model_validator(mode="after")
    def _drawn(self) -> Shape:
        if not self.outline and self.city is None:
            raise SaidError(N_("a region needs an outline, or a city that its circle points to"))
        return self


class Credit(Value):
    """Whose work the shapes are, under which licence, and what was changed."""

    title: str
    author: str
    url: str = Field(pattern=r"^https://")
    based_on: str
    based_on_url: str = Field(pattern=r"^https://")
    licence: str
    licence_url: str = Field(pattern=r"^https://")
    changes: Words


class RegionMap(Value):
    """All shapes by ISO 3166-2 code, in a drawing of `width` by `height` units."""

    credit: Credit
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    shapes: Mapping[str, Shape]


_EMPTY = RegionMap(
    credit=Credit(
        title="", author="", url="https://", based_on="", based_on_url="https://", licence="", licence_url="https://",
        changes=dict.fromkeys(PUBLIC, "-"),
    ),
    width=1,
    height=1,
    shapes={},
)  # fmt: skip
"""Stands in for a file with faults, which is never served: the checks of other files can go on."""


@dataclass(frozen=True)
class Place:
    """A region as a reader chooses it: its number in the list and on the map, its name, and where the choice leads.

    `bodies` counts the organisations that name this region as theirs.
    """

    code: str
    number: int
    name: str
    address: str
    bodies: int
    is_chosen: bool


def load_map(reader: Reader) -> RegionMap:
    """Read the map; faults go to the reader."""
    found = reader.model(RegionMap, PATH, reader.data(PATH))
    return found or _EMPTY


def check_map(reader: Reader, region_map: RegionMap, directory: Directory) -> None:
    """Record regions without a shape and shapes without a region."""
    for code in sorted(directory.regions.keys() - region_map.shapes.keys()):
        reader.fault(
            PATH, "shapes", N_("'%(code)s' has no shape; draw it, or it cannot be chosen on the map"), code=code
        )
    for code in sorted(region_map.shapes.keys() - directory.regions.keys()):
        reader.fault(PATH, f"shapes.{code}", N_("there is no such region in regions.yaml; take the shape out"))


def map_places(
    directory: Directory, language: str, address_of: Callable[[str], str], *, chosen: str = ""
) -> tuple[Place, ...]:
    """Return all regions in alphabetical order, numbered from 1; `address_of` says where the choice of a code leads."""
    names = {code: words[language] for code, words in directory.regions.items()}
    return tuple(
        Place(
            code=code,
            number=number,
            name=names[code],
            address=address_of(code),
            bodies=sum(code in body.regions for body in directory),
            is_chosen=code == chosen,
        )
        for number, code in enumerate(sorted(names, key=lambda code: alphabetical(_proper(names[code]))), start=1)
    )


def draw_map(region_map: RegionMap, shown: Iterable[Place]) -> Markup:
    """Draw the map as SVG: every place a link named by its title, and the number it has in the list.

    The page that shows it has a heading with the id ``map``, which names the drawing.
    """
    links, marks = [], []
    for place in shown:
        shape = region_map.shapes[place.code]
        x, y = shape.number
        drawn = Markup('<path d="{}"/>').format(shape.outline) if shape.outline else Markup()
        if shape.city:
            drawn += Markup('<circle cx="{}" cy="{}" r="{}"/>').format(x, y, RADIUS)
            marks.append(_line(shape.number, shape.city))
        links.append(
            Markup('<a href="{}"{}><title>{}</title>{}</a>\n').format(
                place.address, Markup(' aria-current="true"') if place.is_chosen else "", place.name, drawn
            )
        )
        marks.append(Markup('<text x="{}" y="{}">{}</text>').format(x, y + 6, place.number))
    return Markup(
        '<svg class="map" viewBox="0 0 {} {}" role="group" aria-labelledby="map">\n{}<g aria-hidden="true">{}</g></svg>'
    ).format(region_map.width, region_map.height, Markup().join(links), Markup().join(marks))


def _line(circle: Spot, city: Spot) -> Markup:
    """A line from the edge of the circle to the city, with a dot at its end."""
    (x, y), (to_x, to_y) = circle, city
    share = RADIUS / hypot(to_x - x, to_y - y)
    start = round(x + (to_x - x) * share), round(y + (to_y - y) * share)
    return Markup('<path d="M{} {}L{} {}"/><circle cx="{}" cy="{}" r="3"/>').format(*start, to_x, to_y, to_x, to_y)


def _proper(name: str) -> str:
    """The name from its first capital letter on: people look for «місто Київ» under К."""
    start = next((place for place, letter in enumerate(name) if letter.isupper()), 0)
    return name[start:]
