// SPDX-License-Identifier: GPL-2.0
/*
 * Coherent buffers: allocate, prove that the device reaches them, say why if
 * not, map, free.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/random.h>
#include <linux/vmstat.h>

#include "account.h"
#include "buffer.h"
#include "dev.h"
#include "reserve.h"
#include "trace.h"

static u64 reserve;
module_param(reserve, educma_size, 0444);
MODULE_PARM_DESC(reserve, "bytes that each device holds for its buffers from probe to remove, as 64M (default 0)");

/* Without this an IOMMU would collect scattered pages instead of using CMA. */
#define EDUCMA_ATTRS		(DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_NO_WARN)

/*
 * A buffer is worth some reclaim, but never a process: neither of these lets
 * the OOM killer loose. The second is for finding out why there is no memory.
 */
#define EDUCMA_GFP_BUFFER	(GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)
#define EDUCMA_GFP_LOOK		(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY)

static const char *const reason_text[] = {
	[EDUCMA_REASON_NONE] = "no reason",
	[EDUCMA_REASON_NO_CMA] = "this kernel has no CMA (CONFIG_DMA_CMA)",
	[EDUCMA_REASON_NO_AREA] = "no CMA area is reserved (boot with cma=SIZE@0-LIMIT)",
	[EDUCMA_REASON_TOO_SMALL] = "the CMA areas are smaller than that (boot with a larger cma=)",
	[EDUCMA_REASON_IN_USE] = "CMA has not this much free",
	[EDUCMA_REASON_FRAGMENTED] = "CMA has this much free, but not in one piece",
	[EDUCMA_REASON_ABOVE_MASK] =
		"what is free lies above the device's reach (boot with cma=SIZE@0-LIMIT)",
	[EDUCMA_REASON_TOO_BIG] = "the machine has less memory than that",
	[EDUCMA_REASON_UNREACHED] = "the device's DMA does not get there (dma_bits too wide?)",
	[EDUCMA_REASON_NO_MEMORY] = "out of memory",
	[EDUCMA_REASON_LIMIT] = "more than a user may have (max_buffers, max_bytes)",
	[EDUCMA_REASON_NO_ADDRESSES] =
		"the IOMMU has no such range of addresses left within the device's reach",
};

static void *dma_get(struct educma_dev *edev, size_t bytes, dma_addr_t *dma,
		     gfp_t gfp)
{
	return dma_alloc_attrs(&edev->pdev->dev, bytes, dma, gfp, EDUCMA_ATTRS);
}

static void dma_put(struct educma_dev *edev, size_t bytes, void *cpu,
		    dma_addr_t dma)
{
	dma_free_attrs(&edev->pdev->dev, bytes, cpu, dma, EDUCMA_ATTRS);
}

/* The same with another mask; what the old one was is put back. */
static void *dma_get_below(struct educma_dev *edev, unsigned int bits,
			   size_t bytes, dma_addr_t *dma, gfp_t gfp)
{
	struct device *dev = &edev->pdev->dev;
	void *cpu = NULL;

	lockdep_assert_held(&edev->alloc_lock);
	if (!dma_set_coherent_mask(dev, DMA_BIT_MASK(bits)))
		cpu = dma_get(edev, bytes, dma, gfp);
	dma_set_coherent_mask(dev, DMA_BIT_MASK(edev->dma_bits));
	return cpu;
}

/* The low page is also what the device's memory is overwritten with. */
static size_t low_bytes(const struct educma_dev *edev)
{
	return max_t(size_t, PAGE_ALIGN(edev->hw->card->memory_bytes),
		     PAGE_SIZE);
}

static unsigned long cpu_to_pfn(const void *cpu)
{
	if (is_vmalloc_addr(cpu))
		return vmalloc_to_pfn(cpu);
	return PHYS_PFN(virt_to_phys((void *)cpu));
}

/*
 * Is this memory of dma_get() from CMA? A module may not ask for a page's
 * migrate type. But CMA gives each page a reference of its own, while a block
 * of the page allocator has only one, on its first page. One page tells
 * nothing, and is not CMA's: dma_alloc_contiguous() has none for it. (32-bit
 * ARM without an IOMMU splits its blocks, so all memory looks like CMA there.)
 */
