/* SPDX-License-Identifier: GPL-2.0 */
/* The files in debugfs. */
#ifndef EDUCMA_DEBUGFS_H
#define EDUCMA_DEBUGFS_H

struct educma_dev;

void educma_debugfs_init(void);
void educma_debugfs_exit(void);
void educma_debugfs_add(struct educma_dev *edev);
void educma_debugfs_del(struct educma_dev *edev);

#endif
