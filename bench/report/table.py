# SPDX-License-Identifier: MIT
"""table.py - the report, in Markdown."""

from allocators import OURS
from families import FAMILIES, name_of, quantity
from stats import coverage, values_to_cut

# A ratio counts as more than 1 from here on: as it is printed.
MORE = 1.005


def is_loss(ratio):
    """Is pfmalloc slower or larger?"""
    return ratio is not None and ratio.value >= MORE


def is_clear(ratio):
    """Does the whole spread say so?"""
    return ratio.low > 1


def show_ratio(ratio):
    """'0.81 (0.79-0.83)'; without the spread if there was one round."""
    if ratio is None:
        return "–"
    if ratio.rounds < 2:
        return f"{ratio.value:.2f}"
    return f"{ratio.value:.2f} ({ratio.low:.2f}–{ratio.high:.2f})"


def bold(text):
    """In bold, if there is a text."""
    return f"**{text}**" if text else text


def escaped(text):
    """As a cell of a table."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def markdown_table(head, rows):
    """The lines of a table; numbers stand to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1)] + rows
    return ["| " + " | ".join(map(escaped, line)) + " |" for line in lines]


def present(results, family):
    """The allocators that have any value in a family."""
    rows = results.rows(family.suite, family.measure)
    return [name for name in results.allocators
            if any(results.values(family.suite, row, name, family.measure)
                   for row in rows)]


def has_failed(results, suite, row, allocator):
    """Did this allocator fail at this row, or at the group that holds it?"""
    return any(each["suite"] == suite and each["allocator"] == allocator
               and each["row"] in (row, row.split("/")[0])
               for each in results.errors)


def cell(results, family, row, name):
    """What a table says for one allocator: a quantity for the base, and where
    the base has no value, ratios for the others."""
    where = family.suite, row
    value = results.value(*where, name, family.measure)
    if value is None:
        return "failed" if has_failed(results, *where, name) else "–"
    base = results.base()
    if name == base or not results.values(*where, base, family.measure):
        return quantity(value, family)
    return show_ratio(results.ratio(*where, family.measure, name, base))


def envelope_cell(envelope):
    """'0.95 (0.90-1.00) mimalloc'"""
    if envelope is None:
        return "–"
    peer, ratio = envelope
    return f"{show_ratio(ratio)} {peer}"


def family_row(results, family, row, names):
    """The cells of one row; if pfmalloc loses there, its name and what
    concerns pfmalloc are in bold."""
    envelope = results.envelope(family.suite, row, family.measure)
    cells = [row] + [cell(results, family, row, name) for name in names]
    if OURS in names:
        cells.append(envelope_cell(envelope))
    if envelope and is_loss(envelope[1]):
        for i in 0, 1 + names.index(OURS), -1:
            cells[i] = bold(cells[i])
    return cells


def mean_row(results, family, names):
    """The cells of the geometric means; None where they make no sense."""
    base = results.base()
    if base not in names or len(names) < 2:
        return None
    full = [name for name in names if not name.endswith("-static")]
    rows = results.common_rows(family.suite, family.measure, full)
    if len(rows) < 2:
        return None
    cells = [f"geometric mean of {len(rows)}"]
    for name in names:
        mean = results.mean(family.suite, rows, family.measure, name)
        cells.append("1" if name == base else show_ratio(mean))
    if OURS in names:
        cells.append(show_ratio(results.mean_envelope(
            family.suite, rows, family.measure)))
    return cells


def head_of(results, family, names):
    """The head of a family's table."""
    head = [f"{family.what}, {'/'.join(names[:1])} = 1"
            if len(names) > 1 else family.what]
    head += names
    if OURS in names:
        head.append("pfmalloc / best peer")
    return head


def family_section(results, family, figures):
    """The lines of one family; none if nothing was measured."""
    rows = results.rows(family.suite, family.measure)
    if not rows:
        return []
    names = present(results, family)
    table = [family_row(results, family, row, names) for row in rows]
    mean = mean_row(results, family, names)
    lines = [f"## {family.title}", ""]
    if name_of(family) in figures:
        lines += [f"![{family.title}]({name_of(family)}.svg)", ""]
    lines += markdown_table(head_of(results, family, names),
                            table + ([mean] if mean else []))
    return lines + [""]


def losses(results):
    """[(family, row, peer, Ratio)] where pfmalloc is slower or larger than
    the best peer, the worst first."""
    found = []
    for family in FAMILIES:
        for row in results.rows(family.suite, family.measure):
            envelope = results.envelope(family.suite, row, family.measure)
            if envelope and is_loss(envelope[1]):
                found.append((family, row) + envelope)
    return sorted(found, key=lambda loss: -loss[3].value)


def nr_compared(results):
    """How many rows there are that could be lost."""
    return sum(1 for family in FAMILIES
               for row in results.rows(family.suite, family.measure)
               if results.envelope(family.suite, row, family.measure))


