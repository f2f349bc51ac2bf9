# SPDX-License-Identifier: MIT
#
# tests/kapi/local.mk - the kernel's allocators in user space, rule by rule
#
# Linked as the tests of lib/kenv are: the library as ordinary code, malloc
# libc's.

kapi_cppflags = $(kenv_cppflags) -I$(top_srcdir)/include \
	-I$(top_srcdir)/tests/kapi
kapi_cflags = $(kenv_cflags)
# The two parts of the library use each other.
kapi_ldflags = -Wl,-u,kapi_warn -Wl,-u,kapi_is_reclaiming -Wl,-u,kapi_make_node
kapi_ldadd = $(kenv_ldadd)

kapi_programs = \
	tests/kapi/atomic \
	tests/kapi/kmap \
	tests/kapi/mappings \
	tests/kapi/pages \
	tests/kapi/refused \
	tests/kapi/zones
# Of objects, pools, areas and shrinkers.
slab_programs = \
	tests/kapi/areas \
	tests/kapi/caches \
	tests/kapi/fork \
	tests/kapi/kmalloc \
	tests/kapi/misuse \
	tests/kapi/model \
	tests/kapi/pools \
	tests/kapi/storm
kapi_programs += $(slab_programs)
check_PROGRAMS += $(kapi_programs)
TESTS += $(kapi_programs) tests/kapi/modules.t tests/kapi/names.t \
	tests/kapi/versions.t
EXTRA_DIST += tests/kapi/modules.t tests/kapi/names.c tests/kapi/names.t \
	tests/kapi/versions.t \
	tests/examples/kernel/driver.c
noinst_HEADERS += tests/kapi/kapi.h tests/kapi/slab.h

tests_kapi_atomic_SOURCES = tests/kapi/atomic.c
tests_kapi_atomic_CPPFLAGS = $(kapi_cppflags)
tests_kapi_atomic_CFLAGS = $(kapi_cflags)
tests_kapi_atomic_LDFLAGS = $(kapi_ldflags)
tests_kapi_atomic_LDADD = $(kapi_ldadd)

tests_kapi_kmap_SOURCES = tests/kapi/kmap.c
tests_kapi_kmap_CPPFLAGS = $(kapi_cppflags)
tests_kapi_kmap_CFLAGS = $(kapi_cflags)
tests_kapi_kmap_LDFLAGS = $(kapi_ldflags)
tests_kapi_kmap_LDADD = $(kapi_ldadd)

tests_kapi_mappings_SOURCES = tests/kapi/mappings.c
tests_kapi_mappings_CPPFLAGS = $(kapi_cppflags)
tests_kapi_mappings_CFLAGS = $(kapi_cflags)
tests_kapi_mappings_LDFLAGS = $(kapi_ldflags)
tests_kapi_mappings_LDADD = $(kapi_ldadd)

tests_kapi_pages_SOURCES = tests/kapi/pages.c
tests_kapi_pages_CPPFLAGS = $(kapi_cppflags)
tests_kapi_pages_CFLAGS = $(kapi_cflags)
tests_kapi_pages_LDFLAGS = $(kapi_ldflags)
tests_kapi_pages_LDADD = $(kapi_ldadd)

tests_kapi_refused_SOURCES = tests/kapi/refused.c
tests_kapi_refused_CPPFLAGS = $(kapi_cppflags)
tests_kapi_refused_CFLAGS = $(kapi_cflags)
tests_kapi_refused_LDFLAGS = $(kapi_ldflags)
tests_kapi_refused_LDADD = $(kapi_ldadd)

tests_kapi_zones_SOURCES = tests/kapi/zones.c
tests_kapi_zones_CPPFLAGS = $(kapi_cppflags)
tests_kapi_zones_CFLAGS = $(kapi_cflags)
tests_kapi_zones_LDFLAGS = $(kapi_ldflags)
tests_kapi_zones_LDADD = $(kapi_ldadd)

slab_ldadd = tests/unit/libunit.la tests/libtap.la libpfkernelcheck.la

tests_kapi_areas_SOURCES = tests/kapi/areas.c
tests_kapi_areas_CPPFLAGS = $(kapi_cppflags)
tests_kapi_areas_CFLAGS = $(kapi_cflags)
tests_kapi_areas_LDADD = $(slab_ldadd)

tests_kapi_caches_SOURCES = tests/kapi/caches.c
tests_kapi_caches_CPPFLAGS = $(kapi_cppflags)
tests_kapi_caches_CFLAGS = $(kapi_cflags)
tests_kapi_caches_LDADD = $(slab_ldadd)

tests_kapi_fork_SOURCES = tests/kapi/fork.c
tests_kapi_fork_CPPFLAGS = $(kapi_cppflags)
tests_kapi_fork_CFLAGS = $(kapi_cflags)
tests_kapi_fork_LDADD = $(slab_ldadd)

if ENABLE_SHARED
check_PROGRAMS += tests/kapi/fork-linked
TESTS += tests/kapi/fork-linked
endif
tests_kapi_fork_linked_SOURCES = tests/kapi/fork.c
tests_kapi_fork_linked_CPPFLAGS = $(kapi_cppflags) -DPF_LINKED
tests_kapi_fork_linked_CFLAGS = $(kapi_cflags)
tests_kapi_fork_linked_LDADD = tests/libtap.la libpfkernel.la

tests_kapi_kmalloc_SOURCES = tests/kapi/kmalloc.c
tests_kapi_kmalloc_CPPFLAGS = $(kapi_cppflags)
tests_kapi_kmalloc_CFLAGS = $(kapi_cflags)
tests_kapi_kmalloc_LDADD = $(slab_ldadd)

tests_kapi_misuse_SOURCES = tests/kapi/misuse.c
tests_kapi_misuse_CPPFLAGS = $(kapi_cppflags)
tests_kapi_misuse_CFLAGS = $(kapi_cflags)
tests_kapi_misuse_LDADD = $(slab_ldadd)

tests_kapi_model_SOURCES = tests/kapi/model.c
tests_kapi_model_CPPFLAGS = $(kapi_cppflags)
tests_kapi_model_CFLAGS = $(kapi_cflags)
tests_kapi_model_LDADD = $(slab_ldadd)

tests_kapi_pools_SOURCES = tests/kapi/pools.c
tests_kapi_pools_CPPFLAGS = $(kapi_cppflags)
tests_kapi_pools_CFLAGS = $(kapi_cflags)
tests_kapi_pools_LDADD = $(slab_ldadd)

tests_kapi_storm_SOURCES = tests/kapi/storm.c
tests_kapi_storm_CPPFLAGS = $(kapi_cppflags)
tests_kapi_storm_CFLAGS = $(kapi_cflags)
tests_kapi_storm_LDADD = $(slab_ldadd)
