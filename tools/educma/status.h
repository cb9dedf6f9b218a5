/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDUCMA_STATUS_H
#define EDUCMA_STATUS_H

/* The program's exit status. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILURE = 1,
	STATUS_USAGE = 2,
	STATUS_NO_DEVICE = 3,
	STATUS_MISMATCH = 4,
};

#endif
