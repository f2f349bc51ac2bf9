# SPDX-License-Identifier: MIT
"""compare.py - do two bench/runs say the same?

Each ratio to the base comes with a spread (stats.py).  Two runs agree on it
where the spreads overlap: then there is a value that both hold for possible.
Counts of instructions are the same or not.  Of other values that were measured
once nothing is said.
"""

from families import FAMILIES
from table import show_ratio


EXACT = "instructions"


def overlap(ratio, other):
    """Is there a value within both spreads?"""
    return ratio.low <= other.high and other.low <= ratio.high


def ratios(results, other, family):
    """(row, allocator, Ratio, Ratio) of all that both runs have."""
    base = results.base()
    names = [name for name in results.allocators
             if name in other.allocators and name != base]
    if base != other.base():
        return
    for row in results.rows(family.suite, family.measure):
        for name in names:
            pair = [each.ratio(family.suite, row, family.measure, name, base)
                    for each in (results, other)]
            if all(pair) and (family.suite == EXACT or
                              min(each.rounds for each in pair) > 1):
                yield row, name, *pair


def family_lines(results, other, family):
    """What is to be said of one family: a line for each ratio on which the
    runs do not agree, and one that counts."""
    nr_ratios, lines = 0, []
    for row, name, one, two in ratios(results, other, family):
        nr_ratios += 1
        if not overlap(one, two):
            lines.append(f"  {row}, {name}: {show_ratio(one)} and "
                         f"{show_ratio(two)}")
    if not nr_ratios:
        return []
    return [f"{family.title}: {nr_ratios - len(lines)} of {nr_ratios} ratios "
            f"agree"] + lines


def text(results, other):
    """The whole answer."""
    lines = []
    for family in FAMILIES:
        lines += family_lines(results, other, family)
    return "\n".join(lines or ["The two runs have nothing in common."]) + "\n"
