#!/bin/sh
# SPDX-License-Identifier: MIT
#
# names.t - the kernel's names, beside <sys/io.h> and in every order
#
# A program that got the bare instruction of <sys/io.h> instead of our call dies
# of SIGSEGV, because nothing permits it the port; ours is simulated.

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

library=$PF_BUILDDIR/.libs/libpfkernel.so
[ -r "$library" ] || skip_all "libpfkernel.so was not built"
cd "$tmp" || exit 1

cat >body.h <<'END'
static int use(void)
{
	static const unsigned char bytes[2] = {1, 2};
	unsigned char back[2] = {0, 0};

	if (pf_ioport_select(PF_IOPORT_SIM) || !request_region(0x300, 8, "x"))
		return 10;
	outb(0x5a, 0x300);
	outw(0x1234, 0x302);
	outl(0x89abcdefU, 0x304);
	if (inb(0x300) != 0x5a || inw(0x302) != 0x1234 ||
	    inl(0x304) != 0x89abcdefU)
		return 11;
	outb_p(0xa5, 0x300);
	outw_p(0x4321, 0x302);
	outl_p(0x76543210U, 0x304);
	if (inb_p(0x300) != 0xa5 || inw_p(0x302) != 0x4321 ||
	    inl_p(0x304) != 0x76543210U)
		return 12;
	outsb(0x301, bytes, 2);
	insb(0x301, back, 2);
	outsw(0x302, bytes, 1);
	insw(0x302, back, 1);
	outsl(0x304, "abcd", 1);
	if (back[0] != 1 || back[1] != 2 || inb(0x304) != 'a')
		return 13;
	insl(0x304, &(unsigned int){0}, 1);
	release_region(0x300, 8);
	return 0;
}
END
sed 's/insl(0x304, &(unsigned int){0}, 1);//' body.h >body-cxx.h

# builds_and_runs COMPILER FLAGS SUFFIX INCLUDE...
builds_and_runs()
{
	compiler=$1
	flags=$2
	suffix=$3
	shift 3
	{
		for header; do echo "#include <$header>"; done
		if [ $suffix = cc ]; then
			echo '#include "body-cxx.h"'
		else
			echo '#include "body.h"'
		fi
		echo 'int main(void) { return use(); }'
	} >order.$suffix
	$compiler $flags -O1 -Wall -Wextra -Werror -I. \
		-I"$PF_SRCDIR/include/pfmalloc" -o order order.$suffix \
		"$library" -Wl,-rpath,"$PF_BUILDDIR/.libs" && ./order
}

all_orders() # NAME COMPILER FLAGS SUFFIX
{
	check "$1: without <sys/io.h>" builds_and_runs "$2" "$3" $4 \
		linux/ioport.h asm/io.h
	check "$1: <sys/io.h> first" builds_and_runs "$2" "$3" $4 \
		sys/io.h linux/io.h linux/ioport.h
	check "$1: <sys/io.h> last" builds_and_runs "$2" "$3" $4 \
		linux/ioport.h linux/io.h sys/io.h
	check "$1: <sys/io.h> between" builds_and_runs "$2" "$3" $4 \
		asm/io.h sys/io.h linux/ioport.h
}

echo 'int main(void) { return 0; }' >empty.c
cp empty.c empty.cc
for standard in gnu11 gnu17; do
	all_orders "$CC $standard" "$CC" -std=$standard c
done
# For the machine that the library is for.
clang=clang
case $CC in *-m32*) clang="clang -m32" ;; esac
if $clang -o empty empty.c 2>/dev/null; then
	all_orders clang "$clang" -std=gnu17 c
else
	skip "clang" "it is not installed"
fi
if [ -n "$CXX" ] && $CXX -o empty empty.cc 2>/dev/null; then
	all_orders C++ "$CXX" -std=gnu++17 cc
else
	skip "C++" "there is no compiler"
fi

# A driver's table of operations has members of the same names, and the types
# come with these headers.
cat >member.c <<'END'
#include <linux/ioport.h>
#include <linux/io.h>

struct ops {
	u8 (*inb)(unsigned long port);
	void (*outb)(u8 value, unsigned long port);
};

int main(void)
{
	struct ops ops = {.inb = inb, .outb = outb};

	pf_ioport_select(PF_IOPORT_SIM);
	request_region(0x300, 1, "member");
	ops.outb(7, 0x300);
	return ops.inb(0x300) != 7;
}
END
member()
{
	$CC -Wall -Wextra -Werror -I"$PF_SRCDIR/include/pfmalloc" -o member \
		member.c "$library" -Wl,-rpath,"$PF_BUILDDIR/.libs" && ./member
}
check "a struct may have members of these names" member

finish
