# redis: load, BGSAVE (fork), reload, redis-benchmark without an error
#
# The server is the same program file as redis-check-rdb and goes by the name
# it is started with; so the package that starts a service is not needed.
#
# needs: redis-cli redis-benchmark redis-check-rdb
# programs: redis-server redis-cli redis-benchmark

. "$CASE_TOOLS/server.sh"

cli()
{
	redis-cli -s "$PWD/socket" "$@"
}

save_is_over()
{
	cli info persistence | grep -q '^rdb_bgsave_in_progress:0'
}

ln -s "$(type -P redis-check-rdb)" redis-server
./redis-server --port 0 --unixsocket "$PWD/socket" --dir "$PWD" --save '' \
	--io-threads 2 --enable-debug-command yes --logfile log &
server=$!
wait_until cli ping

awk 'BEGIN {
	for (i = 0; i < 30000; i++) {
		print "SET", "string:" i, sprintf("%0" (i % 400 + 1) "d", i)
		print "HSET", "hash:" i % 700, "field" i, i * 3
		print "RPUSH", "list:" i % 300, "value" i
		print "SADD", "set:" i % 100, i * 7 % 1000
		print "ZADD", "zset:" i % 50, i % 977, "member" i
		if (i % 5 == 0)
			print "DEL", "string:" i - 50
		if (i % 7 == 0)
			print "APPEND", "string:" i - 3, "some more bytes"
	}
}' | cli >replies
sort replies | uniq -c | sort -rn | sed -n 1,20p
cli dbsize
cli debug digest
cli lrange list:7 0 20
cli eval 'local t = {}
	for i = 1, 20000 do t[i] = redis.sha1hex(tostring(i)) end
	table.sort(t)
	return {t[1], t[20000], #cjson.encode(t)}' 0

cli bgsave
wait_until save_is_over
cli info persistence | grep '^rdb_last_bgsave_status'
redis-check-rdb dump.rdb | grep -c 'RDB looks OK'
cli debug reload
cli debug digest

# the names of its tests; an error is in the second field or in the status
redis-benchmark -s "$PWD/socket" --csv -n 10000 -c 20 -P 8 --threads 2 \
	-r 10000 -d 200 -t set,get,incr,lpush,rpop,sadd,hset,zadd,mset |
	tr -d '\r"' | awk -F , 'NR > 1 { print $1, ($2 > 0 ? "ran" : $2) }'
cli flushall sync
cli debug digest
cli info errorstats
stop_server TERM
grep -c 'bye bye' log
