// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/educmaN. The calls are documented in include/uapi/linux/educma.h.
 */
#include <linux/capability.h>
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "account.h"
#include "buffer.h"
#include "chrdev.h"
#include "compat.h"
#include "reach.h"

#define EDUCMA_MINORS		256

/* Pages of a file's space of mmap offsets: a 32-bit mmap2() can name each. */
#define EDUCMA_PAGE_FIRST	1ULL		/* 0 is no handle */
#define EDUCMA_PAGE_LAST	U32_MAX

static unsigned int max_in_flight = 64;
module_param(max_in_flight, uint, 0644);
MODULE_PARM_DESC(max_in_flight, "transfers that an open file may have submitted and not collected (default 64; 0 is 1)");

/**
 * struct educma_file - one open file
 * @edev: the device; holds a reference
 * @node: in educma_dev.files
 * @mapping: where this file's mappings are found
 * @client: its place in the engine
 * @account: its user's; NULL: without limits
 * @private: may read the device's memory: root, or alone with the device
 * @handles_lock: held while a buffer is given its range, and for @next_page
 * @next_page: where the next range of mmap offsets begins, unless it is taken
 * @buffers: struct educma_buffer by the last page of its range, which is the
 *	one after the buffer's own last page; xa_lock
 * @wait: woken at each completion and when the device goes
 * @lock: guards @done and @in_flight
 * @done: struct educma_request, completed and not yet read
 * @in_flight: requests submitted and not yet read
 */
struct educma_file {
	struct educma_dev *edev;
	struct list_head node;
	struct address_space *mapping;
	struct educma_client client;
	struct educma_account *account;
	bool private;
	struct mutex handles_lock;	/* next_page, and who comes first */
	u64 next_page;
	struct xarray buffers;
	wait_queue_head_t wait;
	spinlock_t lock;		/* the fields below */
	struct list_head done;
	unsigned int in_flight;
};

/**
 * struct educma_request - a file's transfer and the memory it keeps alive
 * @xfer: the transfer
 * @file: who gets the completion; outlives it, for release() waits
 * @src: NULL if unused
 * @dst: NULL if unused
 */
struct educma_request {
	struct educma_xfer xfer;
	struct educma_file *file;
	struct educma_buffer *src;
	struct educma_buffer *dst;
};

/*
 * The kernel's objects around the nodes are allocated, not embedded: their
 * last reference may be dropped by others, after the module has gone.
 */
static dev_t educma_devt;
static struct cdev *educma_cdev;
static struct class *educma_class;

/* struct educma_dev by minor, while it has a node; xa_lock */
static DEFINE_XARRAY_ALLOC(educma_devs);

/* With none nobody could do anything, and would wait for ever to. */
static unsigned int in_flight_limit(void)
{
	return READ_ONCE(max_in_flight) ?: 1;
}

static struct educma_request *to_request(struct educma_xfer *xfer)
{
	return container_of(xfer, struct educma_request, xfer);
}

static unsigned long last_page(const struct educma_buffer *buf)
{
	return buf->page + (buf->memory.bytes >> PAGE_SHIFT);
}

/* The buffer in whose range this page of the file's space is, or NULL. */
static struct educma_buffer *find_buffer(struct educma_file *file, u64 page)
{
	unsigned long index = page;
	struct educma_buffer *buf;

	lockdep_assert_held(&file->buffers.xa_lock);
	if (page > EDUCMA_PAGE_LAST)
		return NULL;
	buf = xa_find(&file->buffers, &index, EDUCMA_PAGE_LAST, XA_PRESENT);
	return buf && page >= buf->page && page < last_page(buf) ? buf : NULL;
}

/* The buffer that has this handle, or NULL. */
static struct educma_buffer *find_handle(struct educma_file *file, u64 handle)
{
	struct educma_buffer *buf = find_buffer(file, handle >> PAGE_SHIFT);

	return buf && handle == (u64)buf->page << PAGE_SHIFT ? buf : NULL;
}

static struct educma_buffer *file_get_buffer(struct educma_file *file,
					     u64 handle)
{
	struct educma_buffer *buf;

	xa_lock(&file->buffers);
	buf = find_handle(file, handle);
	if (buf)
		kref_get(&buf->ref);
	xa_unlock(&file->buffers);
	return buf;
}

