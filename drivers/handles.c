// SPDX-License-Identifier: GPL-2.0
/*
 * The buffers of one open file. Each buffer has a range of the file's mmap
 * offsets, and the first offset of that range is the buffer's handle. Behind
 * the buffer's own pages its range has one page more, which cannot be mapped.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "buffer.h"
#include "handles.h"

/* Pages of a file's space of mmap offsets: a 32-bit mmap2() can name each. */
#define EDUCMA_PAGE_FIRST	1ULL		/* 0 is no handle */
#define EDUCMA_PAGE_LAST	U32_MAX

/**
 * educma_handles_init() - prepare the handles of a file
 * @handles: the handles
 *
 * Undone by educma_handles_exit(). Context: any.
 */
void educma_handles_init(struct educma_handles *handles)
{
	mutex_init(&handles->lock);
	handles->next_page = EDUCMA_PAGE_FIRST;
	memset(handles->recent, 0, sizeof(handles->recent));
	xa_init_flags(&handles->buffers, XA_FLAGS_ACCOUNT);
}

/**
 * educma_handles_exit() - drop the handles' references to their buffers
 * @handles: the handles; nobody else uses them
 *
 * Context: may sleep; remove_lock held if there may be buffers.
 */
void educma_handles_exit(struct educma_handles *handles)
{
	struct educma_buffer *buf;
	unsigned long index;

	xa_for_each(&handles->buffers, index, buf)
		educma_buffer_put(buf);
	xa_destroy(&handles->buffers);
}

static unsigned long last_page(const struct educma_buffer *buf)
{
	return buf->page + (buf->memory.bytes >> PAGE_SHIFT);
}

/* The buffer in whose range this page of the file's space is, or NULL. */
static struct educma_buffer *find_page(struct educma_handles *handles, u64 page)
{
	unsigned long index = page;
	struct educma_buffer *buf;

	lockdep_assert_held(&handles->buffers.xa_lock);
	if (page > EDUCMA_PAGE_LAST)
		return NULL;
	buf = xa_find(&handles->buffers, &index, EDUCMA_PAGE_LAST, XA_PRESENT);
	return buf && page >= buf->page && page < last_page(buf) ? buf : NULL;
}

/* The place in the list of recent buffers for the one with this handle. */
static struct educma_buffer **recent_place(struct educma_handles *handles,
					   u64 handle)
{
	return &handles->recent[hash_64(handle, EDUCMA_RECENT_BITS)];
}

/*
 * The buffer that has this handle, or NULL. A program submits to few buffers many
 * times, and a look at the recent ones costs a tenth of a search.
 */
static struct educma_buffer *find_handle(struct educma_handles *handles,
					 u64 handle)
{
	struct educma_buffer **recent = recent_place(handles, handle), *buf;

	lockdep_assert_held(&handles->buffers.xa_lock);
	if (*recent && handle == educma_handle(*recent))
		return *recent;
	buf = find_page(handles, handle >> PAGE_SHIFT);
	if (!buf || handle != educma_handle(buf))
		return NULL;
	*recent = buf;
	return buf;
}

/**
 * educma_handles_get() - find a buffer by its handle
 * @handles: the handles
 * @handle: the handle
 *
 * Context: any but interrupts.
 *
 * Return: the buffer, with a reference, or NULL.
 */
struct educma_buffer *educma_handles_get(struct educma_handles *handles,
					 u64 handle)
{
	struct educma_buffer *buf;

	xa_lock(&handles->buffers);
	buf = find_handle(handles, handle);
	if (buf)
		kref_get(&buf->ref);
	xa_unlock(&handles->buffers);
	return buf;
}

/**
 * educma_handles_get_page() - find a buffer by an offset of mmap(2)
 * @handles: the handles
 * @page: the offset in pages; it may lie within the buffer
 *
 * Context: any but interrupts.
 *
 * Return: the buffer, with a reference, or NULL.
 */
struct educma_buffer *educma_handles_get_page(struct educma_handles *handles,
					      u64 page)
{
	struct educma_buffer *buf;

	xa_lock(&handles->buffers);
	buf = find_page(handles, page);
	if (buf)
		kref_get(&buf->ref);
	xa_unlock(&handles->buffers);
	return buf;
}

/*
 * Whether the @pages + 1 pages from *@page on are in no buffer's range. If not,
 * set *@page to the next page that may be free.
 */
