# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the guest's tests share. Sourced; sh -eu.

# The PCI addresses of all edu devices.
devices() { lspci -D -d 1234:11e8 | cut -d ' ' -f 1; }

bdf=$(devices | head -n 1)
dma=/sys/bus/pci/devices/$bdf/dma
cma=/sys/kernel/debug/cma/reserved
meminfo() { sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo; }

die() {
	echo "$*"
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

load() { modprobe educma "$@"; }

counter() { cat "$dma/$1"; }

# expect WHAT IS WANTED
expect() { [ "$2" = "$3" ] || die "$1 is $2, not $3"; }

# between WHAT IS LEAST MOST
between() {
	if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
		die "$1 is $2, not $3 to $4"
	fi
}

# fails STATUS PATTERN COMMAND...: with that exit status, and saying so
fails() {
	wanted=$1 pattern=$2
	shift 2
	status=0
	text=$("$@" 2>&1) || status=$?
	expect "the exit status of $*" "$status" "$wanted"
	echo "$text" | grep -qE "$pattern" || die "$* says: $text, not: $pattern"
}

# The kernel log since the last marker.
log() { dmesg | sed -n 'H; /educma-test: /h; $ { x; p; }'; }

log_has() { log | grep -qE "$1" || die "the kernel log does not say: $1"; }

# Pages that CMA's default area has given out, exactly; CmaFree lags behind
# by the pages in the allocator's per-processor lists.
cma_used() { cat $cma/used; }
