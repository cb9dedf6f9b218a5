// SPDX-License-Identifier: GPL-2.0
/* Finds and opens the device that is asked for, and explains each failure. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cmd.h"
#include "educma_regs.h"
#include "size.h"
#include "sysfs.h"

#define ADVICE_TEXT	512

/* Whether the driver is loaded or built in. */
static bool driver_is_there(const struct context *ctx)
{
	return sysfs_exists(ctx->sysroot, "/sys/bus/pci/drivers/educma");
}

/* Whether driver_override gives @pci to another driver, which @name is set to. */
static bool is_reserved(const struct educma_entry *pci, char *name, size_t len)
{
	return !sysfs_read_word(pci->sysroot, pci->pci_dir, "driver_override",
				name, len) &&
	       *name && strcmp(name, "(null)") && strcmp(name, "educma");
}

/*
 * Writes how to bind educma to @pci into @text, which has ADVICE_TEXT bytes.
 * Returns @text.
 */
static char *bind_advice(const struct context *ctx,
			 const struct educma_entry *pci, char *text)
{
	char other[32], clear[128] = "", unbind[128] = "", bind[64];

	if (is_reserved(pci, other, sizeof(other)))
		snprintf(clear, sizeof(clear),
			 "echo > /sys/bus/pci/devices/%s/driver_override, then ",
			 pci->pci);
	if (*pci->driver)
		snprintf(unbind, sizeof(unbind),
			 "echo %s > /sys/bus/pci/drivers/%s/unbind, then ",
			 pci->pci, pci->driver);
	snprintf(bind, sizeof(bind), "modprobe educma");
	if (driver_is_there(ctx))
		snprintf(bind, sizeof(bind), "echo %s > /sys/bus/pci/drivers_probe",
			 pci->pci);
	snprintf(text, ADVICE_TEXT, "%s%s%s", clear, unbind, bind);
	return text;
}

/* Reports that @pci has no driver although educma is loaded. */
static int fail_refused(const struct context *ctx,
			const struct educma_entry *pci)
{
	char advice[ADVICE_TEXT], other[32];
	const struct failure failure = {
		.status = STATUS_NO_DEVICE,
		.reason = "not_bound",
		.advice = advice,
	};

	bind_advice(ctx, pci, advice);
	if (is_reserved(pci, other, sizeof(other)))
		return fail(ctx, &failure,
			    "no educma device: PCI device %s has no driver: its driver_override reserves it for %s",
			    pci->pci, other);
	snprintf(advice, sizeof(advice),
		 "look for %s in the kernel log (dmesg) to see why; then echo %s > /sys/bus/pci/drivers_probe",
		 pci->pci, pci->pci);
	return fail(ctx, &failure,
		    "no educma device: PCI device %s has no driver: educma is loaded, but has refused it or was unbound from it",
		    pci->pci);
}

