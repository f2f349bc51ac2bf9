# SPDX-License-Identifier: MIT
#
# tests/unit/local.mk - a layer at a time, linked as ordinary code
#
# libpfcheck is every layer below lib/preload with PF_CHECKS: the self-checks
# and the failing of OS calls are on, and malloc is libc's.

noinst_HEADERS += tests/unit/abort.h tests/unit/objects.h \
	tests/unit/unit.h
check_LTLIBRARIES += tests/unit/libunit.la
tests_unit_libunit_la_SOURCES = tests/unit/unit.c
tests_unit_libunit_la_CPPFLAGS = $(unit_cppflags)
tests_unit_libunit_la_LIBTOOLFLAGS = --tag=disable-shared

unit_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests \
	-I$(top_srcdir)/tests/unit -DPF_CHECKS
unit_cflags = $(AM_CFLAGS) -pthread
unit_ldadd = tests/unit/libunit.la tests/libtap.la libpfcheck.la

unit_programs = \
	tests/unit/bits \
	tests/unit/buddy \
	tests/unit/conf \
	tests/unit/emergency \
	tests/unit/faults \
	tests/unit/fork \
	tests/unit/frames \
	tests/unit/ioport \
	tests/unit/ioport-tree \
	tests/unit/list \
	tests/unit/lock \
	tests/unit/malloc \
	tests/unit/memory \
	tests/unit/node \
	tests/unit/pcp \
	tests/unit/print \
	tests/unit/sheaf \
	tests/unit/slab \
	tests/unit/span \
	tests/unit/steal \
	tests/unit/thread \
	tests/unit/trace \
	tests/unit/vmalloc
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

tests_unit_bits_SOURCES = tests/unit/bits.c
tests_unit_bits_CPPFLAGS = $(unit_cppflags)
tests_unit_bits_CFLAGS = $(unit_cflags)
tests_unit_bits_LDADD = $(unit_ldadd)

tests_unit_buddy_SOURCES = tests/unit/buddy.c
tests_unit_buddy_CPPFLAGS = $(unit_cppflags)
tests_unit_buddy_CFLAGS = $(unit_cflags)
tests_unit_buddy_LDADD = $(unit_ldadd)

tests_unit_conf_SOURCES = tests/unit/conf.c
tests_unit_conf_CPPFLAGS = $(unit_cppflags)
tests_unit_conf_CFLAGS = $(unit_cflags)
tests_unit_conf_LDADD = $(unit_ldadd)

tests_unit_emergency_SOURCES = tests/unit/emergency.c
tests_unit_emergency_CPPFLAGS = $(unit_cppflags)
tests_unit_emergency_CFLAGS = $(unit_cflags)
tests_unit_emergency_LDADD = $(unit_ldadd)

tests_unit_faults_SOURCES = tests/unit/faults.c
tests_unit_faults_CPPFLAGS = $(unit_cppflags)
tests_unit_faults_CFLAGS = $(unit_cflags)
tests_unit_faults_LDADD = $(unit_ldadd)

tests_unit_fork_SOURCES = tests/unit/fork.c
tests_unit_fork_CPPFLAGS = $(unit_cppflags)
tests_unit_fork_CFLAGS = $(unit_cflags)
tests_unit_fork_LDADD = $(unit_ldadd)

tests_unit_frames_SOURCES = tests/unit/frames.c
tests_unit_frames_CPPFLAGS = $(unit_cppflags)
tests_unit_frames_CFLAGS = $(unit_cflags)
tests_unit_frames_LDADD = $(unit_ldadd)

tests_unit_ioport_SOURCES = tests/unit/ioport.c
tests_unit_ioport_CPPFLAGS = $(unit_cppflags)
tests_unit_ioport_CFLAGS = $(unit_cflags)
tests_unit_ioport_LDADD = $(unit_ldadd)

tests_unit_ioport_tree_SOURCES = tests/unit/ioport-tree.c
tests_unit_ioport_tree_CPPFLAGS = $(unit_cppflags)
tests_unit_ioport_tree_CFLAGS = $(unit_cflags)
tests_unit_ioport_tree_LDADD = $(unit_ldadd)

