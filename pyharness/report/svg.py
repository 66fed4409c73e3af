"""Plots as SVG that a page holds: colours come from the page, so that they follow its scheme."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from markupsafe import Markup, escape

from pyharness.core.text import visible as in_sight
from pyharness.report.plots import Chart, Series

__all__ = ["element", "figure"]

_WIDTH = 720
_HEIGHT = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 14, 10, 46
_ROW = 20
"""Height of a category's row, where categories have rows."""
_MOST_ROWS_OF_NAMES = 26
"""Categories beyond which they stand side by side, by groups, instead of each in a row with its
name."""
_LETTER = 6.3
"""Width of a letter, roughly."""

_MARKS = (
    "m-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0z",
    "m-3,-3h6v6h-6z",
    "m0,-4l4,7h-8z",
    "m0,-4.5l4,4.5l-4,4.5l-4,-4.5z",
    "m-3.5,-3.5l7,7m0,-7l-7,7",
    "m-4,0h8m-4,-4v8",
)
"""The shape of each series' points, so that no colour alone tells them apart."""


class _Axis:
    """From values to a length of `size` pixels, with ticks at round numbers."""

    def __init__(self, values: Sequence[float], size: float, *, log: bool) -> None:
        self.log = log
        self.size = size
        low, high = min(values), max(values)
        self.ticks = list(_decades(low, high) if log else _round_steps(low, high))
        low, high = min(low, self.ticks[0]), max(high, self.ticks[-1])
        self._low, self._high = (math.log10(low), math.log10(high)) if log else (low, high)

    def at(self, value: float) -> float:
        scaled = math.log10(value) if self.log else value
        return (scaled - self._low) / (self._high - self._low) * self.size


def _round_steps(low: float, high: float, most: int = 6) -> Iterator[float]:
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    rough = (high - low) / most
    step = 10.0 ** math.floor(math.log10(rough))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step >= rough * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    for number in range(first, math.ceil(high / step - 1e-9) + 1):
        yield number * step


