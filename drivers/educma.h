/* SPDX-License-Identifier: GPL-2.0 */
/*
 * educma: the objects, who owns what, and the lock order.
 *
 * struct educma_dev: one per PCI function; every open file holds a reference
 *	and outlives remove(). After remove() it is an empty shell: no
 *	registers, no coherent memory, @gone set.
 * struct educma_buffer: one coherent allocation; a reference each for its
 *	handle, every mapping and every transfer not yet collected.
 * struct educma_xfer: one request; its owner allocates and frees it, the
 *	engine holds it from submission to its completion callback.
 *
 * Lock order, outermost first:
 *	mmap_lock (of whoever calls mmap or munmap), dmaengine's own
 *	educma_dev.gone_lock
 *	educma_dev.alloc_lock
 *	educma_dev.lists_lock
 *	educma_dma.submit_lock
 *	educma_engine.lock (hard interrupt)
 *	educma_file.lock, educma_dma.done_lock (hard interrupt)
 * User memory is never touched under gone_lock, for a page fault takes
 * mmap_lock.
 */
#ifndef EDUCMA_H
#define EDUCMA_H

#include <linux/interrupt.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <linux/educma.h>

#include "educma_regs.h"
#include "split.h"

/* hw.c: the registers */

/**
 * struct educma_hw - the register file of one device
 * @pdev: the PCI function
 * @regs: BAR 0
 * @id: the identification register
 * @src: what EDU_REG_DMA_SRC was seen to hold; the device keeps it between
 *	transfers. U64_MAX: not known
 * @dst: the same of EDU_REG_DMA_DST
 * @count: the same of EDU_REG_DMA_COUNT
 * @cmd: what the last doorbell wrote, or was to write, into EDU_REG_DMA_CMD
 * @heard: what EDU_REG_DMA_CMD held before that doorbell
 * @intx_masked: INTx is disabled, because the device raised it and did not
 *	answer; the next start enables it
 */
struct educma_hw {
	struct pci_dev *pdev;
	void __iomem *regs;
	u32 id;
	u64 src;
	u64 dst;
	u64 count;
	u32 cmd;
	u32 heard;
	bool intx_masked;
};

/* What became of the DMA that was started. */
enum educma_hw_state {
	EDUCMA_HW_NOT_OURS,		/* another device's interrupt */
	EDUCMA_HW_RUNNING,
	EDUCMA_HW_ENDED,
	EDUCMA_HW_NOT_STARTED,		/* the doorbell was not heard */
	EDUCMA_HW_NO_BUS_MASTER,	/* somebody cleared bus mastering */
	EDUCMA_HW_NO_RESPONSE,		/* the registers do not answer */
	EDUCMA_HW_LOST_STATE,		/* they do not hold what was written */
};

int educma_hw_identify(struct educma_hw *hw);
int educma_hw_settle(struct educma_hw *hw);
void educma_hw_start(struct educma_hw *hw, enum educma_dir dir,
		     dma_addr_t addr, u32 offset, u32 bytes);
enum educma_hw_state educma_hw_irq(struct educma_hw *hw);
bool educma_hw_idle_irq(struct educma_hw *hw);
u32 educma_hw_ack(struct educma_hw *hw);
enum educma_hw_state educma_hw_state(struct educma_hw *hw);
void educma_hw_disconnect(struct educma_hw *hw);
void educma_hw_connect(struct educma_hw *hw);
bool educma_hw_dump(struct educma_hw *hw, struct seq_file *seq,
		    unsigned int index);

/* engine.c: the transfer queue */

/**
 * struct educma_client - who submits; gets every other chunk beside another
 * @node: in educma_engine.ready while @queue is not empty
 * @queue: struct educma_xfer, in order of submission; the first may run
 *
 * Both under the engine's lock.
 */
struct educma_client {
	struct list_head node;
	struct list_head queue;
};

/**
 * struct educma_xfer - one request
 * @complete: called once, in any context, with the engine's lock held and
 *	interrupts off: may wake, must not submit; it may hand the request to
 *	someone who frees it
 * @cookie: the submitter's; what educma_engine_cancel() looks for
 * @op: enum educma_op
 * @offset: where in the device's memory each chunk begins
 * @internal: the driver's own: not counted as anybody's bytes, and next in
 *	turn, for callers wait for it with locks held
 * @src: bus address; unused for EDUCMA_OP_FROM_DEVICE
 * @dst: bus address; unused for EDUCMA_OP_TO_DEVICE
 * @bytes: length, at least 1
 * @node: in @client's queue; the owner's before submission and after @complete
 * @id: number of the submission, from 1, for tracepoints
 * @client: who submitted it
 * @leg: direction of the next chunk
 * @done: bytes that have arrived
 * @stop: end with this error at the running chunk's end
 * @status: the result: 0 or a negative errno
 * @submit_ns: when submitted (CLOCK_MONOTONIC)
 * @start_ns: when its first chunk began; 0 before
 * @end_ns: when it completed
 *
 * The submitter fills the fields before @node; the engine owns the rest.
 */
