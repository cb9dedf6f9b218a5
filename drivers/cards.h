/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of the PCI cards: of each card its struct educma_card, its PCI vendor
 * ID and its PCI device ID. The declarations of the structures, and the tables
 * in pci.c, come from the list. card.h says what else a new card needs.
 */
#ifndef EDUCMA_CARDS_H
#define EDUCMA_CARDS_H

#include "card.h"
#include "educma_regs.h"

#define EDUCMA_CARDS(card)						\
	card(educma_edu, EDU_VENDOR_ID, EDU_DEVICE_ID)	/* edu.c */

#define EDUCMA_CARD_EXTERN(_card, _vendor, _device)			\
	extern const struct educma_card _card;

EDUCMA_CARDS(EDUCMA_CARD_EXTERN)

#endif
