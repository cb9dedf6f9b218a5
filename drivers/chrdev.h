/* SPDX-License-Identifier: GPL-2.0 */
/* The node /dev/educmaN. */
#ifndef EDUCMA_CHRDEV_H
#define EDUCMA_CHRDEV_H

struct educma_dev;

int educma_chrdev_init(void);
void educma_chrdev_exit(void);
int educma_chrdev_add(struct educma_dev *edev);
void educma_chrdev_del(struct educma_dev *edev);
void educma_chrdev_disable(struct educma_dev *edev);
void educma_chrdev_unmap(struct educma_dev *edev);

#endif
