# SPDX-License-Identifier: MIT
"""schedule.py - in which order the allocators run.

A run leaves something behind for the next one: a warm processor, pages that
the kernel still has to clear.  So no allocator shall always follow the same
other one.  The order is a row of a Williams square: of n allocators, n even,
each follows each other one once in n rounds; for odd n, once or twice in 2 n
rounds, of which the second n run backwards.
"""


def zigzag(count):
    """0, 1, n-1, 2, n-2 ...: neighbours differ by a different amount each."""
    return [(i + 1) // 2 if i % 2 else (count - i // 2) % count
            for i in range(count)]


def order_of_round(items, number):
    """The items in the order of one round, the first being round 0."""
    count = len(items)
    order = [items[(i + number) % count] for i in zigzag(count)]
    if count % 2 and number // count % 2:
        order.reverse()
    return order