static bool is_from_cma(const void *cpu, size_t bytes)
{
	const unsigned long second = cpu_to_pfn(cpu) + 1;

	if (bytes <= PAGE_SIZE || !pfn_valid(second))
		return false;
	return page_count(pfn_to_page(second)) &&
	       !PageReserved(pfn_to_page(second));
}

/* Behind such an IOMMU where memory lies does not matter to the device. */
static bool is_translated(struct educma_dev *edev)
{
	struct iommu_domain *domain =
		iommu_get_domain_for_dev(&edev->pdev->dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

/**
 * educma_cma_bytes() - how much CMA this machine has
 * @total: set to the sum of all areas
 * @free: set to what is free of it, in whatever pieces
 *
 * A module sees no areas, only their sums. Context: any.
 */
void educma_cma_bytes(u64 *total, u64 *free)
{
	int nid, i;

	*total = 0;
	*free = 0;
	for_each_online_node(nid) {
		for (i = 0; i < MAX_NR_ZONES; i++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			*total += (u64)zone_cma_pages(zone) << PAGE_SHIFT;
			*free += (u64)zone_page_state(zone, NR_FREE_CMA_PAGES) <<
				 PAGE_SHIFT;
		}
	}
}

/*
 * Is there memory of this length that only a device with more address bits
 * would have got? Not if the device's bits cover all memory.
 */
static bool lies_above_mask(struct educma_dev *edev, size_t bytes, bool *cma)
{
	const u64 mask = DMA_BIT_MASK(edev->dma_bits);
	dma_addr_t dma;
	bool above;
	void *cpu;

	*cma = false;
	if (edev->dma_bits == EDUCMA_DMA_BITS_MAX ||
	    (!is_translated(edev) &&
	     dma_get_required_mask(&edev->pdev->dev) <= mask))
		return false;
	cpu = dma_get_below(edev, EDUCMA_DMA_BITS_MAX, bytes, &dma,
			    EDUCMA_GFP_LOOK);
	if (!cpu)
		return false;
	*cma = is_from_cma(cpu, bytes);
	above = dma + bytes - 1 > mask;
	dma_put(edev, bytes, cpu, dma);
	return above;
}

/* Why CMA, of which this machine has @total bytes, gave nothing. */
static enum educma_reason why_not_cma(size_t bytes, u64 total, u64 free)
{
	if (!IS_ENABLED(CONFIG_DMA_CMA))
		return EDUCMA_REASON_NO_CMA;
	if (!total)
		return EDUCMA_REASON_NO_AREA;
	if (bytes > total)
		return EDUCMA_REASON_TOO_SMALL;
	return bytes > free ? EDUCMA_REASON_IN_USE : EDUCMA_REASON_FRAGMENTED;
}

/*
 * Why there is no memory for a buffer. What lies above the device's reach is
 * the reason only if CMA lies there, or if there is no CMA: else CMA within its
 * reach could have given the memory, and did not.
 */
static enum educma_reason why_none(const struct educma_buffer *buf)
{
	struct educma_dev *edev = buf->edev;
	const size_t bytes = buf->bytes;
	bool above, cma_above;
	u64 total, free;

	if (bytes >> PAGE_SHIFT > totalram_pages())
		return EDUCMA_REASON_TOO_BIG;
	educma_cma_bytes(&total, &free);
	above = lies_above_mask(edev, bytes, &cma_above);
	if (above && is_translated(edev))
		return EDUCMA_REASON_NO_ADDRESSES;
	if (above && (cma_above || (!total && !buf->cma_only)))
		return EDUCMA_REASON_ABOVE_MASK;
	if (!above && !buf->cma_only &&
	    bytes <= PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)
		return EDUCMA_REASON_NO_MEMORY;
	return why_not_cma(bytes, total, free);
}

/*
 * The reach test. A device that decodes fewer address bits than the driver
 * was told drops the others and reports success, so a write would land in
 * somebody's memory. Therefore the device first reads a nonce from the
 * buffer and writes it to a page low enough for any mask; only when it
 * arrived there is the buffer itself written to.
 */
struct reach_nonce {
	u64 word[2];
};

static int reach_leg(struct educma_dev *edev, struct reach_nonce *from,
		     dma_addr_t from_dma, struct reach_nonce *to,
		     dma_addr_t to_dma)
{
	struct reach_nonce nonce;
	int ret;

	get_random_bytes(&nonce, sizeof(nonce));
	*from = nonce;
	memset(to, 0, sizeof(*to));
	ret = educma_engine_run(&edev->engine, &edev->prober, EDUCMA_OP_COPY,
				from_dma, to_dma, sizeof(nonce));
	if (!ret && memcmp(to, &nonce, sizeof(nonce)))
		ret = -EREMOTEIO;
	memset(from, 0, sizeof(*from));
	memset(to, 0, sizeof(*to));
	return ret;
}

/**
 * educma_reach() - up to where the device's DMA is known to get
 * @edev: the device
 *
 * A device decodes the lower bits of an address, so what reaches one with the
 * highest of them set reaches all with no more bits. Context: any.
 *
 * Return: the highest bus address; 0 before the first reach test.
 */
u64 educma_reach(struct educma_dev *edev)
{
	const u64 proven = READ_ONCE(edev->proven);

	return proven ? GENMASK_ULL(fls64(proven) - 1, 0) : 0;
}

/* Overwrite what a test has left in the device's memory, for its next user. */
static void reach_forget(struct educma_dev *edev)
{
	memset(edev->low, 0, 2 * sizeof(struct reach_nonce));
	educma_engine_run(&edev->engine, &edev->prober, EDUCMA_OP_TO_DEVICE,
			  edev->low_dma, 0, sizeof(struct reach_nonce));
}

/*
 * Both ways at the highest address of a buffer; -EREMOTEIO: not reached. One
 * test for each address bit is enough.
 */
static int reach_test(struct educma_dev *edev, void *cpu, dma_addr_t dma,
		      size_t bytes)
{
	const size_t at = bytes - sizeof(struct reach_nonce);
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	if (dma + bytes - 1 <= educma_reach(edev))
		return 0;
	ret = reach_leg(edev, cpu + at, dma + at, edev->low, edev->low_dma);
	if (!ret)
		ret = reach_leg(edev, edev->low, edev->low_dma, cpu + at,
				dma + at);
	if (!ret)
		WRITE_ONCE(edev->proven, dma + bytes - 1);
	reach_forget(edev);
	return ret;
}

/* Charge the buffer's user with more bytes, if the limits allow it. */
static bool buffer_charge(struct educma_buffer *buf, u64 bytes, u32 *reason)
{
	if (!educma_account_charge(buf->account, 0, bytes)) {
		*reason = EDUCMA_REASON_LIMIT;
		return false;
	}
	buf->charged += bytes;
	return true;
}

/*
 * Returns whether there was memory, of the kind that is wanted. The page
 * allocator gives a power of two of pages, and the user pays for all of them;
 * they count in the user's cgroup as well, which CMA's cannot.
 */
static bool buffer_try(struct educma_buffer *buf, u32 *reason)
{
	const u64 rest = (PAGE_SIZE << get_order(buf->bytes)) - buf->bytes;
	const gfp_t account = buf->account ? __GFP_ACCOUNT : 0;
	struct educma_dev *edev = buf->edev;

	buf->cpu = dma_get(edev, buf->bytes, &buf->dma,
			   EDUCMA_GFP_BUFFER | account);
	if (!buf->cpu)
		return false;
	buf->origin = EDUCMA_ORIGIN_CMA;
	if (is_from_cma(buf->cpu, buf->bytes))
		return true;
	buf->origin = EDUCMA_ORIGIN_ORDINARY;
	if (!buf->cma_only && buffer_charge(buf, rest, reason))
		return true;
	dma_put(edev, buf->bytes, buf->cpu, buf->dma);
	buf->cpu = NULL;
	return false;
}

static int buffer_get_pages(struct educma_buffer *buf, u32 *reason)
{
	const bool one_page = buf->bytes == PAGE_SIZE;

	if (!(one_page && buf->cma_only) && buffer_try(buf, reason))
		return 0;
	/* One page is never CMA's, two may be: the user pays for both. */
	if (one_page && !*reason && buffer_charge(buf, PAGE_SIZE, reason)) {
		buf->bytes = 2 * PAGE_SIZE;
		if (buffer_try(buf, reason))
			return 0;
	}
	if (*reason)
		return -EDQUOT;
	*reason = why_none(buf);
	return -ENOMEM;
}

/* Memory that the device is proven to reach, or why there is none. */
static int buffer_get_memory(struct educma_buffer *buf, u32 *reason)
{
	struct educma_dev *edev = buf->edev;
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	if (educma_reserve_take(buf))
		return 0;
	ret = buffer_get_pages(buf, reason);
	if (ret)
		return ret;
	ret = reach_test(edev, buf->cpu, buf->dma, buf->bytes);
	if (!ret)
		return 0;
	dma_put(edev, buf->bytes, buf->cpu, buf->dma);
	if (ret != -EREMOTEIO)
		return ret;
	*reason = EDUCMA_REASON_UNREACHED;
	return -EIO;
}

/**
 * educma_scrub() - overwrite the device's memory with zeros
 * @edev: the device
 *
 * Context: gone_lock held for reading; sleeps for one DMA and for others that
 * allocate.
 *
 * Return: 0, -EINTR (killed), or what the engine says.
 */
int educma_scrub(struct educma_dev *edev)
{
	struct educma_engine *engine = &edev->engine;
	int ret;

	ret = mutex_lock_killable(&edev->alloc_lock);
	if (ret)
		return ret;
	memset(edev->low, 0, low_bytes(edev));
	ret = educma_engine_run(engine, &edev->prober, EDUCMA_OP_TO_DEVICE,
				edev->low_dma, 0, engine->chunk_bytes);
	mutex_unlock(&edev->alloc_lock);
	return ret;
}

static void buffer_list(struct educma_buffer *buf)
{
	struct educma_dev *edev = buf->edev;

	spin_lock(&edev->lists_lock);
	list_add_tail(&buf->node, &edev->buffers);
	WRITE_ONCE(edev->buffer_count, edev->buffer_count + 1);
	WRITE_ONCE(edev->buffer_bytes, edev->buffer_bytes + buf->bytes);
	spin_unlock(&edev->lists_lock);
	trace_educma_buffer_alloc(buf);
}

static void buffer_free_memory(struct educma_buffer *buf)
{
	struct educma_dev *edev = buf->edev;

	if (!buf->cpu)
		return;
	spin_lock(&edev->lists_lock);
	list_del(&buf->node);
	WRITE_ONCE(edev->buffer_count, edev->buffer_count - 1);
	WRITE_ONCE(edev->buffer_bytes, edev->buffer_bytes - buf->bytes);
	spin_unlock(&edev->lists_lock);
	trace_educma_buffer_free(buf);
	if (buf->origin == EDUCMA_ORIGIN_RESERVE)
		educma_reserve_give(buf);
	else
		dma_put(edev, buf->bytes, buf->cpu, buf->dma);
	buf->cpu = NULL;
	educma_account_refund(buf->account, buf->charged);
}

static struct educma_buffer *buffer_create(struct educma_dev *edev,
					   struct educma_account *account,
					   u64 bytes, u32 flags)
{
	struct educma_buffer *buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);

	if (!buf)
		return NULL;
	kref_init(&buf->ref);
	buf->edev = edev;
	buf->account = account;
	buf->bytes = PAGE_ALIGN(bytes);
	buf->cma_only = flags & EDUCMA_ALLOC_CMA;
	return buf;
}

static int buffer_fill(struct educma_buffer *buf, u32 *reason)
{
	struct educma_dev *edev = buf->edev;
	int ret;

	if (!educma_account_charge(buf->account, 1, buf->bytes)) {
		*reason = EDUCMA_REASON_LIMIT;
		return -EDQUOT;
	}
	buf->charged = buf->bytes;
	ret = mutex_lock_killable(&edev->alloc_lock);
	if (!ret) {
		ret = buffer_get_memory(buf, reason);
		mutex_unlock(&edev->alloc_lock);
	}
	if (ret)
		educma_account_refund(buf->account, buf->charged);
	return ret;
}

static int buffer_make(struct educma_dev *edev, struct educma_account *account,
		       u64 bytes, u32 flags, u32 *reason,
		       struct educma_buffer **made)
{
	struct educma_buffer *buf;
	int ret;

	/* Also keeps what follows from overflowing. */
	if (bytes > (u64)totalram_pages() << PAGE_SHIFT ||
	    bytes > SIZE_MAX - PAGE_SIZE) {
		*reason = EDUCMA_REASON_TOO_BIG;
		return -ENOMEM;
	}
	buf = buffer_create(edev, account, bytes, flags);
	if (!buf) {
		*reason = EDUCMA_REASON_NO_MEMORY;
		return -ENOMEM;
	}
	ret = buffer_fill(buf, reason);
	if (ret)
		kfree(buf);
	else
		*made = buf;
	return ret;
}

/* One line; rate limited, for a user can make it appear. */
static void log_reason(struct educma_dev *edev, u64 bytes, u32 reason)
{
	struct device *dev = &edev->pdev->dev;

	if (reason == EDUCMA_REASON_LIMIT)
		dev_err_ratelimited(dev, "no buffer of %llu bytes: %s: max_buffers=%u max_bytes=%llu\n",
				    bytes, reason_text[reason],
				    educma_max_buffers(), educma_max_bytes());
	else if (reason)
		dev_err_ratelimited(dev, "no buffer of %llu bytes within %u address bits: %s\n",
				    bytes, edev->dma_bits, reason_text[reason]);
}

/**
 * educma_buffer_alloc() - one contiguous, zeroed, proven buffer
 * @edev: the device
 * @account: on whose; the buffer has a reference. NULL: without limits
 * @bytes: wanted; rounded up to pages
 * @flags: EDUCMA_ALLOC_CMA or 0
 * @reason: on -ENOMEM, -EDQUOT and -EIO, enum educma_reason
 *
 * Logs one line when it fails. Context: gone_lock held for reading; sleeps,
 * seconds for gigabytes.
 *
 * Return: the buffer, with one reference, or an ERR_PTR: -EINVAL (no bytes),
 * -ENOMEM, -EDQUOT (a limit), -EIO (not reached), -EINTR (killed while another
 * allocated), or what the engine says of a failed device.
 */
struct educma_buffer *educma_buffer_alloc(struct educma_dev *edev,
					  struct educma_account *account,
					  u64 bytes, u32 flags, u32 *reason)
{
	struct educma_buffer *buf;
	int ret;

	*reason = EDUCMA_REASON_NONE;
	if (!bytes)
		return ERR_PTR(-EINVAL);
	ret = buffer_make(edev, account, bytes, flags, reason, &buf);
	if (ret) {
		log_reason(edev, bytes, *reason);
		return ERR_PTR(ret);
	}
	buffer_list(buf);
	return buf;
}

static void buffer_release(struct kref *ref)
{
	struct educma_buffer *buf = container_of(ref, struct educma_buffer, ref);

	buffer_free_memory(buf);
	kfree(buf);
}

/**
 * educma_buffer_put() - drop a reference; the last one frees the memory
 * @buf: the buffer
 *
 * Context: may sleep; gone_lock held.
 */
void educma_buffer_put(struct educma_buffer *buf)
{
	kref_put(&buf->ref, buffer_release);
}

static void buffer_vm_open(struct vm_area_struct *vma)
{
	struct educma_buffer *buf = vma->vm_private_data;

	kref_get(&buf->ref);
}

/* The mapping's file keeps the device's structure alive. */
static void buffer_vm_close(struct vm_area_struct *vma)
{
	struct educma_buffer *buf = vma->vm_private_data;
	struct educma_dev *edev = buf->edev;

	down_read(&edev->gone_lock);
	educma_buffer_put(buf);
	up_read(&edev->gone_lock);
}

static vm_fault_t buffer_insert_all(const struct educma_buffer *buf,
				    struct vm_area_struct *vma)
{
	unsigned long pfn = cpu_to_pfn(buf->cpu) + vma->vm_pgoff;
	vm_fault_t ret = VM_FAULT_NOPAGE;
	unsigned long addr;

	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE) {
		ret = vmf_insert_pfn(vma, addr, pfn++);
		if (ret != VM_FAULT_NOPAGE)
			break;
	}
	return ret;
}

