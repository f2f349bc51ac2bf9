# SPDX-License-Identifier: MIT
#
# tests/life/local.mk - the life of a process, from before main to after exit

if ENABLE_SHARED
life_tests = \
	tests/life/deepbind \
	tests/life/dlopened \
	tests/life/early \
	tests/life/fork \
	tests/life/fork-handlers \
	tests/life/huge-pages \
	tests/life/limits \
	tests/life/loader \
	tests/life/memory \
	tests/life/random \
	tests/life/seccomp \
	tests/life/stop \
	tests/life/system \
	tests/life/threads
check_PROGRAMS += $(life_tests) tests/life/work
TESTS += $(life_tests)
check_LTLIBRARIES += tests/life/deepbind-guest.la
tests_life_deepbind_guest_la_SOURCES = tests/life/deepbind-guest.c
tests_life_deepbind_guest_la_CPPFLAGS = $(blackbox_cppflags)
tests_life_deepbind_guest_la_CFLAGS = $(blackbox_cflags)
tests_life_deepbind_guest_la_LDFLAGS = $(plugin_ldflags)
check_LTLIBRARIES += tests/life/early-guest.la
tests_life_early_guest_la_SOURCES = tests/life/early-guest.c
tests_life_early_guest_la_CPPFLAGS = $(blackbox_cppflags)
tests_life_early_guest_la_CFLAGS = $(blackbox_cflags)
tests_life_early_guest_la_LDFLAGS = $(plugin_ldflags)
check_LTLIBRARIES += tests/life/fork-guest.la
tests_life_fork_guest_la_SOURCES = tests/life/fork-guest.c
tests_life_fork_guest_la_CPPFLAGS = $(blackbox_cppflags)
tests_life_fork_guest_la_CFLAGS = $(blackbox_cflags)
tests_life_fork_guest_la_LDFLAGS = $(plugin_ldflags)
check_LTLIBRARIES += tests/life/tls-guest.la
tests_life_tls_guest_la_SOURCES = tests/life/tls-guest.c
tests_life_tls_guest_la_CPPFLAGS = $(blackbox_cppflags)
tests_life_tls_guest_la_CFLAGS = $(blackbox_cflags)
tests_life_tls_guest_la_LDFLAGS = $(plugin_ldflags)

if HAVE_CXX
check_PROGRAMS += tests/life/thread-local
TESTS += tests/life/thread-local
endif

if ENABLE_STATIC
check_PROGRAMS += tests/life/secure
endif
endif

tests_life_deepbind_SOURCES = tests/life/deepbind.c
tests_life_deepbind_CPPFLAGS = $(blackbox_cppflags)
tests_life_deepbind_CFLAGS = $(blackbox_cflags)
tests_life_deepbind_LDADD = $(blackbox_ldadd)

tests_life_dlopened_SOURCES = tests/life/dlopened.c
tests_life_dlopened_CPPFLAGS = $(blackbox_cppflags)
tests_life_dlopened_CFLAGS = $(blackbox_cflags)
tests_life_dlopened_LDADD = $(blackbox_ldadd)

tests_life_early_SOURCES = tests/life/early.c
tests_life_early_CPPFLAGS = $(blackbox_cppflags)
tests_life_early_CFLAGS = $(blackbox_cflags)
tests_life_early_LDADD = $(blackbox_ldadd)

tests_life_fork_SOURCES = tests/life/fork.c
tests_life_fork_CPPFLAGS = $(blackbox_cppflags)
tests_life_fork_CFLAGS = $(blackbox_cflags)
tests_life_fork_LDADD = $(blackbox_ldadd)

tests_life_fork_handlers_SOURCES = tests/life/fork-handlers.c
tests_life_fork_handlers_CPPFLAGS = $(blackbox_cppflags)
tests_life_fork_handlers_CFLAGS = $(blackbox_cflags)
tests_life_fork_handlers_LDADD = $(blackbox_ldadd)

tests_life_huge_pages_SOURCES = tests/life/huge-pages.c
tests_life_huge_pages_CPPFLAGS = $(blackbox_cppflags)
tests_life_huge_pages_CFLAGS = $(blackbox_cflags)
tests_life_huge_pages_LDADD = $(blackbox_ldadd)

tests_life_limits_SOURCES = tests/life/limits.c
tests_life_limits_CPPFLAGS = $(blackbox_cppflags)
tests_life_limits_CFLAGS = $(blackbox_cflags)
tests_life_limits_LDADD = $(blackbox_ldadd)

tests_life_loader_SOURCES = tests/life/loader.c
tests_life_loader_CPPFLAGS = $(blackbox_cppflags)
tests_life_loader_CFLAGS = $(blackbox_cflags)
tests_life_loader_LDADD = $(blackbox_ldadd)

tests_life_memory_SOURCES = tests/life/memory.c
tests_life_memory_CPPFLAGS = $(blackbox_cppflags)
tests_life_memory_CFLAGS = $(blackbox_cflags)
tests_life_memory_LDADD = $(blackbox_ldadd)

tests_life_random_SOURCES = tests/life/random.c
tests_life_random_CPPFLAGS = $(blackbox_cppflags)
tests_life_random_CFLAGS = $(blackbox_cflags)
tests_life_random_LDADD = $(blackbox_ldadd)

tests_life_seccomp_SOURCES = tests/life/seccomp.c
tests_life_seccomp_CPPFLAGS = $(blackbox_cppflags)
tests_life_seccomp_CFLAGS = $(blackbox_cflags)
tests_life_seccomp_LDADD = $(blackbox_ldadd)

tests_life_stop_SOURCES = tests/life/stop.c
tests_life_stop_CPPFLAGS = $(blackbox_cppflags)
tests_life_stop_CFLAGS = $(blackbox_cflags)
tests_life_stop_LDADD = $(blackbox_ldadd)

tests_life_system_SOURCES = tests/life/system.c
tests_life_system_CPPFLAGS = $(blackbox_cppflags)
tests_life_system_CFLAGS = $(blackbox_cflags)
tests_life_system_LDADD = $(blackbox_ldadd)

tests_life_threads_SOURCES = tests/life/threads.c
tests_life_threads_CPPFLAGS = $(blackbox_cppflags)
tests_life_threads_CFLAGS = $(blackbox_cflags)
tests_life_threads_LDADD = $(blackbox_ldadd)

tests_life_thread_local_SOURCES = tests/life/thread-local.cc
tests_life_thread_local_CPPFLAGS = $(blackbox_cppflags)
tests_life_thread_local_CXXFLAGS = $(blackbox_cxxflags)
tests_life_thread_local_LDADD = $(blackbox_ldadd)

# Programs that the tests run.
tests_life_work_SOURCES = tests/life/work.c
tests_life_work_CPPFLAGS = $(blackbox_cppflags)
tests_life_work_CFLAGS = $(blackbox_cflags)
tests_life_work_LDADD = $(blackbox_ldadd)

tests_life_secure_SOURCES = tests/life/secure.c
tests_life_secure_CPPFLAGS = $(blackbox_cppflags)
tests_life_secure_CFLAGS = $(blackbox_cflags)
tests_life_secure_LDADD = pfmalloc.o
