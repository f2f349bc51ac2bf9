# SPDX-License-Identifier: MIT
"""test_numbers.py - statistics, and the order of runs, on known data."""

import io
import itertools
import random
import unittest
from collections import Counter

import progress
import schedule
import stats


class Statistics(unittest.TestCase):
    """stats.py"""

    def test_median_of_odd_and_even_numbers_of_values(self):
        self.assertEqual(stats.median([3, 1, 2]), 2)
        self.assertEqual(stats.median([4, 1, 2, 3]), 2.5)

    def test_geometric_mean_of_a_half_and_its_double_is_one(self):
        self.assertAlmostEqual(stats.geometric_mean([0.5, 2]), 1)
        self.assertAlmostEqual(stats.geometric_mean([1, 10, 100]), 10)

    def test_coverage_is_that_of_the_binomial_tables(self):
        self.assertAlmostEqual(stats.coverage(2, 0), 0.5)
        self.assertAlmostEqual(stats.coverage(5, 0), 0.9375)
        self.assertAlmostEqual(stats.coverage(7, 0), 0.984375)
        self.assertAlmostEqual(stats.coverage(10, 1), 0.978515625)
        self.assertAlmostEqual(stats.coverage(10, 2), 0.890625)

    def test_interval_cuts_no_more_than_it_may(self):
        self.assertEqual(stats.median_interval(range(7)), (0, 6))
        self.assertEqual(stats.median_interval(range(9)), (1, 7))
        self.assertEqual(stats.median_interval(range(15)), (3, 11))
        self.assertEqual(stats.median_interval([5]), (5, 5))

    def test_interval_holds_the_true_median_as_often_as_it_says(self):
        generator = random.Random(1)
        hits = 0
        for _ in range(4000):
            sample = [generator.expovariate(1) for _ in range(9)]
            low, high = stats.median_interval(sample)
            hits += low <= 0.6931471806 <= high
        self.assertAlmostEqual(hits / 4000, stats.coverage(9, 1), delta=0.012)

    def test_ratios_are_taken_pair_by_pair(self):
        ours = {0: 10, 1: 20, 2: 90, 3: 7}
        theirs = {0: 20, 1: 40, 2: 100}
        ratio = stats.ratio(ours, theirs)
        self.assertEqual((ratio.value, ratio.low, ratio.high, ratio.rounds),
                         (0.5, 0.5, 0.9, 3))

    def test_without_a_pair_there_is_no_ratio(self):
        self.assertIsNone(stats.ratio({0: 1}, {1: 1}))
        self.assertIsNone(stats.ratio({0: 1}, {0: 0}))

    def test_mean_ratio_goes_round_by_round(self):
        mean = stats.mean_ratio([{0: 0.5, 1: 2, 2: 7}, {0: 2, 1: 8}])
        self.assertAlmostEqual(mean.low, 1)
        self.assertAlmostEqual(mean.high, 4)
        self.assertAlmostEqual(mean.value, 2.5)


class Order(unittest.TestCase):
    """schedule.py"""

    def neighbours(self, count, rounds):
        """How often each ordered pair runs one after the other."""
        pairs = Counter()
        for number in range(rounds):
            order = schedule.order_of_round(range(count), number)
            self.assertEqual(sorted(order), list(range(count)))
            pairs.update(zip(order, order[1:]))
        return pairs

    def test_each_of_an_even_number_follows_each_other_once(self):
        for count in 2, 4, 6, 8:
            pairs = self.neighbours(count, count)
            wanted = itertools.permutations(range(count), 2)
            self.assertEqual(pairs, Counter(wanted))

    def test_each_of_an_odd_number_follows_each_other_twice(self):
        for count in 3, 5, 7:
            pairs = self.neighbours(count, 2 * count)
            wanted = list(itertools.permutations(range(count), 2))
            self.assertEqual(pairs, Counter(wanted * 2))

    def test_one_alone_runs_in_each_round(self):
        self.assertEqual(schedule.order_of_round(["a"], 5), ["a"])
        self.assertEqual(schedule.order_of_round([], 5), [])


class TimeLeft(unittest.TestCase):
    """progress.py"""

    def test_what_jobs_took_corrects_the_guesses_for_the_others(self):
        now = [0]
        jobs = {("s", "a"): 10, ("s", "b"): 20, ("t", "c"): 5}
        line = progress.Progress(jobs, io.StringIO(), lambda: now[0])
        self.assertEqual(line.seconds_left(), 35)
        line.start(("s", "a"))
        now[0] = 30
        line.finish("done")
        self.assertEqual(line.seconds_left(), 3 * 20 + 5)


if __name__ == "__main__":
    unittest.main()
