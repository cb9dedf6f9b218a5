// SPDX-License-Identifier: GPL-2.0
/* Mappings of buffers into user space. */
#include <linux/mm.h>

#include "buffer.h"
#include "coherent.h"
#include "compat.h"
#include "mapping.h"

static void mapping_open(struct vm_area_struct *vma)
{
	struct educma_buffer *buf = vma->vm_private_data;

	kref_get(&buf->ref);
}

/* The mapping holds its file, and the file holds struct educma_dev. */
static void mapping_close(struct vm_area_struct *vma)
{
	struct educma_buffer *buf = vma->vm_private_data;
	struct educma_dev *edev = buf->edev;

	down_read(&edev->remove_lock);
	educma_buffer_put(buf);
	up_read(&edev->remove_lock);
}

static unsigned long mapping_pfn(const struct vm_area_struct *vma,
				 unsigned long addr)
{
	const struct educma_buffer *buf = vma->vm_private_data;

	return educma_coherent_pfn(&buf->memory) + vma->vm_pgoff +
	       ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/*
 * Whether parts of the mapping can have huge entries: the kernel has them, and
 * address and page frame have the same offset in a huge page.
 */
static bool mapping_may_be_huge(const struct vm_area_struct *vma)
{
	const unsigned long pages = PMD_SIZE >> PAGE_SHIFT;
	const unsigned long first = mapping_pfn(vma, vma->vm_start);

	return IS_ENABLED(CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP) &&
	       !(((vma->vm_start >> PAGE_SHIFT) - first) % pages);
}

#if defined(CONFIG_X86) || defined(CONFIG_ARM64)

/* The page table entries to insert: @vma's from @start to @end, with @prot. */
struct mapping_fill {
	struct vm_area_struct *vma;
	unsigned long start;
	unsigned long end;
	pgprot_t prot;
};

static int mapping_get_prot(pte_t *pte, unsigned long addr, void *data)
{
	struct mapping_fill *fill = data;

	fill->prot = pte_pgprot(ptep_get(pte));
	return 0;
}

/*
 * Insert the missing entries from @addr to the end of one page table. @pte is
 * the entry for @addr; the caller holds the lock of the whole page table.
 */
static int mapping_fill_table(pte_t *pte, unsigned long addr, void *data)
{
	const struct mapping_fill *fill = data;
	const unsigned long end = pmd_addr_end(addr, fill->end);
	unsigned long pfn = mapping_pfn(fill->vma, addr);

	for (; addr != end; addr += PAGE_SIZE, pte++, pfn++)
		if (pte_none(ptep_get(pte)))
			set_pte_at(fill->vma->vm_mm, addr, pte,
				   pte_mkspecial(pfn_pte(pfn, fill->prot)));
	return 0;
}

/*
 * The range to fill after a fault at @addr: the whole mapping or, if its other
 * page tables may have a huge entry each in their places, one page table.
 */
static void mapping_get_range(struct mapping_fill *fill, unsigned long addr)
{
	fill->start = fill->vma->vm_start;
	fill->end = fill->vma->vm_end;
	if (!mapping_may_be_huge(fill->vma))
		return;
	fill->start = max(fill->start, addr & PMD_MASK);
	fill->end = pmd_addr_end(addr, fill->end);
}

/*
 * Insert the other pages of a mapping with the protection of the page at @addr,
 * which the kernel has inserted: it may have adapted the protection to the
 * caching of the page (PAT). A page that is not inserted for lack of memory gets
 * a fault of its own.
 */
static vm_fault_t mapping_insert_rest(struct vm_area_struct *vma,
				      unsigned long addr)
{
	struct mapping_fill fill = { .vma = vma };
	struct mm_struct *mm = vma->vm_mm;
	int ret;

	mapping_get_range(&fill, addr);
	ret = apply_to_page_range(mm, addr, PAGE_SIZE, mapping_get_prot, &fill);
	addr = fill.start;
	while (!ret && addr != fill.end) {
		ret = apply_to_page_range(mm, addr, PAGE_SIZE,
					  mapping_fill_table, &fill);
		addr = pmd_addr_end(addr, fill.end);
	}
	return VM_FAULT_NOPAGE;
}

#else /* A module may not write page table entries, or not know their protection. */

static vm_fault_t mapping_insert_rest(struct vm_area_struct *vma,
				      unsigned long addr)
{
	vm_fault_t ret = VM_FAULT_NOPAGE;

	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE) {
		ret = vmf_insert_pfn(vma, addr, mapping_pfn(vma, addr));
		if (ret != VM_FAULT_NOPAGE)
			break;
	}
	return ret;
}

#endif

static vm_fault_t mapping_insert(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret;

	ret = vmf_insert_pfn(vma, vmf->address, mapping_pfn(vma, vmf->address));
	if (ret != VM_FAULT_NOPAGE)
		return ret;
	return mapping_insert_rest(vma, vmf->address);
}

/*
 * The first access to a mapping inserts all of its pages; the first access
 * after remove() raises SIGBUS. mmap() does not insert the pages: remove()
 * takes them away with unmap_mapping_range(), which finds a mapping only after
 * the kernel has linked it, and by then mmap() has released remove_lock.
 */
