/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EDUCMA_DOCTOR_DEVICES_H
#define EDUCMA_DOCTOR_DEVICES_H

#include <json-c/json.h>

/* Prints the PCI devices that the doctor can be asked about. */
void print_devices(const char *sysroot);
/* Adds them to the doctor's output as "devices" and "more_devices". */
void devices_add_json(struct json_object *object, const char *sysroot);

#endif