def _decades(low: float, high: float) -> Iterator[float]:
    """Powers of ten about the values; between two of them, or three, also 2 and 5 times each, as
    far as the values go.
    """
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    if last - first <= 2:
        steps = [
            factor * 10.0**exponent for exponent in range(first, last + 1) for factor in (1, 2, 5)
        ]
        below = max(step for step in steps if step <= low * (1 + 1e-9))
        above = next(
            (step for step in steps if step > below and step >= high * (1 - 1e-9)), steps[-1]
        )
        yield from (step for step in steps if below <= step <= above)
        return
    step = -(-(last - first) // 6)
    for exponent in range(first, last + step, step):
        yield 10.0**exponent


def _shown(value: float) -> str:
    """A tick's figure."""
    if value and not 1e-4 <= abs(value) < 1e6:
        mantissa, _, exponent = f"{value:.3g}".partition("e")
        return f"{mantissa}e{int(exponent)}" if exponent else mantissa
    return (
        f"{value:,.6g}".replace("-", "−")
        if abs(value) >= 10_000
        else f"{value:.6g}".replace("-", "−")
    )


def _px(value: float) -> str:
    """A length in pixels, to a tenth, with no more digits than it needs."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(value) < 0.05
        else f"{value:.1f}".removesuffix(".0")
    )


def element(tag: str, *inside: str, **attributes: object) -> Markup:
    """Return an element. Names of attributes are written with `_` for `-`; what is inside and no
    markup is made visible and escaped, and so are the values.
    """
    parts = Markup("").join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), _escaped(value))
        for name, value in attributes.items()
    )
    return Markup("<{}{}>{}</{}>").format(
        Markup(tag), parts, Markup("").join(map(_escaped, inside)), Markup(tag)
    )


def _escaped(value: object) -> Markup:
    return value if isinstance(value, Markup) else escape(in_sight(str(value), keep="\n\t"))


def figure(plot: Chart, id: str, visible: Callable[[str], str]) -> Markup:
    """Return a figure: the plot, the key to its series, and what it shows in words.

    Args:
        plot: what to draw.
        id: begins the ids of its parts; unique in the page.
        visible: makes text safe to be seen.
    """
    plot = _seen(plot, visible)
    drawing, height = _drawing(plot)
    words = _in_words(plot)
    drawn = element(
        "svg",
        element("title", plot.title, id=f"{id}-title"),
        element("desc", words, id=f"{id}-words"),
        *drawing,
        viewBox=f"0 0 {_WIDTH} {_px(height)}",
        role="img",
        aria_labelledby=f"{id}-title {id}-words",
        class_="plot",
        width=_WIDTH,
        height=_px(height),
    )
    caption = element(
        "figcaption", plot.title, f" (every {plot.share}. row)" if plot.share > 1 else ""
    )
    return element(
        "figure",
        caption,
        _key(plot),
        element(
            "div",
            drawn,
            class_="scroll",
            tabindex="0",
            role="region",
            # Two plots of a page may have one title.
            aria_label=f"{id.replace('-', ' ', 1).replace('-', '.').capitalize()}: {plot.title}",
        ),
    )


def _seen(plot: Chart, visible: Callable[[str], str]) -> Chart:
    series = [
        Series(visible(one.name), one.points, one.spans, list(map(visible, one.labels)), one.level)
        for one in plot.series
    ]
    return Chart(
        visible(plot.title),
        visible(plot.x),
        visible(plot.y),
        series,
        list(map(visible, plot.categories)),
        plot.joined,
        plot.curves,
        plot.groups,
        list(map(visible, plot.group_names)),
        plot.share,
    )


def _in_words(plot: Chart) -> str:
    """The series' ranges, for those who do not see the plot; the table beside it has every
    figure.
    """
    if plot.curves:
        values = [value for one in plot.series for _, value in one.points]
        return f"{len(plot.series)} curves over {plot.x}, from {_shown(min(values))} to {_shown(max(values))}."
    return " ".join(
        f"{one.name}: {_shown(min(y for _, y in one.points))} to {_shown(max(y for _, y in one.points))}."
        for one in plot.series
        if one.points
    )


def _key(plot: Chart) -> Markup:
    names = plot.group_names if plot.curves else [one.name for one in plot.series]
    if len(names) < 2:
        return Markup("")
    items = []
    for number, name in enumerate(names):
        level = not plot.curves and plot.series[number].level
        mark = element("path", d="M0,7h26") if plot.curves or level or plot.joined else ""
        dot = (
            ""
            if plot.curves or level
            else element("path", d=f"M13,7{_MARKS[number]}", class_="mark")
        )
        items.append(
            element(
                "li",
                element(
                    "svg",
                    mark,
                    dot,
                    viewBox="0 0 26 14",
                    width=26,
                    height=14,
                    aria_hidden="true",
                    class_=f"swatch s{number + 1}{' level' if level else ' line' if plot.curves else ''}",
                ),
                " ",
                name,
            )
        )
    return element("ul", *items, class_="legend")


def _drawing(plot: Chart) -> tuple[Iterator[Markup], float]:
    if plot.categories and len(plot.categories) <= _MOST_ROWS_OF_NAMES:
        return _rows_of_names(plot)
    return _upright(plot), _HEIGHT + (24 if plot.categories else 0)


def _values(plot: Chart) -> list[float]:
    return [
        value
        for one in plot.series
        for value in (*(y for _, y in one.points), *(end for span in one.spans for end in span))
    ]


def _logarithmic(values: Sequence[float], beyond: float = 50) -> bool:
    return min(values) > 0 and max(values) / min(values) > beyond


# ------------------------------------------------------------------------------------------ upright
def _upright(plot: Chart) -> Iterator[Markup]:
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    values = _values(plot)
    vertical = _Axis(values, high, log=_logarithmic(values))
    for tick in vertical.ticks:
        y = _TOP + high - vertical.at(tick)
        yield element("path", d=f"M{_LEFT},{_px(y)}h{wide}", class_="grid")
        yield element("text", _shown(tick), x=_LEFT - 7, y=_px(y + 4), text_anchor="end")
    if plot.categories:
        step = wide / len(plot.categories)
        across: Callable[[float], float] = partial(_middle, step)
        yield from _group_names(plot.categories, step, high)
    else:
        places = [x for one in plot.series for x, _ in one.points]
        horizontal = _Axis(places, wide, log=plot.joined and _logarithmic(places, 20))
        across = horizontal.at
        for tick in horizontal.ticks:
            x = _LEFT + across(tick)
            yield element("path", d=f"M{_px(x)},{_TOP + high}v4", class_="axis")
            yield _tick(tick, x, _TOP + high + 17)
    yield element("path", d=f"M{_LEFT},{_TOP + high}h{wide}", class_="axis")
    yield element(
        "text",
        plot.x,
        x=_px(_LEFT + wide / 2),
        y=_HEIGHT - 6 + (24 if plot.categories else 0),
        text_anchor="middle",
        class_="name",
    )
    if plot.y:
        yield element(
            "text",
            plot.y,
            transform=f"translate(13 {_px(_TOP + high / 2)}) rotate(-90)",
            text_anchor="middle",
            class_="name",
        )
    for number, one in enumerate(plot.series):
        group = plot.groups[number] if plot.curves and plot.groups else number
        yield from _series(
            plot, one, group, lambda x, y: (_LEFT + across(x), _TOP + high - vertical.at(y)), wide
        )


def _tick(value: float, x: float, y: float) -> Markup:
    """A tick's figure below an axis, in the drawing to its last digit."""
    text = _shown(value)
    return element(
        "text",
        text,
        x=_px(min(x, _WIDTH - len(text) * _LETTER / 2)),
        y=_px(y),
        text_anchor="middle",
    )


def _series(
    plot: Chart,
    one: Series,
    number: int,
    place: Callable[[float, float], tuple[float, float]],
    wide: float,
) -> Iterator[Markup]:
    points = [place(x, y) for x, y in one.points]
    if not points:
        return
    style = f"s{number + 1}"
    if one.level:
        yield element("path", d=f"M{_LEFT},{_px(points[0][1])}h{wide}", class_=f"{style} level")
        return
    if one.spans:
        ends = [
            (place(x, low), place(x, high))
            for (x, _), (low, high) in zip(one.points, one.spans, strict=True)
        ]
        if plot.joined:
            lower = [low for low, _ in ends]
            upper = [high for _, high in reversed(ends)]
            yield element("path", d=_path([*lower, *upper]) + "z", class_=f"{style} band")
        else:
            yield element(
                "path",
                d="".join(f"M{_px(low[0])},{_px(low[1])}V{_px(high[1])}" for low, high in ends),
                class_=style,
            )
    if plot.joined:
        label = [element("title", one.name)] if plot.curves else []
        yield element(
            "path", *label, d=_path(points), class_=f"{style}{' strand' if plot.curves else ''}"
        )
    if not plot.curves:
        yield from _marks(one, points, number)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_px(x)},{_px(y)}" for x, y in points)


