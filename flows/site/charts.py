"""Charts as SVG, drawn when the site is built: nothing runs in the reader's browser.

Specifications are Vega-Lite; vl-convert draws them. Colours are custom properties of the style sheet, so one drawing
serves light, dark and paper.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Sequence[Mapping[str, Any]]

SOFT, LINE, ACCENT, BAND, BAD = (f"var(--{name})" for name in ("soft", "line", "accent", "band", "bad"))
AXIS_X = {"format": "%d.%m.", "tickCount": 8, "labelOverlap": True}
DAYS = {"field": "x", "type": "temporal", "title": None, "scale": {"padding": 12}, "axis": AXIS_X}
WIDTH, HEIGHT = 640, 180
LOCALES: dict[str, Literal["en-US", "de-DE"]] = {
    "en": "en-US",
    "de": "de-DE",
}  # of numbers; dates are written as day.month everywhere
CONFIG = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT, "titleColor": SOFT, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "grid": False,
    },
    "axisY": {"grid": True, "domain": False, "ticks": False, "tickCount": 4},
    "legend": {"labelColor": SOFT, "titleColor": SOFT, "orient": "top", "title": None, "symbolStrokeWidth": 2},
    "text": {"color": SOFT},
}  # fmt: skip


def _height(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": None, "scale": {"zero": False}}


SPAN = {"y": _height("low"), "y2": {"field": "high"}}


@dataclass(frozen=True)
class Chart:
    """A drawing with what it shows, for the reader and for screen readers."""

    title: str
    drawing: Markup
    """Empty where nothing is known."""


@dataclass(frozen=True)
class Charts:
    """Draws in one language."""

    language: str

    def trend(self, title: str, rows: Rows, x: str, y: str, low: str | None = None, high: str | None = None) -> Chart:
        """Return one figure over time: points on a line, with its interval. Rows without a value leave a gap."""
        values = [{"x": str(row[x]), "y": row[y], **_bounds(row, low, high)} for row in rows]
        if not any(one["y"] is not None for one in values):
            return Chart(title, Markup())
        layers: list[dict[str, Any]] = []
        if low and high:
            layers.append({"mark": {"type": "rule", "color": BAND, "strokeWidth": 7}, "encoding": {"x": DAYS, **SPAN}})
        point = {"filled": True, "fill": ACCENT, "size": 40}
        line = {"type": "line", "color": ACCENT, "strokeWidth": 2, "point": point}
        layers.append({"mark": line, "encoding": {"x": DAYS, "y": _height("y")}})
        return self._drawn(title, values, {"layer": layers})

    def control(self, title: str, rows: Rows, subject: str) -> Chart:
        """Return a control chart of one subject: expectation, limits, each day's value, signals marked."""
        names = ("value", "expected", "low", "high")
        values = [
            {"x": str(row["day"]), "signal": row["rule"] is not None} | {name: row[name] for name in names}
            for row in rows
            if row["subject"] == subject
        ]
        if not values:
            return Chart(title, Markup())
        step = {"interpolate": "step", "color": BAND}
        marked = {"condition": {"test": "datum.signal", "value": BAD}, "value": ACCENT}
        larger = {"condition": {"test": "datum.signal", "value": 110}, "value": 32}
        layers = [
            {"mark": {"type": "area", "opacity": 0.45, **step}, "encoding": {"x": DAYS, **SPAN}},
            {"mark": {"type": "line", "strokeDash": [4, 3], **step}, "encoding": {"x": DAYS, "y": _height("expected")}},
            {
                "mark": {"type": "point", "filled": True, "opacity": 1},
                "encoding": {"x": DAYS, "y": _height("value"), "color": marked, "size": larger},
            },
        ]
        return self._drawn(title, values, {"layer": layers})

    def distribution(self, title: str, rows: Rows, width: float) -> Chart:
        """Return how many values lie in each bin: `low` is where it begins, `width` how wide all are."""
        values = [{"low": row["low"], "high": row["low"] + width, "n": row["n"]} for row in rows]
        if not values:
            return Chart(title, Markup())
        encoding = {
            "x": {"field": "low", "type": "quantitative", "title": None, "bin": {"binned": True, "step": width}},
            "x2": {"field": "high"},
            "y": {"field": "n", "type": "quantitative", "title": None},
        }
        return self._drawn(title, values, {"mark": {"type": "bar", "color": ACCENT}, "encoding": encoding})

    def funnel(self, title: str, rows: Rows, middle: float) -> Chart:
        """Return differences by number of contacts with their intervals; those told apart from chance are named."""
        values = [{name: row[name] for name in ("agent_id", "n", "difference", "low", "high", "apart")} for row in rows]
        if not values:
            return Chart(title, Markup())
        axis_x = {"field": "n", "type": "quantitative", "title": "n", "axis": {"tickCount": 6}}
        colour = {"condition": {"test": "datum.apart", "value": ACCENT}, "value": SOFT}
        layers: list[dict[str, Any]] = [
            {"mark": {"type": "rule", "color": SOFT, "strokeDash": [4, 3]}, "encoding": {"y": {"datum": middle}}},
            {"mark": {"type": "rule", "color": BAND, "strokeWidth": 3}, "encoding": {"x": axis_x, **SPAN}},
            {
                "mark": {"type": "point", "filled": True, "opacity": 1, "size": 45},
                "encoding": {"x": axis_x, "y": _height("difference"), "color": colour},
            },
            {
                "transform": [{"filter": "datum.apart"}],
                "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 12},
                "encoding": {"x": axis_x, "y": _height("difference"), "text": {"field": "agent_id"}},
            },
        ]
        return self._drawn(title, values, {"layer": layers})

    def bars(self, title: str, rows: Rows, x: str, parts: Mapping[str, str]) -> Chart:
        """Return stacked counts over time; `parts` names each column as the legend says it, at most three."""
        values = [
            {"x": str(row[x]), "part": name, "n": row[column] or 0} for row in rows for column, name in parts.items()
        ]
        if not any(one["n"] for one in values):
            return Chart(title, Markup())
        colours = {"domain": list(parts.values()), "range": [ACCENT, BAD, BAND][: len(parts)]}
        encoding = {
            "x": {"field": "x", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": AXIS_X},
            "y": {"field": "n", "type": "quantitative", "title": None},
            "color": {"field": "part", "type": "nominal", "scale": colours, "title": None},
        }
        return self._drawn(title, values, {"mark": {"type": "bar"}, "encoding": encoding})

    def _drawn(self, title: str, values: list[dict[str, Any]], spec: dict[str, Any]) -> Chart:
        import vl_convert

        drawing = json.loads(_compiled(json.dumps(spec)))
        next(data for data in drawing["data"] if data["name"] == "rows")["values"] = values
        svg = vl_convert.vega_to_svg(drawing, allowed_base_urls=[], format_locale=LOCALES[self.language])
        return Chart(title, _fitted(str(svg), title))


@cache
def _compiled(spec: str) -> str:
    """Return a kind of chart ready to be drawn with rows: a third of the work, and the same for every agent."""
    import vl_convert

    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "width": WIDTH, "height": HEIGHT}
    return json.dumps(
        vl_convert.vegalite_to_vega(whole | {"config": CONFIG, "data": {"name": "rows"}} | json.loads(spec))
    )


def _bounds(row: Mapping[str, Any], low: str | None, high: str | None) -> dict[str, Any]:
    return {"low": row[low], "high": row[high]} if low and high else {}


def _fitted(svg: str, title: str) -> Markup:
    """Return the drawing with its size left to the style sheet; roles inside would only make screen readers stumble."""
    svg = re.sub(r' (role|aria-roledescription|aria-label)="[^"]*"', "", svg)
    head, _, rest = svg.partition(">")
    head = re.sub(r' (width|height)="[\d.]+"', "", head)
    label = Markup(' role="img" aria-label="{}"').format(title)
    return Markup(head) + label + Markup(">") + Markup(rest)  # noqa: S704 - drawn here; texts in it are escaped by Vega
