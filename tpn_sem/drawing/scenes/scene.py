"""A drawing as few primitives, in pixels, before it is written in any form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...numerics import Array


@dataclass(frozen=True)
class Box:
    """A rectangle by its centre and its size, in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box, margin: float = 0.0) -> bool:
        """Whether two rectangles are nearer to each other than `margin`."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + margin
            and abs(self.y - other.y) < (self.height + other.height) / 2 + margin
        )


def dashes_of(width: float) -> tuple[float, float]:
    """Lengths of the dashes of a line, and of the gaps, that go with its width."""
    return max(5.0, 3.0 * width), max(3.5, 1.8 * width)


@dataclass(frozen=True, eq=False)
class Curve:
    """A cubic Bezier curve by its points, shape (4, 2)."""

    points: Array
    ink: str
    width: float
    dashed: bool = False

    @property
    def dashes(self) -> tuple[float, float]:
        """Lengths of dashes and of the gaps between them; those of wide lines are longer."""
        return dashes_of(self.width)


@dataclass(frozen=True, eq=False)
class Polygon:
    """A filled polygon, as of an arrow head, by its corners, shape (n, 2)."""

    corners: Array
    fill: str
    name: str = ""


@dataclass(frozen=True)
class Ellipse:
    """An ellipse within a box."""

    box: Box
    fill: str
    ink: str
    width: float = 1.4
    dashed: bool = False

    @property
    def dashes(self) -> tuple[float, float]:
        """Lengths of dashes and of the gaps between them."""
        return dashes_of(self.width)


@dataclass(frozen=True)
class Rectangle:
    """A rectangle; without `ink` it has no border. Corners are rounded by `rounding` pixels."""

    box: Box
    fill: str
    ink: str = ""
    width: float = 1.4
    rounding: float = 1.5
    opacity: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class Words:
    """One line of text whose middle, or start, is at (x, y); `size` is in pixels."""

    x: float
    y: float
    text: str
    size: float
    anchor: str = "middle"
    bold: bool = False
    ink: str = ""
    name: str = ""

    @property
    def base(self) -> float:
        """Where the base line lies, which all forms know."""
        return self.y + 0.36 * self.size


@dataclass(frozen=True)
class Group:
    """Items that belong together.

    Attributes
    ----------
    name : str
        What they are: "panel", "path", "variable".
    data : mapping of str to str
        What a program may ask of them.
    said : str
        What is said to who points at them or has them read aloud.
    shift : tuple of float
        By how much all of them are moved.
    """

    items: Sequence[Item]
    name: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    shift: tuple[float, float] | None = None


Primitive = Curve | Polygon | Ellipse | Rectangle | Words
Item = Primitive | Group


@dataclass(frozen=True)
class Scene:
    """All that is drawn, on a ground of its own; later items lie above earlier ones.

    Attributes
    ----------
    width, height : float
        In pixels, 96 to an inch.
    items : sequence of Item
    title, description : str
        For readers of the screen.
    ink : str
        Of words that have none of their own.
    """

    width: float
    height: float
    items: Sequence[Item]
    title: str
    description: str
    ink: str = "#1f2d3d"
    ground: str = "#ffffff"

    def primitives(self) -> Iterator[tuple[float, float, Primitive]]:
        """Each primitive in drawing order, with by how much it is moved."""
        return _moved(self.items, 0.0, 0.0)


def _moved(items: Sequence[Item], x: float, y: float) -> Iterator[tuple[float, float, Primitive]]:
    for item in items:
        if isinstance(item, Group):
            dx, dy = item.shift or (0.0, 0.0)
            yield from _moved(item.items, x + dx, y + dy)
        else:
            yield x, y, item
