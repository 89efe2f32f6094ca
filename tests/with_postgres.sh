#!/bin/sh
# Run a command beside a PostgreSQL server of its own: on loopback, on a port that is free, in a
# folder that goes away afterwards. The command finds it in SYNTHNB_TEST_POSTGRES.
#
#   tests/with_postgres.sh pytest tests/test_ledger_postgres.py
set -eu

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; exit 2; }
folder=$(mktemp -d)
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
echo "$password" >"$folder/password"

as_user() { # PostgreSQL refuses to run as root
    if [ "$(id -u)" = 0 ]; then (cd / && exec runuser -u postgres -- "$@"); else "$@"; fi
}
[ "$(id -u)" != 0 ] || chown -R postgres "$folder"

stop() {
    pid=$(head -n 1 "$folder/db/postmaster.pid" 2>/dev/null || true)
    if [ -n "$pid" ]; then
        kill -INT "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

as_user "$programs/initdb" --pgdata "$folder/db" --username synthnb --pwfile "$folder/password" \
    --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 3; }
as_user "$programs/postgres" -D "$folder/db" -h 127.0.0.1 -p "$port" -k "$folder" >>"$folder/log" 2>&1 &
for _ in $(seq 100); do
    "$programs/pg_isready" -q -h 127.0.0.1 -p "$port" && break
    sleep 0.1
done
"$programs/pg_isready" -q -h 127.0.0.1 -p "$port" || { cat "$folder/log" >&2; exit 3; }

SYNTHNB_TEST_POSTGRES="postgresql+psycopg://synthnb:$password@127.0.0.1:$port/postgres" "$@"