static vm_fault_t mapping_fault(struct vm_fault *vmf)
{
	struct educma_buffer *buf = vmf->vma->vm_private_data;
	struct educma_dev *edev = buf->edev;
	vm_fault_t ret;

	if (educma_dev_enter(edev))
		return VM_FAULT_SIGBUS;
	ret = mapping_insert(vmf);
	educma_dev_leave(edev);
	return ret;
}

#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP

/*
 * Insert the huge entries that follow the one of a fault, as far as @vmf->pmd is
 * in one table with them: a fault costs eight times as much as an entry. An
 * entry that is not empty stays; so does a page table in its place.
 */
static void mapping_insert_next_huge(const struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	const unsigned long first = vmf->address & PMD_MASK;
	const unsigned long end = pud_addr_end(first, vma->vm_end & PMD_MASK);
	unsigned long addr;

	for (addr = first + PMD_SIZE; addr < end; addr += PMD_SIZE) {
		struct vm_fault next = {
			.vma = vma,
			.address = addr,
			.pmd = vmf->pmd + ((addr - first) >> PMD_SHIFT),
		};

		educma_insert_pmd(&next, mapping_pfn(vma, addr));
	}
}

static vm_fault_t mapping_insert_huge(struct vm_fault *vmf)
{
	const unsigned long addr = vmf->address & PMD_MASK;
	const struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret;

	if (addr < vma->vm_start || addr + PMD_SIZE > vma->vm_end ||
	    !mapping_may_be_huge(vma))
		return VM_FAULT_FALLBACK;
	ret = educma_insert_pmd(vmf, mapping_pfn(vma, addr));
	if (ret == VM_FAULT_NOPAGE)
		mapping_insert_next_huge(vmf);
	return ret;
}

/* The kernel asks for a huge entry first; after a fallback, for a page. */
static vm_fault_t mapping_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct educma_buffer *buf = vmf->vma->vm_private_data;
	struct educma_dev *edev = buf->edev;
	vm_fault_t ret;

	if (order != PMD_ORDER)
		return VM_FAULT_FALLBACK;
	if (educma_dev_enter(edev))
		return VM_FAULT_SIGBUS;
	ret = mapping_insert_huge(vmf);
	educma_dev_leave(edev);
	return ret;
}

#endif

static int mapping_read_write(const struct educma_buffer *buf, u64 offset,
			      void *to, int bytes, int write)
{
	if (offset >= buf->memory.bytes || bytes > buf->memory.bytes - offset)
		return -EIO;
	if (write)
		memcpy(buf->memory.cpu + offset, to, bytes);
	else
		memcpy(to, buf->memory.cpu + offset, bytes);
	return bytes;
}

/*
 * For debuggers and /proc/PID/mem, which cannot get the single pages of such a
 * mapping. @to is kernel memory, so there is no page fault under remove_lock.
 */
static int mapping_access(struct vm_area_struct *vma, unsigned long addr,
			  void *to, int bytes, int write)
{
	struct educma_buffer *buf = vma->vm_private_data;
	struct educma_dev *edev = buf->edev;
	const u64 offset = addr - vma->vm_start +
			   ((u64)vma->vm_pgoff << PAGE_SHIFT);
	int ret;

	if (write && !(vma->vm_flags & VM_WRITE))
		return -EIO;
	bytes = min_t(unsigned long, bytes, vma->vm_end - addr);
	if (educma_dev_enter(edev))
		return -EIO;
	ret = mapping_read_write(buf, offset, to, bytes, write);
	educma_dev_leave(edev);
	return ret;
}

static const struct vm_operations_struct mapping_ops = {
	.fault = mapping_fault,
#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
	.huge_fault = mapping_huge_fault,
#endif
	.access = mapping_access,
	.open = mapping_open,
	.close = mapping_close,
};

/**
 * educma_mapping_add() - map a buffer, or a part of it, into user space
 * @buf: the buffer
 * @vma: no longer than the part of the buffer from @offset on
 * @offset: where in the buffer the mapping begins; a multiple of the page size
 *
 * Takes a reference for the mapping. Context: mmap_lock and remove_lock held.
 *
 * Return: 0, -EINVAL (beyond the buffer's end, or a private mapping), or the
 * error of educma_coherent_init_vma().
 */
int educma_mapping_add(struct educma_buffer *buf, struct vm_area_struct *vma,
		       u64 offset)
{
	int ret;

	if (!(vma->vm_flags & VM_MAYSHARE) || offset >= buf->memory.bytes ||
	    vma->vm_end - vma->vm_start > buf->memory.bytes - offset)
		return -EINVAL;
	/* Until here vm_pgoff is an offset of the file, from here of the buffer. */
	vma->vm_pgoff = offset >> PAGE_SHIFT;
	ret = educma_coherent_init_vma(buf->edev, &buf->memory, vma);
	if (ret)
		return ret;
	vma->vm_ops = &mapping_ops;
	vma->vm_private_data = buf;
	kref_get(&buf->ref);
	return 0;
}