def _marks(one: Series, points: Sequence[tuple[float, float]], number: int) -> Iterator[Markup]:
    shape, style = _MARKS[number], f"s{number + 1} mark"
    if not one.labels or len(points) > 400:
        size = " small" if len(points) > 400 else ""
        yield element(
            "path", d="".join(f"M{_px(x)},{_px(y)}{shape}" for x, y in points), class_=style + size
        )
        return
    for (x, y), (_, value), label in zip(points, one.points, one.labels, strict=True):
        yield element(
            "path",
            element("title", f"{label}: {one.name} {_shown(value)}"),
            d=f"M{_px(x)},{_px(y)}{shape}",
            class_=style,
        )


def _middle(step: float, number: float) -> float:
    """The middle of a category, of which each is so wide."""
    return (number + 0.5) * step


def _group_names(names: Sequence[str], step: float, high: float) -> Iterator[Markup]:
    """Name runs of categories that begin alike, and shade every second one."""
    heads = [name.replace("/", ".").rpartition(".")[0] or name for name in names]
    for depth in range(max(head.count(".") for head in heads), -1, -1):
        if len(runs := _runs([".".join(head.split(".")[: depth + 1]) for head in heads])) <= 16:
            break
    else:
        return
    shared = _shared_start([name for name, _, _ in runs])
    rows = [-math.inf, -math.inf, -math.inf]
    for number, (name, first, last) in enumerate(runs):
        left, right = _LEFT + first * step, _LEFT + last * step
        if number % 2:
            yield element(
                "path",
                d=f"M{_px(left)},{_TOP}H{_px(right)}v{_px(high)}H{_px(left)}z",
                class_="shade",
            )
        shown = name[len(shared) :] or name
        half = len(shown) * _LETTER / 2
        middle = min(max((left + right) / 2, _LEFT + half), _WIDTH - _RIGHT - half)
        row = next((row for row, end in enumerate(rows) if end < middle - half - 4), None)
        if row is not None:
            rows[row] = middle + half
            yield element(
                "text",
                shown,
                x=_px(middle),
                y=_px(_TOP + high + 16 + 13 * row),
                text_anchor="middle",
            )