/*
 * The first touch brings all pages, the first after remove() a SIGBUS. They
 * are not put in by mmap(): unmap_mapping_range() finds a mapping only once
 * it is linked, which is after our mmap() has let go of gone_lock.
 */
static vm_fault_t buffer_vm_fault(struct vm_fault *vmf)
{
	struct educma_buffer *buf = vmf->vma->vm_private_data;
	struct educma_dev *edev = buf->edev;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	down_read(&edev->gone_lock);
	if (!READ_ONCE(edev->gone))
		ret = buffer_insert_all(buf, vmf->vma);
	up_read(&edev->gone_lock);
	return ret;
}

static int buffer_access(const struct educma_buffer *buf, u64 offset,
			 void *to, int bytes, int write)
{
	if (offset >= buf->bytes || bytes > buf->bytes - offset)
		return -EIO;
	if (write)
		memcpy(buf->cpu + offset, to, bytes);
	else
		memcpy(to, buf->cpu + offset, bytes);
	return bytes;
}

/*
 * A debugger's way, and that of /proc/PID/mem, for the pages of such a mapping
 * are not to be had one by one. Kernel memory, so no fault under gone_lock.
 */
static int buffer_vm_access(struct vm_area_struct *vma, unsigned long addr,
			    void *to, int bytes, int write)
{
	struct educma_buffer *buf = vma->vm_private_data;
	struct educma_dev *edev = buf->edev;
	const u64 offset = addr - vma->vm_start +
			   ((u64)vma->vm_pgoff << PAGE_SHIFT);
	int ret = -EIO;

	if (write && !(vma->vm_flags & VM_WRITE))
		return -EIO;
	bytes = min_t(unsigned long, bytes, vma->vm_end - addr);
	down_read(&edev->gone_lock);
	if (!READ_ONCE(edev->gone))
		ret = buffer_access(buf, offset, to, bytes, write);
	up_read(&edev->gone_lock);
	return ret;
}

