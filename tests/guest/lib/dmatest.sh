# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# For the tests that run the kernel's dmatest. Sourced after lib.sh.

# A channel of each device.
channels() {
	for d in $all; do
		ls "/sys/bus/pci/devices/$d/dma"
	done
}

# How many tests a thread does; few with the largest buffers: dmatest looks at
# each byte, which takes the debug kernel half a second on edu, where QEMU counts
# instructions.
iterations=500
few=500
case $SIM$(uname -r) in
[!1]*debug*)
	iterations=$(rounds 100 500)
	few=$(rounds 50 500) ;;
esac

# dmatest THREADS PARAMETER=VALUE...: $iterations on $channels (or all), to the
# end; each thread's own line says how many tests, and that none failed. In
# dmatest's time, three seconds are too little for an edu that others use too.
dmatest() {
	threads=$1
	shift
	from=$(dmesg | grep -c 'dmatest: ') || true
	modprobe dmatest timeout=600000 iterations="$iterations" "$@"
	for channel in ${channels:-$(channels)}; do
		echo "$channel" >/sys/module/dmatest/parameters/channel
	done
	echo 1 >/sys/module/dmatest/parameters/run
	# Its parameter wait would wait in a way that the kernel takes for hung.
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
