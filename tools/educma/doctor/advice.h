/* SPDX-License-Identifier: GPL-2.0 */
/* The doctor's advice for other commands, after an allocation has failed. */
#ifndef EDUCMA_DOCTOR_ADVICE_H
#define EDUCMA_DOCTOR_ADVICE_H

#include <stddef.h>
#include <stdint.h>

#include "verdict.h"

/**
 * doctor_advice() - write what the user can do
 * @sysroot: prefix of every path
 * @pci: the device's PCI address
 * @verdict: why the driver has no buffer: a verdict about the CMA area, or
 *	VERDICT_IOMMU_REMAPS if the IOMMU has no addresses for it
 * @bytes: the size of the buffer
 * @text: the advice
 * @len: bytes of @text
 */
void doctor_advice(const char *sysroot, const char *pci, enum verdict verdict,
		   uint64_t bytes, char *text, size_t len);

#endif
