"""Scenes: a drawing as a few primitives, and the forms that it is written in.

Import from here: the primitives, `Scene`, `SceneDrawing`, and measures of words.
"""

from .lettering import said_width, text_width, wrapped_label
from .scene import Box, Curve, Ellipse, Group, Item, Polygon, Rectangle, Scene, Words
from .scene_drawing import SceneDrawing
from .svg_writer import svg_of

__all__ = [
    "Box",
    "Curve",
    "Ellipse",
    "Group",
    "Item",
    "Polygon",
    "Rectangle",
    "Scene",
    "SceneDrawing",
    "Words",
    "svg_of",
    "said_width",
    "text_width",
    "wrapped_label",
]
