# SPDX-License-Identifier: MIT
#
# bench/trace/local.mk - record the allocation calls of a program, play them
#
#	librecorder.so  preloaded into the program; not installed
#	libtrace        reading and playing, for replay and for the tests
#	replay          plays a trace on the malloc it is started with

noinst_LTLIBRARIES += bench/trace/libtrace.la
noinst_PROGRAMS += bench/trace/replay
noinst_HEADERS += \
	bench/trace/event.h \
	bench/trace/format.h \
	bench/trace/player.h \
	bench/trace/reader.h \
	bench/trace/recording.h

if ENABLE_SHARED
noinst_LTLIBRARIES += bench/trace/librecorder.la
endif
bench_trace_librecorder_la_SOURCES = \
	bench/trace/objects.c \
	bench/trace/recorder.c \
	bench/trace/recording.c
bench_trace_librecorder_la_CFLAGS = $(AM_CFLAGS) $(PF_LIB_CFLAGS)
bench_trace_librecorder_la_LIBTOOLFLAGS = --tag=disable-static
# -rpath makes libtool build a shared object of what is not installed
bench_trace_librecorder_la_LDFLAGS = $(AM_LDFLAGS) $(PF_LIB_LDFLAGS) \
	-module -avoid-version -shared -rpath /nowhere

bench_trace_libtrace_la_SOURCES = \
	bench/trace/player.c \
	bench/trace/reader.c
bench_trace_libtrace_la_CFLAGS = $(AM_CFLAGS) -pthread
bench_trace_libtrace_la_LIBTOOLFLAGS = --tag=disable-shared

bench_trace_replay_SOURCES = bench/trace/replay.c
bench_trace_replay_CFLAGS = $(AM_CFLAGS) -pthread
bench_trace_replay_LDADD = bench/trace/libtrace.la

EXTRA_DIST += \
	bench/record \
	bench/replay \
	bench/trace/README.md \
	bench/trace/build