/* The same for an offset of mmap(2), which may lie within the buffer. */
static struct educma_buffer *file_get_mapped(struct educma_file *file,
					     u64 page)
{
	struct educma_buffer *buf;

	xa_lock(&file->buffers);
	buf = find_buffer(file, page);
	if (buf)
		kref_get(&buf->ref);
	xa_unlock(&file->buffers);
	return buf;
}

/*
 * Is a range of @pages more than one from *@page on free? Else sets *@page to
 * where the next one may begin.
 */
static bool is_free_range(struct educma_file *file, u64 *page, u64 pages)
{
	unsigned long index = *page;
	struct educma_buffer *buf;
	bool free;

	xa_lock(&file->buffers);
	buf = xa_find(&file->buffers, &index, EDUCMA_PAGE_LAST, XA_PRESENT);
	free = !buf || buf->page > *page + pages;
	if (!free)
		*page = last_page(buf) + 1;
	xa_unlock(&file->buffers);
	return free;
}

/*
 * The first page from @page on where a range of @pages more than one is free;
 * past EDUCMA_PAGE_LAST if there is none.
 */
static u64 next_free_range(struct educma_file *file, u64 page, u64 pages)
{
	while (page + pages <= EDUCMA_PAGE_LAST &&
	       !is_free_range(file, &page, pages))
		;
	return page;
}

/* A range for the buffer; its handle is valid from here on. */
static int file_add_buffer(struct educma_file *file, struct educma_buffer *buf)
{
	const u64 pages = buf->memory.bytes >> PAGE_SHIFT;
	int ret = -ENOMEM;
	u64 page;

	mutex_lock(&file->handles_lock);
	page = next_free_range(file, file->next_page, pages);
	if (page + pages > EDUCMA_PAGE_LAST)
		page = next_free_range(file, EDUCMA_PAGE_FIRST, pages);
	if (page + pages <= EDUCMA_PAGE_LAST) {
		buf->page = page;
		ret = xa_insert(&file->buffers, last_page(buf), buf,
				GFP_KERNEL);
	}
	if (!ret)
		file->next_page = page + pages + 1;
	mutex_unlock(&file->handles_lock);
	return ret;
}

static void request_free(struct educma_request *req)
{
	if (req->src)
		educma_buffer_put(req->src);
	if (req->dst)
		educma_buffer_put(req->dst);
	kfree(req);
}

/* Maybe in a hard interrupt: no memory is freed here. */
static void request_complete(struct educma_xfer *xfer)
{
	struct educma_file *file = to_request(xfer)->file;

	spin_lock(&file->lock);
	list_add_tail(&xfer->node, &file->done);
	spin_unlock(&file->lock);
	wake_up(&file->wait);
}

/* The oldest completion; NULL if there is none. */
static struct educma_request *file_pop_done(struct educma_file *file)
{
	struct educma_xfer *xfer;

	spin_lock_irq(&file->lock);
	xfer = list_first_entry_or_null(&file->done, struct educma_xfer, node);
	if (xfer) {
		list_del(&xfer->node);
		file->in_flight--;
	}
	spin_unlock_irq(&file->lock);
	if (!xfer)
		return NULL;
	wake_up(&file->wait);	/* room for another, or nothing left */
	return to_request(xfer);
}

static void file_push_done(struct educma_file *file, struct educma_request *req)
{
	spin_lock_irq(&file->lock);
	list_add(&req->xfer.node, &file->done);
	file->in_flight++;
	spin_unlock_irq(&file->lock);
	wake_up(&file->wait);
}

static long educma_info(struct educma_file *file, void *arg)
{
	struct educma_dev *edev = file->edev;
	const int error = educma_engine_error(&edev->engine);
	struct educma_info *info = arg;

	*info = (struct educma_info) {
		.size = info->size,
		.hw_id = edev->hw->id,
		.chunk_bytes = edev->engine.chunk_bytes,
		.device_bytes = edev->hw->card->memory_bytes,
		.dma_bits = edev->dma_bits,
		.max_in_flight = in_flight_limit(),
		.max_buffers = educma_max_buffers(),
		.max_bytes = educma_max_bytes(),
	};
	if (edev->hw->own_irq)
		info->flags |= EDUCMA_INFO_MSI;
	if (error)
		info->flags |= EDUCMA_INFO_FAILED;
	if (error == -ENODEV)
		info->flags |= EDUCMA_INFO_GONE;
	if (!file->account)
		info->flags |= EDUCMA_INFO_UNLIMITED;
	if (capable(CAP_SYS_ADMIN))
		info->proven_addr = educma_reach_proven(edev);
	return 0;
}

