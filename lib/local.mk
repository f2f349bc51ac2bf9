# SPDX-License-Identifier: MIT
#
# lib/local.mk - the library
#
#	libpfcore     the layers of malloc
#	libpfapi      the kernel-style API beside it, in the same style
#	libpfkenv     lib/kenv: what kernel code needs beside the allocator; and
#	              the files of lib/kapi that include the kernel's headers
#	libpfpreload  lib/preload: the names of libc
#	libpfcheck    libpfcore and libpfapi once more, with PF_CHECKS; unit tests
#	              link this, so that libc serves the test itself
#	libpfkenvcheck  the same for libpfkenv
#
# Products: libpfmalloc.so, which is preloaded, pfmalloc.o, and libpfmalloc.a with
# this one object.  The same once more with the kernel-style API: libpfkernel.so,
# pfkernel.o, libpfkernel.a.  They are two because the API's names and code cost
# each program that preloads them three page faults at its start.

core_sources = \
	lib/base/bits.h \
	lib/base/check.h \
	lib/base/compiler.h \
	lib/base/list.h \
	lib/base/print.c \
	lib/base/print.h \
	lib/base/types.h \
	lib/os/backtrace.c \
	lib/os/conf.c \
	lib/os/conf.h \
	lib/os/fault.c \
	lib/os/fault.h \
	lib/os/loader.c \
	lib/os/loader.h \
	lib/os/lock.c \
	lib/os/lock.h \
	lib/os/memory.c \
	lib/os/os.h \
	lib/os/report.c \
	lib/os/report.h \
	lib/os/thread.c \
	lib/os/thread.h \
	lib/page/page.h \
	lib/page/span.c \
	lib/page/span.h \
	lib/buddy/buddy.c \
	lib/buddy/buddy.h \
	lib/buddy/map.c \
	lib/buddy/map.h \
	lib/buddy/pcp.c \
	lib/buddy/pcp.h \
	lib/buddy/reclaim.c \
	lib/buddy/zone.c \
	lib/buddy/zone.h \
	lib/slab/barn.c \
	lib/slab/barn.h \
	lib/slab/class.c \
	lib/slab/class.h \
	lib/slab/gate.c \
	lib/slab/gate.h \
	lib/slab/node.c \
	lib/slab/node.h \
	lib/slab/reclaimer.c \
	lib/slab/reclaimer.h \
	lib/slab/sheaf.c \
	lib/slab/sheaf.h \
	lib/slab/slab.c \
	lib/slab/slab.h \
	lib/slab/steal.c \
	lib/slab/steal.h \
	lib/slab/thread.c \
	lib/slab/thread.h \
	lib/vmalloc/vmalloc.c \
	lib/vmalloc/vmalloc.h \
	lib/kmem/emergency.c \
	lib/kmem/emergency.h \
	lib/kmem/kmem.c \
	lib/kmem/kmem.h \
	lib/kmem/stats.c \
	lib/malloc/aligned.c \
	lib/malloc/badptr.c \
	lib/malloc/foreign.c \
	lib/malloc/info.c \
	lib/malloc/last_words.c \
	lib/malloc/malloc.c \
	lib/malloc/malloc.h \
	lib/malloc/realloc.c

api_sources = \
	lib/os/frames.c \
	lib/os/frames.h \
	lib/os/port.c \
	lib/os/port.h \
	lib/ioport/access.c \
	lib/ioport/devport.c \
	lib/ioport/ioperm.c \
	lib/ioport/ports.h \
	lib/ioport/record.c \
	lib/ioport/refuse.c \
	lib/ioport/region.c \
	lib/ioport/resource.c \
	lib/ioport/resource.h \
	lib/ioport/sim.c \
	lib/kenv/os.c \
	lib/kapi/areas.c \
	lib/kapi/areas.h \
	lib/kapi/bulk.c \
	lib/kapi/cache.c \
	lib/kapi/cache.h \
	lib/kapi/contents.c \
	lib/kapi/dma.c \
	lib/kapi/frames.c \
	lib/kapi/frames.h \
	lib/kapi/handlers.c \
	lib/kapi/highmem.c \
	lib/kapi/kapi.h \
	lib/kapi/kmalloc.c \
	lib/kapi/kmap.c \
	lib/kapi/kmap.h \
	lib/kapi/layout.h \
	lib/kapi/mempool.c \
	lib/kapi/meta.c \
	lib/kapi/misuse.c \
	lib/kapi/object.c \
	lib/kapi/pages.c \
	lib/kapi/pages.h \
	lib/kapi/range.c \
	lib/kapi/range.h \
	lib/kapi/reserve.c \
	lib/kapi/reserve.h \
	lib/kapi/shrinker.c \
	lib/kapi/slabs.c \
	lib/kapi/slabs.h \
	lib/kapi/views.c \
	lib/kapi/vmalloc.c \
	lib/kapi/vmalloc.h \
	lib/kapi/vmap.c \
	lib/kapi/zones.c \
	lib/kapi/zones.h

