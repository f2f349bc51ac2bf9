# git: commits, clone over a pipe, merge, gc with threads, fsck
#
# needs: git
# programs: git

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org

commit()
{
	local date="$((1600000000 + $1)) +0000"

	git add -A
	GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date \
		git commit -q -m "change $1"
}

write_files()
{
	awk -v n="$1" 'BEGIN {
		for (f = 0; f < 40; f++) {
			name = sprintf("dir%d/file%d", f % 5, f)
			for (i = 0; i < 200; i++)
				print f, i, (i % (n + 3) ? i * f : n) > name
			close(name)
		}
	}'
}

git init -q -b main source
cd source
mkdir dir{0..4}
for n in {1..30}; do
	write_files "$n"
	commit "$n"
done
git checkout -q -b side HEAD~10
echo side >side
commit 100
git checkout -q main
GIT_AUTHOR_DATE='1600001000 +0000' GIT_COMMITTER_DATE='1600001000 +0000' \
	git merge -q -m 'merge side' side
git log --graph --stat | sha256sum
git blame dir3/file3 | sha256sum
git diff HEAD~15 | sha256sum
git grep -c 'file\|17' HEAD~5 | sha256sum

cd ..
git clone -q "file://$PWD/source" clone
cd clone
git -c gc.autoDetach=false -c pack.threads=2 gc -q --aggressive --prune=now
git fsck --full --strict
git rev-list --objects --all | sort | sha256sum
git log -n 5 --format='%H %T %s'
git archive HEAD | sha256sum
git repack -q -a -d -f --threads=2
git fsck --full
git status --porcelain --branch