static long educma_alloc(struct educma_file *file, void *arg)
{
	struct educma_alloc *alloc = arg;
	struct educma_buffer *buf;
	int ret;

	if (alloc->flags & ~EDUCMA_ALLOC_CMA)
		return -EINVAL;
	buf = educma_buffer_alloc(file->edev, file->account, alloc->bytes,
				  alloc->flags, &alloc->reason);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	alloc->bytes = buf->memory.bytes;
	alloc->dma_addr = capable(CAP_SYS_ADMIN) ? buf->memory.dma : 0;
	alloc->origin = buf->origin;
	/* Once it has a handle another thread may guess that and free it. */
	kref_get(&buf->ref);
	ret = file_add_buffer(file, buf);
	if (ret) {
		alloc->reason = EDUCMA_REASON_NO_MEMORY;
		educma_buffer_put(buf);
	} else {
		alloc->handle = (u64)buf->page << PAGE_SHIFT;
	}
	educma_buffer_put(buf);
	return ret;
}

static long file_free_buffer(struct educma_file *file, u64 handle)
{
	struct educma_buffer *buf;

	xa_lock(&file->buffers);
	buf = find_handle(file, handle);
	if (buf)
		__xa_erase(&file->buffers, last_page(buf));
	xa_unlock(&file->buffers);
	if (!buf)
		return -ENOENT;
	educma_buffer_put(buf);
	return 0;
}

static long educma_free(struct educma_file *file, void *arg)
{
	struct educma_free *free = arg;

	if (free->reserved)
		return -EINVAL;
	return file_free_buffer(file, free->handle);
}

/* One side of a transfer: takes a reference to its buffer, checks the range. */
static int request_side(struct educma_file *file, bool used, u64 handle,
			u64 offset, u64 bytes, struct educma_buffer **buf,
			dma_addr_t *dma)
{
	if (!used)
		return handle || offset ? -EINVAL : 0;
	*buf = file_get_buffer(file, handle);
	if (!*buf)
		return -ENOENT;
	if (bytes > (*buf)->memory.bytes || offset > (*buf)->memory.bytes - bytes)
		return -EINVAL;
	*dma = (*buf)->memory.dma + offset;
	return 0;
}

/* Chunks go upwards, so data may only be moved down onto itself. */
static bool moves_up_onto_itself(const struct educma_submit *submit)
{
	return submit->op == EDUCMA_OP_COPY &&
	       submit->src_handle == submit->dst_handle &&
	       submit->dst_offset > submit->src_offset &&
	       submit->dst_offset - submit->src_offset < submit->bytes;
}

static int request_fill(struct educma_file *file, struct educma_request *req,
			const struct educma_submit *submit)
{
	int ret;

	ret = request_side(file, submit->op != EDUCMA_OP_FROM_DEVICE,
			   submit->src_handle, submit->src_offset,
			   submit->bytes, &req->src, &req->xfer.src);
	if (ret)
		return ret;
	ret = request_side(file, submit->op != EDUCMA_OP_TO_DEVICE,
			   submit->dst_handle, submit->dst_offset,
			   submit->bytes, &req->dst, &req->xfer.dst);
	if (ret)
		return ret;
	if (moves_up_onto_itself(submit))
		return -EINVAL;
	req->file = file;
	req->xfer.complete = request_complete;
	req->xfer.cookie = submit->cookie;
	req->xfer.op = submit->op;
	req->xfer.offset = submit->device_offset;
	req->xfer.bytes = submit->bytes;
	return 0;
}

static int file_reserve(struct educma_file *file)
{
	int ret = -EAGAIN;

	spin_lock_irq(&file->lock);
	if (file->in_flight < in_flight_limit()) {
		file->in_flight++;
		ret = 0;
	}
	spin_unlock_irq(&file->lock);
	return ret;
}

static void file_unreserve(struct educma_file *file)
{
	spin_lock_irq(&file->lock);
	file->in_flight--;
	spin_unlock_irq(&file->lock);
	wake_up(&file->wait);
}

