# postgres: initdb, pgbench, parallel queries, a JIT; every backend preloaded
#
# The server refuses to run as root; then it runs as the package's own user.
#
# needs: /usr/lib/postgresql/*/bin/postgres /usr/lib/postgresql/*/bin/pgbench
# programs: initdb postgres psql pgbench

. "$CASE_TOOLS/server.sh"

unprivileged=()
if [ "$(id -u)" = 0 ]; then
	chown postgres .
	unprivileged=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

binaries=(/usr/lib/postgresql/*/bin)
PATH=${binaries[-1]}:$PATH
export PGHOST=$PWD PGDATABASE=postgres PGUSER=tester

query()
{
	psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$@"
}

table_sums()
{
	query "SELECT count(*), sum(abalance), md5(string_agg(t::text, ','
		ORDER BY aid)) FROM pgbench_accounts t"
	query "SELECT md5(string_agg(t::text, ',' ORDER BY tid))
		FROM pgbench_tellers t"
	query "SELECT md5(string_agg(t::text, ',' ORDER BY bid))
		FROM pgbench_branches t"
	query "SELECT count(*), md5(string_agg(concat_ws(',', tid, bid, aid,
		delta), ';' ORDER BY tid, bid, aid, delta))
		FROM pgbench_history"
}

"${unprivileged[@]}" initdb -D data -U tester -A trust -N --no-locale -E UTF8 \
	>/dev/null
"${unprivileged[@]}" postgres -D data -k "$PWD" -h '' -F -c logging_collector=off \
	-c max_parallel_workers_per_gather=2 -c min_parallel_table_scan_size=0 \
	-c parallel_setup_cost=0 -c parallel_tuple_cost=0 2>log &
server=$!
wait_until query 'SELECT 1'

pgbench -i -q -s 1 2>/dev/null
pgbench -n -c 1 -t 1500 --random-seed=42 -M prepared >result
grep -E '^number of (transactions actually|failed)' result
table_sums
pgbench -n -S -c 4 -j 2 -t 500 --random-seed=7 >result
grep -E '^number of (transactions actually|failed)' result

query "CREATE TABLE wide AS SELECT i, i * 7919 % 10007 AS k,
	repeat(md5(i::text), i % 20) AS text,
	jsonb_build_object('a', i, 'b', array[i, i + 1]) AS json
	FROM generate_series(1, 60000) AS i"
query "CREATE INDEX ON wide USING gin (json)"
query "CREATE INDEX ON wide (k, i)"
query "ANALYZE"
query "SET jit = on; SET jit_above_cost = 0; SET jit_inline_above_cost = 0;
	SET jit_optimize_above_cost = 0;
	SELECT k % 10, count(*), sum(length(text)), sum(i * 2 + k)
	FROM wide GROUP BY 1 ORDER BY 1"
query "SELECT count(*), sum(a.k) FROM wide a JOIN wide b USING (k)
	WHERE b.json @> '{\"a\": 500}' OR b.i < 2000"
query "SELECT md5(string_agg(text, '' ORDER BY text DESC, i)) FROM wide"
query "SELECT count(*) FROM wide WHERE text ~ '(ab|cd)+e.*f{2}'"
query "DELETE FROM wide WHERE i % 3 = 0"
query "VACUUM (FULL, ANALYZE) wide"
query "SELECT count(*), sum(i) FROM wide"
table_sums

stop_server INT
grep -E 'PANIC|terminated by signal|^pfmalloc' log || true
