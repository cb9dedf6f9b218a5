/* SPDX-License-Identifier: GPL-2.0 */
/* The files in sysfs. */
#ifndef EDUCMA_SYSFS_H
#define EDUCMA_SYSFS_H

struct educma_dev;

int educma_sysfs_add(struct educma_dev *edev);
void educma_sysfs_del(struct educma_dev *edev);

#endif
