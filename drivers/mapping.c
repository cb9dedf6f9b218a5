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

static vm_fault_t mapping_insert_all(const struct educma_buffer *buf,
				     struct vm_area_struct *vma)
{
	unsigned long pfn = educma_coherent_pfn(&buf->memory) + vma->vm_pgoff;
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
	ret = mapping_insert_all(buf, vmf->vma);
	educma_dev_leave(edev);
	return ret;
}

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
 * error of educma_coherent_mmap().
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
	ret = educma_coherent_mmap(buf->edev, &buf->memory, vma);
	if (ret)
		return ret;
	/*
	 * educma_coherent_mmap() was called for the flags and the caching that
	 * it sets. Take its pages away; the fault handler inserts them.
	 */
	educma_zap_vma(vma);
	vma->vm_ops = &mapping_ops;
	vma->vm_private_data = buf;
	kref_get(&buf->ref);
	return 0;
}
