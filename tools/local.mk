# SPDX-License-Identifier: MIT
#
# tools/local.mk - what helps to try, check and build

# Runs a command on glibc and on pfmalloc; tools/try is its front.
noinst_PROGRAMS += tools/usage
tools_usage_SOURCES = tools/usage.c

EXTRA_DIST += \
	tools/check \
	tools/layers \
	tools/rig \
	tools/setup.sh \
	tools/try
