# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# server.sh - for cases that start a server: wait for it, stop it on EXIT

server=

# wait_until COMMAND... - run it until it succeeds, for 30 seconds at most
wait_until()
{
	local i

	for ((i = 0; i < 300; i++)); do
		if "$@" >/dev/null 2>&1; then
			return 0
		fi
		sleep 0.1
	done
	echo "This did not succeed within 30 seconds: $*" >&2
	return 1
}

# stop_server SIGNAL - its exit status is the server's
stop_server()
{
	local pid=$server

	server=
	kill -s "$1" "$pid"
	wait "$pid"
}

kill_server()
{
	[ -z "$server" ] || stop_server KILL || true
}
trap kill_server EXIT
