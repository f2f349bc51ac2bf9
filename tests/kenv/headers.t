#!/bin/sh
# SPDX-License-Identifier: MIT
#
# headers.t - each of the kernel's headers compiles alone, and among libc's

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

cd "$PF_SRCDIR/include/pfmalloc" || exit 1
headers=$(find linux asm -name '*.h' | LC_ALL=C sort)
libc="stdlib.h string.h pthread.h errno.h sys/types.h stdint.h endian.h
	limits.h time.h signal.h sched.h unistd.h sys/param.h sys/sysinfo.h
	stdio.h math.h err.h fcntl.h search.h semaphore.h threads.h sys/stat.h
	sys/mman.h sys/queue.h sys/socket.h netinet/in.h sys/random.h"

# works COMPILER... - it is there and finds libc
works()
{
	printf '#include <stdlib.h>\n#include <pthread.h>\n' |
		"$@" -fsyntax-only -x c - >/dev/null 2>&1
}

each_alone() # COMPILER...
{
	status=0
	for header in $headers; do
		printf '#include <%s>\n#include <%s>\n' "$header" "$header" |
			"$@" -I. -Wall -Wextra -Werror -fsyntax-only -x c - ||
			{ echo "<$header> does not compile alone"; status=1; }
	done
	return $status
}

all_together() # BEFORE AFTER COMPILER...
{
	before=$1
	after=$2
	shift 2
	for header in $before $headers $after; do
		printf '#include <%s>\n' "$header"
	done | "$@" -I. -Wall -Wextra -Werror -fsyntax-only -x c -
}

# What kernel code does all the time, seen by an optimizer: no warning.
client()
{
	cat <<'EOF'
#include <linux/bitfield.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/string.h>
struct record { char name[8]; char text[64]; struct { int n; int list[]; } a; };
extern struct record record;
long copies(struct record *r)
{
	return strscpy(record.text, record.name, sizeof(record.text)) +
	       strscpy(r->name, record.text) + strscpy_pad(r->text, r->name);
}
size_t numbers(u8 byte, u32 word, int number, size_t size, char *a, char *b)
{
	static char sized[struct_size_t(struct record, a.list, 4)];

	size += min(byte, word) + max(size, 1) + clamp(number, -1, 7);
	size += min(sizeof(sized), size) + (size_t)(max(a, b) - a);
	return size + (size_t)ilog2(size) + FIELD_GET(GENMASK(7, 4), word);
}
EOF
}

compiles()
{
	client | "$@" -I. -O2 -Wall -Wextra -Werror -c -o /dev/null -x c -
}

for compiler in gcc clang; do
	for machine in "" -m32; do
		command="$compiler${machine:+ }$machine"
		if ! works $command; then
			skip "headers by $command" "it does not compile here"
			continue
		fi
		check "no warning in kernel code: $command -O2" \
			compiles $command
		for standard in gnu11 gnu17; do
			check "each header compiles alone: $command -std=$standard" \
				each_alone $command -std=$standard
			check "all of them before libc's: $command -std=$standard" \
				all_together "" "$libc" $command -std=$standard
			check "all of them after libc's: $command -std=$standard" \
				all_together "$libc" "" $command -std=$standard
		done
	done
done

printf '#include <stdatomic.h>\n#include <linux/atomic.h>\n' |
	$CC -I. -fsyntax-only -x c - 2>"$tmp/said"
[ $? -ne 0 ] && grep -q 'use one of them in a file' "$tmp/said"
result $? "<stdatomic.h> before <linux/atomic.h> is refused with a sentence"

finish