struct educma_xfer {
	void (*complete)(struct educma_xfer *xfer);
	u64 cookie;
	u32 op;
	u32 offset;
	bool internal;
	dma_addr_t src;
	dma_addr_t dst;
	u64 bytes;

	struct list_head node;
	u64 id;
	struct educma_client *client;
	enum educma_dir leg;
	u64 done;
	int stop;
	int status;
	u64 submit_ns;
	u64 start_ns;
	u64 end_ns;
};

/* From submission to the first chunk; or to the end, if none was started. */
static inline u64 educma_xfer_queued_ns(const struct educma_xfer *xfer)
{
	return (xfer->start_ns ?: xfer->end_ns) - xfer->submit_ns;
}

/* From the first chunk to the end. */
static inline u64 educma_xfer_run_ns(const struct educma_xfer *xfer)
{
	return xfer->start_ns ? xfer->end_ns - xfer->start_ns : 0;
}

/**
 * struct educma_chunk - one DMA of the device
 * @xfer: whose; NULL for none
 * @dir: its direction
 * @addr: bus address of the memory
 * @bytes: length
 * @start_ns: when the doorbell was rung (CLOCK_MONOTONIC)
 */
struct educma_chunk {
	struct educma_xfer *xfer;
	enum educma_dir dir;
	dma_addr_t addr;
	u32 bytes;
	u64 start_ns;
};

/**
 * struct educma_stats - what sysfs shows; see include/abi/sysfs-driver-educma
 * @dir: by direction: bytes, chunks, transfers, errors, busy_ns; a copy
 *	counts in both
 * @irqs: interrupts that were this device's
 * @irqs_missed: times that the watchdog found a chunk ended without an interrupt
 * @irqs_spurious: interrupts that nobody waited for
 * @chunks_repeated: times that a chunk was started again, for nothing showed
 *	that it had been done
 * @timeouts: transfers that the device did not finish
 * @failures: times that the device was given up, for whatever reason
 * @queue_depth: transfers submitted and not complete
 */
struct educma_stats {
	struct educma_dir_stats {
		u64 bytes;
		u64 chunks;
		u64 transfers;
		u64 errors;
		u64 busy_ns;
	} dir[EDUCMA_DIRS];
	u64 irqs;
	u64 irqs_missed;
	u64 irqs_spurious;
	u64 chunks_repeated;
	u64 timeouts;
	u64 failures;
	u64 queue_depth;
};

enum educma_latency {
	EDUCMA_LATENCY_TO_DEVICE,	/* of a chunk: doorbell to interrupt */
	EDUCMA_LATENCY_FROM_DEVICE,
	EDUCMA_LATENCY_QUEUED,		/* of a transfer that ended well */
	EDUCMA_LATENCY_RUN,
	EDUCMA_LATENCIES
};

static_assert(EDUCMA_LATENCY_TO_DEVICE == (int)EDUCMA_TO_DEVICE);
static_assert(EDUCMA_LATENCY_FROM_DEVICE == (int)EDUCMA_FROM_DEVICE);

#define EDUCMA_LATENCY_ROWS	40	/* the last: 2^39 ns, 9 minutes, and more */

/**
 * struct educma_histogram - how often something took how long
 * @count: [n]: 2^n to 2^(n+1) - 1 nanoseconds
 */
struct educma_histogram {
	u64 count[EDUCMA_LATENCY_ROWS];
};

/**
 * struct educma_engine - the queue of one device
 * @hw: the device
 * @window: bytes of device memory in use, from its start (chunk_bytes)
 * @watchdog: looks after a chunk that takes too long; pending while one runs
 * @idle: woken when a transfer completes, and when the last chunk before a
 *	pause ends
 * @failed: woken when new transfers begin to be refused
 * @lock: guards everything below, and @hw while interrupts are on
 * @error: why new transfers are refused: 0, -EIO (failed) or -ENODEV (gone)
 * @paused: nothing is started
 * @submitted: transfers so far
 * @ready: clients with something to do; the first is served next
 * @running: the chunk in the device; running.xfer is NULL if there is none
 * @repeats: how often @running has been started again
 * @stats: counters
 * @latency: histograms, by enum educma_latency
 * @rate: for the bandwidth over the last @window_ms
 * @window_ms: length of that window, milliseconds
 */
