#!/usr/bin/env bash
# A throwaway PostgreSQL cluster for tests: 127.0.0.1 only, trust authentication, fsync on. Pages cost as on Supabase,
# whose disks read any page as fast as the next one.
#
#   cluster.sh start <directory> [port]   create if absent, start, print the superuser's URL
#   cluster.sh managed <directory> [port]   the same, and print the URL of a role that is neither superuser nor BYPASSRLS
#                                         but may create roles and databases, in which pgvector is there already
#   cluster.sh stop  <directory>          stop; the directory stays
#   cluster.sh url   <directory>          print the URL of a running cluster
#
# POSTGRES_VERSION (15) names the installation of install.sh. As root it runs the server as the user postgres, who must
# be able to reach the directory's parent.
set -euo pipefail

bin="/usr/lib/postgresql/${POSTGRES_VERSION:-15}/bin"
[ -d "$bin" ] || bin="/opt/postgresql-${POSTGRES_VERSION:-15}/bin"
readonly bin

usage() {
  sed -n '5,9s/^# *//p' "$0" >&2
  exit 2
}

[ $# -ge 2 ] || usage
readonly action="$1"
mkdir -p "$(dirname "$2")"
directory="$(cd "$(dirname "$2")" && pwd)/$(basename "$2")"
readonly directory

as_server_user() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && setpriv --reuid postgres --regid postgres --init-groups "$@")
  else
    "$@"
  fi
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

print_url() {
  [ -f "$directory/postmaster.pid" ] || { echo "no cluster runs in $directory" >&2; exit 1; }
  echo "postgres://postgres@127.0.0.1:$(sed -n 4p "$directory/postmaster.pid")/postgres"
}

start() {
  local port="$1"
  if [ ! -f "$directory/PG_VERSION" ]; then
    mkdir -p "$directory"
    [ "$(id -u)" -ne 0 ] || chown postgres:postgres "$directory"
    as_server_user "$bin/initdb" -D "$directory" -U postgres --auth=trust --encoding=UTF8 \
      --locale=C.UTF-8 >/dev/null
  fi
  if ! as_server_user "$bin/pg_ctl" -D "$directory" status >/dev/null; then
    as_server_user "$bin/pg_ctl" -D "$directory" -l "$directory/server.log" -w -s start -o \
      "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60 -c random_page_cost=1.1" ||
      { tail -n 20 "$directory/server.log" >&2; exit 1; }
  fi
  print_url
}

managed() {
  local url
  url="$(start "$1")"
  psql -q "$url" -c 'create role manager login createrole createdb' >&2
  psql -q "${url%/postgres}/template1" -c 'create schema extensions authorization manager' \
    -c 'create extension vector schema extensions' >&2
  echo "${url/postgres@/manager@}"
}

case "$action" in
  start) start "${3:-$(free_port)}" ;;
  managed) managed "${3:-$(free_port)}" ;;
  stop) as_server_user "$bin/pg_ctl" -D "$directory" -m fast -w -s stop ;;
  url) print_url ;;
  *) usage ;;
esac
