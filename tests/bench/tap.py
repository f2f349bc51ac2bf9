# SPDX-License-Identifier: MIT
"""tap.py - run the test_*.py beside it, and print TAP."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "bench", "report")]


class Tap(unittest.TestResult):
    """A line for each test, named by its sentence."""

    def line(self, verdict, test, note=""):
        name = test.id().split(".")[-1]
        name = name.removeprefix("test_").replace("_", " ")
        print(f"{verdict} {self.testsRun} - {name}{note}")

    def bad(self, test, error):
        self.line("not ok", test)
        text = self._exc_info_to_string(error, test)
        print("".join(f"# {line}\n" for line in text.splitlines()), end="")

    def addSuccess(self, test):
        self.line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.bad(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        if not isinstance(test, unittest.TestCase):
            self.testsRun += 1  # what a whole class needs could not be made
        self.bad(test, err)

    def addSkip(self, test, reason):
        self.line("ok", test, f" # SKIP {reason}")


def main():
    """Run them all; the exit status is for tests that broke off."""
    result = Tap()
    unittest.defaultTestLoader.discover(HERE).run(result)
    print(f"1..{result.testsRun}")


main()