# The kernel's neighbours, and the part of lib/kapi that is like them: written
# against the headers that they serve.
kenv_sources = \
	lib/kenv/crc32.c \
	lib/kenv/kenv.h \
	lib/kenv/kstrtox.c \
	lib/kenv/kthread.c \
	lib/kenv/lock.c \
	lib/kenv/module.c \
	lib/kenv/once.c \
	lib/kenv/percpu.c \
	lib/kenv/printk.c \
	lib/kenv/random.c \
	lib/kenv/rbtree.c \
	lib/kenv/rcu.c \
	lib/kenv/sort.c \
	lib/kenv/string.c \
	lib/kenv/task.c \
	lib/kenv/timer.c \
	lib/kenv/uaccess.c \
	lib/kenv/vsprintf.c \
	lib/kenv/wait.c \
	lib/kenv/workqueue.c \
	lib/kapi/kasprintf.c \
	lib/kapi/mm.c \
	lib/kapi/mmzone.c \
	lib/kapi/reclaim.c \
	lib/kapi/report.c

preload_sources = \
	lib/preload/exports.c \
	lib/preload/init.c \
	lib/preload/operators.c

# Position-independent objects alone: they serve the shared library and every
# kind of program.
noinst_LTLIBRARIES += libpfcore.la libpfapi.la libpfkenv.la libpfpreload.la
libpfcore_la_SOURCES = $(core_sources)
libpfcore_la_CFLAGS = $(AM_CFLAGS) $(PF_LIB_CFLAGS)
libpfapi_la_SOURCES = $(api_sources)
libpfapi_la_CFLAGS = $(AM_CFLAGS) $(PF_LIB_CFLAGS)
libpfkenv_la_SOURCES = $(kenv_sources)
libpfkenv_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/include/pfmalloc
libpfkenv_la_CFLAGS = $(AM_CFLAGS) $(PF_LIB_CFLAGS)
libpfpreload_la_SOURCES = $(preload_sources)
libpfpreload_la_CFLAGS = $(AM_CFLAGS) $(PF_LIB_CFLAGS) $(PF_PRELOAD_CFLAGS)

check_LTLIBRARIES += libpfcheck.la
libpfcheck_la_SOURCES = $(core_sources) $(api_sources)
libpfcheck_la_CPPFLAGS = $(AM_CPPFLAGS) -DPF_CHECKS
libpfcheck_la_CFLAGS = $(AM_CFLAGS) $(PF_LIB_CFLAGS)

# Both in one archive, for tests of what uses files of both: they call each
# other.
check_LTLIBRARIES += libpfkernelcheck.la
libpfkernelcheck_la_SOURCES =
libpfkernelcheck_la_LIBADD = libpfkenvcheck.la libpfcheck.la

check_LTLIBRARIES += libpfkenvcheck.la
libpfkenvcheck_la_SOURCES = $(kenv_sources)
libpfkenvcheck_la_CPPFLAGS = $(libpfkenv_la_CPPFLAGS) -DPF_CHECKS
libpfkenvcheck_la_CFLAGS = $(AM_CFLAGS) $(PF_LIB_CFLAGS)

