# Debian's packages unpacked below build/ and never installed. Sourced by scripts that run at the root of the checkout.
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror that the system's own apt reads.
debian_mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    sed -n 's/^URIs: *\(http[^ ]*\/debian\)\/*$/\1/p; s/^deb .*\(https*:[^ ]*\/debian\)\/* .*/\1/p' | head -1
}

# debian_unpack SUITE ARCHITECTURE DIRECTORY PACKAGE... — apt reads a list of its own in DIRECTORY.new, verifies it by Debian's
# keys and leaves the system's lists as they are. DIRECTORY is there as a whole or not at all. Where it cannot, debian_why
# says so and the status is 1; apt's words are in DIRECTORY.log.
debian_unpack() {
  suite=$1 architecture=$2 place=$3 fresh=$3.new
  shift 3
  mirror=$(debian_mirror)
  debian_why=
  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    debian_why="this system has no apt-get to fetch $* with"
  elif ! [ -r "$debian_keys" ]; then
    debian_why="there is no $debian_keys to verify $* by"
  elif [ -z "$mirror" ]; then
    debian_why="apt's sources name no mirror of Debian to fetch $* from"
  fi
  [ -z "$debian_why" ] || return 1
  rm -rf "$fresh"
  mkdir -p "$fresh/apt/lists/partial" "$fresh/apt/cache/archives/partial"
  echo "deb [signed-by=$debian_keys arch=$architecture] $mirror $suite main" >"$fresh/apt/sources.list"
  if debian_fetch "$@" >"$place.log" 2>&1; then
    rm -rf "$fresh/apt" "$place"
    mv "$fresh" "$place"
  else
    tail -5 "$place.log" >&2
    rm -rf "$fresh"
    debian_why="apt-get could not fetch $* (all of its words: $place.log)"
    return 1
  fi
}

debian_fetch() {
  # shellcheck disable=SC2046
  debian_apt apt-get update && (cd "$fresh/apt" && debian_apt apt-get download $(debian_named "$@")) || return 1
  for package in "$fresh"/apt/*.deb; do dpkg-deb -x "$package" "$fresh" || return 1; done
}

# The names of packages, and for the metapackage of a kernel that of the newest, which it depends on.
debian_named() {
  for package in "$@"; do
    case $package in
      linux-image-*) debian_apt apt-cache depends "$package" | sed -n 's/^ *Depends: *\(linux-image-[0-9].*\)/\1/p' | head -1 ;;
      *) echo "$package" ;;
    esac
  done
}

debian_apt() {
  tool=$1
  shift
  "$tool" -q -o Dir::Etc::sourcelist="$fresh/apt/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$fresh/apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$fresh/apt/cache" \
    -o APT::Architecture="$architecture" -o APT::Architectures::="$architecture" -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@"
}