def loss_row(results, family, row, peer, ratio):
    """The cells of one loss."""
    base = results.base()
    where = family.suite, row, family.measure
    to_base = results.ratio(*where, OURS, base)
    spread = "yes" if is_clear(ratio) else "no, 1 is within it"
    if ratio.rounds < 2:
        spread = "one run"
    return list(map(bold, [
        f"{family.suite}/{row}", family.what, f"{show_ratio(ratio)} {peer}",
        show_ratio(to_base), spread]))


def losses_section(results):
    """Where pfmalloc is slower or larger."""
    if OURS not in results.allocators:
        return []
    lines = ["## Where pfmalloc is slower or larger", ""]
    found = losses(results)
    total = nr_compared(results)
    lines.append(f"Than the best peer of the row, in {len(found)} of {total} "
                 f"rows of all tables; the worst first.")
    lines.append("")
    if found:
        lines += markdown_table(
            ["row", "what", "pfmalloc / best peer",
             f"pfmalloc / {results.base()}", "beyond its spread"],
            [loss_row(results, *loss) for loss in found])
        lines.append("")
    return lines


def errors_section(results):
    """The runs that were none."""
    if not results.errors:
        return []
    lines = ["## Runs that failed", "",
             "They are not in the tables.", ""]
    lines += [f"- {each['suite']}/{each['row']} on {each['allocator']}: "
              f"{escaped(each['text'])}" for each in results.errors]
    return lines + [""]


def spread_sentence(results):
    """What the numbers in parentheses are."""
    counts = sorted({len(runs) for rows in results.index.values()
                     for row in rows.values()
                     for (_, measure), runs in row.items()
                     if len(runs) > 1 and measure != "idle_kib"})
    if not counts:
        return "There was one run of each: the numbers have no spread."
    parts = [f"{100 * coverage(count, values_to_cut(count)):.1f} % with "
             f"{count} rounds" for count in counts]
    return ("A ratio is the median of the ratios of single rounds; in "
            "parentheses the interval between two of them that holds the true "
            f"median with a probability of {', '.join(parts)}.")


def machine_sentence(about):
    """'2 cores of ..., 23.5 GiB, Linux 6.1, huge pages: madvise'"""
    machine = about["machine"]
    return (f"{machine['cores']} cores of {machine['cpu']}, "
            f"{machine['memory_gib']} GiB, {machine['system']}, Linux "
            f"{machine['kernel']}, transparent huge pages: {machine['thp']}")


def is_loaded(about):
    """Had the machine other work?"""
    machine = about["machine"]
    return machine["load_at_start"] > 0.3 * machine["cores"]


def warnings(about):
    """Sentences that a reader must know before the numbers."""
    found = []
    if not about["complete"]:
        found.append("The run was broken off: rows are missing, and some have "
                     "fewer rounds.")
    if about["quick"]:
        found.append("Made with --quick: small inputs and few rounds, good "
                     "for a first look.")
    if is_loaded(about):
        load = about["machine"]["load_at_start"]
        found.append(f"The machine had other work beside it: its load was "
                     f"{load:.1f} when the run began.")
    return found


def about_section(results):
    """Machine, versions and command."""
    about = results.about
    lines = ["# pfmalloc and its peers", ""]
    for sentence in warnings(about):
        lines += [f"**{sentence}**", ""]
    lines += [f"- machine: {machine_sentence(about)}",
              f"- command: `{about['command']}`, {about['date']}"]
    lines += [f"- {name}: {version}" if version else f"- {name}"
              for name, version in about["versions"].items()]
    lines += ["", "Less is better everywhere. Ratios are to "
              f"{results.base()}; the last column is pfmalloc over the peer "
              "that is best in that row. A row is in bold where pfmalloc is "
              "slower or larger than that peer.",
              spread_sentence(results),
              "What each number means: bench/README.md.", ""]
    return lines


def overview_section(results):
    """The geometric means of all families in one table."""
    table = overview_rows(results, FAMILIES)
    if not table:
        return []
    return ["## Geometric means", ""] + table + [""]


def overview_rows(results, families):
    """The lines of a table with a row of geometric means a family."""
    names = [name for name in results.allocators
             if not name.endswith("-static")]
    rows = []
    for family in families:
        full = [name for name in names if name in present(results, family)]
        mean = mean_row(results, family, full)
        if mean is None:
            continue
        cells = dict(zip(full, mean[1:]))
        envelope = mean[-1] if OURS in full else "–"
        count = mean[0].rpartition(" ")[2]
        rows.append([f"{family.title} ({count} rows)"]
                    + [cells.get(name, "–") for name in names] + [envelope])
    if not rows:
        return []
    return markdown_table(
        [f"geometric mean, {results.base()} = 1"] + names
        + ["pfmalloc / best peer of each row"], rows)


def report(results, figures=()):
    """The text of report.md; @figures: the names of the SVGs beside it."""
    lines = about_section(results) + errors_section(results)
    lines += overview_section(results) + losses_section(results)
    for family in FAMILIES:
        lines += family_section(results, family, figures)
    return "\n".join(lines).rstrip("\n") + "\n"