tests_unit_list_SOURCES = tests/unit/list.c
tests_unit_list_CPPFLAGS = $(unit_cppflags)
tests_unit_list_CFLAGS = $(unit_cflags)
tests_unit_list_LDADD = $(unit_ldadd)

tests_unit_lock_SOURCES = tests/unit/lock.c
tests_unit_lock_CPPFLAGS = $(unit_cppflags)
tests_unit_lock_CFLAGS = $(unit_cflags)
tests_unit_lock_LDADD = $(unit_ldadd)

tests_unit_malloc_SOURCES = tests/unit/malloc.c
tests_unit_malloc_CPPFLAGS = $(unit_cppflags)
tests_unit_malloc_CFLAGS = $(unit_cflags)
tests_unit_malloc_LDADD = $(unit_ldadd)

tests_unit_memory_SOURCES = tests/unit/memory.c
tests_unit_memory_CPPFLAGS = $(unit_cppflags)
tests_unit_memory_CFLAGS = $(unit_cflags)
tests_unit_memory_LDADD = $(unit_ldadd)

tests_unit_node_SOURCES = tests/unit/node.c
tests_unit_node_CPPFLAGS = $(unit_cppflags)
tests_unit_node_CFLAGS = $(unit_cflags)
tests_unit_node_LDADD = $(unit_ldadd)

tests_unit_pcp_SOURCES = tests/unit/pcp.c
tests_unit_pcp_CPPFLAGS = $(unit_cppflags)
tests_unit_pcp_CFLAGS = $(unit_cflags)
tests_unit_pcp_LDADD = $(unit_ldadd)

tests_unit_print_SOURCES = tests/unit/print.c
tests_unit_print_CPPFLAGS = $(unit_cppflags)
tests_unit_print_CFLAGS = $(unit_cflags)
tests_unit_print_LDADD = $(unit_ldadd)

tests_unit_sheaf_SOURCES = tests/unit/sheaf.c
tests_unit_sheaf_CPPFLAGS = $(unit_cppflags)
tests_unit_sheaf_CFLAGS = $(unit_cflags)
tests_unit_sheaf_LDADD = $(unit_ldadd)

tests_unit_slab_SOURCES = tests/unit/slab.c
tests_unit_slab_CPPFLAGS = $(unit_cppflags)
tests_unit_slab_CFLAGS = $(unit_cflags)
tests_unit_slab_LDADD = $(unit_ldadd)

tests_unit_span_SOURCES = tests/unit/span.c
tests_unit_span_CPPFLAGS = $(unit_cppflags)
tests_unit_span_CFLAGS = $(unit_cflags)
tests_unit_span_LDADD = $(unit_ldadd)

tests_unit_steal_SOURCES = tests/unit/steal.c
tests_unit_steal_CPPFLAGS = $(unit_cppflags)
tests_unit_steal_CFLAGS = $(unit_cflags)
tests_unit_steal_LDADD = $(unit_ldadd)

tests_unit_thread_SOURCES = tests/unit/thread.c
tests_unit_thread_CPPFLAGS = $(unit_cppflags)
tests_unit_thread_CFLAGS = $(unit_cflags)
tests_unit_thread_LDADD = $(unit_ldadd)

tests_unit_trace_SOURCES = tests/unit/trace.c
tests_unit_trace_CPPFLAGS = $(unit_cppflags) -I$(top_srcdir)/bench/trace
tests_unit_trace_CFLAGS = $(unit_cflags)
tests_unit_trace_LDADD = bench/trace/libtrace.la $(unit_ldadd)

tests_unit_vmalloc_SOURCES = tests/unit/vmalloc.c
tests_unit_vmalloc_CPPFLAGS = $(unit_cppflags)
tests_unit_vmalloc_CFLAGS = $(unit_cflags)
tests_unit_vmalloc_LDADD = $(unit_ldadd)