static const struct vm_operations_struct buffer_vm_ops = {
	.fault = buffer_vm_fault,
	.access = buffer_vm_access,
	.open = buffer_vm_open,
	.close = buffer_vm_close,
};

/**
 * educma_buffer_mmap() - map a buffer, or a part of it, into user space
 * @buf: the buffer
 * @vma: at most as long as what follows @offset
 * @offset: where in the buffer it begins; a multiple of the page size
 *
 * Takes a reference for the mapping. Context: mmap_lock and gone_lock held.
 *
 * Return: 0, -EINVAL (beyond the buffer's end, or a private mapping), or what
 * dma_mmap_attrs() says.
 */
int educma_buffer_mmap(struct educma_buffer *buf, struct vm_area_struct *vma,
		       u64 offset)
{
	int ret;

	if (!(vma->vm_flags & VM_MAYSHARE) || offset >= buf->bytes ||
	    vma->vm_end - vma->vm_start > buf->bytes - offset)
		return -EINVAL;
	/* It was the offset in the file's space, now it is the buffer's. */
	vma->vm_pgoff = offset >> PAGE_SHIFT;
	ret = dma_mmap_attrs(&buf->edev->pdev->dev, vma, buf->cpu, buf->dma,
			     buf->bytes, EDUCMA_ATTRS);
	if (ret)
		return ret;
	/* That has set the flags and the caching; the pages: when touched. */
	zap_vma_ptes(vma, vma->vm_start, vma->vm_end - vma->vm_start);
	vma->vm_ops = &buffer_vm_ops;
	vma->vm_private_data = buf;
	kref_get(&buf->ref);
	return 0;
}

