# SPDX-License-Identifier: MIT
#
# tests/local.mk - the tests, a folder for each kind

include tests/tap.mk
include tests/bench/local.mk
include tests/build/local.mk
include tests/death/local.mk
include tests/family/local.mk
include tests/ioport/local.mk
include tests/kenv/local.mk
include tests/kapi/local.mk
include tests/life/local.mk
include tests/programs/local.mk
include tests/unit/local.mk

# "make check-unit" runs the tests of tests/unit alone: they are linked with
# the library as ordinary code and need no preload; the programs of the other
# tests are not even built.
unit_tests = $(filter tests/unit/% $(kenv_programs) $(kapi_programs),$(TESTS))
check-unit:
	@test -n '$(unit_tests)' || { echo "There is no unit test."; exit 1; }
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(unit_tests)' \
		check_PROGRAMS= check_LTLIBRARIES=

# "make check-asan", "check-ubsan" and "check-tsan" run them once more, built
# under a sanitizer in a directory of its own.  gcc 12's ThreadSanitizer cannot
# start where the kernel randomises more address bits than it expects, so it is
# tried first, then tried with randomisation off.
check-asan check-ubsan check-tsan:
	@set -e; name='$(@:check-%=%)'; run=; \
	$(MKDIR_P) "sanitize/$$name"; cd "sanitize/$$name"; \
	test -f Makefile || $(abs_top_srcdir)/configure --quiet \
		--enable-checks --enable-sanitizer="$$name" \
		CC='$(CC)' CXX='$(CXX)' CFLAGS='-O1 -g' CXXFLAGS='-O1 -g'; \
	if test "$$name" = tsan; then \
		echo 'int main(void) { return 0; }' > start.c; \
		$(CC) -fsanitize=thread -o start start.c; \
		./start 2>/dev/null || run='setarch $(host_cpu) -R'; \
		if ! $$run ./start >/dev/null 2>&1; then \
			echo "ThreadSanitizer does not start on this" \
			     "machine: its tests are skipped."; \
			exit 0; \
		fi; \
	fi; \
	$$run $(MAKE) $(AM_MAKEFLAGS) check-unit

clean-local:
	rm -rf sanitize

# "make installcheck": a client program against what was installed.
installcheck-local:
	+$(AM_V_at)$(AM_TESTS_ENVIRONMENT) \
	AM_TAP_AWK='$(AWK)' $(SHELL) \
		$(top_srcdir)/tools/build-aux/tap-driver.sh \
		--test-name tests/build/installed --color-tests no \
		--log-file installed.log --trs-file installed.trs -- \
		env DESTDIR='$(DESTDIR)' PF_LIBDIR='$(libdir)' \
			PF_INCLUDEDIR='$(includedir)' PF_MANDIR='$(mandir)' \
			PF_PKGCONFIGDIR='$(pkgconfigdir)' \
			PF_VERSION='$(PACKAGE_VERSION)' \
			PF_SHARED='$(enable_shared)' \
			PF_STATIC='$(enable_static)' \
			PKG_CONFIG='$(PKG_CONFIG)' \
		$(SHELL) $(top_srcdir)/tests/build/installed.t
	@if grep -E '^:test-result: (FAIL|ERROR|XPASS)' installed.trs \
		>/dev/null; then sed -n '/^not ok/,/^ok/p' installed.log; \
		exit 1; fi
CLEANFILES += installed.log installed.trs

.PHONY: check-unit check-asan check-ubsan check-tsan
