# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# In the guest of tests/states: functions that bring the machine into a state, ask
# 'educma doctor' about it, and try whether the answer is right. The plan that
# tests/states has written calls them. Each result is a line "== NAME VALUE...".

oracle=/run/debug/oracle
largest=

# say NAME VALUE...: prints a result. The guest may die in the next moment.
say() {
	echo "== $*"
	sleep 0.1
}

# start DMA_BITS [UNBIND...]: loads the oracle and, with DMA_BITS, the driver of edu,
# and takes the driver from the devices UNBIND. The oracle's debugfs is not where the
# doctor looks.
start() {
	mkdir -p /run/debug /run/fill
	mount -t debugfs debug /run/debug
	insmod "/tests/oracle-$(uname -r).ko"
	if [ -n "$1" ]; then modprobe educma "dma_bits=$1" >&2; fi
	shift
	for bdf; do echo "$bdf" >/sys/bus/pci/drivers/educma/unbind; done
	say started "$(meminfo MemTotal)" "$(meminfo MemAvailable)"
}

meminfo() { sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo; }

# attribute BDF: prints "contiguous" if the driver of the device asks for that
attribute() {
	case $(readlink "/sys/bus/pci/devices/$1/driver") in
	*/educma) echo contiguous ;;
	esac
}

# The states.

nothing() { :; }

# hold BDF BITS BYTES COUNT EVERY: holds buffers and frees every EVERY-th of them. The
# amount is how many there was memory for.
hold() {
	echo "$* $(attribute "$1")" >$oracle/hold
	say amount "$(cut -d ' ' -f 2 $oracle/hold)"
}

# pages ZONE ORDER COUNT EVERY: the same with blocks of a zone
pages() { echo "$*" >$oracle/pages; }

# scatter PERCENT: holds every second of the pages that are PERCENT of the free memory
# outside of CMA. The amount is their number.
scatter() {
	count=$((($(meminfo MemFree) - $(meminfo CmaFree)) * $1 / 400))
	pages normal 0 $count 2
	say amount $count
}

# fill AMOUNT: fills memory with files of tmpfs. AMOUNT is a number of KiB, or "to KB":
# as much as leaves this much available.
fill() {
	mount -t tmpfs -o size=100% fill /run/fill
	if [ "$1" = to ]; then
		for _ in 1 2 3 4 5; do
			left=$(($(meminfo MemAvailable) - $2))
			[ $left -lt 256 ] || append $left
		done
		set -- "$(du -sk /run/fill | cut -f 1)"
	else
		append "$1"
	fi
	say amount "$1"
}

append() { fallocate -l $(($1 * 1024)) "$(mktemp /run/fill/XXXXXX)"; }

# pinned EVERY AMOUNT: every EVERY-th page of so many MiB of a user is pinned; with
# EVERY 0 none is, and all are in use. "all" is all but 48 MiB of the free memory.
pinned() {
	amount=$2
	[ "$amount" != all ] || amount=$(($(meminfo MemFree) / 1024 - 48))
	[ "$amount" -gt 0 ] || amount=1
	: >/run/pinned
	/tests/pin "$amount" "$1" sleep 1000000 >/run/pinned &
	pinner=$!
	while kill -0 $pinner && ! grep -q pinned /run/pinned; do sleep 0.1; done
	say amount "$amount"
}

# Undoes any state.
undo() {
	echo >$oracle/free
	! grep -q " /run/fill " /proc/mounts || umount /run/fill
	if [ -n "${pinner:-}" ]; then
		kill "$pinner" "$(pgrep -P "$pinner")"
		wait "$pinner"
		pinner=
	fi
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.1
}

# enter NUMBER STATE...: brings the machine into that state
enter() {
	say state "$1"
	shift
	"$@"
	echo "held: $(cat $oracle/hold)"
	cat /proc/buddyinfo
	say entered "$(meminfo MemAvailable)"
}

# look DEBUGFS RESTRICTED USER: the doctor is run so from now on
look() {
	debugfs=$1 user=$3
	echo "$2" >/proc/sys/kernel/dmesg_restrict
}

doctor() {
	if [ "$user" = root ]; then
		educma doctor "$@" --json
	else
		su -s /bin/sh "$user" -c "educma doctor $* --json"
	fi
}

# ask NUMBER BDF SIZE OPTION...: prints the doctor's answer and sets largest
ask() {
	number=$1 bdf=$2 bytes=$3 status=0
	shift 3
	[ "$debugfs" = yes ] || umount /sys/kernel/debug
	echo "== answer $number"
	doctor "$bdf" --size "$bytes" "$@" >/run/answer || status=$?
	cat /run/answer
	[ "$debugfs" = yes ] || mount -t debugfs debug /sys/kernel/debug
	largest=$(sed -n 's/^ *"largest_bytes": *\([0-9]*\).*/\1/p' /run/answer)
	say asked "$number" "$bytes" "$status"
}

kills() { sed -n 's/^oom_kill //p' /proc/vmstat; }

# attempt NUMBER BDF BITS BYTES: tries it
attempt() {
	before=$(kills)
	say trying "$1"
	echo "$2 $3 $4 $(attribute "$2")" >$oracle/try
	say tried "$1" "$(($(kills) - before))" "$(cat $oracle/try)"
}

# question NUMBER BDF BITS SIZE OPTION...: asks and tries. SIZE is a number of bytes,
# "largest", which is what the doctor says, or "more", a page more.
question() {
	question=$1 bdf=$2 bits=$3 size=$4
	shift 4
	case $size in
	largest | more)
		ask first "$bdf" 4096 "$@"
		[ "${largest:-0}" != 0 ] || return 0
		[ "$size" != more ] || largest=$((largest + 4096))
		size=$largest ;;
	esac
	ask "$question" "$bdf" "$size" "$@"
	attempt "$question" "$bdf" "$bits" "$size"
}