/*
 * As low as there is any: machines whose memory begins higher, for example
 * arm64's virt, have none that every device is sure to reach.
 */
static void get_low_page(struct educma_dev *edev)
{
	unsigned int bits;

	for (bits = EDUCMA_DMA_BITS_MIN; bits <= edev->dma_bits; bits++) {
		edev->low = dma_get_below(edev, bits, low_bytes(edev),
					  &edev->low_dma,
					  EDUCMA_GFP_BUFFER);
		if (edev->low)
			break;
	}
	if (edev->low && bits > EDUCMA_DMA_BITS_MIN)
		pci_warn(edev->pdev,
			 "no memory below %u address bits: a device that decodes fewer would write astray\n",
			 bits);
}

/*
 * Something to test the reach with, as high as small buffers get: taken before
 * the low page, for an IOMMU gives its addresses downwards from the last one.
 */
static int probe_reach(struct educma_dev *edev)
{
	const size_t bytes = 2 * PAGE_SIZE;	/* one page never comes from CMA */
	dma_addr_t dma;
	void *cpu;
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	cpu = dma_get(edev, bytes, &dma, EDUCMA_GFP_BUFFER);
	if (!cpu)
		return -ENOMEM;
	get_low_page(edev);
	ret = edev->low ? reach_test(edev, cpu, dma, bytes) : -ENOMEM;
	dma_put(edev, bytes, cpu, dma);
	if (ret != -EREMOTEIO)
		return ret;
	pci_err(edev->pdev,
		"the device does not reach %u address bits: load educma with the dma_bits it has\n",
		edev->dma_bits);
	return -EIO;
}

