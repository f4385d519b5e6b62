#!/usr/bin/env bash
# Install a local PostgreSQL 15 with plpgsql_check and pgvector, for tests (Debian 12, as root).
#
# PostgreSQL and plpgsql_check come from the suite apt is configured for. Debian 12 has no pgvector package,
# so pgvector is built from Debian's own source package of the next suite, fetched from the mirror
# that apt already uses: no host is named here. Running it again does nothing.
set -euo pipefail

readonly version=15
readonly source_suite="${PGVECTOR_SUITE:-trixie}"
readonly extension_dir="/usr/share/postgresql/$version/extension"

export DEBIAN_FRONTEND=noninteractive

missing_packages() {
  local package
  for package in "postgresql-$version" "postgresql-$version-plpgsql-check" "$@"; do
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

build_pgvector() {
  local mirror work apt_options
  mirror="$(debian_mirror)"
  [ -n "$mirror" ] || { echo "apt names no Debian mirror: run apt-get update first" >&2; exit 1; }
  work="$(mktemp -d)"
  trap "rm -rf '$work'" EXIT
  mkdir -p "$work/lists/partial" "$work/empty" "$work/source"
  chmod 755 "$work" "$work/lists" "$work/lists/partial"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $source_suite main" \
    >"$work/sources.list"
  apt_options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=$work/empty"
    -o "Dir::State::lists=$work/lists" -o "APT::Sandbox::User=root")
  apt-get "${apt_options[@]}" update -qq
  (cd "$work/source" && apt-get "${apt_options[@]}" source -qq pgvector)
  # OPTFLAGS empty: no -march=native, so that the library also runs on another machine of the same kind.
  make -C "$work"/source/pgvector-* OPTFLAGS= PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" \
    install >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" >&2; exit 1; }
}

install_packages
if [ ! -f "$extension_dir/vector.control" ]; then
  install_packages build-essential dpkg-dev "postgresql-server-dev-$version"
  build_pgvector
fi
echo "PostgreSQL $version, plpgsql_check and pgvector" \
  "$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$extension_dir/vector.control") are installed"
