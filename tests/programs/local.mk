# SPDX-License-Identifier: MIT
#
# tests/programs/local.mk - real programs on glibc and on the library
#
# Not part of "make check": tests/programs/install installs the programs.
# "make check-programs PROGRAMS_FLAGS='--repeat 10'" runs each ten times.

check-programs: libpfmalloc.la pfmalloc.o
	$(AM_V_at)PF_PRELOAD='$(abs_top_builddir)/.libs/libpfmalloc.so' \
	PF_OBJECT='$(abs_top_builddir)/pfmalloc.o' \
		bash $(srcdir)/tests/programs/run $(PROGRAMS_FLAGS)

.PHONY: check-programs

EXTRA_DIST += \
	tests/programs/install \
	tests/programs/packages \
	tests/programs/run \
	tests/programs/server.sh \
	tests/programs/witness.c \
	tests/programs/cases/bash.sh \
	tests/programs/cases/compress.sh \
	tests/programs/cases/coreutils.sh \
	tests/programs/cases/ffmpeg.sh \
	tests/programs/cases/gcc.sh \
	tests/programs/cases/git.sh \
	tests/programs/cases/gxx.sh \
	tests/programs/cases/java.sh \
	tests/programs/cases/make.sh \
	tests/programs/cases/node.sh \
	tests/programs/cases/perl.sh \
	tests/programs/cases/php.sh \
	tests/programs/cases/postgres.sh \
	tests/programs/cases/python3.sh \
	tests/programs/cases/python3-tests.sh \
	tests/programs/cases/redis.sh \
	tests/programs/cases/ruby.sh \
	tests/programs/cases/sqlite3.sh \
	tests/programs/cases/static-c.sh \
	tests/programs/cases/static-cxx.sh
