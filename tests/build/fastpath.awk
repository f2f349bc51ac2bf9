# SPDX-License-Identifier: MIT
#
# fastpath.awk - walk the fast path of one function of an objdump listing
#
#	objdump -d --no-show-raw-insn LIB | awk -v name=malloc -f fastpath.awk
#
# The fast path is where execution goes when no conditional branch is taken.
# Jumps without condition are followed, into other functions too.  Prints one
# line: the number of instructions up to and with `ret`, or a sentence that
# says why the path is not fast.
#
# endbr64, which some compilers put first in every function for
# -fcf-protection, is not counted: it is not ours and does nothing here.

function end(text)
{
	print text
	ended = 1
	exit
}

# "  12a0:\tmov    0x8(%rax),%rdx"
function remember(line,    colon, address, text)
{
	colon = index(line, ":")
	address = substr(line, 1, colon - 1)
	gsub(/[ \t]/, "", address)
	text = substr(line, colon + 1)
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	sub(/[ \t]*#.*/, "", text)
	if (text == "")
		return
	insn[address] = text
	if (last != "")
		next_of[last] = address
	last = address
}

/^[0-9a-f]+ <.*>:$/ {
	symbol = $2
	gsub(/^<|>:$/, "", symbol)
	address = $1
	sub(/^0+/, "", address)
	if (address == "")
		address = "0"
	start[symbol] = address
	last = ""
	next
}

/^ *[0-9a-f]+:\t/ { remember($0) }

END {
	if (ended)
		exit
	at = from != "" ? from : start[name]
	if (at == "")
		end(name " is not in the listing")

	nr = 0
	for (;;) {
		if (!(at in insn))
			end("leads out of the library at " at)
		if (at in seen)
			end("is a loop through " at)
		seen[at] = 1

		text = insn[at]
		op = text
		sub(/[ \t].*/, "", op)
		args = text
		if (!sub(/^[^ \t]+[ \t]+/, "", args))
			args = ""
		if (op == "bnd" || op == "notrack" || op == "rep" ||
		    op == "repz") {
			op = args
			sub(/[ \t].*/, "", op)
			sub(/^[^ \t]+[ \t]*/, "", args)
		}
		if (op !~ /^endbr/)
			nr++

		if (op ~ /^ret/)
			end(nr)
		if (op ~ /^call/)
			end("calls: " text)
		if (op == "lock")
			end("has a locked instruction: " text)
		if (op ~ /^xchg/ && args ~ /\(|^[^,]*:|,[^,]*:/)
			end("has a locked instruction: " text)
		if (op ~ /^(mfence|syscall|hlt|ud2|int)/)
			end("has " text)

		if (op ~ /^jmp/) {
			if (args ~ /^\*/)
				end("jumps through a pointer: " text)
			sub(/[ \t].*/, "", args)
			if (text ~ /@plt/)
				end("jumps to another library: " text)
			at = args
		} else {
			if (!(at in next_of))
				end("runs off its end at " at)
			at = next_of[at]
		}
	}
}
