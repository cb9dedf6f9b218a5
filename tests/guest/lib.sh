# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the guest's tests share. Sourced; sh -eu.

# The PCI addresses of all edu devices.
devices() { lspci -D -d 1234:11e8 | cut -d ' ' -f 1; }

all=$(devices)
device=0
bdf=${all%%[!0-9a-f:.]*}
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

# use N: from here on it is about the N-th device, from 0.
use() {
	device=$1
	bdf=$(echo "$all" | sed -n "$((device + 1))p")
	dma=/sys/bus/pci/devices/$bdf/dma
}

unbind() { echo "$bdf" >/sys/bus/pci/drivers/educma/unbind; }
bind() { echo "$bdf" >/sys/bus/pci/drivers/educma/bind; }
reset() { echo 1 >"/sys/bus/pci/devices/$bdf/reset"; }
copies() { educma -d "$bdf" copy "$1"; }

# A device and a driver that nothing has happened to, and no reach test to come
# for a while.
fresh() {
	unbind
	sim -d "$device" clear
	reset
	bind
	node=$(cat "/sys/bus/pci/devices/$bdf"/educma/*/uevent | sed -n 's/^DEVNAME=//p')
	NODE=/dev/$node "$tests/bench" alloc 4194304 >/dev/null
}

# each FUNCTION...: all at once, for they mostly wait, each with a fresh device
# of its own. Sets device, bdf and dma.
each() {
	number=0
	running=
	failed=
	for function; do
		use $number
		fresh
		number=$((number + 1))
	done
	number=0
	for function; do
		(use $number && $function) &
		running="$running $!:$function"
		number=$((number + 1))
	done
	for function in $running; do
		wait "${function%:*}" || failed="$failed ${function#*:}"
	done
	[ -z "$failed" ] || die "failed:$failed"
}

# order FAULT...: tells the device's simulator that; struck: it has happened,
# once.
order() {
	fault=${1%% *}
	count=$(sim -d "$device" count "$fault")
	sim -d "$device" "$@"
}
struck() { expect "the count of $fault" "$(sim -d "$device" count "$fault")" $((count + 1)); }
