/* SPDX-License-Identifier: GPL-2.0 */
/* Interfaces of the kernel that changed since 6.1. Only this file asks for the version. */
#ifndef EDUCMA_COMPAT_H
#define EDUCMA_COMPAT_H

#include <linux/device/class.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/version.h>
#if defined(CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#include <linux/pfn_t.h>
#endif

static inline struct class *educma_class_create(const char *name)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return class_create(name);
#else
	return class_create(THIS_MODULE, name);
#endif
}

static inline void educma_zap_vma(struct vm_area_struct *vma)
{
	const unsigned long bytes = vma->vm_end - vma->vm_start;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
	zap_special_vma_range(vma, vma->vm_start, bytes);
#else
	zap_vma_ptes(vma, vma->vm_start, bytes);
#endif
}

static inline void educma_vm_flags_set(struct vm_area_struct *vma,
				       unsigned long flags)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_set(vma, flags);
#else
	vma->vm_flags |= flags;
#endif
}

/* A fault inserts the huge entry (PMD) that @pfn begins; since 6.12. */
#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
static inline vm_fault_t educma_insert_pmd(struct vm_fault *vmf,
					   unsigned long pfn)
{
	const bool write = vmf->flags & FAULT_FLAG_WRITE;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	return vmf_insert_pfn_pmd(vmf, pfn, write);
#else
	return vmf_insert_pfn_pmd(vmf, __pfn_to_pfn_t(pfn, PFN_DEV), write);
#endif
}
#endif

#endif
