# SPDX-License-Identifier: MIT
#
# tests/bench/local.mk - the measuring itself is right

if ENABLE_SHARED
check_PROGRAMS += tests/bench/guest tests/bench/trace
TESTS += tests/bench/trace
endif
noinst_HEADERS += tests/bench/guest.h

tests_bench_guest_SOURCES = tests/bench/guest.c
tests_bench_guest_CPPFLAGS = $(blackbox_cppflags)
tests_bench_guest_CFLAGS = $(blackbox_cflags)

tests_bench_trace_SOURCES = tests/bench/trace.c
tests_bench_trace_CPPFLAGS = $(blackbox_cppflags)
tests_bench_trace_CFLAGS = $(blackbox_cflags)
tests_bench_trace_LDADD = $(blackbox_ldadd)

TESTS += tests/bench/bench.t
EXTRA_DIST += \
	tests/bench/bench.t \
	tests/bench/madeup.py \
	tests/bench/tap.py \
	tests/bench/test_measure.py \
	tests/bench/test_numbers.py \
	tests/bench/test_report.py
