# SPDX-License-Identifier: MIT
"""test_report.py - the report and README.md, of results that are made up."""

import os
import shutil
import tempfile
import unittest

import compare
import madeup
import plot
import readme
import results
import table
from failure import Mistake
from families import FAMILIES, quantity

TIME = FAMILIES[0]
SIZE = next(each for each in FAMILIES if each.measure == "peak_kib")


def lines_with(text, word):
    """The lines of a text that hold a word."""
    return [line for line in text.splitlines() if word in line]


class Report(unittest.TestCase):
    """table.py"""

    def setUp(self):
        self.results = madeup.won_and_lost()
        self.text = table.report(self.results)

    def test_rows_that_pfmalloc_loses_are_bold(self):
        self.assertIn("| **slow** | 4 s | **0.75 (0.75–0.75)** | "
                      "1.00 (1.00–1.00) | 0.50 (0.50–0.50) | "
                      "**1.50 (1.50–1.50) jemalloc** |", self.text)

    def test_rows_that_pfmalloc_wins_are_not_bold(self):
        line, = lines_with(self.text, "| quick |")
        self.assertNotIn("**", line)
        self.assertIn("0.50 (0.50–0.50) glibc", line)

    def test_losses_are_listed_in_bold_with_the_worst_first(self):
        losses = lines_with(self.text, "**workloads/")
        self.assertEqual(len(losses), 2)
        self.assertIn("**workloads/slower** | **time** | "
                      "**3.00 (3.00–3.00) glibc** | **3.00", losses[0])
        self.assertIn("**workloads/slow** | **time** | "
                      "**1.50 (1.50–1.50) jemalloc** | **0.75", losses[1])
        self.assertIn("in 2 of 3 rows", self.text)

    def test_a_loss_within_the_spread_says_so(self):
        made = madeup.of_times({"row": {"glibc": [10, 10, 10],
                                        "pfmalloc": [9, 11, 12]}},
                               ["glibc", "pfmalloc"])
        line, = lines_with(table.report(made), "**workloads/row**")
        self.assertIn("1.10 (0.90–1.20)", line)
        self.assertIn("no, 1 is within it", line)

    def test_means_are_geometric_and_the_envelope_is_row_by_row(self):
        line, = lines_with(self.text, "| geometric mean of 3 |")
        # (1/2 * 3/4 * 3)^(1/3) and (1/2 * 3/2 * 3)^(1/3)
        self.assertIn("| 1 | 1.04 (1.04–1.04) |", line)
        self.assertIn("| 1.31 (1.31–1.31) |", line)

    def test_other_builds_of_pfmalloc_are_no_peers(self):
        made = madeup.of_times({"row": {"glibc": [2], "pfmalloc": [2],
                                        "pfmalloc-old": [1],
                                        "mimalloc-static": [1]}},
                               ["glibc", "pfmalloc", "pfmalloc-old",
                                "mimalloc-static"])
        self.assertEqual(made.best_peer("workloads", "row", "elapsed_s"),
                         "glibc")

    def test_a_failed_run_is_named_and_has_no_number(self):
        self.results.drop_job("workloads", ["slow"], "mimalloc")
        self.results.add_error("workloads", "slow", "mimalloc", "It crashed.")
        text = table.report(self.results)
        self.assertIn("- workloads/slow on mimalloc: It crashed.", text)
        self.assertIn("**0.75 (0.75–0.75)** | failed | 0.50", text)
        self.assertIn("| geometric mean of 2 |", text)

    def test_what_spoils_the_numbers_stands_before_them(self):
        quiet = table.report(madeup.of_times({}))
        busy = dict(madeup.MACHINE, load_at_start=3.5)
        text = table.report(madeup.of_times(
            {}, quick=True, complete=False, machine=busy))
        for words in "broken off", "--quick", "its load was 3.5":
            self.assertIn(words, text)
            self.assertNotIn(words, quiet)

    def test_quantities_have_three_digits_and_a_unit(self):
        self.assertEqual(quantity(0.12345, TIME), "0.123 s")
        self.assertEqual(quantity(2048, SIZE), "2 MiB")
        self.assertEqual(quantity(3 * 2 ** 20, SIZE), "3 GiB")
        self.assertEqual(quantity(1234567, FAMILIES[4]), "1234567")


