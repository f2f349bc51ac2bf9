# SPDX-License-Identifier: MIT
#
# tools/setup.sh - what tools/try and tools/check have in common
#
# Sourced by both.  Expects $me (the name to speak under) and $top (the source
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
