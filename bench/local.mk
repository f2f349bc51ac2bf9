# SPDX-License-Identifier: MIT
#
# bench/local.mk - measurements; built with the rest, run by hand

noinst_PROGRAMS += bench/startup
bench_startup_SOURCES = bench/startup.c

include bench/micro/local.mk
include bench/programs/local.mk
include bench/report/local.mk
include bench/trace/local.mk
include bench/workloads/local.mk