def _runs(heads: Sequence[str]) -> list[tuple[str, int, int]]:
    runs: list[tuple[str, int, int]] = []
    for number, head in enumerate(heads):
        if runs and runs[-1][0] == head:
            runs[-1] = (head, runs[-1][1], number + 1)
        else:
            runs.append((head, number, number + 1))
    return runs


def _shared_start(names: Sequence[str]) -> str:
    """What all names begin with, up to a dot."""
    parts = [name.split(".") for name in names]
    count = 0
    while (
        len(names) > 1
        and all(len(part) > count + 1 for part in parts)
        and len({part[count] for part in parts}) == 1
    ):
        count += 1
    return "".join(f"{part}." for part in parts[0][:count])


# ------------------------------------------------------------------------------------ rows of names
def _rows_of_names(plot: Chart) -> tuple[Iterator[Markup], float]:
    high = _ROW * len(plot.categories)
    return _with_names(plot, high), _TOP + high + _BOTTOM


def _with_names(plot: Chart, high: float) -> Iterator[Markup]:
    longest = max(len(name) for name in plot.categories)
    left = min(max(60, 12 + longest * _LETTER), 260)
    letters = int((left - 12) / _LETTER + 0.5)
    wide = _WIDTH - left - _RIGHT
    values = _values(plot)
    axis = _Axis(values, wide, log=_logarithmic(values))
    for tick in axis.ticks:
        x = left + axis.at(tick)
        yield element("path", d=f"M{_px(x)},{_TOP}v{high}", class_="grid")
        yield _tick(tick, x, _TOP + high + 16)
    for number, name in enumerate(plot.categories):
        y = _TOP + _ROW * (number + 0.5)
        shown = name if len(name) <= letters else f"…{name[1 - letters :]}"
        yield element("path", d=f"M{_px(left)},{_px(y)}h{_px(wide)}", class_="row")
        yield element("text", shown, x=_px(left - 8), y=_px(y + 4), text_anchor="end")
    if plot.y:
        yield element(
            "text",
            plot.y,
            x=_px(left + wide / 2),
            y=_px(_TOP + high + 36),
            text_anchor="middle",
            class_="name",
        )
    for number, one in enumerate(plot.series):
        if not one.points:
            continue
        if one.level:
            yield element(
                "path",
                d=f"M{_px(left + axis.at(one.points[0][1]))},{_TOP}v{high}",
                class_=f"s{number + 1} level",
            )
            continue
        places = [
            (left + axis.at(value), _TOP + _ROW * (category + 0.5))
            for category, value in one.points
        ]
        if one.spans:
            yield element(
                "path",
                class_=f"s{number + 1}",
                d="".join(
                    f"M{_px(left + axis.at(low))},{_px(y)}H{_px(left + axis.at(high_end))}"
                    for (low, high_end), (_, y) in zip(one.spans, places, strict=True)
                ),
            )
        yield from _marks(one, places, number)
