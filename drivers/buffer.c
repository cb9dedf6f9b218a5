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

#include "educma.h"
#include "trace.h"

static unsigned int max_buffers = 65536;
module_param(max_buffers, uint, 0644);
MODULE_PARM_DESC(max_buffers, "buffers that an open file may have (default 65536)");

static unsigned long max_bytes;
module_param(max_bytes, ulong, 0644);
MODULE_PARM_DESC(max_bytes, "bytes that an open file may allocate (default 0: no limit)");

/* Without this an IOMMU would collect scattered pages instead of using CMA. */
#define EDUCMA_ATTRS		(DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_NO_WARN)

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
	[EDUCMA_REASON_LIMIT] = "more than an open file may have (max_buffers, max_bytes)",
	[EDUCMA_REASON_NO_ADDRESSES] =
		"the IOMMU has no such range of addresses left within the device's reach",
};

static void *dma_get(struct educma_dev *edev, size_t bytes, dma_addr_t *dma)
{
	return dma_alloc_attrs(&edev->pdev->dev, bytes, dma,
			       GFP_KERNEL | __GFP_NOWARN, EDUCMA_ATTRS);
}

static void dma_put(struct educma_dev *edev, size_t bytes, void *cpu,
		    dma_addr_t dma)
{
	dma_free_attrs(&edev->pdev->dev, bytes, cpu, dma, EDUCMA_ATTRS);
}

/* The same with another mask; what the old one was is put back. */
static void *dma_get_below(struct educma_dev *edev, unsigned int bits,
			   size_t bytes, dma_addr_t *dma)
{
	struct device *dev = &edev->pdev->dev;
	void *cpu = NULL;

	lockdep_assert_held(&edev->alloc_lock);
	if (!dma_set_coherent_mask(dev, DMA_BIT_MASK(bits)))
		cpu = dma_get(edev, bytes, dma);
	dma_set_coherent_mask(dev, DMA_BIT_MASK(edev->dma_bits));
	return cpu;
}

/* Would a device that reaches everything have got it? */
static bool lies_above_mask(struct educma_dev *edev, size_t bytes)
{
	dma_addr_t dma;
	void *cpu;

	if (edev->dma_bits == EDUCMA_DMA_BITS_MAX)
		return false;
	cpu = dma_get_below(edev, EDUCMA_DMA_BITS_MAX, bytes, &dma);
	if (!cpu)
		return false;
	dma_put(edev, bytes, cpu, dma);
	return true;
}

