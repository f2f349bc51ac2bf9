# SPDX-License-Identifier: MIT
#
# tests/death/local.mk - one mistake a process, and the sentence it must end in

if ENABLE_SHARED
check_PROGRAMS += tests/death/death tests/death/mistakes
TESTS += tests/death/death
endif

tests_death_death_SOURCES = tests/death/death.c
tests_death_death_CPPFLAGS = $(blackbox_cppflags)
tests_death_death_CFLAGS = $(blackbox_cflags)
tests_death_death_LDADD = $(blackbox_ldadd)

# -export-dynamic: the call stack of a report names functions of the program.
tests_death_mistakes_SOURCES = tests/death/mistakes.c
tests_death_mistakes_CPPFLAGS = $(blackbox_cppflags)
tests_death_mistakes_CFLAGS = $(blackbox_cflags)
tests_death_mistakes_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
