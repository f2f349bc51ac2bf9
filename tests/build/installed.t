#!/bin/sh
# SPDX-License-Identifier: MIT
#
# installed.t - a client against the installed files (make installcheck)
#
# The environment says where they are: PF_LIBDIR, PF_INCLUDEDIR, PF_MANDIR,
# PF_PKGCONFIGDIR, with DESTDIR before each.

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

libdir=$DESTDIR$PF_LIBDIR
includedir=$DESTDIR$PF_INCLUDEDIR
cd "$tmp" || exit 1
command -v "$PKG_CONFIG" >/dev/null 2>&1 || skip_all "there is no pkg-config"

PKG_CONFIG_PATH=$DESTDIR$PF_PKGCONFIGDIR
export PKG_CONFIG_PATH
if [ -n "$DESTDIR" ]; then
	PKG_CONFIG_SYSROOT_DIR=$DESTDIR
	PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
	PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
	export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_ALLOW_SYSTEM_CFLAGS \
		PKG_CONFIG_ALLOW_SYSTEM_LIBS
fi

for page in man3/pfmalloc.3 man3/pfmalloc-ioport.3 man5/pfmalloc.conf.5 \
	man7/pfmalloc.7 man7/pfmalloc-kenv.7; do
	check "$page is installed" test -s "$DESTDIR$PF_MANDIR/$page"
done

[ "$($PKG_CONFIG --modversion pfmalloc)" = "$PF_VERSION" ]
result $? "pkg-config knows version $PF_VERSION"
check "the preload variable names a path" \
	test -n "$($PKG_CONFIG --variable=preload pfmalloc)"

# The client allocates through libc's name and asks pfmalloc whether the
# memory is its own: pf_usable_size() of it is what malloc_usable_size() says,
# and malloc_good_size() does not exist in glibc.
cat >client.c <<'END'
#include <pfmalloc/pfmalloc.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	char *volatile a = malloc(1000);
	char *volatile b = pf_malloc(1000);
	int failed = !a || !b || pf_usable_size(a) < 1000 ||
		     malloc_usable_size(b) != pf_usable_size(a);

	memset(a, 1, 1000);
	a = realloc(a, 100000);
	failed |= !a || a[999] != 1;
	pf_free(a);
	free(b);
	printf("%s\n", pf_version());
	return failed;
}
END
cat >preloaded.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	Dl_info info;
	void *volatile p = malloc(100);

	free(p);
	return !dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info) ||
	       !strstr(info.dli_fname, "libpfmalloc.so.0");
}
END

# says COMMAND... - it runs well and prints the version
says()
{
	said=$(LD_LIBRARY_PATH=$libdir "$@")
	status=$?
	echo "printed \"$said\", status $status"
	[ $status -eq 0 ] && [ "$said" = "$PF_VERSION" ]
}

cflags=$($PKG_CONFIG --cflags pfmalloc)
libs=$($PKG_CONFIG --libs pfmalloc)
static_libs=$($PKG_CONFIG --static --libs pfmalloc)
object=$($PKG_CONFIG --variable=object pfmalloc)
object=$DESTDIR${object#"$DESTDIR"} # with the sysroot or without it

for header in pfmalloc.h ioport.h; do
	printf '#include <pfmalloc/%s>\n' $header >header.c
	check "$header compiles alone" \
		$CC -std=c99 -pedantic-errors -Wall -Werror $cflags -c header.c
	if [ -n "$CXX" ] && $CXX --version >/dev/null 2>&1; then
		cp header.c header.cc
		check "$header compiles as C++" \
			$CXX -pedantic-errors -Wall -Werror $cflags \
			-c header.cc
	else
		skip "$header compiles as C++" "there is no C++ compiler"
	fi
done
for header in linux/ioport.h linux/io.h asm/io.h; do
	printf '#include <%s>\n' $header >header.c
	check "$header compiles alone" $CC -std=gnu11 -Wall -Wextra -Werror \
		-I"$includedir/pfmalloc" -c header.c
done

if [ "$PF_SHARED" = yes ]; then
	check "a client links to the shared library" \
		$CC $cflags -o shared client.c $libs
	check "it runs" says ./shared
	check "a program compiles without pfmalloc" \
		$CC -o preloaded preloaded.c -ldl
	check "it runs on pfmalloc by LD_PRELOAD" \
		env LD_PRELOAD="$libdir/libpfmalloc.so.0" ./preloaded
	./preloaded
	[ $? -eq 1 ]
	result $? "and not without"
	$NM -D --defined-only "$libdir/libpfmalloc.so.0" |
		$AWK '{ print $3 }' | grep -qx malloc
	result $? "the installed library defines malloc"
fi

# A program that was written for the kernel.
cat >kernel.c <<'END'
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/list.h>

#include <stdio.h>
#include <pfmalloc/pfmalloc.h>

static LIST_HEAD(regions);

int main(void)
{
	struct resource *region = request_region(0x70, 2, "clock");
	int failed = !region || !list_empty(&regions);

	if (region)
		release_region(0x70, 2);
	printf("%s\n", pf_version());
	return failed;
}
END
kernel_cflags=$($PKG_CONFIG --cflags pfkernel)
PFMALLOC_CONF=ioport:sim
export PFMALLOC_CONF
if [ "$PF_SHARED" = yes ]; then
	check "kernel code links to libpfkernel.so" \
		$CC -std=gnu11 $kernel_cflags -o kernel kernel.c \
		$($PKG_CONFIG --libs pfkernel)
	check "it runs" says ./kernel
fi
if [ "$PF_STATIC" = yes ]; then
	kernel_object=$($PKG_CONFIG --variable=object pfkernel)
	kernel_object=$DESTDIR${kernel_object#"$DESTDIR"}
	check "kernel code links pfkernel.o" \
		$CC -std=gnu11 $kernel_cflags -o kernel_object kernel.c \
		"$kernel_object" -pthread
	check "it runs" says ./kernel_object
	check "kernel code links to libpfkernel.a" \
		$CC -std=gnu11 $kernel_cflags -o kernel_archive kernel.c \
		"$libdir/libpfkernel.a" -pthread
	check "it runs" says ./kernel_archive
fi
unset PFMALLOC_CONF

if [ "$PF_STATIC" = yes ]; then
	# links NAME SENTENCE ARGUMENT... - it links, runs and holds malloc
	links()
	{
		program=$1
		sentence=$2
		shift 2
		check "$sentence" $CC $cflags -o "$program" client.c "$@"
		check "  it runs" says "./$program"
		$NM "$program" | grep -q ' [tT] pf_malloc$' &&
		! $NM -D "$program" 2>/dev/null | grep -q ' U malloc'
		result $? "  it holds pfmalloc and needs no other malloc"
	}
	links archive "a client links to libpfmalloc.a" \
		"$libdir/libpfmalloc.a" -pthread
	links object "a client links pfmalloc.o" "$object" -pthread
	links no_pie "a client links as no PIE" -no-pie "$object" -pthread
	printf 'int main(void) { return 0; }\n' >empty.c
	if $CC -static -o empty empty.c 2>/dev/null; then
		links static "a client links statically by pkg-config" \
			-static $static_libs
		links static_object "a client links statically with pfmalloc.o" \
			-static "$object" -pthread
	else
		skip "a client links statically" "there is no static libc"
	fi
	if $CC -static-pie -o empty empty.c 2>/dev/null; then
		links static_pie "a client links as static PIE" \
			-static-pie "$object" -pthread
	else
		skip "a client links as static PIE" "there is none here"
	fi
fi

finish
