#!/usr/bin/env bash
# Install a local PostgreSQL with pgvector, for tests (Debian 12, as root).
#
#   install.sh       PostgreSQL 15 with plpgsql_check, from the suite apt is configured for
#   install.sh 18    PostgreSQL 18 under /opt/postgresql-18, which Debian 12 has no package of
#
# What Debian 12 does not have (pgvector, PostgreSQL 18) is built from Debian's own source packages of a later suite,
# fetched from the mirror that apt already uses: no host is named here. Running it again does nothing.
set -euo pipefail

readonly version="${1:-15}"
bin="/usr/lib/postgresql/$version/bin"
[ "$version" = 15 ] || bin="/opt/postgresql-$version/bin"
readonly bin

export DEBIAN_FRONTEND=noninteractive

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -eq 0 ] && return
  # The package would otherwise create and start a cluster of its own.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/meta-agent.conf
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# The mirror apt fetches its Debian packages from, for example the address in sources.list.
debian_mirror() {
  apt-get indextargets --format '$(CREATED_BY) $(ORIGIN) $(COMPONENT) $(LABEL) $(REPO_URI)' |
    awk '$1 == "Packages" && $2 == "Debian" && $3 == "main" && $4 == "Debian" { print $5; exit }'
}

# Fetches and unpacks Debian's source of a package out of a suite, and goes there.
enter_source() {
  local package=$1 suite=$2 mirror apt_options
  mirror="$(debian_mirror)"
  [ -n "$mirror" ] || { echo "apt names no Debian mirror: run apt-get update first" >&2; exit 1; }
  mkdir -p "$work/lists/partial" "$work/empty" "$work/$package"
  chmod 755 "$work" "$work/lists" "$work/lists/partial"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
    >"$work/sources.list"
  apt_options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=$work/empty"
    -o "Dir::State::lists=$work/lists" -o "APT::Sandbox::User=root")
  apt-get "${apt_options[@]}" update -qq
  cd "$work/$package"
  apt-get "${apt_options[@]}" source -qq "$package"
  cd "$package"-*/
}

logged() { "$@" >"$work/build.log" 2>&1 || { grep -v "^gcc" "$work/build.log" | tail -n 30 >&2; exit 1; }; }

build_postgresql() {
  enter_source "postgresql-$version" "${POSTGRESQL_SUITE:-sid}"
  logged ./configure -q --prefix="/opt/postgresql-$version" --without-icu --without-readline --without-zlib CFLAGS=-O1
  logged make -s -j"$(nproc)"
  logged make -s install
}

build_pgvector() {
  enter_source pgvector "${PGVECTOR_SUITE:-trixie}"
  # The pgvector of trixie is older than PostgreSQL 18, which changed these two calls.
  [ "$version" = 15 ] || sed -i -e 's/vacuum_delay_point()/vacuum_delay_point(false)/' \
    -e 's/buildstate->tupdesc->attrs\[0\]\./TupleDescAttr(buildstate->tupdesc, 0)->/' src/*.c
  # OPTFLAGS empty: no -march=native, so that the library also runs on another machine of the same kind.
  logged make OPTFLAGS= PG_CONFIG="$bin/pg_config" install
}

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if [ "$version" = 15 ]; then
  install_packages "postgresql-$version" "postgresql-$version-plpgsql-check"
elif [ ! -x "$bin/postgres" ]; then
  install_packages build-essential dpkg-dev bison flex
  (build_postgresql)
fi
extensions="$("$bin/pg_config" --sharedir)/extension"
if [ ! -f "$extensions/vector.control" ]; then
  [ "$version" != 15 ] || install_packages build-essential dpkg-dev "postgresql-server-dev-$version"
  (build_pgvector)
fi
echo "PostgreSQL $version and pgvector" \
  "$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$extensions/vector.control") are installed"
