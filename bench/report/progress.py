# SPDX-License-Identifier: MIT
"""progress.py - what is being done, and how long it will take.

On a terminal one line is rewritten in place; elsewhere there is a line for
each job that is done.
"""

import sys
import time


def duration(seconds):
    """'42 s', '7 min' or '1 h 5 min'."""
    seconds = int(seconds + 0.5)
    if seconds < 100:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


class Progress:
    """Knows a guess for the time of each job, and corrects the guesses for
    what is left by what the jobs of the same suite have really taken."""

    def __init__(self, guesses, stream=sys.stderr, clock=time.monotonic):
        """@guesses: {(suite, name): seconds}, in the order of the jobs."""
        self.guesses = dict(guesses)
        self.done = {}  # suite: [seconds guessed, seconds taken]
        self.stream = stream
        self.clock = clock
        self.job = None
        self.began = 0

    def factor(self, suite):
        """How much longer than guessed the suite takes."""
        guessed, taken = self.done.get(suite, (0, 0))
        return taken / guessed if guessed else 1

    def seconds_left(self):
        """For all that is not done."""
        left = sum(guess * self.factor(suite)
                   for (suite, _), guess in self.guesses.items())
        if self.job:
            left -= min(self.clock() - self.began, self.guesses[self.job]
                        * self.factor(self.job[0]))
        return max(left, 0)

    def left(self):
        """'about 5 min left'."""
        return f"about {duration(self.seconds_left())} left"

    def start(self, job):
        """A (suite, name) begins."""
        self.job = job
        self.began = self.clock()

    def step(self, text):
        """What the job is doing; for terminals alone."""
        if self.stream.isatty():
            line = f"{'/'.join(self.job)}: {text}; {self.left()}"
            self.stream.write(f"\r\033[K{line[:79]}")
            self.stream.flush()

    def say(self, text):
        """A line that stays."""
        clear = "\r\033[K" if self.stream.isatty() else ""
        self.stream.write(f"{clear}{text}\n")
        self.stream.flush()

    def finish(self, text):
        """The job is done."""
        taken = self.clock() - self.began
        suite = self.job[0]
        guessed_before, taken_before = self.done.get(suite, (0, 0))
        self.done[suite] = (guessed_before + self.guesses.pop(self.job),
                            taken_before + taken)
        name = "/".join(self.job)
        self.job = None
        self.say(f"{name}: {text}, {duration(taken)}; {self.left()}")
