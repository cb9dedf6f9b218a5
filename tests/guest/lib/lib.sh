# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Functions that the guest tests share. A test sources this file; it runs with sh -eu.

# The PCI addresses of all edu devices.
devices() { lspci -Dn -d 1234:11e8 | cut -d ' ' -f 1; }

all=${all:-$(devices)}
device=0
# The PCI address of the device under test. A child shell inherits it, because the
# device may be away when the child starts.
bdf=${bdf:-${all%%[!0-9a-f:.]*}}
dma=/sys/bus/pci/devices/$bdf/dma_counters
cma=/sys/kernel/debug/cma/reserved
dma_timeout=2	# seconds: EDU_TIMEOUT_MS in drivers/edu.c; tests/lint compares the two
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

# expect WHAT IS WANTED: fails unless the two values are equal
expect() { [ "$2" = "$3" ] || die "$1 is $2, not $3"; }

# between WHAT IS LEAST MOST: fails unless LEAST <= IS <= MOST
between() {
	if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
		die "$1 is $2, not $3 to $4"
	fi
}

# fails STATUS PATTERN COMMAND...: COMMAND must exit with STATUS, and its output must
# match PATTERN
fails() {
	wanted=$1 pattern=$2
	shift 2
	status=0
	text=$("$@" 2>&1) || status=$?
	expect "the exit status of $*" "$status" "$wanted"
	echo "$text" | grep -qE "$pattern" || die "$* says: $text, not: $pattern"
}

# show_json FILE: prints what educma --json has printed. tests/run validates it, and the
# test fails if it is not valid.
show_json() { sed 's/^/json| /' "$1"; }

# The kernel log since this test began, for the runner logs a marker then.
log() { dmesg | sed -n 'H; /educma-test: /h; $ { x; p; }'; }

log_has() { log | grep -qE "$1" || die "the kernel log does not say: $1"; }

# The number of pages in use of CMA's default area. This is exact; CmaFree of
# /proc/meminfo lacks the free pages in the allocator's per-processor lists.
cma_used() { cat $cma/used; }

# use N: makes the N-th device, counted from 0, the device under test
use() {
	device=$1
	bdf=$(echo "$all" | sed -n "$((device + 1))p")
	dma=/sys/bus/pci/devices/$bdf/dma_counters
}

unbind() { echo "$bdf" >/sys/bus/pci/drivers/educma/unbind; }
bind() { echo "$bdf" >/sys/bus/pci/drivers/educma/bind; }
reset() { echo 1 >"/sys/bus/pci/devices/$bdf/reset"; }
copies() { educma -d "$bdf" copy "$1"; }

# Binds the device under test anew, without faults. An allocation makes the driver
# test the device's reach now, so that no reach test disturbs the test later.
fresh() {
	unbind
	sim -d "$device" clear
	reset
	bind
	node=$(cat "/sys/bus/pci/devices/$bdf"/educma/*/uevent | sed -n 's/^DEVNAME=//p')
	NODE=/dev/$node "$tests/bench" memory 4194304 >/dev/null
}

# each FUNCTION...: runs the functions at the same time, because they mostly wait.
# Each function has a fresh device of its own, in device, bdf and dma.
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

# order FAULT...: tells the device's simulator to produce the fault
# struck: fails unless the fault has happened once since the last order
order() {
	fault=${1%% *}
	count=$(sim -d "$device" count "$fault")
	sim -d "$device" "$@"
}
struck() { expect "the count of $fault" "$(sim -d "$device" count "$fault")" $((count + 1)); }

# rounds SHORT LONG: prints SHORT, or in the long form LONG if this is the device
# that the test is made for
rounds() { if [ -n "${LONG:-}" ] && made_for_this; then echo "$2"; else echo "$1"; fi; }
made_for_this() { [ -z "$SIM" ] || grep -qx '# device: sim' "$0"; }

# share N M: on each device N processes at once copy and verify, M times each
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

# qmp JSON: gives QEMU an order and prints the answer. Needs MONITOR=1.
qmp() { "$tests/qmp" "$1" || die "no answer to $1"; }

# begin_copy SIZE [CHUNKS]: starts a copy in the background, and returns when it has
# moved three chunks, or CHUNKS
# ends_well, ends_badly: wait for the end of that copy, and fail unless it succeeds,
# or fails
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

# hmp WORD...: gives QEMU an order of its human monitor. Needs MONITOR=1.
hmp() {
	said=$(qmp '{"execute": "human-monitor-command", "arguments": {"command-line": "'"$*"'"}}')
	echo "$said" | grep -qE '"return": "("|OK)' || die "$*: $said"
}

# wait_for WHAT COMMAND...: repeats COMMAND until it succeeds, for a minute at most
wait_for() {
	what=$1 tries=600
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || die "$what does not happen"
		sleep 0.1
	done
}

# More ways to take the first device away and to bring it back. Each returns when the
# device is away, or works again. unplug and plug make QEMU do so (MONITOR=1).
unplug() {
	qmp '{"execute": "device_del", "arguments": {"id": "edu0"}}' >/dev/null
	wait_for "the removal of $bdf" [ ! -e "/sys/bus/pci/devices/$bdf" ]
}
# QEMU refuses the name edu0 until the guest has released the old device.
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

# removals N COMMAND BACK: N times, COMMAND takes the device away in mid-DMA and BACK
# brings it back; both are functions of this file, such as unbind and bind. The
# program removal does it. Afterwards all memory is free again, and the device works. The debug kernel's page
# poisoning reports a page that was written after it was freed, when the page is
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