/*
 * Does the device decode this address bit? It reads where only a device that
 * does not would find the nonce; if it does it reads some other memory, which is
 * forgotten. Returns 0, or -EREMOTEIO if not.
 */
static int prove_bit(struct educma_dev *edev, unsigned int bit)
{
	const dma_addr_t from = edev->low_dma | BIT_ULL(bit);
	struct reach_nonce *low = edev->low;
	struct reach_nonce nonce;
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	get_random_bytes(&nonce, sizeof(nonce));
	*low = nonce;
	ret = educma_engine_run(&edev->engine, &edev->prober, EDUCMA_OP_COPY,
				from, edev->low_dma + sizeof(nonce),
				sizeof(nonce));
	if (!ret && !memcmp(low + 1, &nonce, sizeof(nonce)))
		ret = -EREMOTEIO;
	reach_forget(edev);
	return ret;
}

/**
 * educma_prove_reach() - find out how far the device's DMA gets
 * @edev: the device, entered
 *
 * For memory that others will bring: raises educma_reach() to the highest
 * address bit that memory here has and the device decodes. Behind an IOMMU
 * probing has tried the top one already, and there is no telling what it maps.
 * Context: may sleep.
 */
void educma_prove_reach(struct educma_dev *edev)
{
	unsigned int bit = edev->dma_bits;

	if (is_translated(edev))
		return;
	mutex_lock(&edev->alloc_lock);
	while (bit-- > fls64(edev->proven)) {
		const u64 at = edev->low_dma | BIT_ULL(bit);

		if (!page_is_ram(PHYS_PFN(at)))
			continue;
		if (!prove_bit(edev, bit)) {
			WRITE_ONCE(edev->proven, at);
			break;
		}
	}
	mutex_unlock(&edev->alloc_lock);
}

