// SPDX-License-Identifier: GPL-2.0
/*
 * Coherent memory: allocate and free it, and find out where it lies. This is
 * the only file that calls the kernel's dma_alloc_attrs() and its relatives.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/vmstat.h>

#include "coherent.h"
#include "compat.h"

/* Without FORCE_CONTIGUOUS an IOMMU would use scattered pages instead of CMA. */
#define EDUCMA_ATTRS		(DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_NO_WARN)

/* The flags that dma_mmap_attrs() gives a mapping by remap_pfn_range(). */
#define EDUCMA_VM_FLAGS		(VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP)

/**
 * educma_coherent_alloc() - allocate contiguous, zeroed memory
 * @edev: the device that is to reach it, by its coherent mask
 * @memory: its bytes are set, a multiple of the page size; the rest is set here
 * @gfp: how hard to try
 *
 * Undone by educma_coherent_free(). Context: may sleep.
 *
 * Return: whether there was memory; if not, cpu is NULL.
 */
bool educma_coherent_alloc(struct educma_dev *edev,
			   struct educma_memory *memory, gfp_t gfp)
{
	memory->cpu = dma_alloc_attrs(edev->hw->dev, memory->bytes,
				      &memory->dma, gfp, EDUCMA_ATTRS);
	return memory->cpu;
}

/**
 * educma_coherent_alloc_below() - allocate memory under another mask
 * @edev: the device
 * @memory: as for educma_coherent_alloc()
 * @bits: address bits of the mask; the device's own mask is restored
 * @gfp: how hard to try
 *
 * Undone by educma_coherent_free(). Context: alloc_lock held; may sleep.
 *
 * Return: whether there was memory; if not, cpu is NULL.
 */
bool educma_coherent_alloc_below(struct educma_dev *edev,
				 struct educma_memory *memory,
				 unsigned int bits, gfp_t gfp)
{
	struct device *dev = edev->hw->dev;

	lockdep_assert_held(&edev->alloc_lock);
	memory->cpu = NULL;
	if (!dma_set_coherent_mask(dev, DMA_BIT_MASK(bits)))
		educma_coherent_alloc(edev, memory, gfp);
	dma_set_coherent_mask(dev, DMA_BIT_MASK(edev->dma_bits));
	return memory->cpu;
}

/**
 * educma_coherent_free() - free memory of educma_coherent_alloc()
 * @edev: the device
 * @memory: the memory; nothing happens if its cpu is NULL, which it is after
 *	this call
 *
 * Context: may sleep.
 */
void educma_coherent_free(struct educma_dev *edev,
			  struct educma_memory *memory)
{
	if (!memory->cpu)
		return;
	dma_free_attrs(edev->hw->dev, memory->bytes, memory->cpu, memory->dma,
		       EDUCMA_ATTRS);
	memory->cpu = NULL;
}

/*
 * Call dma_mmap_attrs() for the first page of a mapping, and take the page away
 * again. Until the kernel has linked the mapping, remove() does not find it and
 * could not take the page away.
 */
static int map_first_page(struct educma_dev *edev,
			  const struct educma_memory *memory,
			  struct vm_area_struct *vma)
{
	const unsigned long end = vma->vm_end;
	int ret;

	vma->vm_end = vma->vm_start + PAGE_SIZE;
	ret = dma_mmap_attrs(edev->hw->dev, vma, memory->cpu, memory->dma,
			     memory->bytes, EDUCMA_ATTRS);
	if (!ret)
		educma_zap_vma(vma);
	vma->vm_end = end;
	return ret;
}

/**
 * educma_coherent_init_vma() - prepare a mapping of coherent memory
 * @edev: the device
 * @memory: the memory
 * @vma: a shared mapping that does not exceed @memory; its vm_pgoff counts from
 *	the begin of @memory
 *
 * Sets the mapping's flags and page protection, and inserts no pages. Only
 * dma_mmap_attrs() knows the page protection: it switches the cache off if the
 * device is not cache-coherent. If it has left the protection of one mapping as
 * it was, it leaves that of every mapping of this device, and need not be called
 * again. Its call costs a page table, and where there is a page table, the
 * kernel uses no huge entry. Context: mmap_lock and remove_lock held.
 *
 * Return: 0, or the error of dma_mmap_attrs().
 */
int educma_coherent_init_vma(struct educma_dev *edev,
			     const struct educma_memory *memory,
			     struct vm_area_struct *vma)
{
	const pgprot_t prot = vma->vm_page_prot;
	int ret;

	if (READ_ONCE(edev->keeps_prot)) {
		educma_vm_flags_set(vma, EDUCMA_VM_FLAGS);
		return 0;
	}
	ret = map_first_page(edev, memory, vma);
	if (ret)
		return ret;
	/* Scattered pages do not give a PFN map; EDUCMA_ATTRS excludes them. */
	if (!(vma->vm_flags & VM_PFNMAP))
		return -ENXIO;
	WRITE_ONCE(edev->keeps_prot,
		   pgprot_val(vma->vm_page_prot) == pgprot_val(prot));
	return 0;
}

/**
 * educma_coherent_pfn() - the first page frame of memory
 * @memory: the memory; its frames follow each other
 *
 * Context: any.
 *
 * Return: the page frame's number.
 */
unsigned long educma_coherent_pfn(const struct educma_memory *memory)
{
	if (is_vmalloc_addr(memory->cpu))
		return vmalloc_to_pfn(memory->cpu);
	return PHYS_PFN(virt_to_phys(memory->cpu));
}

/**
 * educma_coherent_is_cma() - whether memory comes from CMA
 * @memory: from educma_coherent_alloc()
 *
 * A module may not ask for a page's migrate type. But CMA gives each page a
 * reference of its own, while a block of the page allocator has only one, on
 * its first page. A single page shows nothing, but dma_alloc_contiguous() never
 * takes a single page from CMA. (32-bit ARM without an IOMMU splits its blocks,
 * so all memory looks like CMA there.) Context: any.
 *
 * Return: whether it does.
 */
bool educma_coherent_is_cma(const struct educma_memory *memory)
{
	const unsigned long second = educma_coherent_pfn(memory) + 1;

	if (memory->bytes <= PAGE_SIZE || !pfn_valid(second))
		return false;
	return page_count(pfn_to_page(second)) &&
	       !PageReserved(pfn_to_page(second));
}

/**
 * educma_coherent_is_translated() - whether an IOMMU translates addresses
 * @edev: the device
 *
 * If so, the device's mask limits bus addresses only; the memory behind them
 * may lie anywhere. Context: any.
 *
 * Return: whether it does.
 */
bool educma_coherent_is_translated(struct educma_dev *edev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(edev->hw->dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

/**
 * educma_cma_bytes() - how much CMA this machine has
 * @total: set to the sum of all areas
 * @free: set to the free part of that sum, in whatever pieces
 *
 * A module cannot see the areas, only their sums. Context: any.
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