struct educma_engine {
	struct educma_hw *hw;
	u32 window;
	struct delayed_work watchdog;
	wait_queue_head_t idle;
	wait_queue_head_t failed;

	spinlock_t lock;		/* the fields below */
	int error;
	bool paused;
	u64 submitted;
	struct list_head ready;
	struct educma_chunk running;
	unsigned int repeats;
	struct educma_stats stats;
	struct educma_histogram latency[EDUCMA_LATENCIES];
	struct educma_rate rate;
	u32 window_ms;
};

void educma_engine_init(struct educma_engine *engine, struct educma_hw *hw,
			u32 window);
void educma_engine_refuse(struct educma_engine *engine);
void educma_engine_stop(struct educma_engine *engine);
void educma_engine_pause(struct educma_engine *engine, bool patient);
void educma_engine_resume(struct educma_engine *engine);
void educma_engine_fail(struct educma_engine *engine, int error);
irqreturn_t educma_engine_irq(int irq, void *data);
void educma_client_init(struct educma_client *client);
int educma_engine_submit(struct educma_engine *engine,
			 struct educma_client *client,
			 struct educma_xfer *xfer);
int educma_engine_run(struct educma_engine *engine,
		      struct educma_client *client, enum educma_op op,
		      dma_addr_t src, dma_addr_t dst, u64 bytes);
bool educma_engine_cancel(struct educma_engine *engine,
			  struct educma_client *client, u64 cookie);
void educma_engine_cancel_all(struct educma_engine *engine,
			      struct educma_client *client);
void educma_engine_wait(struct educma_engine *engine,
			struct educma_client *client);
u64 educma_engine_left(struct educma_engine *engine,
		       struct educma_client *client, u64 cookie);
void educma_engine_stats(struct educma_engine *engine,
			 struct educma_stats *stats);
void educma_engine_latency(struct educma_engine *engine,
			   enum educma_latency which,
			   struct educma_histogram *histogram);
int educma_engine_dump(struct educma_engine *engine, struct seq_file *seq);
int educma_engine_error(struct educma_engine *engine);
u64 educma_engine_rate(struct educma_engine *engine, enum educma_dir dir);

#define EDUCMA_WINDOW_MIN_MS	10
#define EDUCMA_WINDOW_MAX_MS	60000

u32 educma_engine_get_window(struct educma_engine *engine);
void educma_engine_set_window(struct educma_engine *engine, u32 window_ms);

/* The device */

/*
 * No memory but below this many bits is taken to be reachable without a test;
 * devices that decode fewer are not supported.
 */
#define EDUCMA_DMA_BITS_MIN	24
#define EDUCMA_DMA_BITS_MAX	64

/**
 * struct educma_dev - one PCI function
 * @ref: the driver's while bound, and one for each open file
 * @minor: N of /dev/educmaN
 * @pdev: the PCI function; valid until @gone
 * @saved: its configuration with bus mastering off, for after a reset
 * @dma_bits: address bits that the driver was told the device decodes
 * @hw: registers
 * @engine: transfers
 * @low: a page that any mask reaches, for the reach test
 * @low_dma: its bus address
 * @prober: the engine's client for the reach test; under @alloc_lock
 * @gone_lock: read: the device stays usable while held; write: remove()
 * @held: struct educma_buffer that a debugfs file allocated, by number; xa_lock
 * @debug: the directory of those files
 * @dma: the dmaengine channel, or NULL
 * @gone: remove() has begun; set before it takes @gone_lock, so that waiters
 *	may look without. While @gone_lock is held for reading and @gone was
 *	not set, memory and mappings stay
 * @alloc_lock: one allocation at a time: to find out why one failed, the
 *	coherent mask is widened for a moment, and nobody else may get memory
 *	meanwhile. Guards @prober, @low, and writes of @proven
 * @proven: highest bus address proven to be reached
 * @lists_lock: guards the fields below; gone_lock for writing does so too
 * @files: open files
 * @buffers: buffers that have memory
 * @buffer_count: how many
 * @buffer_bytes: their sum
 * @users: open files, and who has the channel
 * @exclusive: the only one of them is to remain so
 */
struct educma_dev {
	struct kref ref;
	u32 minor;
	struct pci_dev *pdev;
	struct pci_saved_state *saved;
	u32 dma_bits;
	struct educma_hw hw;
	struct educma_engine engine;
	void *low;
	dma_addr_t low_dma;
	struct educma_client prober;
	struct xarray held;
	struct dentry *debug;
	struct educma_dma *dma;

