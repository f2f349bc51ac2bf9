# SPDX-License-Identifier: MIT
#
# tests/family/local.mk - the malloc family and the C++ operators, rule by rule

if ENABLE_SHARED
family_tests = \
	tests/family/alignment \
	tests/family/calloc \
	tests/family/errno \
	tests/family/realloc \
	tests/family/stats \
	tests/family/usable
check_PROGRAMS += $(family_tests)
TESTS += $(family_tests)
endif
noinst_HEADERS += tests/family/sizes.h

tests_family_alignment_SOURCES = tests/family/alignment.c
tests_family_alignment_CPPFLAGS = $(blackbox_cppflags)
tests_family_alignment_CFLAGS = $(blackbox_cflags)
tests_family_alignment_LDADD = $(blackbox_ldadd)

tests_family_calloc_SOURCES = tests/family/calloc.c
tests_family_calloc_CPPFLAGS = $(blackbox_cppflags)
tests_family_calloc_CFLAGS = $(blackbox_cflags)
tests_family_calloc_LDADD = $(blackbox_ldadd)

tests_family_errno_SOURCES = tests/family/errno.c
tests_family_errno_CPPFLAGS = $(blackbox_cppflags)
tests_family_errno_CFLAGS = $(blackbox_cflags)
tests_family_errno_LDADD = $(blackbox_ldadd)

tests_family_realloc_SOURCES = tests/family/realloc.c
tests_family_realloc_CPPFLAGS = $(blackbox_cppflags)
tests_family_realloc_CFLAGS = $(blackbox_cflags)
tests_family_realloc_LDADD = $(blackbox_ldadd)

tests_family_stats_SOURCES = tests/family/stats.c
tests_family_stats_CPPFLAGS = $(blackbox_cppflags)
tests_family_stats_CFLAGS = $(blackbox_cflags)
tests_family_stats_LDADD = $(blackbox_ldadd)

tests_family_usable_SOURCES = tests/family/usable.c
tests_family_usable_CPPFLAGS = $(blackbox_cppflags)
tests_family_usable_CFLAGS = $(blackbox_cflags)
tests_family_usable_LDADD = $(blackbox_ldadd)

if HAVE_CXX
if ENABLE_SHARED
family_cxx_tests = tests/family/cxx tests/family/cxx-late
check_PROGRAMS += $(family_cxx_tests)
TESTS += $(family_cxx_tests)
check_LTLIBRARIES += tests/family/cxx-guest.la
tests_family_cxx_guest_la_SOURCES = tests/family/cxx-guest.cc
tests_family_cxx_guest_la_CPPFLAGS = $(blackbox_cppflags)
tests_family_cxx_guest_la_CXXFLAGS = $(blackbox_cxxflags)
tests_family_cxx_guest_la_LDFLAGS = $(plugin_ldflags)
endif
endif
tests_family_cxx_SOURCES = tests/family/cxx.cc
tests_family_cxx_CPPFLAGS = $(blackbox_cppflags)
tests_family_cxx_CXXFLAGS = $(blackbox_cxxflags)
tests_family_cxx_LDADD = $(blackbox_ldadd)

tests_family_cxx_late_SOURCES = tests/family/cxx-late.c
tests_family_cxx_late_CPPFLAGS = $(blackbox_cppflags)
tests_family_cxx_late_CFLAGS = $(blackbox_cflags)
tests_family_cxx_late_LDADD = $(blackbox_ldadd)
