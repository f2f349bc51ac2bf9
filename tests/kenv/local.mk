# SPDX-License-Identifier: MIT
#
# tests/kenv/local.mk - the kernel's headers in user space, rule by rule
#
# Linked as unit tests are: the library as ordinary code, malloc libc's.

kenv_cppflags = -I$(top_srcdir)/include/pfmalloc -I$(top_srcdir)/lib \
	-I$(top_srcdir)/tests -I$(top_srcdir)/tests/unit \
	-I$(top_srcdir)/tests/kenv -D_GNU_SOURCE -DPF_CHECKS
kenv_cflags = $(AM_CFLAGS) -pthread
kenv_ldadd = tests/unit/libunit.la tests/libtap.la libpfkenvcheck.la \
	libpfcheck.la

kenv_programs = \
	tests/kenv/fork \
	tests/kenv/lists \
	tests/kenv/mistakes \
	tests/kenv/numbers \
	tests/kenv/rbtree \
	tests/kenv/small \
	tests/kenv/text \
	tests/kenv/threads
check_PROGRAMS += $(kenv_programs)
TESTS += $(kenv_programs) tests/kenv/headers.t
noinst_HEADERS += tests/kenv/kenv.h
EXTRA_DIST += tests/kenv/headers.t \
	tests/examples/kernel/hash_table.c \
	tests/examples/kernel/lru_cache.c \
	tests/examples/kernel/ring_buffer.c

tests_kenv_fork_SOURCES = tests/kenv/fork.c
tests_kenv_fork_CPPFLAGS = $(kenv_cppflags)
tests_kenv_fork_CFLAGS = $(kenv_cflags)
tests_kenv_fork_LDADD = $(kenv_ldadd)

tests_kenv_lists_SOURCES = tests/kenv/lists.c
tests_kenv_lists_CPPFLAGS = $(kenv_cppflags)
tests_kenv_lists_CFLAGS = $(kenv_cflags)
tests_kenv_lists_LDADD = $(kenv_ldadd)

tests_kenv_mistakes_SOURCES = tests/kenv/mistakes.c
tests_kenv_mistakes_CPPFLAGS = $(kenv_cppflags)
tests_kenv_mistakes_CFLAGS = $(kenv_cflags)
tests_kenv_mistakes_LDADD = $(kenv_ldadd)

tests_kenv_numbers_SOURCES = tests/kenv/numbers.c
tests_kenv_numbers_CPPFLAGS = $(kenv_cppflags)
tests_kenv_numbers_CFLAGS = $(kenv_cflags)
tests_kenv_numbers_LDADD = $(kenv_ldadd)

tests_kenv_rbtree_SOURCES = tests/kenv/rbtree.c
tests_kenv_rbtree_CPPFLAGS = $(kenv_cppflags)
tests_kenv_rbtree_CFLAGS = $(kenv_cflags)
tests_kenv_rbtree_LDADD = $(kenv_ldadd)

tests_kenv_small_SOURCES = tests/kenv/small.c
tests_kenv_small_CPPFLAGS = $(kenv_cppflags)
tests_kenv_small_CFLAGS = $(kenv_cflags)
tests_kenv_small_LDADD = $(kenv_ldadd)

tests_kenv_text_SOURCES = tests/kenv/text.c
tests_kenv_text_CPPFLAGS = $(kenv_cppflags)
tests_kenv_text_CFLAGS = $(kenv_cflags)
tests_kenv_text_LDADD = $(kenv_ldadd)

tests_kenv_threads_SOURCES = tests/kenv/threads.c
tests_kenv_threads_CPPFLAGS = $(kenv_cppflags)
tests_kenv_threads_CFLAGS = $(kenv_cflags)
tests_kenv_threads_LDADD = $(kenv_ldadd)
