// SPDX-License-Identifier: GPL-2.0
/* educma selftest: the points that are about the device and its driver. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "educma_regs.h"
#include "selftest.h"
#include "size.h"
#include "sysfs.h"
#include "util.h"

/* Least bytes of a small buffer, and its chunks: the points need three and a bit. */
#define SMALL_BYTES	(32ULL << 10)
#define SMALL_CHUNKS	4ULL

/* CMA places a buffer at a multiple of this: CONFIG_CMA_ALIGNMENT pages. */
#define CMA_ALIGN	(1ULL << 20)

/* The kernel allocates a buffer of this length from CMA or not at all. */
#define CMA_ONLY	(8ULL << 20)
static int send_bytes(struct selftest *t, uint64_t bytes)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_TO_DEVICE,
		.src_handle = t->src.handle,
		.bytes = bytes,
	};

	return transfer(t, &req);
}

/* How much a counter has risen since the beginning. */
static uint64_t rise(const struct selftest *t,
		     const struct educma_counters *now, const char *name)
{
	return counter_value(now, name) - counter_value(&t->start, name);
}

static uint64_t chunks_done(const struct selftest *t)
{
	return t->to_device.chunks + t->from_device.chunks;
}

/* False as well if sysfs does not show the PCI ID. */
static bool is_other_card(const struct selftest *t)
{
	const char *sysroot = t->ctx->sysroot, *pci_dir = t->s.entry.pci_dir;
	uint64_t vendor, device;

	return !sysfs_read_u64(sysroot, pci_dir, "vendor", &vendor) &&
	       !sysfs_read_u64(sysroot, pci_dir, "device", &device) &&
	       (vendor != EDU_VENDOR_ID || device != EDU_DEVICE_ID);
}

enum result test_identification(struct selftest *t)
{
	if (is_other_card(t))
		return skipped(t, "0x%08x; only the value of %04x:%04x, QEMU's edu, is known",
			       t->s.info.hw_id, EDU_VENDOR_ID, EDU_DEVICE_ID);
	if (t->s.info.hw_id != EDU_REG_ID_VALUE)
		return failed(t, "0x%08x, not 0x%08x", t->s.info.hw_id,
			      EDU_REG_ID_VALUE);
	return passed(t, "0x%08x, as read when the driver was bound",
		      t->s.info.hw_id);
}

enum result test_mask(struct selftest *t)
{
	const uint64_t bits = t->s.info.dma_bits;
	uint64_t streaming, coherent;

	if (educma_dma_bits(&t->s.entry, &coherent) ||
	    sysfs_read_u64(t->ctx->sysroot, t->s.entry.pci_dir, "dma_mask_bits",
			   &streaming))
		return skipped(t, "sysfs does not show the kernel's DMA mask");
	if (coherent != bits || streaming != bits)
		return failed(t, "the kernel's masks have %" PRIu64
			      " and %" PRIu64 " bits, the device %" PRIu64,
			      streaming, coherent, bits);
	return passed(t, "%" PRIu64 " address bits, in the kernel as well",
		      bits);
}

enum result test_buffers(struct selftest *t)
{
	const uint64_t chunks = SMALL_CHUNKS * t->s.info.chunk_bytes;
	const uint64_t bytes = chunks > SMALL_BYTES ? chunks : SMALL_BYTES;
	struct educma_buffer *buf = &t->src;
	char size[SIZE_TEXT];
	int err;

	err = educma_alloc(t->s.dev, bytes, buf);
	if (!err) {
		buf = &t->dst;
		err = educma_alloc(t->s.dev, bytes, buf);
	}
	if (err) {
		t->broken = true;
		return failed_alloc(t, err, bytes, buf);
	}
	return passed(t, "two of %s", size_format(size, bytes));
}

/*
 * Only the driver can use the register called liveness. It tests it when it is
 * bound, and whenever an interrupt is missing.
 */
enum result test_liveness(struct selftest *t)
{
	int err;

	err = send_bytes(t, 1);
	if (!err)
		err = educma_info(t->s.dev, &t->s.info);
	if (err)
		return failed_transfer(t, err);
	if (t->s.info.flags & (EDUCMA_INFO_FAILED | EDUCMA_INFO_GONE))
		return failed(t, "the driver has stopped using the device");
	return passed(t, "it has done a DMA; the driver tested its register when it was bound");
}

static const char *interrupt_name(const struct selftest *t)
{
	return t->s.info.flags & EDUCMA_INFO_MSI ? "MSI" : "INTx";
}

static enum result no_counters(struct selftest *t, int err,
			       const struct educma_counters *counters)
{
	return failed(t, "dma_counters%s%s cannot be read: %s",
		      *counters->failed ? "/" : "", counters->failed,
		      err == -EINVAL ? "no number" : strerror(-err));
}

/* Three transfers of a DMA each, and one of three: each DMA interrupts once. */
static int interrupt_six_times(struct selftest *t)
{
	const unsigned int singles = 3;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < singles; i++)
		err = send_bytes(t, 1);
	return err ?: send_bytes(t, singles * t->s.info.chunk_bytes);
}

