#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fastpath.t - how many instructions are malloc and free, as they were built?
#
# fastpath.awk says what is counted.  The limits are part of what pfmalloc
# promises: 15 instructions for malloc, 18 for free with its double-free check,
# the return included; no call, no lock prefix.

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

[ -r "$PF_PRELOAD" ] || skip_all "libpfmalloc.so was not built"
[ "$PF_CHECK_BUILD" = yes ] && skip_all "assertions are compiled in"
case " $PF_BUILD_CFLAGS " in
*" -O"[123s]* | *" -Ofast "*) ;;
"  ") ;; # run by hand
*) skip_all "built without optimisation: CFLAGS=$PF_BUILD_CFLAGS" ;;
esac
case " $PF_BUILD_CFLAGS " in
*" --coverage "* | *" -pg "* | *" -fsanitize"* | *" -fprofile"*)
	skip_all "built with instrumentation: CFLAGS=$PF_BUILD_CFLAGS" ;;
esac
command -v "$OBJDUMP" >/dev/null 2>&1 || skip_all "there is no objdump"
$READELF -hW "$PF_PRELOAD" | grep -q 'Class: *ELF64' &&
$READELF -hW "$PF_PRELOAD" | grep -q 'Machine: .*X86-64' ||
	skip_all "instructions are counted on x86-64 only"

# The dynamic symbol table has the exported names wherever they point, the
# listing only one name for each address.
$NM -D --defined-only "$PF_PRELOAD" >"$tmp/names" || exit 1
$OBJDUMP -d --no-show-raw-insn "$PF_PRELOAD" >"$tmp/listing" || exit 1

address_of()
{
	$AWK -v name="$1" '$3 == name { sub(/^0+/, "", $1); print $1 }' \
		"$tmp/names"
}

# path_of NAME LISTING [ADDRESS]
path_of()
{
	$AWK -v name="$1" -v from="$3" -f "$PF_SRCDIR/tests/build/fastpath.awk" \
		"$2"
}

# limit NAME NUMBER WHAT
limit()
{
	address=$(address_of "$1")
	said=$(path_of "$1" "$tmp/listing" "${address:-none}")
	case $said in
	*[!0-9]* | '')
		result 1 "$3 takes at most $2 instructions"
		note "$1 $said" ;;
	*)
		[ "$said" -le "$2" ]
		result $? "$3 takes at most $2 instructions: $said" ;;
	esac
}

limit malloc 15 malloc
limit free 18 free
limit _Znwm 15 "operator new"
limit _Znam 15 "operator new[]"
limit _ZdlPv 18 "operator delete"
limit _ZdaPv 18 "operator delete[]"
limit _ZdlPvm 18 "operator delete with a size"
limit _ZdaPvm 18 "operator delete[] with a size"

# Does the counting see what it is meant to see?
cat >"$tmp/sample.s" <<'END'
	.text
other:	mov	%rdi, %rax
	ret
short:	endbr64
	test	%rdi, %rdi
	je	1f
	jmp	other
1:	call	short
	ret
calls:	call	other
	ret
locks:	test	%rdi, %rdi
	lock incq (%rdi)
	ret
swaps:	xchg	%rax, (%rdi)
	ret
swaps_tls: xchg	%rax, %fs:0
	ret
loops:	dec	%rdi
	jmp	loops
END
if $CC -c -o "$tmp/sample.o" "$tmp/sample.s" 2>/dev/null &&
	$OBJDUMP -d --no-show-raw-insn "$tmp/sample.o" >"$tmp/sample"
then
	sees()
	{
		said=$(path_of "$1" "$tmp/sample")
		case $said in
		$2) result 0 "$3" ;;
		*) result 1 "$3"; note "$1 $said" ;;
		esac
	}
	sees other 2 "every instruction is counted, ret included"
	sees short 5 "a branch is not taken and a jump is followed"
	sees calls 'calls:*' "a call is found"
	sees locks '*locked*' "a lock prefix is found"
	sees swaps '*locked*' "a locked exchange is found"
	sees swaps_tls '*locked*' "a locked exchange with thread data is found"
	sees loops '*loop*' "a loop is found"
else
	skip "the counting itself" "no assembler"
fi

finish
