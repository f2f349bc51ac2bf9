# SPDX-License-Identifier: MIT
#
# include/local.mk - the headers that programs include

pfmallocincludedir = $(includedir)/pfmalloc
pfmallocinclude_HEADERS = include/pfmalloc/pfmalloc.h

# The folder is ours: an uninstall that empties it takes it away.
uninstall-hook:
	@test ! -d $(DESTDIR)$(pfmallocincludedir) || \
		rmdir $(DESTDIR)$(pfmallocincludedir) 2>/dev/null || :
