# SPDX-License-Identifier: MIT
#
# tests/build/local.mk - what was built, looked at from outside

build_tests = \
	tests/build/elf.t \
	tests/build/fastpath.t \
	tests/build/layers.t \
	tests/build/manual.t \
	tests/build/startup.t \
	tests/build/symbols.t

TESTS += $(build_tests)
EXTRA_DIST += $(build_tests) \
	tests/build/fastpath.awk \
	tests/build/installed.t \
	tests/build/symbols-shared.expected \
	tests/build/symbols-static.expected \
	tests/build/symbols.expected \
	tests/build/symbols-kernel.expected \
	tests/build/tap.sh
