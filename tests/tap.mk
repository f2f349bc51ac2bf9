# SPDX-License-Identifier: MIT
#
# tests/tap.mk - what the test programs share
#
# libtap brings main() and prints TAP.  A black-box test, which runs on the
# library as any program would, adds the flags below: without -fno-builtin the
# compiler leaves out calls whose result nobody uses, and the warnings are about
# the very mistakes that the tests make on purpose.

check_LTLIBRARIES += tests/libtap.la
tests_libtap_la_SOURCES = \
	tests/pattern.c \
	tests/preload.c \
	tests/process.c \
	tests/tap.c
tests_libtap_la_LIBTOOLFLAGS = --tag=disable-shared

noinst_HEADERS += \
	tests/pattern.h \
	tests/preload.h \
	tests/process.h \
	tests/tap.h

blackbox_cppflags = -I$(top_srcdir)/tests -D_GNU_SOURCE
blackbox_cflags = $(AM_CFLAGS) -fno-builtin -pthread \
	-Wno-alloc-size-larger-than -Wno-free-nonheap-object \
	-Wno-use-after-free
blackbox_cxxflags = $(AM_CXXFLAGS) -std=gnu++17 -fno-builtin -pthread \
	-Wno-alloc-size-larger-than -Wno-use-after-free
blackbox_ldadd = tests/libtap.la

# A plug-in that a test opens: a shared object in the .libs beside it.
plugin_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
