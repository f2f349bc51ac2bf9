# SPDX-License-Identifier: MIT
#
# tools/setup.sh - what tools/try, tools/check and bench/run have in common
#
# Sourced by them.  Expects $me (the name to speak under) and $top (the source
# tree, an absolute path).

say()
{
	printf '%s: %s\n' "$me" "$*" >&2
}

fail()
{
	say "$*"
	exit 125
}

# as_root COMMAND...
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

is_installed()
{
	case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) in
	installed) return 0 ;;
	*) return 1 ;;
	esac
}

# missing_packages PACKAGE... - print those that are not installed
missing_packages()
{
	for package; do
		is_installed "$package" || printf '%s ' "$package"
	done
}

# install_packages LOG PACKAGE... - install what is missing, quietly
install_packages()
{
	log=$1
	shift
	command -v dpkg-query >/dev/null 2>&1 || {
		say "this is no Debian system; make sure that you have: $*"
		return 1
	}
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0

	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
		say "please install as root: apt-get install $missing"
		return 1
	fi
	say "installing $missing"
	{
		as_root apt-get -q update </dev/null &&
		# Ask that no service starts because its package is tested.
		as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
			apt-get -q -y --no-install-recommends \
			-o DPkg::Lock::Timeout=300 \
			-o Dpkg::Options::=--force-confold \
			install $missing </dev/null
	} >"$log" 2>&1 && return 0
	tail -n 5 "$log" >&2
	say "apt-get could not install $missing; all it said is in $log."
	return 1
}

# What it takes to make the library from a git checkout.
build_packages='autoconf automake libtool make gcc libc6-dev binutils'

have_build_tools()
{
	for tool in autoconf automake libtoolize make cc objcopy; do
		command -v "$tool" >/dev/null 2>&1 || return 1
	done
	printf '#include <stdlib.h>\n' | cc -E - >/dev/null 2>&1
}

# copy_sources FOLDER - the sources as they stand, changes that are not
# committed included.  Builds are made from this copy: the tree itself stays
# as it is, even where somebody has built inside it.
copy_sources()
{
	mkdir -p "$1" || return 1
	if git -c safe.directory='*' -C "$top" rev-parse --git-dir \
		>/dev/null 2>&1; then
		(cd "$top" && git -c safe.directory='*' ls-files -coz \
			--exclude-standard | while_present)
	else
		(cd "$top" && find . \( -name .build -o -name .git \) -prune \
			-o ! -type d -print0)
	fi | (cd "$top" && tar --null -T - -cf -) | tar -C "$1" -xf -
}

# Leave out files that git knows of and that were removed.
while_present()
{
	xargs -0 sh -c 'for f; do
		[ -e "$f" ] && printf "%s\0" "$f"
	done; :' sh
}

# is_built FOLDER TARGET... - is there a build in FOLDER that has the TARGETs,
# and is nothing that it reads newer?
is_built()
{
	built=$1
	shift
	[ -e "$built/built" ] && [ -e "$built/build/Makefile" ] || return 1
	for target; do
		[ "$target" = all ] || [ -e "$built/build/$target" ] || return 1
	done
	[ -z "$(find "$top/configure.ac" "$top/Makefile.am" "$top/lib" \
		"$top/include" "$top/tools" "$top/tests" "$top/bench" \
		\( -name build-aux -o -name '*.o' -o -name '*.lo' \
		-o -name .libs -o -name .deps \) -prune -o \
		-newer "$built/built" ! -type d -print 2>/dev/null |
		head -n 1)" ]
}

# make_copied FOLDER OPTIONS TARGET... - make the TARGETs in FOLDER/build, from
# what is in FOLDER/src; stays in FOLDER/build
make_copied()
{
	cd "$1/src" &&
	{ [ -x configure ] || autoreconf -fi; } &&
	mkdir -p ../build && cd ../build &&
	{ [ -e Makefile ] || ../src/configure --quiet $2; } &&
	shift 2 &&
	make -j"$(getconf _NPROCESSORS_ONLN)" "$@"
}

# make_in FOLDER OPTIONS TARGET...
make_in()
{
	: >"$1/starting" &&
	copy_sources "$1/src" &&
	make_copied "$@" &&
	mv ../starting ../built
}

# build_in FOLDER OPTIONS TARGET... - make the TARGETs in FOLDER/build, from
# sources in FOLDER/src, configured with OPTIONS; if there is something to do.
# Installs a compiler and the autotools first, if there are none.
build_in()
{
	folder=$1
	shift
	options=$1
	shift
	is_built "$folder" "$@" && return
	mkdir -p "$folder" ||
		fail "$folder cannot be made; $me builds pfmalloc there."
	exec 9>"$folder/lock"
	flock 9 2>/dev/null # two at once: the second waits, then finds it built
	if ! is_built "$folder" "$@"; then
		have_build_tools ||
			install_packages "$folder/install.log" \
				$build_packages || exit 125
		say "building pfmalloc in ${folder#"$top/"}/"
		if ! (make_in "$folder" "$options" "$@") </dev/null \
			>"$folder/build.log" 2>&1 9>&-
		then
			# A broken or outdated configuration: once from scratch.
			rm -rf "$folder/src" "$folder/build"
			if ! (make_in "$folder" "$options" "$@") </dev/null \
				>"$folder/build.log" 2>&1 9>&-
			then
				tail -n 20 "$folder/build.log" >&2
				fail "pfmalloc could not be built; all that was said is in $folder/build.log."
			fi
		fi
	fi
	exec 9>&-
}
