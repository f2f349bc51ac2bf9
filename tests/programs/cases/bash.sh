# bash: arrays, strings, subshells, here-documents, printf, processes
#
# needs: bash
# programs: bash

declare -A count
list=()
text=

for ((i = 0; i < 20000; i++)); do
	list+=("item $((i * 7919 % 20011))")
	count[$((i % 977))]=$((${count[$((i % 977))]-0} + i))
done
echo "${#list[@]} ${list[19999]} ${#count[@]} ${count[976]}"

sorted=()
mapfile -t sorted < <(printf '%s\n' "${list[@]}" | LC_ALL=C sort)
printf '%s|' "${sorted[@]:0:40}"
echo

for ((i = 0; i < 2000; i++)); do
	printf -v piece '%05d:%x:%-8s;' "$i" "$((i * i))" "${list[i]//item/}"
	text+=$piece
done
echo "${#text}"
echo "${text:2000:200}"
half=${text//[02468]/}
echo "${#half}" "${half^^}" | cksum
[[ $text =~ (00777:[0-9a-f]+) ]] && echo "${BASH_REMATCH[1]}"

unset 'list[5]' 'list[6]'
list=("${list[@]//item/thing}")
echo "${#list[@]} ${list[5]}"

cat <<END
words: $(for word in a b c; do echo "$word"; done)
$(printf '%s\n' "${sorted[@]}" | cksum)
END

fibonacci()
{
	if (($1 < 2)); then
		echo "$1"
	else
		echo $(($(fibonacci $(($1 - 1))) + $(fibonacci $(($1 - 2)))))
	fi
}
fibonacci 8

for ((i = 0; i < 100; i++)); do
	(
		local_copy=("${sorted[@]:i:10}")
		echo "$i ${local_copy[*]}" | cksum
	)
done | cksum

numbers=$(for ((i = 0; i < 20000; i++)); do echo "$i"; done)
while read -r line; do
	total=$((${total-0} + line))
done <<<"$numbers"
echo "$total"
printf '%q %s\n' "a b'c" "$(printf '%.3e %08.3f' 12345.678 3.14159)"
