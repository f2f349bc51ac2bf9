# xz and zstd with two threads: the same files, and back again
#
# needs: xz zstd
# programs: xz zstd

awk 'BEGIN {
	for (i = 0; i < 200000; i++) {
		x = (x * 1103515245 + 12345) % 2147483648
		print i, x % 1000, "some words that repeat", x
	}
}' >text

xz -T2 -3 --block-size=4MiB -k text
zstd -q -T2 -7 -k text
zstd -q -T2 -12 --long -k text -o text.long.zst
sha256sum text text.xz text.zst text.long.zst
xz -T2 -dc text.xz | cmp - text
zstd -q -dc text.zst | cmp - text
zstd -q --long -dc text.long.zst | cmp - text
xz -l --robot text.xz
zstd -q --train -B1024 text -o dictionary --maxdict=16384
sha256sum dictionary
