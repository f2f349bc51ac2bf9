# SPDX-License-Identifier: MIT
#
# bench/programs/local.mk - real programs with a fixed input

EXTRA_DIST += \
	bench/programs/gcc.sh \
	bench/programs/git.sh \
	bench/programs/node.sh \
	bench/programs/perl.sh \
	bench/programs/postgres.sh \
	bench/programs/program.bash \
	bench/programs/python3-malloc.sh \
	bench/programs/python3.sh \
	bench/programs/redis.sh \
	bench/programs/sqlite3.sh