/* Behind such an IOMMU where memory lies does not matter to the device. */
static bool is_translated(struct educma_dev *edev)
{
	struct iommu_domain *domain =
		iommu_get_domain_for_dev(&edev->pdev->dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

static void cma_bytes(u64 *total, u64 *free)
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

/* Why dma_get() gave nothing. A module sees no areas, only their sums. */
static enum educma_reason why_none(struct educma_dev *edev, size_t bytes)
{
	u64 total, free;

	if (bytes >> PAGE_SHIFT > totalram_pages())
		return EDUCMA_REASON_TOO_BIG;
	if (lies_above_mask(edev, bytes))
		return is_translated(edev) ? EDUCMA_REASON_NO_ADDRESSES :
					     EDUCMA_REASON_ABOVE_MASK;
	if (bytes <= PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)
		return EDUCMA_REASON_NO_MEMORY;
	if (!IS_ENABLED(CONFIG_DMA_CMA))
		return EDUCMA_REASON_NO_CMA;
	cma_bytes(&total, &free);
	if (!total)
		return EDUCMA_REASON_NO_AREA;
	if (bytes > total)
		return EDUCMA_REASON_TOO_SMALL;
	return bytes > free ? EDUCMA_REASON_IN_USE : EDUCMA_REASON_FRAGMENTED;
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

/* Memory that the device is proven to reach, or why there is none. */
static int buffer_get_memory(struct educma_buffer *buf, u32 *reason)
{
	struct educma_dev *edev = buf->edev;
	int ret;

	lockdep_assert_held(&edev->alloc_lock);
	buf->cpu = dma_get(edev, buf->bytes, &buf->dma);
	if (!buf->cpu) {
		*reason = why_none(edev, buf->bytes);
		return -ENOMEM;
	}
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
	memset(edev->low, 0, edev->hw->card->memory_bytes);
	ret = educma_engine_run(engine, &edev->prober, EDUCMA_OP_TO_DEVICE,
				edev->low_dma, 0, engine->chunk_bytes);
	mutex_unlock(&edev->alloc_lock);
	return ret;
}

/**
 * educma_max_buffers() - how many buffers an open file may have
 *
 * Context: any.
 *
 * Return: the module parameter's value now.
 */
unsigned int educma_max_buffers(void)
{
	return READ_ONCE(max_buffers);
}

static bool account_charge(struct educma_dev *edev,
			   struct educma_account *account, u64 bytes)
{
	const u64 most = READ_ONCE(max_bytes) ?: U64_MAX;
	bool fits;

	if (!account)
		return true;
	spin_lock(&edev->lists_lock);
	fits = account->buffers < educma_max_buffers() && bytes <= most &&
	       account->bytes <= most - bytes;
	if (fits) {
		account->buffers++;
		account->bytes += bytes;
	}
	spin_unlock(&edev->lists_lock);
	return fits;
}

static void account_refund(struct educma_dev *edev,
			   struct educma_account *account, u64 bytes)
{
	if (!account)
		return;
	spin_lock(&edev->lists_lock);
	account->buffers--;
	account->bytes -= bytes;
	spin_unlock(&edev->lists_lock);
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
	dma_put(edev, buf->bytes, buf->cpu, buf->dma);
	buf->cpu = NULL;
}

static struct educma_buffer *buffer_create(struct educma_dev *edev,
					   struct educma_account *account,
					   u64 bytes)
{
	struct educma_buffer *buf = kzalloc(sizeof(*buf), GFP_KERNEL);

	if (!buf)
		return NULL;
	kref_init(&buf->ref);
	buf->edev = edev;
	buf->account = account;
	buf->bytes = PAGE_ALIGN(bytes);
	return buf;
}

static int buffer_fill(struct educma_buffer *buf, u32 *reason)
{
	struct educma_dev *edev = buf->edev;
	int ret;

	if (!account_charge(edev, buf->account, buf->bytes)) {
		*reason = EDUCMA_REASON_LIMIT;
		return -EDQUOT;
	}
	ret = mutex_lock_killable(&edev->alloc_lock);
	if (!ret) {
		ret = buffer_get_memory(buf, reason);
		mutex_unlock(&edev->alloc_lock);
	}
	if (ret)
		account_refund(edev, buf->account, buf->bytes);
	else
		buffer_list(buf);
	return ret;
}

static int buffer_make(struct educma_dev *edev, struct educma_account *account,
		       u64 bytes, u32 *reason, struct educma_buffer **made)
{
	struct educma_buffer *buf;
	int ret;

	/* Also keeps what follows from overflowing. */
	if (bytes > (u64)totalram_pages() << PAGE_SHIFT ||
	    bytes > SIZE_MAX - PAGE_SIZE) {
		*reason = EDUCMA_REASON_TOO_BIG;
		return -ENOMEM;
	}
	buf = buffer_create(edev, account, bytes);
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

/**
 * educma_buffer_alloc() - one contiguous, zeroed, proven buffer
 * @edev: the device
 * @account: on whose; outlives the buffer. NULL: without limits
 * @bytes: wanted; rounded up to pages
 * @reason: on -ENOMEM, -EDQUOT and -EIO, enum educma_reason
 *
 * Logs one line when it fails (rate limited: a user can make it fail).
 * Context: gone_lock held for reading; sleeps, seconds for gigabytes.
 *
 * Return: the buffer, with one reference, or an ERR_PTR: -EINVAL (no bytes),
 * -ENOMEM, -EDQUOT (a limit), -EIO (not reached), -EINTR (killed while another
 * allocated), or what the engine says of a failed device.
 */
struct educma_buffer *educma_buffer_alloc(struct educma_dev *edev,
					  struct educma_account *account,
					  u64 bytes, u32 *reason)
{
	struct educma_buffer *buf;
	int ret;

	*reason = EDUCMA_REASON_NONE;
	if (!bytes)
		return ERR_PTR(-EINVAL);
	ret = buffer_make(edev, account, bytes, reason, &buf);
	if (!ret)
		return buf;
	if (*reason)
		dev_err_ratelimited(&edev->pdev->dev,
				    "no buffer of %llu bytes within %u address bits: %s\n",
				    bytes, edev->dma_bits, reason_text[*reason]);
	return ERR_PTR(ret);
}

static void buffer_release(struct kref *ref)
{
	struct educma_buffer *buf = container_of(ref, struct educma_buffer, ref);

	buffer_free_memory(buf);
	account_refund(buf->edev, buf->account, buf->bytes);
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

static unsigned long buffer_pfn(const struct educma_buffer *buf)
{
	if (is_vmalloc_addr(buf->cpu))
		return vmalloc_to_pfn(buf->cpu);
	return PHYS_PFN(virt_to_phys(buf->cpu));
}

static vm_fault_t buffer_insert_all(const struct educma_buffer *buf,
				    struct vm_area_struct *vma)
{
	unsigned long pfn = buffer_pfn(buf) + vma->vm_pgoff;
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
		edev->low = dma_get_below(edev, bits, PAGE_SIZE, &edev->low_dma);
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
	cpu = dma_get(edev, bytes, &dma);
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
	memset(low, 0, 2 * sizeof(nonce));
	educma_engine_run(&edev->engine, &edev->prober, EDUCMA_OP_TO_DEVICE,
			  edev->low_dma, 0, sizeof(nonce));
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

/**
 * educma_buffers_init() - get ready to allocate, and test the reach
 * @edev: the device: mask set, interrupts and bus mastering on
 *
 * Undone by educma_buffers_exit(), also after a failure. Context: probe;
 * sleeps for four DMAs.
 *
 * Return: 0, -ENOMEM, -EIO (the device does not reach its memory) or what
 * the engine says.
 */
int educma_buffers_init(struct educma_dev *edev)
{
	int ret;

	educma_client_init(&edev->prober);
	mutex_lock(&edev->alloc_lock);
	ret = probe_reach(edev);
	mutex_unlock(&edev->alloc_lock);
	return ret;
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
		dma_put(edev, PAGE_SIZE, edev->low, edev->low_dma);
	edev->low = NULL;
}
