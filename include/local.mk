# SPDX-License-Identifier: MIT
#
# include/local.mk - the headers that programs include

pfmallocincludedir = $(includedir)/pfmalloc
pfmallocinclude_HEADERS = \
	include/pfmalloc/ioport.h \
	include/pfmalloc/pfmalloc.h

# The kernel's names, for -I$(pfmallocincludedir).
pfmalloclinuxdir = $(pfmallocincludedir)/linux
pfmalloclinux_HEADERS = \
	include/pfmalloc/linux/io.h \
	include/pfmalloc/linux/ioport.h
pfmallocasmdir = $(pfmallocincludedir)/asm
pfmallocasm_HEADERS = include/pfmalloc/asm/io.h

# The folders are ours: an uninstall that empties them takes them away.
uninstall-hook:
	@for folder in $(pfmalloclinuxdir) $(pfmallocasmdir) \
		$(pfmallocincludedir); do \
		test ! -d $(DESTDIR)$$folder || \
			rmdir $(DESTDIR)$$folder 2>/dev/null || :; \
	done
