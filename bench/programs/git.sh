# SPDX-License-Identifier: MIT
#
# git: gc --aggressive of a repository with some hundred commits
#
# Which deltas two threads find is not always the same; the objects are.
#
# needs: git awk tar
# measures: git

. "$(dirname "$0")/program.bash"

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

# Commits on a line, each changing four of 60 files in some of their lines.
history()
{
	awk -v commits="$1" 'BEGIN {
		for (c = 1; c <= commits; c++) {
			print "commit refs/heads/main"
			print "committer C <c@example.org>", \
				1600000000 + c, "+0000"
			print "data <<END\nchange", c "\nEND"
			for (k = 0; k < 4; k++) {
				f = (c * 7 + k * 13) % 60
				changed[f]++
				print "M 100644 inline dir" f % 6 "/file" f
				print "data <<END"
				for (i = 0; i < 300; i++) {
					touched = i % 37 == changed[f] % 37
					print f, i, i * (touched ? c : f), "text"
				}
				print "END"
			}
		}
	}'
}

prepare()
{
	git init -q --bare -b main repository.git
	history "$(size 450 45)" |
		git -C repository.git fast-import --quiet
	tar -cf repository.tar --sort=name --mtime=@0 --owner=0 --group=0 \
		--numeric-owner repository.git
	rm -r repository.git
}

run()
{
	rm -rf repository.git
	tar -xf repository.tar
	under_test git -C repository.git -c pack.threads=2 \
		-c gc.autoDetach=false gc -q --aggressive --prune=now
	git -C repository.git fsck --full
	git -C repository.git cat-file --batch-all-objects --batch-check |
		sha256sum
	find repository.git/objects -type f | grep -c '\.pack$'
}

program_main "$@"
