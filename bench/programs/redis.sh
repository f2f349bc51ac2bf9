# SPDX-License-Identifier: MIT
#
# redis: a data set of strings, hashes, lists and sets, then redis-benchmark
#
# The data set is loaded by redis-cli and always the same, which the server's
# own digest of all its keys shows.  redis-benchmark then sends a fixed number
# of requests, to keys that it draws by itself.
#
# The server is the same program file as redis-check-rdb and goes by the name
# it is started with.  It is linked with jemalloc: for glibc's malloc to be
# used at all, libc must be looked at first, behind the allocator under test.
#
# needs: redis-cli redis-benchmark redis-check-rdb awk
# measures: redis-server

. "$(dirname "$0")/program.bash"

tests=set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset

cli()
{
	redis-cli -s "$PWD/socket" "$@"
}

prepare()
{
	need_short_path
	ln -s "$(type -P redis-check-rdb)" redis-server
	awk -v n="$(size 25000 2500)" 'BEGIN {
		ORS = "\r\n"
		for (i = 0; i < n; i++) {
			print "SET", "string:" i, \
				sprintf("%0" (i * 31 % 700 + 1) "d", i)
			print "HSET", "hash:" i % 900, "field" i, i * 3
			print "RPUSH", "list:" i % 300, "value" i
			print "SADD", "set:" i % 100, i * 7 % 1000
			print "ZADD", "zset:" i % 50, i % 977, "member" i
			if (i % 3 == 0)
				print "DEL", "string:" int(i / 2)
			if (i % 7 == 0)
				print "APPEND", "string:" i, "some-more-bytes"
		}
	}' >commands
}

run()
{
	preload+=:libc.so.6
	start_under_test ./redis-server --port 0 --unixsocket "$PWD/socket" \
		--save '' --enable-debug-command yes --logfile log
	wait_until cli ping

	cli --pipe <commands | grep '^errors'
	cli debug digest
	cli dbsize

	# an error is in the second field or in the status
	redis-benchmark -s "$PWD/socket" --csv -n "$(size 20000 2000)" -c 20 \
		-P 16 -r 50000 -d 300 -t "$tests" >benchmark
	tr -d '\r"' <benchmark |
		awk -F , 'NR > 1 { print $1, ($2 > 0 ? "ran" : $2) }'
	cli info errorstats

	cli shutdown nosave
	wait "$server"
	server=
}

program_main "$@"
