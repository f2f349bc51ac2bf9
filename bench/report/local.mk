# SPDX-License-Identifier: MIT
#
# bench/report/local.mk - bench/run and what it needs

if ENABLE_SHARED
noinst_LTLIBRARIES += bench/witness.la
endif
bench_witness_la_SOURCES = bench/witness.c
bench_witness_la_LIBTOOLFLAGS = --tag=disable-static
bench_witness_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nowhere

EXTRA_DIST += \
	bench/README.md \
	bench/packages \
	bench/run \
	bench/study \
	bench/setup \
	bench/report/allocators.py \
	bench/report/compare.py \
	bench/report/failure.py \
	bench/report/families.py \
	bench/report/jobs.py \
	bench/report/machine.py \
	bench/report/main.py \
	bench/report/measure.py \
	bench/report/micro.py \
	bench/report/options.py \
	bench/report/place.py \
	bench/report/plot.py \
	bench/report/progress.py \
	bench/report/readme.py \
	bench/report/results.py \
	bench/report/runner.py \
	bench/report/schedule.py \
	bench/report/stats.py \
	bench/report/suites.py \
	bench/report/table.py \
	bench/report/witness.py