static int fail_unbound(const struct context *ctx,
			const struct educma_entry *pci)
{
	static const struct failure not_loaded = {
		.status = STATUS_NO_DEVICE,
		.reason = "no_driver",
		.advice = "modprobe educma, and look for educma in the kernel log (dmesg)",
	};
	char advice[ADVICE_TEXT];
	struct failure other = {
		.status = STATUS_NO_DEVICE,
		.reason = "other_driver",
	};

	if (!*pci->driver && driver_is_there(ctx))
		return fail_refused(ctx, pci);
	if (!*pci->driver)
		return fail(ctx, &not_loaded,
			    "no educma device: PCI device %s has no driver: educma is not loaded",
			    pci->pci);
	other.advice = bind_advice(ctx, pci, advice);
	return fail(ctx, &other,
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

/* Writes "educma0 (0000:00:04.0), educma1 (...)", as far as @text has room. */
static void name_devices(const struct context *ctx, char *text, size_t len)
{
	struct educma_entry *list;
	size_t count, i, at = 0;

	*text = '\0';
	if (educma_list(ctx->sysroot, &list, &count))
		return;
	for (i = 0; i < count && at < len; i++)
		at += snprintf(text + at, len - at, "%s%s (%s)", i ? ", " : "",
			       list[i].name, list[i].pci);
	if (at >= len)
		strcpy(text + len - sizeof("..."), "...");
	free(list);
}

static int fail_no_such_device(const struct context *ctx)
{
	static const struct failure failure = {
		.status = STATUS_NO_DEVICE,
		.reason = "no_such_device",
		.advice = "name a device by its N, as educmaN, or by its PCI address",
	};
	char devices[256];

	name_devices(ctx, devices, sizeof(devices));
	return fail(ctx, &failure, "no device '%s'; there are: %s", ctx->device,
		    devices);
}

int find_device(const struct context *ctx, struct educma_entry *entry)
{
	int err;

	err = educma_find(ctx->sysroot, ctx->device, entry);
	if (err == -ENODEV)
		return fail_no_device(ctx);
	if (err == -ENOENT &&
	    !educma_find_unbound(ctx->sysroot, ctx->device, entry))
		return fail_unbound(ctx, entry);
	if (err == -ENOENT)
		return fail_no_such_device(ctx);
	return err ? fail_system(ctx, err, "devices") : 0;
}

static int fail_in_use(const struct context *ctx, const struct session *s)
{
	static const struct failure failure = {
		.status = STATUS_FAILURE,
		.reason = "in_use",
		.advice = "end the programs that have it open: fuser shows them",
	};

	return fail(ctx, &failure,
		    "%s is in use, and this command must be its only user",
		    s->entry.node);
}

/* Opens s->entry. */
static int open_entry(const struct context *ctx, struct session *s, int flags)
{
	int err;

	err = educma_open(&s->entry, flags, &s->dev);
	if (err == -EBUSY && flags & O_EXCL)
		return fail_in_use(ctx, s);
	if (err == -EPERM)	/* not the driver's, which is about device memory */
		return fail_system(ctx, err, "%s", s->entry.node);
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

/* Whether @reason (enum educma_reason) explains educma_alloc()'s error. */
static bool has_reason(int err, uint32_t reason)
{
	return err == -ENOMEM || err == -EDQUOT || (err == -EIO && reason);
}

static void explain_reason(const struct context *ctx, const struct session *s,
			   uint64_t bytes, uint32_t reason,
			   struct alloc_failure *why)
{
	const struct reason_case what = {
		.reason = reason,
		.sysroot = ctx->sysroot,
		.pci = s->entry.pci,
		.bytes = bytes,
		.max_buffers = s->info.max_buffers,
		.max_bytes = s->info.max_bytes,
	};
	char size[SIZE_TEXT];

	why->failure.reason = reason_name(reason);
	why->failure.advice = reason_advice(why->advice, &what);
	snprintf(why->text, sizeof(why->text),
		 "no buffer of %s for this %u-bit device: %s",
		 size_format(size, bytes), s->info.dma_bits,
		 reason_text(reason));
}

/* Returns the limit of the process's address space; 0 if there is none. */
static unsigned long long address_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return 0;
	return limit.rlim_cur;
}

/* mmap() fails with ENOMEM for the limit, and for a lack of anything else. */
static void explain_map(uint64_t bytes, int err, struct alloc_failure *why)
{
	const unsigned long long limit = err == -ENOMEM ? address_limit() : 0;
	char size[SIZE_TEXT];

	size_format(size, bytes);
	why->failure.reason = "not_mapped";
	if (limit) {
		snprintf(why->text, sizeof(why->text),
			 "the driver has a buffer of %s, but this program cannot map it: its address space is limited to %llu KiB",
			 size, limit / 1024);
		why->failure.advice =
			"raise the limit ('ulimit -v unlimited' in the shell), or ask for less";
		return;
	}
	snprintf(why->text, sizeof(why->text),
		 "the driver has a buffer of %s, but this program cannot map it: %s",
		 size, err == -EOVERFLOW ? errno_text(err) : strerror(-err));
	if (err == -ENOMEM || err == -EOVERFLOW)
		why->failure.advice =
			"ask for less; a 64-bit program has more addresses than a 32-bit one";
}

void explain_alloc(const struct context *ctx, const struct session *s,
		   uint64_t bytes, int err, const struct educma_buffer *buf,
		   struct alloc_failure *why)
{
	char size[SIZE_TEXT];

	why->failure = (struct failure){ .status = STATUS_FAILURE };
	if (buf->map_err && err != -ENODEV) {
		explain_map(bytes, err, why);
		return;
	}
	if (has_reason(err, buf->reason)) {
		explain_reason(ctx, s, bytes, buf->reason, why);
		return;
	}
	if (err == -ENODEV)
		why->failure.status = STATUS_NO_DEVICE;
	why->failure.advice = errno_advice(err);
	snprintf(why->text, sizeof(why->text), "no buffer of %s: %s",
		 size_format(size, bytes), errno_text(err));
}

int alloc_buffer(const struct context *ctx, const struct session *s,
		 uint64_t bytes, struct educma_buffer *buf)
{
	struct alloc_failure why;
	int err;

	err = educma_alloc(s->dev, bytes, buf);
	if (!err)
		return 0;
	explain_alloc(ctx, s, bytes, err, buf, &why);
	return fail(ctx, &why.failure, "%s", why.text);
}

uint64_t edu_limit(const struct educma_info *info)
{
	return rate_per_s(info->chunk_bytes, EDU_DMA_NS);
}

bool may_be_edu(uint64_t bytes_per_s, uint64_t limit)
{
	/* QEMU rounds its timer: a DMA can take 99 ms instead of 100. */
	return bytes_per_s <= limit + limit / 50;
}
