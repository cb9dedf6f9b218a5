# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the guest's tests share. Sourced; sh -eu.

# The PCI addresses of all edu devices.
devices() { lspci -Dn -d 1234:11e8 | cut -d ' ' -f 1; }

all=${all:-$(devices)}
device=0
# A child's when the device is away: its parent's.
bdf=${bdf:-${all%%[!0-9a-f:.]*}}
dma=/sys/bus/pci/devices/$bdf/dma_counters
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

counter() { read -r value <"$dma/$1" && echo "$value"; }

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
	dma=/sys/bus/pci/devices/$bdf/dma_counters
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

# How often: the first number, or with LONG=1 the second, on the device that the
# test is made for.
rounds() { if [ -n "${LONG:-}" ] && made_for_this; then echo "$2"; else echo "$1"; fi; }
made_for_this() { [ -z "$SIM" ] || grep -qx '# device: sim' "$0"; }

# share N M: N processes on each device copy and verify, M times each.
share() {
	shares=
	for node in /dev/educma*; do
		NODE=$node "$tests/users" share "$1" "$2" &
		shares="$shares $!"
	done
	for share in $shares; do
		wait "$share"
	done
}

# An order to QEMU (MONITOR=1), and its answer.
qmp() { "$tests/qmp" "$1" || die "no answer to $1"; }

# A copy in the background, past its third chunk; ends_well, ends_badly: how.
begin_copy() {
	began=$(counter to_device_chunks)
	educma copy "$1" >/tmp/copy 2>&1 &
	copy=$!
	while [ "$(counter to_device_chunks)" -lt $((began + ${2:-3})) ]; do
		kill -0 "$copy" || die "the copy has ended: $(cat /tmp/copy)"
		sleep 0.01
	done
}
end_copy() {
	status=0
	wait "$copy" || status=$?
}
ends_well() {
	end_copy
	[ $status = 0 ] || die "the copy failed: $(cat /tmp/copy)"
	grep -q 'every byte' /tmp/copy || die "$(cat /tmp/copy)"
}
ends_badly() {
	end_copy
	[ $status != 0 ] || die "the copy ended well"
}

# The same in words, of QEMU's other monitor.
hmp() {
	said=$(qmp '{"execute": "human-monitor-command", "arguments": {"command-line": "'"$*"'"}}')
	echo "$said" | grep -qE '"return": "("|OK)' || die "$*: $said"
}

# wait_for WHAT COMMAND...: waits, a minute at most, until it succeeds
wait_for() {
	what=$1 tries=600
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || die "$what does not happen"
		sleep 0.1
	done
}

# More ways to take the first device away and to bring it back. They end when
# that has happened. unplug and plug are a hand at the slot (MONITOR=1).
unplug() {
	qmp '{"execute": "device_del", "arguments": {"id": "edu0"}}' >/dev/null
	wait_for "the removal of $bdf" [ ! -e "/sys/bus/pci/devices/$bdf" ]
}
# The name is free only when QEMU has heard that the guest let go.
plug() {
	order='"driver": "edu", "id": "edu0", "bus": "'$1'", "addr": "'$2'"'
	order='{"execute": "device_add", "arguments": {'$order'}}'
	wait_for "device_add" "$tests/qmp" "$order" >/dev/null 2>&1
	wait_for "the node of $bdf" has_node
}
has_node() { educma -d "$bdf" info >/dev/null 2>&1; }
unlist() { echo 1 >"/sys/bus/pci/devices/$bdf/remove"; }
rescan() {
	echo 1 >/sys/bus/pci/rescan
	wait_for "the node of $bdf" has_node
}

# removals N COMMAND BACK: tests/removal with two of these. Their memory is
# back afterwards, and the device works. Pages that a DMA wrote after they were
# freed would be reported by the debug kernel's page poisoning when they are
# allocated again.
removals() {
	modprobe educma
	used=$(cma_used)
	export tests all bdf
	"$tests/removal" "$1" ". $tests/lib.sh; $2" ". $tests/lib.sh; $3"
	expect "CMA's used pages" "$(cma_used)" "$used"
	sleep 1
	educma copy 64K
}
