# SPDX-License-Identifier: MIT
#
# tests/ioport/local.mk - port I/O: on the simulator, and on an emulated machine
#
# "make tests/ioport/rig tests/ioport/rig-rtc" builds what tools/rig boots, with
# everything linked statically; the same sources run on the simulator in "make
# check".

ioport_cppflags = -I$(top_srcdir)/include -I$(top_srcdir)/include/pfmalloc \
	-I$(top_srcdir)/lib -I$(top_srcdir)/tests -I$(top_srcdir)/tests/unit \
	-D_GNU_SOURCE
ioport_ldflags = $(AM_LDFLAGS) -no-install

noinst_HEADERS += \
	tests/ioport/machine.h \
	tests/ioport/models.h

if ENABLE_SHARED
check_PROGRAMS += tests/ioport/devices tests/examples/rtc
check_LTLIBRARIES += tests/ioport/plugin.la
TESTS += tests/ioport/devices tests/ioport/example.t tests/ioport/names.t
endif
EXTRA_DIST += tests/ioport/example.t tests/ioport/names.t

tests_ioport_devices_SOURCES = tests/ioport/devices.c tests/ioport/models.c
tests_ioport_devices_CPPFLAGS = $(ioport_cppflags)
tests_ioport_devices_CFLAGS = $(AM_CFLAGS) -pthread
tests_ioport_devices_LDFLAGS = $(ioport_ldflags)
tests_ioport_devices_LDADD = tests/libtap.la libpfkernel.la

tests_ioport_plugin_la_SOURCES = tests/ioport/models.c tests/ioport/plugin.c
tests_ioport_plugin_la_CPPFLAGS = $(ioport_cppflags)
tests_ioport_plugin_la_CFLAGS = $(AM_CFLAGS)
tests_ioport_plugin_la_LDFLAGS = $(plugin_ldflags)
tests_ioport_plugin_la_LIBADD = libpfkernel.la

tests_examples_rtc_SOURCES = tests/examples/rtc.c
tests_examples_rtc_CPPFLAGS = $(ioport_cppflags)
tests_examples_rtc_CFLAGS = $(AM_CFLAGS)
tests_examples_rtc_LDFLAGS = $(ioport_ldflags)
tests_examples_rtc_LDADD = libpfkernel.la

EXTRA_PROGRAMS = tests/ioport/rig tests/ioport/rig-rtc
CLEANFILES += $(EXTRA_PROGRAMS)

tests_ioport_rig_SOURCES = \
	tests/ioport/devices.c \
	tests/ioport/guest.c \
	tests/ioport/models.c
tests_ioport_rig_CPPFLAGS = $(ioport_cppflags)
tests_ioport_rig_CFLAGS = $(AM_CFLAGS) -pthread
tests_ioport_rig_LDFLAGS = $(AM_LDFLAGS) -all-static
tests_ioport_rig_LDADD = tests/unit/libunit.la tests/libtap.la pfkernel.o

tests_ioport_rig_rtc_SOURCES = tests/examples/rtc.c
tests_ioport_rig_rtc_CPPFLAGS = $(ioport_cppflags)
tests_ioport_rig_rtc_CFLAGS = $(AM_CFLAGS)
tests_ioport_rig_rtc_LDFLAGS = $(AM_LDFLAGS) -all-static
tests_ioport_rig_rtc_LDADD = pfkernel.o
