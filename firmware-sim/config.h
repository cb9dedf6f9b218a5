/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of config.c that edu.c uses. Other files access configuration space
 * through edu.h.
 */
#ifndef EDU_CONFIG_H
#define EDU_CONFIG_H

#include "edu.h"

/* Power-on state. */
void edu_config_init(struct edu *edu);

/* A bus reset: lowers INTx and clears all writable registers. */
void edu_config_reset(struct edu *edu);

/* Sends the message that the MSI capability describes; nothing without bus mastering. */
void edu_config_send_msi(struct edu *edu);

/*
 * Asserts or deasserts INTx: sets the interrupt status bit, and INTA# unless the
 * command register disables INTx.
 */
void edu_config_set_intx(struct edu *edu, bool level);

#endif