static bool is_free_range(struct educma_handles *handles, u64 *page, u64 pages)
{
	unsigned long index = *page;
	struct educma_buffer *buf;
	bool free;

	xa_lock(&handles->buffers);
	buf = xa_find(&handles->buffers, &index, EDUCMA_PAGE_LAST, XA_PRESENT);
	free = !buf || buf->page > *page + pages;
	if (!free)
		*page = last_page(buf) + 1;
	xa_unlock(&handles->buffers);
	return free;
}

/*
 * The first page, from @page on, where @pages + 1 pages are free. If there is
 * none, the result plus @pages is past EDUCMA_PAGE_LAST.
 */
static u64 next_free_range(struct educma_handles *handles, u64 page, u64 pages)
{
	while (page + pages <= EDUCMA_PAGE_LAST &&
	       !is_free_range(handles, &page, pages))
		;
	return page;
}

/**
 * educma_handles_add() - give a buffer a handle
 * @handles: the handles
 * @buf: a buffer without handle; the handle takes over the caller's reference
 *
 * From here on another thread may find the buffer, and free it. Context: may
 * sleep.
 *
 * Return: 0, or -ENOMEM (also if there is no free range); the reference is then
 * still the caller's.
 */
int educma_handles_add(struct educma_handles *handles,
		       struct educma_buffer *buf)
{
	const u64 pages = buf->memory.bytes >> PAGE_SHIFT;
	int ret = -ENOMEM;
	u64 page;

	mutex_lock(&handles->lock);
	page = next_free_range(handles, handles->next_page, pages);
	if (page + pages > EDUCMA_PAGE_LAST)
		page = next_free_range(handles, EDUCMA_PAGE_FIRST, pages);
	if (page + pages <= EDUCMA_PAGE_LAST) {
		buf->page = page;
		ret = xa_insert(&handles->buffers, last_page(buf), buf,
				GFP_KERNEL);
	}
	if (!ret)
		handles->next_page = page + pages + 1;
	mutex_unlock(&handles->lock);
	return ret;
}

/**
 * educma_handles_free() - take a handle away and drop its reference
 * @handles: the handles
 * @handle: the handle
 *
 * Context: may sleep; remove_lock held.
 *
 * Return: 0 or -ENOENT.
 */
int educma_handles_free(struct educma_handles *handles, u64 handle)
{
	struct educma_buffer *buf;

	xa_lock(&handles->buffers);
	buf = find_handle(handles, handle);
	if (buf) {
		__xa_erase(&handles->buffers, last_page(buf));
		*recent_place(handles, handle) = NULL;
	}
	xa_unlock(&handles->buffers);
	if (!buf)
		return -ENOENT;
	educma_buffer_put(buf);
	return 0;
}

/**
 * educma_handle() - a buffer's handle
 * @buf: the buffer
 *
 * Context: any.
 *
 * Return: the handle; 0 if the buffer has none.
 */
u64 educma_handle(const struct educma_buffer *buf)
{
	return (u64)buf->page << PAGE_SHIFT;
}

/* After remove() the buffer has no memory, and so no address. */
static void show_buffer(struct seq_file *seq, const struct educma_buffer *buf)
{
	seq_printf(seq, "educma-buffer:\t%#llx %zu %#llx\n", educma_handle(buf),
		   buf->memory.bytes,
		   buf->memory.cpu ? (u64)buf->memory.dma : 0);
}

/**
 * educma_handles_show() - the lines about buffers of /proc/PID/fdinfo/FD
 * @handles: the handles
 * @seq: where to print them
 * @addresses: the reader may see each buffer and its bus address
 *
 * Context: remove_lock held.
 */
void educma_handles_show(struct educma_handles *handles, struct seq_file *seq,
			 bool addresses)
{
	struct educma_buffer *buf;
	unsigned long index, count = 0;
	u64 bytes = 0;

	xa_lock(&handles->buffers);
	xa_for_each(&handles->buffers, index, buf) {
		count++;
		bytes += buf->memory.bytes;
		if (addresses)
			show_buffer(seq, buf);
	}
	xa_unlock(&handles->buffers);
	seq_printf(seq, "educma-buffers:\t%lu\neducma-bytes:\t%llu\n", count,
		   bytes);
}
