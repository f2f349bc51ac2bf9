#!/bin/sh
# SPDX-License-Identifier: MIT
#
# layers.t - lib/ keeps to its layers, and tools/layers sees when it does not

. "${PF_SRCDIR:-$(dirname "$0")/../..}/tests/build/tap.sh"

check "no include under lib/ points up" "$PF_SRCDIR/tools/layers" "$PF_SRCDIR"

# A small tree to spoil: low is below left and right, which are siblings.
tree=$tmp/tree
mkdir -p "$tree/lib/low" "$tree/lib/left" "$tree/lib/right" \
	"$tree/include/pfmalloc"
printf '# a comment\n\nlow\nleft right\n' >"$tree/lib/layers"
printf '#include <stdio.h>\n#include "config.h"\n' >"$tree/lib/low/low.h"
printf '#include "low/low.h"\n#include "left/l.h"\n' >"$tree/lib/left/l.c"
printf '#include <stddef.h>\n' >"$tree/include/pfmalloc/pfmalloc.h"
mkdir "$tree/include/pfmalloc/linux"
printf '#include "../pfmalloc.h"\n' >"$tree/include/pfmalloc/linux/slab.h"

check "a good tree passes" "$PF_SRCDIR/tools/layers" "$tree"

# refuses FILE LINE SENTENCE WORDS - LINE in FILE is found, and WORDS are said
refuses()
{
	printf '%s\n' "$2" >"$tree/$1"
	"$PF_SRCDIR/tools/layers" "$tree" >"$tmp/said" 2>&1
	[ $? -eq 1 ] && grep -q "^$1:1: .*$4" "$tmp/said"
	status=$?
	result $status "$3"
	[ $status -eq 0 ] || note "$(cat "$tmp/said")"
	rm "$tree/$1"
}

refuses lib/low/bad.c '#include "left/l.h"' \
	"an include that points up" "points up, from low"
refuses lib/low/bad.h '	#  include	"right/r.h"' \
	"an include that points up, in another hand" "points up, from low"
refuses lib/left/bad.c '#include "right/r.h"' \
	"an include of a sibling" "siblings"
refuses lib/left/bad.c '#include "l.h"' \
	"an include without its layer" "does not name its layer"
refuses lib/left/bad.c '#include "../low/low.h"' \
	"an include through .." "climbs"
refuses lib/left/bad.c '#include "nowhere/n.h"' \
	"an include of no layer" "in no layer"
refuses lib/left/bad.c '#include <low/low.h>' \
	"an include of ours in angle brackets" "in quotes"
refuses lib/left/bad.c '#include FILE' \
	"an include by macro" "not written out"
refuses lib/bad.c '' \
	"a file outside of the layers" "in no layer"
refuses include/pfmalloc/bad.h '#include "low/low.h"' \
	"a public header that needs lib/" "public header"

rm -r "$tree/lib/low" "$tree/lib/left" "$tree/include"
"$PF_SRCDIR/tools/layers" "$tree" >"$tmp/said" 2>&1
[ $? -eq 2 ]
result $? "an empty tree is not taken for a good one"

finish
