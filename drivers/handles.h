/* SPDX-License-Identifier: GPL-2.0 */
/* The buffers of one open file, by handle and by offset of mmap(2). */
#ifndef EDUCMA_HANDLES_H
#define EDUCMA_HANDLES_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct educma_buffer;
struct seq_file;

/* The number of buffers that are found without a search is 1 << this. */
#define EDUCMA_RECENT_BITS	3

/**
 * struct educma_handles - the buffers of one open file
 * @lock: held while a buffer is given its range; guards @next_page
 * @next_page: where the search for a free range of mmap offsets begins
 * @buffers: each struct educma_buffer, indexed by the last page of its range. That
 *	page is unused, and follows the buffer's own pages; xa_lock
 * @recent: buffers of @buffers that were found by their handles, each at a place
 *	that its handle decides; NULL: none; xa_lock
 */
struct educma_handles {
	struct mutex lock;		/* next_page, giving out ranges */
	u64 next_page;
	struct xarray buffers;
	struct educma_buffer *recent[1 << EDUCMA_RECENT_BITS];
};

void educma_handles_init(struct educma_handles *handles);
void educma_handles_exit(struct educma_handles *handles);
int educma_handles_add(struct educma_handles *handles,
		       struct educma_buffer *buf);
int educma_handles_free(struct educma_handles *handles, u64 handle);
struct educma_buffer *educma_handles_get(struct educma_handles *handles,
					 u64 handle);
struct educma_buffer *educma_handles_get_page(struct educma_handles *handles,
					      u64 page);
u64 educma_handle(const struct educma_buffer *buf);
void educma_handles_show(struct educma_handles *handles, struct seq_file *seq,
			 bool addresses);

#endif
