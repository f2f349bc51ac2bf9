# SPDX-License-Identifier: MIT
#
# tests/unit/local.mk - a layer at a time, linked as ordinary code
#
# libpfcheck is every layer below lib/preload with PF_CHECKS: the self-checks
# and the failing of OS calls are on, and malloc is libc's.

noinst_HEADERS += tests/unit/unit.h
check_LTLIBRARIES += tests/unit/libunit.la
tests_unit_libunit_la_SOURCES = tests/unit/unit.c
tests_unit_libunit_la_CPPFLAGS = $(unit_cppflags)
tests_unit_libunit_la_LIBTOOLFLAGS = --tag=disable-shared

unit_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests \
	-I$(top_srcdir)/tests/unit -DPF_CHECKS
unit_cflags = $(AM_CFLAGS) -pthread
unit_ldadd = tests/unit/libunit.la tests/libtap.la libpfcheck.la

unit_programs = \
	tests/unit/faults \
	tests/unit/frames \
	tests/unit/steal \
	tests/unit/vmalloc
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

tests_unit_faults_SOURCES = tests/unit/faults.c
tests_unit_faults_CPPFLAGS = $(unit_cppflags)
tests_unit_faults_CFLAGS = $(unit_cflags)
tests_unit_faults_LDADD = $(unit_ldadd)

tests_unit_frames_SOURCES = tests/unit/frames.c
tests_unit_frames_CPPFLAGS = $(unit_cppflags)
tests_unit_frames_CFLAGS = $(unit_cflags)
tests_unit_frames_LDADD = $(unit_ldadd)

tests_unit_steal_SOURCES = tests/unit/steal.c
tests_unit_steal_CPPFLAGS = $(unit_cppflags)
tests_unit_steal_CFLAGS = $(unit_cflags)
tests_unit_steal_LDADD = $(unit_ldadd)

tests_unit_vmalloc_SOURCES = tests/unit/vmalloc.c
tests_unit_vmalloc_CPPFLAGS = $(unit_cppflags)
tests_unit_vmalloc_CFLAGS = $(unit_cflags)
tests_unit_vmalloc_LDADD = $(unit_ldadd)
