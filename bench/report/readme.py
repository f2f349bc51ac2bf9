# SPDX-License-Identifier: MIT
"""readme.py - the part of README.md that a run writes."""

import os
import re
import textwrap

from allocators import OURS
from failure import Mistake
from families import FAMILIES
from table import (losses, loss_row, machine_sentence, markdown_table,
                   nr_compared, overview_rows, spread_sentence, warnings)

BEGIN = "<!-- bench: begin -->"
END = "<!-- bench: end -->"
SUITES = ["workloads", "programs", "instructions"]
LOSSES_SHOWN = 12


def readme_families():
    """The families that a reader of README.md shall see."""
    return [family for family in FAMILIES
            if family.suite in SUITES and family.measure != "cpu_s"]


def wrapped(text):
    """The lines of a paragraph, as the rest of the file has them."""
    return textwrap.wrap(text, 80, break_long_words=False,
                         break_on_hyphens=False)


def losses_lines(results):
    """The worst rows, and how many there are."""
    found = losses(results)
    shown = [loss for loss in found if loss[0] in readme_families()]
    shown = shown[:LOSSES_SHOWN]
    sentence = (f"pfmalloc is slower or larger than the best peer of the row "
                f"in {len(found)} of {nr_compared(results)} rows of the full "
                f"report.")
    if shown:
        sentence += f" The worst {len(shown)} of the families above:"
    lines = wrapped(sentence)
    if shown:
        lines.append("")
        lines += markdown_table(
            ["row", "what", "pfmalloc / best peer",
             f"pfmalloc / {results.base()}", "beyond its spread"],
            [loss_row(results, *loss) for loss in shown])
    return lines


def part(results):
    """The lines between the markers."""
    table = overview_rows(results, readme_families())
    if not table:
        raise Mistake("This run has no geometric means: README.md is for runs "
                      "of several workloads on glibc and others.")
    about = results.about
    versions = [f"{name} {version}" if version else name
                for name, version in about["versions"].items()]
    sentences = [f"`{about['command']}`, {about['date']}, on "
                 f"{machine_sentence(about)}. {', '.join(versions)}."]
    sentences += warnings(about)
    sentences.append("Less is better. " + spread_sentence(results))
    lines = wrapped(" ".join(sentences)) + [""] + table
    if results.errors:
        failed = sorted({f"{each['suite']}/{each['row']} on "
                         f"{each['allocator']}" for each in results.errors})
        lines += [""] + wrapped("Runs that failed, and are not in the table: "
                                + ", ".join(failed) + ".")
    if OURS in results.allocators:
        lines += [""] + losses_lines(results)
    return lines


def replaced(text, lines):
    """The text with other lines between its markers."""
    pattern = re.compile(rf"^{re.escape(BEGIN)}$.*^{re.escape(END)}$",
                         re.MULTILINE | re.DOTALL)
    if (text.count(BEGIN), text.count(END)) != (1, 1) or \
            not pattern.search(text):
        raise Mistake(f"README.md must have the lines {BEGIN} and {END} once "
                      f"each, in this order.")
    new = "\n".join([BEGIN, ""] + lines + ["", END])
    return pattern.sub(lambda _: new, text)


def update(path, results):
    """Rewrite the part of a README.md."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    new = replaced(text, part(results))
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(new)
    os.replace(path + ".new", path)
