# SPDX-License-Identifier: MIT
"""stats.py - medians, their spread, geometric means; of plain numbers.

A ratio is taken pair by pair: round i of one allocator over round i of the
other, which ran within seconds of each other on the same machine.  Its value
is the median of those, its spread the interval between two of them that holds
the true median with a known probability, whatever the distribution is: of n
independent values, the number below the true median is binomial(n, 1/2), so
the k-th smallest and the k-th largest enclose it with probability
1 - 2 P(binomial(n, 1/2) < k).  With 7 rounds that is the smallest and the
largest (98.4 %), with 5 these again (93.8 %), with 2 no more than 50 %.
"""

import math
from collections import namedtuple

LEVEL = 0.95

Ratio = namedtuple("Ratio", "value low high rounds")


def median(values):
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def geometric_mean(values):
    """The n-th root of the product of n positive values."""
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values))


def coverage(count, cut):
    """Probability that the true median lies between the values that remain
    when @cut of @count values are cut off at either end."""
    tail = sum(math.comb(count, i) for i in range(cut + 1)) / 2 ** count
    return max(0.0, 1 - 2 * tail)


def values_to_cut(count, level=LEVEL):
    """How many values can be cut off at either end while the coverage stays
    at @level; 0 also where @count values are too few for it."""
    cut = 0
    while 2 * (cut + 1) < count and coverage(count, cut + 1) >= level:
        cut += 1
    return cut


def median_interval(values, level=LEVEL):
    """(low, high) that enclose the true median, see above."""
    ordered = sorted(values)
    cut = values_to_cut(len(ordered), level)
    return ordered[cut], ordered[-1 - cut]


def summary(ratios):
    """The Ratio of one value a round; None without any."""
    if not ratios:
        return None
    low, high = median_interval(ratios)
    return Ratio(median(ratios), low, high, len(ratios))


def paired_ratios(ours, theirs):
    """{round: ours / theirs} of two {round: value}, in rounds that have both
    and where the second is not 0."""
    return {i: ours[i] / theirs[i] for i in ours if theirs.get(i)}


def ratio(ours, theirs):
    """The Ratio of two {round: value}."""
    return summary(list(paired_ratios(ours, theirs).values()))


def mean_ratio(rows):
    """The Ratio of the geometric means of several rows, round by round.

    @rows: a list of {round: ratio}.  Rounds that a row has not got are left
    out, and ratios that are not above 0 have no logarithm: None."""
    if not rows:
        return None
    rounds = set.intersection(*(set(row) for row in rows))
    if not rounds or any(row[i] <= 0 for row in rows for i in rounds):
        return None
    return summary([geometric_mean(row[i] for row in rows)
                    for i in sorted(rounds)])
