# SPDX-License-Identifier: MIT
#
# bench/micro/local.mk - small measurements
#
#	micro    google-benchmark, on whatever malloc is preloaded
#	micro-pfmalloc-static, micro-mimalloc-static
#	         the same, linked with an allocator
#	layers   google-benchmark on the library's layers below malloc
#	kernel   google-benchmark on the kernel-style calls of libpfkernel
#	count    single operations, for counting instructions
#	count-pfmalloc-static, count-mimalloc-static
#	count-pfkernel-static
#	         with operations of the kernel-style calls beside the others
#
# What needs google-benchmark or a mimalloc.o is left out where configure has
# found none.

EXTRA_DIST += \
	bench/micro/instructions \
	bench/micro/mimalloc-object

bench_micro_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_micro_cxxflags = $(AM_CXXFLAGS) -std=gnu++17 -pthread

# The allocators that are linked in: not under a sanitizer, which brings a
# malloc of its own.
if HAVE_CXX
noinst_PROGRAMS += bench/micro/count
if BENCH_STATIC_PFMALLOC
noinst_PROGRAMS += \
	bench/micro/count-pfmalloc-static \
	bench/micro/count-pfkernel-static
endif
if BENCH_STATIC_MIMALLOC
noinst_PROGRAMS += bench/micro/count-mimalloc-static
endif
if HAVE_BENCHMARK
noinst_PROGRAMS += bench/micro/micro bench/micro/layers
if ENABLE_SHARED
noinst_PROGRAMS += bench/micro/kernel
endif
if BENCH_STATIC_PFMALLOC
noinst_PROGRAMS += bench/micro/micro-pfmalloc-static
endif
if BENCH_STATIC_MIMALLOC
noinst_PROGRAMS += bench/micro/micro-mimalloc-static
endif
endif
endif

# -export-dynamic: the allocators' libraries find count's clock, and libstdc++
# finds the malloc that was linked in.
bench_micro_ldflags = $(AM_LDFLAGS) -export-dynamic

count_sources = \
	bench/micro/count.c \
	bench/micro/count.h \
	bench/micro/count-cxx.cc \
	bench/micro/origin.c \
	bench/micro/origin.h

bench_micro_count_SOURCES = $(count_sources)
bench_micro_count_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_count_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_count_LDFLAGS = $(bench_micro_ldflags)

bench_micro_count_pfmalloc_static_SOURCES = $(count_sources)
bench_micro_count_pfmalloc_static_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_count_pfmalloc_static_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_count_pfmalloc_static_LDFLAGS = $(bench_micro_ldflags)
bench_micro_count_pfmalloc_static_LDADD = pfmalloc.o

bench_micro_count_pfkernel_static_SOURCES = \
	$(count_sources) bench/micro/count-kernel.c
bench_micro_count_pfkernel_static_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_count_pfkernel_static_CFLAGS = $(bench_micro_kernel_CFLAGS)
bench_micro_count_pfkernel_static_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_count_pfkernel_static_LDFLAGS = $(bench_micro_ldflags)
bench_micro_count_pfkernel_static_LDADD = pfkernel.o

bench_micro_count_mimalloc_static_SOURCES = $(count_sources)
bench_micro_count_mimalloc_static_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_count_mimalloc_static_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_count_mimalloc_static_LDFLAGS = $(bench_micro_ldflags)
bench_micro_count_mimalloc_static_LDADD = $(MIMALLOC_OBJECT)

micro_sources = \
	bench/micro/batches.cc \
	bench/micro/large.cc \
	bench/micro/micro.cc \
	bench/micro/micro.h \
	bench/micro/origin.c \
	bench/micro/origin.h \
	bench/micro/pairs.cc \
	bench/micro/realloc.cc

bench_micro_micro_SOURCES = $(micro_sources) bench/micro/any-malloc.cc
bench_micro_micro_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_micro_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_micro_LDFLAGS = $(bench_micro_ldflags)
bench_micro_micro_LDADD = $(BENCHMARK_LIBS)

bench_micro_micro_pfmalloc_static_SOURCES = \
	$(micro_sources) bench/micro/static-pfmalloc.cc
bench_micro_micro_pfmalloc_static_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_micro_pfmalloc_static_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_micro_pfmalloc_static_LDFLAGS = $(bench_micro_ldflags)
bench_micro_micro_pfmalloc_static_LDADD = pfmalloc.o $(BENCHMARK_LIBS)

bench_micro_micro_mimalloc_static_SOURCES = \
	$(micro_sources) bench/micro/static-mimalloc.cc
bench_micro_micro_mimalloc_static_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_micro_mimalloc_static_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_micro_mimalloc_static_LDFLAGS = $(bench_micro_ldflags)
bench_micro_micro_mimalloc_static_LDADD = $(MIMALLOC_OBJECT) $(BENCHMARK_LIBS)

bench_micro_layers_SOURCES = \
	bench/micro/layer-calls.c \
	bench/micro/layers.cc \
	bench/micro/layer-calls.h \
	bench/micro/micro.cc \
	bench/micro/micro.h \
	bench/micro/origin.c \
	bench/micro/origin.h
bench_micro_layers_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_layers_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_layers_LDADD = libpfcore.la $(BENCHMARK_LIBS)

# The kernel's headers are for the C file alone: <linux/...> are other files to
# C++'s library.  -no-install: the program itself stands here, not a script.
bench_micro_kernel_SOURCES = \
	bench/micro/kernel-calls.c \
	bench/micro/kernel-calls.h \
	bench/micro/kernel.cc \
	bench/micro/micro.cc \
	bench/micro/micro.h \
	bench/micro/origin.c \
	bench/micro/origin.h
bench_micro_kernel_CPPFLAGS = $(bench_micro_cppflags)
bench_micro_kernel_CFLAGS = $(AM_CFLAGS) -I$(top_srcdir)/include/pfmalloc
bench_micro_kernel_CXXFLAGS = $(bench_micro_cxxflags)
bench_micro_kernel_LDFLAGS = $(AM_LDFLAGS) -no-install
bench_micro_kernel_LDADD = libpfkernel.la $(BENCHMARK_LIBS)