class Compare(unittest.TestCase):
    """compare.py"""

    def test_runs_agree_where_their_spreads_meet(self):
        one = madeup.of_times({"row": {"glibc": [10, 10, 10],
                                       "pfmalloc": [8, 9, 10],
                                       "mimalloc": [5, 6, 7]}})
        other = madeup.of_times({"row": {"glibc": [10, 10, 10],
                                         "pfmalloc": [10, 11, 12],
                                         "mimalloc": [8, 8, 9]}})
        self.assertEqual(compare.text(one, other).splitlines(), [
            "Workloads: time: 1 of 2 ratios agree",
            "  row, mimalloc: 0.60 (0.50–0.70) and 0.80 (0.80–0.90)"])
        self.assertEqual(compare.text(one, one),
                         "Workloads: time: 2 of 2 ratios agree\n")

    def test_what_one_run_alone_has_is_left_out(self):
        one = madeup.won_and_lost()
        self.assertEqual(
            compare.text(one, madeup.of_times({"other": {"glibc": [1]}})),
            "The two runs have nothing in common.\n")


class File(unittest.TestCase):
    """results.py"""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.path = os.path.join(self.folder, "results.json")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def test_a_saved_file_gives_the_same_report(self):
        made = madeup.won_and_lost()
        made.add_error("workloads", "slow", "tbbmalloc", "It crashed.")
        made.save(self.path)
        self.assertEqual(table.report(results.load(self.path)),
                         table.report(made))

    def test_a_file_of_another_kind_is_refused(self):
        for text in "", "[]", '{"format": 99}':
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertRaises(Mistake, results.load, self.path)
        self.assertRaises(Mistake, results.load, self.path + ".no")

    @unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
    def test_gnuplot_draws_the_figure(self):
        self.assertEqual(plot.draw(madeup.won_and_lost(), self.folder),
                         ["workloads-time"])
        with open(os.path.join(self.folder, "workloads-time.svg"),
                  encoding="utf-8") as file:
            text = file.read()
        for words in "pfmalloc", "mimalloc", "slower", "Workloads: time":
            self.assertIn(words, text)


class Figure(unittest.TestCase):
    """plot.py"""

    def test_a_figure_has_a_mark_for_each_ratio(self):
        text = plot.script(madeup.won_and_lost(), TIME, "out.svg")
        block = text.split("$data0 << END\n")[1].split("\nEND")[0]
        self.assertEqual([line.split()[0] for line in block.splitlines()],
                         ["0.5", "0.75", "3"])

    def test_without_ratios_there_is_no_figure(self):
        made = madeup.of_times({"row": {"glibc": [1]}}, ["glibc"])
        self.assertIsNone(plot.script(made, TIME, "out.svg"))


class Readme(unittest.TestCase):
    """readme.py"""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.path = os.path.join(self.folder, "README.md")
        self.write(f"before\n{readme.BEGIN}\nprevious\n{readme.END}\nafter\n")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def test_the_part_between_the_markers_is_replaced(self):
        readme.update(self.path, madeup.won_and_lost())
        text = self.read()
        self.assertTrue(text.startswith(f"before\n{readme.BEGIN}\n"))
        self.assertTrue(text.endswith(f"\n{readme.END}\nafter\n"))
        self.assertNotIn("previous", text)
        text = " ".join(text.split())
        for words in ("A processor", "libc6 2.36", "bench/run --only",
                      "1.04 (1.04–1.04)", "**workloads/slower**"):
            self.assertIn(words, text)

    def test_failed_runs_are_named_there(self):
        made = madeup.won_and_lost()
        made.add_error("programs", "node", "mimalloc", "It crashed.")
        readme.update(self.path, made)
        self.assertIn("programs/node on mimalloc", self.read())

    def test_a_second_update_changes_nothing(self):
        readme.update(self.path, madeup.won_and_lost())
        once = self.read()
        readme.update(self.path, madeup.won_and_lost())
        self.assertEqual(self.read(), once)

    def test_without_markers_nothing_is_written(self):
        for text in ("nothing\n", f"{readme.END}\n{readme.BEGIN}\n",
                     f"{readme.BEGIN}\n{readme.END}\n" * 2):
            self.write(text)
            self.assertRaises(Mistake, readme.update, self.path,
                              madeup.won_and_lost())
            self.assertEqual(self.read(), text)

    def test_the_projects_own_file_has_the_markers(self):
        top = os.path.join(os.path.dirname(__file__), "..", "..")
        with open(os.path.join(top, "README.md"), encoding="utf-8") as file:
            self.assertIn("new", readme.replaced(file.read(), ["new"]))


if __name__ == "__main__":
    unittest.main()
