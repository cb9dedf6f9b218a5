// SPDX-License-Identifier: GPL-2.0
/* From the options to an open device, with every way it can fail explained. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "cmd.h"
#include "educma_regs.h"
#include "reason.h"
#include "size.h"

static int fail_unbound(const struct context *ctx,
			const struct educma_entry *pci)
{
	struct failure failure = {
		.status = STATUS_NO_DEVICE,
		.reason = "no_driver",
		.advice = "modprobe educma, and look for educma in the kernel log (dmesg)",
	};
	char advice[128];

	if (!*pci->driver)
		return fail(ctx, &failure,
			    "no educma device: PCI device %s has no driver",
			    pci->pci);
	snprintf(advice, sizeof(advice),
		 "echo %s > /sys/bus/pci/drivers/%s/unbind, then modprobe educma",
		 pci->pci, pci->driver);
	failure.advice = advice;
	return fail(ctx, &failure,
		    "no educma device: PCI device %s is bound to the driver %s",
		    pci->pci, pci->driver);
}

int fail_no_device(const struct context *ctx)
{
	static const struct failure failure = {
		.status = STATUS_NO_DEVICE,
		.reason = "no_device",
		.advice = "start QEMU with -device edu, then modprobe educma",
	};
	struct educma_entry pci;

	if (!educma_find_unbound(ctx->sysroot, NULL, &pci))
		return fail_unbound(ctx, &pci);
	return fail(ctx, &failure,
		    "no educma device, and no PCI device %04x:%04x on this machine",
		    EDU_VENDOR_ID, EDU_DEVICE_ID);
}

int find_device(const struct context *ctx, struct educma_entry *entry)
{
	static const struct failure failure = {
		.status = STATUS_NO_DEVICE,
		.reason = "no_such_device",
		.advice = "educma list",
	};
	int err;

	err = educma_find(ctx->sysroot, ctx->device, entry);
	if (err == -ENODEV)
		return fail_no_device(ctx);
	if (err == -ENOENT &&
	    !educma_find_unbound(ctx->sysroot, ctx->device, entry))
		return fail_unbound(ctx, entry);
	if (err == -ENOENT)
		return fail(ctx, &failure,
			    "no device '%s': -d takes N, educmaN, or a PCI address like 0000:00:04.0",
			    ctx->device);
	return err ? fail_errno(ctx, err, "devices") : 0;
}

static int fail_in_use(const struct context *ctx, const struct session *s)
{
	static const struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = "in_use",
		.advice = "end the programs that have it open: fuser shows them",
	};

	return fail(ctx, &failure,
		    "%s is in use, and is to be had alone", s->entry.node);
}

/* Opens s->entry. */
static int open_entry(const struct context *ctx, struct session *s, int flags)
{
	int err;

	err = educma_open(&s->entry, flags, &s->dev);
	if (err == -EBUSY && flags & O_EXCL)
		return fail_in_use(ctx, s);
	if (err)
		return fail_errno(ctx, err, "%s", s->entry.node);
	err = educma_info(s->dev, &s->info);
	if (err) {
		educma_close(s->dev);
		s->dev = NULL;
		return fail_errno(ctx, err, "%s", s->entry.node);
	}
	return 0;
}

int open_session(const struct context *ctx, struct session *s)
{
	return find_device(ctx, &s->entry) ?: open_entry(ctx, s, 0);
}

int open_session_alone(const struct context *ctx, struct session *s)
{
	return find_device(ctx, &s->entry) ?: open_entry(ctx, s, O_EXCL);
}

int open_entry_alone(const struct context *ctx,
		     const struct educma_entry *entry, struct session *s)
{
	s->entry = *entry;
	return open_entry(ctx, s, O_EXCL);
}

void close_session(struct session *s)
{
	educma_close(s->dev);
}

bool has_reason(int err, uint32_t reason)
{
	return err == -ENOMEM || err == -EDQUOT || (err == -EIO && reason);
}

char *alloc_advice(const struct context *ctx, const struct session *s,
		   uint64_t bytes, uint32_t reason, char *text)
{
	struct reason_case why = {
		.reason = reason,
		.dma_bits = s->info.dma_bits,
		.bytes = bytes,
	};

	if (educma_meminfo(ctx->sysroot, "CmaTotal", &why.cma_total))
		why.cma_total = 0;
	return reason_advice(text, &why);
}

static int fail_alloc(const struct context *ctx, const struct session *s,
		      uint64_t bytes, uint32_t reason)
{
	char advice[REASON_TEXT], size[SIZE_TEXT];
	struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = reason_name(reason),
		.advice = alloc_advice(ctx, s, bytes, reason, advice),
	};

	return fail(ctx, &failure, "no buffer of %s for this %u-bit device: %s",
		    size_format(size, bytes), s->info.dma_bits,
		    reason_text(reason));
}

int alloc_buffer(const struct context *ctx, const struct session *s,
		 uint64_t bytes, struct educma_buffer *buf)
{
	char size[SIZE_TEXT];
	int err;

	err = educma_alloc(s->dev, bytes, buf);
	if (has_reason(err, buf->reason))
		return fail_alloc(ctx, s, bytes, buf->reason);
	if (err)
		return fail_errno(ctx, err, "buffer of %s",
				  size_format(size, bytes));
	return 0;
}

uint64_t edu_limit(const struct educma_info *info)
{
	return rate_per_s(info->chunk_bytes, EDU_DMA_NS);
}

bool may_be_edu(uint64_t bytes_per_s, uint64_t limit)
{
	/* A timer that is rounded by 1 ms of 100 makes the first DMA shorter. */
	return bytes_per_s <= limit + limit / 50;
}
