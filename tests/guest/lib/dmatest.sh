# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Functions for the tests that run the kernel's dmatest. Sourced after lib.sh.

# Prints the dmaengine channel of each device.
channels() {
	for d in $all; do
		ls "/sys/bus/pci/devices/$d/dma"
	done
}

# The number of tests of a thread; the tests with the largest buffers use $few. On
# edu, where QEMU counts instructions, the debug kernel does fewer of them: dmatest
# looks at each byte, which takes that kernel half a second for a test.
iterations=500
few=500
case $SIM$(uname -r) in
[!1]*debug*)
	iterations=$(rounds 100 500)
	few=$(rounds 50 500) ;;
esac

# dmatest THREADS PARAMETER=VALUE...: runs $iterations tests in each thread on
# $channels, or on all channels, to the end. Fails unless each of THREADS threads a
# channel logs that it made so many tests without a failure. dmatest's own timeout of
# three seconds is too short for an edu that others use as well.
dmatest() {
	threads=$1
	shift
	from=$(dmesg | grep -c 'dmatest: ') || true
	modprobe dmatest timeout=600000 iterations="$iterations" "$@"
	for channel in ${channels:-$(channels)}; do
		echo "$channel" >/sys/module/dmatest/parameters/channel
	done
	echo 1 >/sys/module/dmatest/parameters/run
	# A read of dmatest's parameter wait would be reported as a hung task.
	while grep -q Y /sys/module/dmatest/parameters/run; do sleep "${SIM:-5}"; done
	modprobe -r dmatest
	dmesg | grep 'dmatest: ' | tail -n "+$((from + 1))" >/tmp/dmatest
	for channel in ${channels:-$(channels)}; do
		good=$(grep -c "dmatest: $channel-copy[0-9]*: summary $iterations tests, 0 failures" /tmp/dmatest) || true
		expect "threads on $channel that say: $iterations tests, 0 failures" "$good" "$threads"
	done
	! grep -E 'errors|timed out|error' /tmp/dmatest || die "dmatest $*"
	grep summary /tmp/dmatest
}
