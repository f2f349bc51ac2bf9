# SPDX-License-Identifier: MIT
#
# postgres: pgbench with a fixed number of transactions, then larger queries
#
# The server refuses to run as root; then it runs as the package's own user.
# Each run has a copy of the same data directory.
#
# needs: /usr/lib/postgresql/*/bin/postgres /usr/lib/postgresql/*/bin/pgbench
# measures: postgres

. "$(dirname "$0")/program.bash"

clients=4

binaries=(/usr/lib/postgresql/*/bin)
PATH=${binaries[-1]}:$PATH
if [ "$(id -u)" = 0 ]; then
	as_user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

query()
{
	psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$@"
}

start_postgres()
{
	export PGHOST=$PWD PGDATABASE=postgres PGUSER=tester
	start_under_test postgres -D "$1" -k "$PWD" -h '' -F \
		-c logging_collector=off -c autovacuum=off -c jit=off \
		-c max_parallel_workers_per_gather=0 2>log
	wait_until query 'SELECT 1'
}

prepare()
{
	need_short_path
	[ ${#as_user[@]} = 0 ] || chown postgres .
	"${as_user[@]}" test -w "$PWD" ||
		fail "The user postgres cannot reach $PWD: all may search" \
			"the directories above it."
	"${as_user[@]}" initdb -D data -U tester -A trust -N --no-locale \
		-E UTF8 >/dev/null
	preload='' start_postgres data
	pgbench -i -q -s "$clients" 2>/dev/null
	query "CREATE TABLE wide AS SELECT i, i * 7919 % 10007 AS k,
		repeat(md5(i::text), i % 20) AS text
		FROM generate_series(1, $(size 40000 4000)) AS i"
	query "VACUUM ANALYZE"
	stop_server INT
}

larger_queries()
{
	query "SELECT k % 10, count(*), sum(length(text)) FROM wide
		GROUP BY 1 ORDER BY 1"
	query "SELECT count(*), sum(a.i) FROM wide a JOIN wide b
		ON a.k = b.k AND a.i <> b.i"
	query "SELECT md5(string_agg(text, '' ORDER BY text DESC, i)) FROM wide"
	query "SELECT count(*) FROM (SELECT array_agg(i), string_agg(text, '')
		FROM wide GROUP BY k) AS grouped"
	query "SELECT count(*) FROM wide WHERE text ~ '(ab|cd)+e.*f{2}'"
}

run()
{
	rm -rf copy
	cp -a data copy
	start_postgres copy
	pgbench -n -N -c "$clients" -j 2 -t "$(size 1500 100)" --random-seed=42 \
		>benchmark 2>&1
	grep -E '^number of (transactions actually|failed)' benchmark
	query "SELECT count(*), sum(delta) = (SELECT sum(abalance)
		FROM pgbench_accounts) FROM pgbench_history"
	larger_queries
	stop_server INT
}

program_main "$@"
