# coreutils: sort with threads and temporary files, and a dozen others
#
# needs: sort sha256sum awk
# programs: sort sha256sum split join uniq cut tac ls shuf paste tr comm fold od

awk 'BEGIN {
	for (i = 0; i < 200000; i++) {
		x = (x * 1103515245 + 12345) % 2147483648
		printf "%d key%d %s\n", x, x % 5003, substr("abcdefghij", x % 7)
	}
}' >table

sort --parallel=2 table >by_text
sort --parallel=2 -n -S 4M table >by_number
sort -u -k 2,2 table >by_key
sort -R --random-source=table table | wc
sha256sum table by_text by_number by_key
sort --parallel=2 -m by_text by_text | uniq -c | sha256sum

cut -d ' ' -f 2 table | sort | uniq -c | sort -rn | sed -n 1,20p
tac by_number | sed -n 1,5p
split -l 4000 -a 3 by_text part.
cat part.* | cmp - by_text
ls -l part.* | awk '{ print $5, $9 }' | sha256sum
join -1 2 -2 2 by_key <(sort -k 2,2 <(sed -n 1,3000p by_text)) | sha256sum
shuf --random-source=by_text table | sha256sum
paste by_text by_number | tr a-j A-J | fold -w 60 | sha256sum
comm -12 by_text <(tac by_text | sort) | wc -l
od -A x -t x1z -N 200000 table | sha256sum

mkdir -p tree/{a,b,c,d}/{1..9}/{x,y,z}
for directory in tree/*/*/*; do
	touch "$directory"/{1..20}
done
ls -R tree | sha256sum
du -a --apparent-size tree | cut -f 2 | sort | sha256sum
cp -a tree copy
diff -r tree copy
rm -r tree copy
b2sum by_text
base64 by_number | md5sum
factor 340282366920938463463374607431768211455
numfmt --to=iec 123456789