if ENABLE_SHARED
libpfapi_la_LIBTOOLFLAGS = --tag=disable-static
libpfcore_la_LIBTOOLFLAGS = --tag=disable-static
libpfpreload_la_LIBTOOLFLAGS = --tag=disable-static
libpfcheck_la_LIBTOOLFLAGS = --tag=disable-static
libpfkenv_la_LIBTOOLFLAGS = --tag=disable-static
libpfkenvcheck_la_LIBTOOLFLAGS = --tag=disable-static
libpfkernelcheck_la_LIBTOOLFLAGS = --tag=disable-static
endif

# The version of the binary interface, current:revision:age, moves only with a
# release:
#	the code changed, the interface did not      c : r+1 : a
#	something was added to the interface         c+1 : 0 : a+1
#	something was removed or changed meaning     c+1 : 0 : 0
# The last of these changes the name libpfmalloc.so.0, which people write into
# LD_PRELOAD: it is not done by accident.
if ENABLE_SHARED
lib_LTLIBRARIES += libpfmalloc.la libpfkernel.la
endif
shared_ldflags = $(AM_LDFLAGS) $(PF_LIB_LDFLAGS) \
	-version-info 0:0:0 -no-undefined \
	-Wl,--version-script=$(top_srcdir)/lib/preload/libpfmalloc.map

# Part of the shared libraries alone.
shared_sources = lib/preload/dlopen.c
shared_cflags = $(AM_CFLAGS) $(PF_LIB_CFLAGS)

libpfmalloc_la_SOURCES = $(shared_sources)
libpfmalloc_la_CFLAGS = $(shared_cflags)
libpfmalloc_la_LIBADD = libpfpreload.la libpfcore.la
libpfmalloc_la_LIBTOOLFLAGS = --tag=disable-static
libpfmalloc_la_LDFLAGS = $(shared_ldflags)
EXTRA_libpfmalloc_la_DEPENDENCIES = lib/preload/libpfmalloc.map

libpfkernel_la_SOURCES = $(shared_sources)
libpfkernel_la_CFLAGS = $(shared_cflags)
libpfkernel_la_LIBADD = libpfpreload.la libpfkenv.la libpfapi.la libpfcore.la
libpfkernel_la_LIBTOOLFLAGS = --tag=disable-static
libpfkernel_la_LDFLAGS = $(shared_ldflags)
EXTRA_libpfkernel_la_DEPENDENCIES = lib/preload/libpfmalloc.map

# One object with everything: the linker takes all of it or nothing, so malloc
# and free cannot come from two allocators.  Hidden names become local, so the
# program's own buddy_alloc() does not collide with ours.
pfmalloc.o: libpfpreload.la libpfcore.la
pfkernel.o: libpfpreload.la libpfkenv.la libpfapi.la libpfcore.la
pfmalloc.o pfkernel.o:
	$(AM_V_GEN)rm -f $@ $@-tmp && \
	$(CC) $(AM_CFLAGS) $(CFLAGS) $(PF_RELOC_FLAGS) -o $@-tmp \
		-Wl,--whole-archive $(^:%.la=.libs/%.a) \
		-Wl,--no-whole-archive && \
	$(OBJCOPY) --localize-hidden $@-tmp && \
	mv $@-tmp $@

# D: no times and user ids, the same input gives the same archive.
libpfmalloc.a: pfmalloc.o
libpfkernel.a: pfkernel.o
libpfmalloc.a libpfkernel.a:
	$(AM_V_GEN)rm -f $@ && $(AR) crD $@ $< && $(RANLIB) $@

if ENABLE_STATIC
staticdir = $(libdir)
static_DATA = pfmalloc.o libpfmalloc.a pfkernel.o libpfkernel.a
endif
CLEANFILES += pfmalloc.o pfmalloc.o-tmp libpfmalloc.a \
	pfkernel.o pfkernel.o-tmp libpfkernel.a

pkgconfig_DATA += lib/pfkernel.pc lib/pfmalloc.pc
dist_man_MANS += \
	lib/ioport/pfmalloc-ioport.3 \
	lib/kapi/pfmalloc-kmem.3 \
	lib/kenv/pfmalloc-kenv.7 \
	lib/malloc/pfmalloc.3 \
	lib/os/pfmalloc.conf.5 \
	lib/preload/pfmalloc.7
EXTRA_DIST += lib/layers lib/preload/libpfmalloc.map
