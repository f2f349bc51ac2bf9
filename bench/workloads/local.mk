# SPDX-License-Identifier: MIT
#
# bench/workloads/local.mk - programs of our own in well-known shapes
#
# Each is linked from the C file of its name and what they share.

noinst_LTLIBRARIES += bench/workloads/libworkload.la
bench_workloads_libworkload_la_SOURCES = bench/workloads/workload.c
bench_workloads_libworkload_la_LIBTOOLFLAGS = --tag=disable-shared
noinst_HEADERS += bench/workloads/workload.h
EXTRA_DIST += bench/workloads/list

noinst_PROGRAMS += \
	bench/workloads/arrays-grow \
	bench/workloads/arrays-random \
	bench/workloads/buffers \
	bench/workloads/falseshare \
	bench/workloads/handover \
	bench/workloads/larson \
	bench/workloads/lifetimes \
	bench/workloads/phases \
	bench/workloads/strings \
	bench/workloads/symbolic \
	bench/workloads/threadchurn \
	bench/workloads/tree \
	bench/workloads/xmalloc

workload_ldadd = bench/workloads/libworkload.la
bench_workloads_arrays_grow_LDADD = $(workload_ldadd)
bench_workloads_arrays_random_LDADD = $(workload_ldadd)
bench_workloads_buffers_LDADD = $(workload_ldadd)
bench_workloads_falseshare_LDADD = $(workload_ldadd)
bench_workloads_handover_LDADD = $(workload_ldadd)
bench_workloads_larson_LDADD = $(workload_ldadd)
bench_workloads_lifetimes_LDADD = $(workload_ldadd)
bench_workloads_phases_LDADD = $(workload_ldadd)
bench_workloads_strings_LDADD = $(workload_ldadd)
bench_workloads_symbolic_LDADD = $(workload_ldadd)
bench_workloads_threadchurn_LDADD = $(workload_ldadd)
bench_workloads_tree_LDADD = $(workload_ldadd)
bench_workloads_xmalloc_LDADD = $(workload_ldadd)
