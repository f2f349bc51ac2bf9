# SPDX-License-Identifier: MIT
"""plot.py - one SVG per family, by gnuplot.

A line for each row, from top to bottom as in the table; on it a mark for each
allocator at its ratio to the base, with the spread as a bar, on a logarithmic
axis: twice as much lies as far to the right of 1 as half lies to the left.
The colours are those of Okabe and Ito, which people who are colour-blind can
tell apart; the marks differ in shape too.
"""

import os
import shutil
import subprocess

from allocators import OURS
from failure import Mistake
from families import FAMILIES, name_of
from table import present

# colour, shape (gnuplot's point type); the first is pfmalloc's
STYLES = [("#d55e00", 7), ("#0072b2", 5), ("#009e73", 9), ("#cc79a7", 11),
          ("#e69f00", 13), ("#56b4e9", 15), ("#000000", 4), ("#999999", 6)]
WIDTH = 860       # of the picture, in pixels
MARK_PIXELS = 9   # between two marks of one row
TOP_PIXELS = 80   # for the title, the key, and numbers at the top
KEY_PIXELS = 36
BOTTOM_PIXELS = 64
LONG = 16         # rows from which on there are numbers at the top, too


def points(results, family, name):
    """[(row number, Ratio)] of an allocator, those that have a ratio."""
    rows = results.rows(family.suite, family.measure)
    ratios = [results.ratio(family.suite, row, family.measure, name,
                            results.base()) for row in rows]
    return [(i, ratio) for i, ratio in enumerate(ratios)
            if ratio and ratio.low > 0]


def series(results, family):
    """[(name, points)] with pfmalloc first; the base is the line at 1."""
    names = [name for name in present(results, family)
             if name != results.base()]
    names.sort(key=lambda name: name != OURS)
    found = [(name, points(results, family, name)) for name in names]
    return [(name, data) for name, data in found if data]


def quoted(text):
    """A gnuplot string; '' is a quote in one."""
    return "'" + text.replace("'", "''") + "'"


def data_block(number, count, data):
    """The points of one allocator, set apart from those of the others."""
    shift = (number - (count - 1) / 2) * 0.72 / max(count, 1)
    lines = [f"{ratio.value:.6g} {i + shift:.4f} {ratio.low:.6g} "
             f"{ratio.high:.6g}" for i, ratio in data]
    return "\n".join([f"$data{number} << END"] + lines + ["END"])


def limits(all_series):
    """The ends of the axis of ratios, a little beyond what is shown."""
    low = min(r.low for _, data in all_series for _, r in data)
    high = max(r.high for _, data in all_series for _, r in data)
    return min(low / 1.08, 0.9), max(high * 1.08, 1.11)


def ticks(low, high):
    """Round numbers on a logarithmic axis, not too many of them."""
    mantissas = [1, 2, 5] if high / low < 1000 else [1]
    if high / low < 12:
        mantissas = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8]
    if high / low < 2:
        mantissas = [1 + i / 10 for i in range(90)]
    values = [m * 10 ** e for e in range(-6, 7) for m in mantissas]
    return [value for value in values if low <= value <= high]


def curve(number, name):
    """How one allocator is drawn."""
    colour, shape = STYLES[number % len(STYLES)]
    size = 0.95 if name == OURS else 0.7
    bar = (f"$data{number} using 1:2:3:4 with xerrorbars lc rgb '{colour}' "
           f"lw 1.2 pt {shape} ps {size} notitle")
    key = (f"NaN with points lc rgb '{colour}' pt {shape} ps 1.1 "
           f"title {quoted(name)}")
    return [bar, key]


def top_numbers(low, high, marks):
    """A second axis, at the top."""
    return ["set logscale x2", f"set x2range [{low:.4g}:{high:.4g}]",
            f"set x2tics ({marks}) scale 0 offset 0,-0.4"]


def script(results, family, output):
    """The gnuplot script of a family's figure; None without ratios."""
    all_series = series(results, family)
    if not all_series:
        return None
    rows = results.rows(family.suite, family.measure)
    low, high = limits(all_series)
    count = len(all_series)
    height = TOP_PIXELS + BOTTOM_PIXELS + \
        len(rows) * (MARK_PIXELS * count + 10)
    labels = ", ".join(f"{quoted(row)} {i}" for i, row in enumerate(rows))
    marks = ", ".join(f"'{value:g}' {value:g}" for value in ticks(low, high))
    curves = [each for number, (name, _) in enumerate(all_series)
              for each in curve(number, name)]
    bands = [f"set object rectangle from graph 0, first {i - 0.5} to "
             f"graph 1, first {i + 0.5} behind fc rgb '#f4f4f4' "
             f"fillstyle solid noborder" for i in range(0, len(rows), 2)]
    return "\n".join([
        f"set terminal svg size {WIDTH},{height} dynamic enhanced "
        f"font 'Helvetica,13' background rgb 'white'",
        f"set output {quoted(output)}",
        *[data_block(i, count, data)
          for i, (_, data) in enumerate(all_series)],
        f"set label {quoted(title_of(results, family))} at screen 0.5, "
        f"screen 1 center offset 0,-1.2 font ',15' noenhanced",
        "set logscale x",
        f"set xrange [{low:.4g}:{high:.4g}]",
        f"set yrange [{len(rows) - 0.5}:-0.5]",
        f"set ytics ({labels}) noenhanced scale 0",
        f"set xtics ({marks}) scale 0.5",
        "set grid xtics lc rgb '#dddddd' lw 1 lt 1",
        "set border 1 lc rgb '#888888'",
        "set tics textcolor rgb 'black'",
        f"set xlabel 'ratio to {results.base()}, logarithmic: "
        f"left of 1 is better'",
        f"set tmargin at screen {1 - TOP_PIXELS / height:.4f}",
        f"set key at screen 0.5, screen {1 - KEY_PIXELS / height:.4f} "
        f"center top horizontal noenhanced reverse Left samplen 1 width 1",
        *(top_numbers(low, high, marks) if len(rows) >= LONG else []),
        *bands,
        "set arrow from 1, graph 0 to 1, graph 1 nohead lc rgb '#444444' "
        "lw 1.6 back",
        "plot " + ", \\\n".join(curves),
    ]) + "\n"


def title_of(results, family):
    """What is on the axis."""
    return family.title


def draw(results, folder):
    """Write NAME.svg for each family; the names."""
    if not shutil.which("gnuplot"):
        raise Mistake("gnuplot is not installed: the report has no figures. "
                      "Install gnuplot-nox and make it again with --report.")
    names = []
    for family in FAMILIES:
        name = name_of(family)
        path = os.path.join(folder, f"{name}.svg")
        if os.path.exists(path):
            os.remove(path)  # of an earlier run
        text = script(results, family, path)
        if text is None:
            continue
        answer = subprocess.run(["gnuplot"], input=text, text=True,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        if answer.returncode:
            raise Mistake(f"gnuplot could not draw {path}: "
                          f"{answer.stdout.strip()}")
        names.append(name)
    return names
