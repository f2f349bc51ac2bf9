# SPDX-License-Identifier: MIT
"""failure.py - what can go wrong, in two kinds."""


class Mistake(Exception):
    """The command cannot be carried out: a sentence that says what to do."""


class Failure(Exception):
    """One run is no measurement: a sentence that says why.  The report names
    it; the other runs go on."""
