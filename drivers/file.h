/* SPDX-License-Identifier: GPL-2.0 */
/* One open file: its buffers, its transfers, its completions. */
#ifndef EDUCMA_FILE_H
#define EDUCMA_FILE_H

#include "dev.h"
#include "handles.h"

struct address_space;
struct educma_account;
struct file;

/**
 * struct educma_file - one open file
 * @edev: the device; holds a reference
 * @node: in educma_dev.files
 * @mapping: the page cache's object by which this file's mappings are found
 * @client: its place in the engine
 * @account: its user's account; NULL: no limits
 * @private: may read the card's memory: root, or the only user of the device
 * @handles: its buffers
 * @wait: woken when the fields below change and when the device is removed
 * @lock: guards the fields below; educma_file_has_enough() reads the counts
 *	without it
 * @done: struct educma_request, completed and not yet collected
 * @done_count: how many of @done nobody has claimed
 * @in_flight: requests submitted and not yet collected
 */
struct educma_file {
	struct educma_dev *edev;
	struct list_head node;
	struct address_space *mapping;
	struct educma_client client;
	struct educma_account *account;
	bool private;
	struct educma_handles handles;
	wait_queue_head_t wait;
	spinlock_t lock;		/* the fields below */
	struct list_head done;
	unsigned int done_count;
	unsigned int in_flight;
};

/**
 * struct educma_request - a file's transfer and the buffers that it needs
 * @xfer: the transfer
 * @file: the file that gets the completion; its release() waits for the
 *	transfer
 * @src: the source, with a reference; NULL: none
 * @dst: the destination, with a reference; NULL: none
 */
struct educma_request {
	struct educma_xfer xfer;
	struct educma_file *file;
	struct educma_buffer *src;
	struct educma_buffer *dst;
};

unsigned int educma_max_in_flight(void);
struct educma_file *educma_file_create(struct educma_dev *edev,
				       struct file *filp);
void educma_file_destroy(struct educma_file *file);
int educma_file_submit(struct educma_file *file, struct educma_request *req);
unsigned int educma_file_in_flight(struct educma_file *file);
bool educma_file_has_done(struct educma_file *file);
bool educma_file_has_enough(const struct educma_file *file, unsigned int min);
bool educma_file_claim(struct educma_file *file, unsigned int min,
		       unsigned int max, unsigned int *count);
void educma_file_take(struct educma_file *file, struct list_head *taken,
		      unsigned int count);
void educma_file_untake(struct educma_file *file, struct list_head *taken);
void educma_file_unclaim(struct educma_file *file, unsigned int count);
void educma_file_collected(struct educma_file *file, struct list_head *taken,
			   unsigned int count);
void educma_file_discard(struct educma_file *file);
void educma_request_free(struct educma_request *req);

#endif