	struct rw_semaphore gone_lock;
	bool gone;
	struct mutex alloc_lock;	/* dma_alloc_attrs(), low, prober */
	u64 proven;

	spinlock_t lists_lock;		/* the fields below */
	struct list_head files;
	struct list_head buffers;
	unsigned long buffer_count;
	unsigned long buffer_bytes;
	unsigned int users;
	bool exclusive;
};

static inline void educma_dev_release(struct kref *ref)
{
	kfree(container_of(ref, struct educma_dev, ref));
}

static inline void educma_dev_put(struct educma_dev *edev)
{
	kref_put(&edev->ref, educma_dev_release);
}

/* Every call on the device is between these two. */
static inline int educma_dev_enter(struct educma_dev *edev)
{
	down_read(&edev->gone_lock);
	if (!READ_ONCE(edev->gone))
		return 0;
	up_read(&edev->gone_lock);
	return -ENODEV;
}

static inline void educma_dev_leave(struct educma_dev *edev)
{
	up_read(&edev->gone_lock);
}

/* O_EXCL wants to be alone, and whoever is alone stays so: -EBUSY. */
static inline int educma_dev_join(struct educma_dev *edev, bool exclusive)
{
	int ret = -EBUSY;

	spin_lock(&edev->lists_lock);
	if (!edev->exclusive && !(exclusive && edev->users)) {
		edev->users++;
		edev->exclusive = exclusive;
		ret = 0;
	}
	spin_unlock(&edev->lists_lock);
	return ret;
}

static inline void educma_dev_part(struct educma_dev *edev)
{
	spin_lock(&edev->lists_lock);
	edev->users--;
	edev->exclusive = false;	/* if it was, nobody else is here */
	spin_unlock(&edev->lists_lock);
}

/* buffer.c: coherent buffers */

/**
 * struct educma_account - what one user of the device has allocated
 * @buffers: how many
 * @bytes: their sum
 *
 * Both under educma_dev.lists_lock, and bounded by module parameters.
 */
struct educma_account {
	unsigned long buffers;
	u64 bytes;
};

/**
 * struct educma_buffer - one coherent allocation
 * @ref: handle, mappings, transfers
 * @edev: the device
 * @account: who has to answer for it until it is released; or NULL
 * @node: in educma_dev.buffers
 * @cpu: kernel address; NULL once remove() has freed the memory
 * @dma: bus address
 * @bytes: length, a multiple of the page size
 */
struct educma_buffer {
	struct kref ref;
	struct educma_dev *edev;
	struct educma_account *account;
	struct list_head node;
	void *cpu;
	dma_addr_t dma;
	size_t bytes;
};

int educma_buffers_init(struct educma_dev *edev);
void educma_buffers_exit(struct educma_dev *edev);
unsigned int educma_max_buffers(void);
struct educma_buffer *educma_buffer_alloc(struct educma_dev *edev,
					  struct educma_account *account,
					  u64 bytes, u32 *reason);
int educma_scrub(struct educma_dev *edev);
u64 educma_reach(struct educma_dev *edev);
void educma_prove_reach(struct educma_dev *edev);
void educma_buffer_put(struct educma_buffer *buf);
int educma_buffer_mmap(struct educma_buffer *buf, struct vm_area_struct *vma);

/* chrdev.c: /dev/educmaN */

int educma_chrdev_init(void);
void educma_chrdev_exit(void);
int educma_chrdev_add(struct educma_dev *edev);
void educma_chrdev_del(struct educma_dev *edev);
void educma_chrdev_hangup(struct educma_dev *edev);
void educma_chrdev_unmap(struct educma_dev *edev);

/* debugfs.c: buffers from a shell */

void educma_debugfs_init(void);
void educma_debugfs_exit(void);
void educma_debugfs_add(struct educma_dev *edev);
void educma_debugfs_del(struct educma_dev *edev);

/* dmaengine.c: a channel that copies memory */

#if IS_ENABLED(CONFIG_DMA_ENGINE)
int educma_dma_init(void);
void educma_dma_exit(void);
int educma_dma_add(struct educma_dev *edev);
void educma_dma_del(struct educma_dev *edev);
#else
static inline int educma_dma_init(void) { return 0; }
static inline void educma_dma_exit(void) { }
static inline int educma_dma_add(struct educma_dev *edev) { return 0; }
static inline void educma_dma_del(struct educma_dev *edev) { }
#endif

/* sysfs.c: the counters */

int educma_sysfs_add(struct educma_dev *edev);
void educma_sysfs_del(struct educma_dev *edev);

#endif
