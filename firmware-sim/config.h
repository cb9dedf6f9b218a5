/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model's configuration space, as its registers see it. The interface for
 * everybody else is edu.h.
 */
#ifndef EDU_CONFIG_H
#define EDU_CONFIG_H

#include "edu.h"

void edu_config_init(struct edu *edu);
void edu_config_reset(struct edu *edu);

/* Is MSI what interrupts go out by? */
bool edu_config_msi(const struct edu *edu);

/* Sends the message, unless bus mastering is off. */
void edu_config_send_msi(struct edu *edu);

/* Drives the line; it arrives unless the command register disables INTx. */
void edu_config_set_intx(struct edu *edu, bool level);

#endif