/*
 * Without it the driver refuses the device: who asked for a reserve relies on
 * it, and would otherwise hear of its lack only when a buffer is missing.
 */
static int get_reserve(struct educma_dev *edev)
{
	u32 reason = EDUCMA_REASON_NONE;
	int ret;

	if (!reserve)
		return 0;
	ret = buffer_make(edev, NULL, reserve, 0, &reason, &edev->reserved);
	if (!ret)
		ret = educma_reserve_init(edev, edev->reserved);
	if (ret)
		pci_err(edev->pdev, "no reserve of %llu bytes within %u address bits: %s (error %d)\n",
			reserve, edev->dma_bits, reason_text[reason], ret);
	return ret;
}

static void put_reserve(struct educma_dev *edev)
{
	struct educma_buffer *buf = edev->reserved;

	educma_reserve_exit(edev);
	edev->reserved = NULL;
	if (buf)
		dma_put(edev, buf->bytes, buf->cpu, buf->dma);
	kfree(buf);
}

/**
 * educma_buffers_init() - get ready to allocate, and test the reach
 * @edev: the device: mask set, interrupts and bus mastering on
 *
 * Undone by educma_buffers_exit(), also after a failure. Context: probe;
 * sleeps for five DMAs, and five more for a reserve.
 *
 * Return: 0, -ENOMEM (of the reserve, too), -EIO (the device does not reach its
 * memory) or what the engine says.
 */
int educma_buffers_init(struct educma_dev *edev)
{
	int ret;

	educma_client_init(&edev->prober);
	mutex_lock(&edev->alloc_lock);
	ret = probe_reach(edev);
	mutex_unlock(&edev->alloc_lock);
	return ret ?: get_reserve(edev);
}

/**
 * educma_buffers_exit() - free all coherent memory
 * @edev: the device: engine stopped, mappings gone, nobody allocating
 *
 * Buffers whose handle is still open stay, without memory. Context: sleeps;
 * gone_lock held for writing, or nobody else has the device yet.
 */
void educma_buffers_exit(struct educma_dev *edev)
{
	struct educma_buffer *buf, *next;

	list_for_each_entry_safe(buf, next, &edev->buffers, node)
		buffer_free_memory(buf);
	if (edev->low)
		dma_put(edev, low_bytes(edev), edev->low, edev->low_dma);
	edev->low = NULL;
	put_reserve(edev);
}