static long educma_submit(struct educma_file *file, void *arg)
{
	struct educma_engine *engine = &file->edev->engine;
	const struct educma_submit *submit = arg;
	struct educma_request *req;
	int ret;

	if (submit->flags || submit->op > EDUCMA_OP_COPY || !submit->bytes ||
	    submit->device_offset >= engine->chunk_bytes)
		return -EINVAL;
	/* What others left there is not for everybody. */
	if (submit->op == EDUCMA_OP_FROM_DEVICE && !file->private)
		return -EPERM;
	req = kzalloc(sizeof(*req), GFP_KERNEL_ACCOUNT);
	if (!req)
		return -ENOMEM;
	ret = request_fill(file, req, submit);
	if (ret)
		goto free_request;
	ret = file_reserve(file);
	if (ret)
		goto free_request;
	ret = educma_engine_submit(engine, &file->client, &req->xfer);
	if (ret)
		goto unreserve;
	return 0;

unreserve:
	file_unreserve(file);
free_request:
	request_free(req);
	return ret;
}

static long educma_cancel(struct educma_file *file, void *arg)
{
	const struct educma_cancel *cancel = arg;

	if (cancel->reserved)
		return -EINVAL;
	if (!educma_engine_cancel(&file->edev->engine, &file->client,
				  cancel->cookie))
		return -ENOENT;
	return 0;
}

struct educma_call {
	unsigned int cmd;
	size_t bytes;
	bool answers;	/* in the structure, also when it fails */
	long (*fn)(struct educma_file *file, void *arg);
};

union educma_arg {
	struct educma_info info;
	struct educma_alloc alloc;
	struct educma_free free;
	struct educma_submit submit;
	struct educma_cancel cancel;
};

/*
 * The size is that of the union's member: without one there is no room for the
 * call's structure, and this does not compile. The first version's sizes are
 * today's; a smaller structure is -EINVAL.
 */
#define EDUCMA_CALL(CMD, name, answers) \
	{ EDUCMA_IOC_##CMD, sizeof_field(union educma_arg, name), answers, \
	  educma_##name }

static const struct educma_call educma_calls[] = {
	EDUCMA_CALL(INFO, info, true),
	EDUCMA_CALL(ALLOC, alloc, true),
	EDUCMA_CALL(FREE, free, false),
	EDUCMA_CALL(SUBMIT, submit, false),
	EDUCMA_CALL(CANCEL, cancel, false),
};

static const struct educma_call *find_call(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(educma_calls); i++)
		if (educma_calls[i].cmd == cmd)
			return &educma_calls[i];
	return NULL;
}

static long educma_fop_ioctl(struct file *filp, unsigned int cmd,
			     unsigned long arg)
{
	const struct educma_call *call = find_call(cmd);
	struct educma_file *file = filp->private_data;
	void __user *uarg = (void __user *)arg;
	union educma_arg u;
	u32 size;
	long ret;

	if (!call)
		return -ENOTTY;
	if (get_user(size, (u32 __user *)uarg))
		return -EFAULT;
	if (size < call->bytes || size > PAGE_SIZE)
		return -EINVAL;
	ret = copy_struct_from_user(&u, call->bytes, uarg, size);
	if (ret)
		return ret;
	ret = educma_dev_enter(file->edev);
	if (ret)
		return ret;
	ret = call->fn(file, &u);
	educma_dev_leave(file->edev);

	if (!call->answers || !copy_to_user(uarg, &u, call->bytes))
		return ret;
	if (cmd == EDUCMA_IOC_ALLOC && !ret && !educma_dev_enter(file->edev)) {
		file_free_buffer(file, u.alloc.handle);
		educma_dev_leave(file->edev);
	}
	return -EFAULT;
}

static int file_mmap(struct educma_file *file, struct vm_area_struct *vma)
{
	struct educma_buffer *buf = file_get_mapped(file, vma->vm_pgoff);
	int ret;

	if (!buf)
		return -ENOENT;
	ret = educma_buffer_mmap(buf, vma,
				 (u64)(vma->vm_pgoff - buf->page) << PAGE_SHIFT);
	educma_buffer_put(buf);
	return ret;
}

