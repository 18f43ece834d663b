"""Numbers and tables of the page, as they are written."""

from __future__ import annotations

import pandas as pd
import pytest

from tpn_sem.triangle.page import format_number, html_table


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("p_value", 0.0004, "< .001"),
        ("p_value", 0.0051, ".005"),
        ("p_value", 0.0123, ".012"),
        ("pvalue", 1.0, "1.000"),
        ("df", 164.0, "164"),
        ("chisq", 194.3695, "194.37"),
        ("bic", 13576.26, "13576.3"),
        ("estimate", -0.0456, "-0.046"),
        ("loading", -0.0004, "0.000"),
        ("rank", float("nan"), "–"),
    ],
)
def test_numbers_have_the_digits_they_deserve(column: str, value: float, text: str) -> None:
    assert format_number(column, value) == text


def test_text_stands_left_and_markup_is_escaped() -> None:
    frame = pd.DataFrame({"name": ["a<b"], "p_value": [0.0001]}, index=["x&y"])
    text = html_table(frame)
    assert text == (
        '<div class="wide" tabindex="0"><table><thead><tr><th scope="col" class="text"></th>'
        '<th scope="col" class="text">name</th><th scope="col">p</th></tr></thead>'
        '<tbody><tr><th scope="row" class="text">x&amp;y</th><td class="text">a&lt;b</td>'
        "<td>&lt; .001</td></tr></tbody></table></div>"
    )
