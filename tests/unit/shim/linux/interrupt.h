/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_INTERRUPT_H
#define SHIM_INTERRUPT_H

typedef enum irqreturn {
	IRQ_NONE,
	IRQ_HANDLED,
} irqreturn_t;

#endif