static int educma_fop_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct educma_file *file = filp->private_data;
	int ret;

	ret = educma_dev_enter(file->edev);
	if (ret)
		return ret;
	ret = file_mmap(file, vma);
	educma_dev_leave(file->edev);
	return ret;
}

/* After remove() there is no memory at what was its address. */
static void show_buffer(struct seq_file *seq, const struct educma_buffer *buf)
{
	seq_printf(seq, "educma-buffer:\t%#llx %zu %#llx\n",
		   (u64)buf->page << PAGE_SHIFT, buf->memory.bytes,
		   buf->memory.cpu ? (u64)buf->memory.dma : 0);
}

/* Addresses are for who opened the fdinfo as root. */
static void show_buffers(struct seq_file *seq, struct educma_file *file)
{
	const bool all = file_ns_capable(seq->file, &init_user_ns,
					 CAP_SYS_ADMIN);
	struct educma_buffer *buf;
	unsigned long index, count = 0;
	u64 bytes = 0;

	xa_lock(&file->buffers);
	xa_for_each(&file->buffers, index, buf) {
		count++;
		bytes += buf->memory.bytes;
		if (all)
			show_buffer(seq, buf);
	}
	xa_unlock(&file->buffers);
	seq_printf(seq, "educma-buffers:\t%lu\neducma-bytes:\t%llu\n", count,
		   bytes);
}

static void educma_fop_show_fdinfo(struct seq_file *seq, struct file *filp)
{
	struct educma_file *file = filp->private_data;
	unsigned int in_flight;

	down_read(&file->edev->gone_lock);
	show_buffers(seq, file);
	up_read(&file->edev->gone_lock);
	spin_lock_irq(&file->lock);
	in_flight = file->in_flight;
	spin_unlock_irq(&file->lock);
	seq_printf(seq, "educma-in-flight:\t%u\n", in_flight);
}

static bool file_is_idle(struct educma_file *file)
{
	bool idle;

	spin_lock_irq(&file->lock);
	idle = !file->in_flight;
	spin_unlock_irq(&file->lock);
	return idle;
}

static bool file_has_news(struct educma_file *file)
{
	bool done;

	spin_lock_irq(&file->lock);
	done = !list_empty(&file->done);
	spin_unlock_irq(&file->lock);
	return done || file_is_idle(file) || READ_ONCE(file->edev->gone);
}

static int request_report(const struct educma_request *req, char __user *to)
{
	const struct educma_xfer *xfer = &req->xfer;
	struct educma_completion done = {
		.cookie = xfer->cookie,
		.bytes = xfer->done,
		.status = xfer->status,
		.queued_ns = educma_xfer_queued_ns(xfer),
		.run_ns = educma_xfer_run_ns(xfer),
	};

	return copy_to_user(to, &done, sizeof(done)) ? -EFAULT : 0;
}

/* One completion to user space. Returns 1, 0 if there is none, or an error. */
static int file_read_one(struct educma_file *file, char __user *to)
{
	struct educma_request *req = file_pop_done(file);

	if (!req)
		return 0;
	if (request_report(req, to)) {
		file_push_done(file, req);
		return -EFAULT;
	}
	down_read(&file->edev->gone_lock);
	request_free(req);
	up_read(&file->edev->gone_lock);
	return 1;
}

/* As many as there are and fit: bytes, 0 if there are none, or an error. */
static ssize_t file_read_done(struct educma_file *file, char __user *to,
			      size_t bytes)
{
	const size_t one = sizeof(struct educma_completion);
	ssize_t got = 0;
	int ret = 1;

	while (ret > 0 && bytes - got >= one) {
		ret = file_read_one(file, to + got);
		if (ret > 0)
			got += one;
	}
	return got ?: ret;
}