static enum result check_interrupts(struct selftest *t, uint64_t irqs,
				    uint64_t chunks,
				     const struct educma_counters *now)
{
	uint64_t missed = rise(t, now, "irqs_missed");
	uint64_t spurious = rise(t, now, "irqs_spurious");

	if (irqs == chunks && !missed && !spurious)
		return passed(t, "%s, one for each of %" PRIu64 " DMAs",
			      interrupt_name(t), chunks);
	failed(t, "%s: %" PRIu64 " for %" PRIu64 " DMAs; since the start %" PRIu64
	       " missed, %" PRIu64 " spurious", interrupt_name(t), irqs,
	       chunks, missed, spurious);
	advise(t, "see the kernel log and /proc/interrupts; booted with pci=nomsi it uses INTx");
	return FAILED;
}

enum result test_interrupt(struct selftest *t)
{
	const uint64_t chunks = chunks_done(t);
	struct educma_counters before, after;
	int err;

	err = educma_read_counters(&t->s.entry, &before);
	if (err)
		return no_counters(t, err, &before);
	err = interrupt_six_times(t);
	if (err)
		return failed_transfer(t, err);
	err = educma_read_counters(&t->s.entry, &after);
	if (err)
		return no_counters(t, err, &after);
	return check_interrupts(t, rise(t, &after, "irqs") -
				rise(t, &before, "irqs"),
				chunks_done(t) - chunks, &after);
}

static enum result check_reach(struct selftest *t,
			       const struct educma_buffer *buf,
				const struct educma_cma_area *area)
{
	const uint64_t last = buf->dma_addr + buf->bytes - 1;
	enum result result = test_places(t, buf, 2);
	int err;

	if (result != PASSED)
		return result;
	err = educma_info(t->s.dev, &t->s.info);
	if (err)
		return failed_transfer(t, err);
	if (t->s.info.proven_address < last)
		return failed(t, "the driver has proof up to 0x%08" PRIx64
			      " only, not 0x%08" PRIx64,
			      (uint64_t)t->s.info.proven_address, last);
	return passed(t, "up to 0x%08" PRIx64 "; CMA's area '%s' ends at 0x%08"
		      PRIx64, last, area->name, area->base + area->bytes - 1);
}

static enum result reach_with(struct selftest *t,
			      const struct educma_buffer *buf)
{
	struct educma_cma_area area;
	int err;

	err = educma_find_area(t->ctx->sysroot, &t->s.entry, buf, &area);
	if (err == -EXDEV)
		return skipped(t, "an IOMMU decides what the device reaches");
	if (err == -EPERM)
		return skipped(t, "bus addresses are hidden: it needs root");
	if (err)
		return skipped(t, "it is not known whether the buffer is in CMA");
	return check_reach(t, buf, &area);
}

/*
 * Takes CMA's largest free run. It reaches to the end of the area, unless the
 * pages there are in use.
 */
enum result test_reach(struct selftest *t)
{
	struct educma_cma_area area;
	struct educma_buffer buf;
	enum result result;
	uint64_t bytes;
	int err;

	err = educma_cma_find(t->ctx->sysroot, NULL, &area);
	if (err == -ENODEV)
		return skipped(t, "there is no CMA area");
	if (err == -E2BIG || (!err && !strncmp(area.name, "hugetlb", 7)))
		return skipped(t, "it is not clear which CMA area is for DMA");
	if (err)
		return skipped(t, "free CMA is not known: it needs root and CMA's debugfs");
	bytes = area.largest_free / CMA_ALIGN * CMA_ALIGN;
	if (bytes < CMA_ONLY)
		return skipped(t, "CMA's largest free run is less than 8M");
	err = educma_alloc(t->s.dev, bytes, &buf);
	if (err == -ENOMEM && !buf.map_err &&
	    (buf.reason == EDUCMA_REASON_FRAGMENTED ||
	     buf.reason == EDUCMA_REASON_IN_USE))
		return skipped(t, "CMA's largest free run could not be allocated");
	if (err)
		return failed_alloc(t, err, bytes, &buf);
	result = reach_with(t, &buf);
	educma_free(t->s.dev, &buf);
	return result;
}

struct expected {
	const char *counter;
	uint64_t rise;
};

/* The device is open for the self-test alone, so all DMA since then is its own. */
enum result test_counters(struct selftest *t)
{
	const struct expected expected[] = {
		{ "to_device_bytes", t->to_device.bytes },
		{ "to_device_chunks", t->to_device.chunks },
		{ "to_device_transfers", t->to_device.transfers },
		{ "to_device_errors", 0 },
		{ "from_device_bytes", t->from_device.bytes },
		{ "from_device_chunks", t->from_device.chunks },
		{ "from_device_transfers", t->from_device.transfers },
		{ "from_device_errors", 0 },
		{ "irqs_missed", 0 },
		{ "irqs_spurious", 0 },
		{ "timeouts", 0 },
		{ "failures", 0 },
	};
	struct educma_counters now;
	uint64_t rose;
	size_t i;
	int err;

	err = educma_read_counters(&t->s.entry, &now);
	if (err)
		return no_counters(t, err, &now);
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		rose = rise(t, &now, expected[i].counter);
		if (rose != expected[i].rise)
			return failed(t, "%s rose by %" PRIu64 ", not %" PRIu64,
				      expected[i].counter, rose,
				      expected[i].rise);
	}
	return passed(t, "%" PRIu64 " bytes to the device, %" PRIu64
		      " from it, in %" PRIu64 " DMAs", t->to_device.bytes,
		      t->from_device.bytes, chunks_done(t));
}
