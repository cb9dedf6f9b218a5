/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDUCMA_DOCTOR_DEVICES_H
#define EDUCMA_DOCTOR_DEVICES_H

/* Prints the PCI devices that the doctor can be asked about. */
void print_devices(const char *sysroot);

#endif