static ssize_t educma_fop_read(struct file *filp, char __user *to,
			       size_t bytes, loff_t *pos)
{
	struct educma_file *file = filp->private_data;
	ssize_t ret;

	if (bytes < sizeof(struct educma_completion))
		return -EINVAL;
	for (;;) {
		if (READ_ONCE(file->edev->gone))
			return -ENODEV;
		ret = file_read_done(file, to, bytes);
		if (ret || file_is_idle(file))
			return ret;
		if (filp->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(file->wait, file_has_news(file));
		if (ret)
			return ret;
	}
}

static __poll_t educma_fop_poll(struct file *filp, poll_table *table)
{
	struct educma_file *file = filp->private_data;
	__poll_t mask = 0;

	poll_wait(filp, &file->wait, table);
	poll_wait(filp, &file->edev->engine.failed, table);
	if (READ_ONCE(file->edev->gone))
		return EPOLLHUP | EPOLLERR;
	/* It does not answer, and nobody has told the driver to leave. */
	if (educma_engine_error(&file->edev->engine) == -ENODEV)
		mask = EPOLLHUP | EPOLLERR;
	spin_lock_irq(&file->lock);
	if (!list_empty(&file->done))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (file->in_flight < in_flight_limit())
		mask |= EPOLLOUT | EPOLLWRNORM;
	spin_unlock_irq(&file->lock);
	return mask;
}

static int file_join(struct educma_file *file, bool exclusive)
{
	struct educma_dev *edev = file->edev;
	int ret;

	ret = educma_dev_join(edev, exclusive);
	if (ret)
		return ret;
	spin_lock(&edev->lists_lock);
	list_add_tail(&file->node, &edev->files);
	spin_unlock(&edev->lists_lock);
	return 0;
}

static void file_part(struct educma_file *file)
{
	struct educma_dev *edev = file->edev;

	spin_lock(&edev->lists_lock);
	list_del(&file->node);
	spin_unlock(&edev->lists_lock);
	educma_dev_part(edev);
}

/*
 * Who is alone with the device finds in its memory what he put there, not what
 * others left; root may see both.
 */
static int file_make_private(struct educma_file *file, bool exclusive)
{
	int ret;

	file->private = exclusive || capable(CAP_SYS_ADMIN);
	if (!exclusive || capable(CAP_SYS_ADMIN))
		return 0;
	ret = educma_clear_card(file->edev);
	if (ret)
		file_part(file);
	return ret;
}

static void file_destroy(struct educma_file *file)
{
	educma_account_put(file->account);
	xa_destroy(&file->buffers);
	kfree(file);
}

static struct educma_file *file_create(struct educma_dev *edev,
				       struct file *filp)
{
	struct educma_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return NULL;
	file->edev = edev;
	file->mapping = filp->f_mapping;
	educma_client_init(&file->client);
	mutex_init(&file->handles_lock);
	file->next_page = EDUCMA_PAGE_FIRST;
	xa_init_flags(&file->buffers, XA_FLAGS_ACCOUNT);
	init_waitqueue_head(&file->wait);
	spin_lock_init(&file->lock);
	INIT_LIST_HEAD(&file->done);
	if (capable(CAP_SYS_RESOURCE))
		return file;
	file->account = educma_account_get(filp->f_cred);
	if (file->account)
		return file;
	file_destroy(file);
	return NULL;
}

static struct educma_dev *get_dev(unsigned int minor)
{
	struct educma_dev *edev;

	xa_lock(&educma_devs);
	edev = xa_load(&educma_devs, minor);
	if (edev)
		kref_get(&edev->ref);
	xa_unlock(&educma_devs);
	return edev;
}

static int educma_fop_open(struct inode *inode, struct file *filp)
{
	struct educma_dev *edev = get_dev(iminor(inode));
	struct educma_file *file;
	int ret = -ENOMEM;

	if (!edev)
		return -ENODEV;
	file = file_create(edev, filp);
	if (!file)
		goto put_dev;
	ret = educma_dev_enter(file->edev);
	if (ret)
		goto free_file;
	ret = file_join(file, filp->f_flags & O_EXCL);
	if (!ret)
		ret = file_make_private(file, filp->f_flags & O_EXCL);
	educma_dev_leave(file->edev);
	if (ret)
		goto free_file;
	filp->private_data = file;
	return nonseekable_open(inode, filp);

free_file:
	file_destroy(file);
put_dev:
	educma_dev_put(edev);
	return ret;
}

/* All mappings are gone by now: each of them held the file. */
static int educma_fop_release(struct inode *inode, struct file *filp)
{
	struct educma_file *file = filp->private_data;
	struct educma_dev *edev = file->edev;
	struct educma_request *req;
	struct educma_buffer *buf;
	unsigned long id;

	educma_engine_cancel_all(&edev->engine, &file->client);
	educma_engine_wait(&edev->engine, &file->client);

	down_read(&edev->gone_lock);
	while ((req = file_pop_done(file)))
		request_free(req);
	xa_for_each(&file->buffers, id, buf)
		educma_buffer_put(buf);
	file_part(file);
	up_read(&edev->gone_lock);

	file_destroy(file);
	educma_dev_put(edev);
	return 0;
}

static const struct file_operations educma_fops = {
	.owner = THIS_MODULE,
	.open = educma_fop_open,
	.release = educma_fop_release,
	.read = educma_fop_read,
	.poll = educma_fop_poll,
	.mmap = educma_fop_mmap,
	.show_fdinfo = educma_fop_show_fdinfo,
	.unlocked_ioctl = educma_fop_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/**
 * educma_chrdev_add() - let users in
 * @edev: a device that works
 *
 * Undone by educma_chrdev_del(). Context: may sleep.
 *
 * Return: 0 or a negative errno.
 */
int educma_chrdev_add(struct educma_dev *edev)
{
	struct device *dev;
	int ret;

	ret = xa_alloc(&educma_devs, &edev->minor, edev,
		       XA_LIMIT(0, EDUCMA_MINORS - 1), GFP_KERNEL);
	if (ret)
		return ret;
	dev = device_create(educma_class, &edev->pdev->dev,
			    educma_devt + edev->minor, NULL, "educma%u",
			    edev->minor);
	if (!IS_ERR(dev))
		return 0;
	xa_erase(&educma_devs, edev->minor);
	return PTR_ERR(dev);
}

/**
 * educma_chrdev_del() - take the node away; open files stay
 * @edev: the device
 *
 * Context: may sleep.
 */
void educma_chrdev_del(struct educma_dev *edev)
{
	device_destroy(educma_class, educma_devt + edev->minor);
	xa_erase(&educma_devs, edev->minor);
}

/**
 * educma_chrdev_hangup() - from now on every call says -ENODEV
 * @edev: the device
 *
 * Wakes all waiters. On return no call is between educma_dev_enter() and
 * educma_dev_leave(). Context: may sleep as long as the longest dma_alloc_attrs()
 * takes; a reach test ends early, for the engine refuses.
 */
void educma_chrdev_hangup(struct educma_dev *edev)
{
	struct educma_file *file;

	WRITE_ONCE(edev->gone, true);
	educma_engine_refuse(&edev->engine);
	down_write(&edev->gone_lock);
	list_for_each_entry(file, &edev->files, node)
		wake_up_all(&file->wait);
	up_write(&edev->gone_lock);
}

/**
 * educma_chrdev_unmap() - take all mappings away; touching one is a SIGBUS
 * @edev: the device, gone
 *
 * Context: may sleep; gone_lock held for writing.
 */
void educma_chrdev_unmap(struct educma_dev *edev)
{
	struct educma_file *file;

	lockdep_assert_held_write(&edev->gone_lock);
	list_for_each_entry(file, &edev->files, node)
		unmap_mapping_range(file->mapping, 0, 0, 1);
}

/**
 * educma_chrdev_init() - register the class and the device numbers
 *
 * Context: may sleep.
 *
 * Return: 0 or a negative errno.
 */
int educma_chrdev_init(void)
{
	int ret;

	educma_class = educma_class_create("educma");
	if (IS_ERR(educma_class))
		return PTR_ERR(educma_class);
	ret = alloc_chrdev_region(&educma_devt, 0, EDUCMA_MINORS, "educma");
	if (ret)
		goto destroy_class;
	ret = -ENOMEM;
	educma_cdev = cdev_alloc();
	if (!educma_cdev)
		goto unregister_region;
	educma_cdev->owner = THIS_MODULE;
	educma_cdev->ops = &educma_fops;
	ret = cdev_add(educma_cdev, educma_devt, EDUCMA_MINORS);
	if (!ret)
		return 0;

	kobject_put(&educma_cdev->kobj);
unregister_region:
	unregister_chrdev_region(educma_devt, EDUCMA_MINORS);
destroy_class:
	class_destroy(educma_class);
	return ret;
}

/**
 * educma_chrdev_exit() - undo educma_chrdev_init()
 *
 * Context: may sleep.
 */
void educma_chrdev_exit(void)
{
	cdev_del(educma_cdev);
	unregister_chrdev_region(educma_devt, EDUCMA_MINORS);
	class_destroy(educma_class);
}
