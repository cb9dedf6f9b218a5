// SPDX-License-Identifier: GPL-2.0
/*
 * A client of dmaengine that tests residue, the states and results of transfers,
 * and terminate, which dmatest does not. A word that is written to the parameter "do"
 * names a function below; the write returns when the function does, with its error.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/dmaengine.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#define BYTES	(64 * 1024)
#define WAIT_MS	30000
#define LINGER_MS	2000
#define LINGER_MAX_MS	10000

static struct dma_chan *chan;
static u8 *src, *dst;
static dma_cookie_t cookie;
static DECLARE_COMPLETION(done);
static struct dmaengine_result last;
static unsigned int calls;
static bool lingers, pends;
static DECLARE_COMPLETION(lingering);

static int do_request(void)
{
	dma_cap_mask_t mask;

	dma_cap_zero(mask);
	dma_cap_set(DMA_MEMCPY, mask);
	chan = dma_request_channel(mask, NULL, NULL);
	return chan ? 0 : -ENODEV;
}

static int do_release(void)
{
	dma_release_channel(chan);
	chan = NULL;
	return 0;
}

/*
 * A callback that takes long, and at its end issues the transfer that do_linger()
 * has submitted meanwhile. If the device is removed in that time, the provider waits
 * for this callback.
 */
static void linger(void)
{
	const unsigned long least = jiffies + msecs_to_jiffies(LINGER_MS);
	const unsigned long most = jiffies + msecs_to_jiffies(LINGER_MAX_MS);

	lingers = false;
	complete(&lingering);
	while (time_before(jiffies, least) ||
	       (time_before(jiffies, most) && !READ_ONCE(pends)))
		cpu_relax();
	dma_async_issue_pending(chan);
}

static void on_done(void *unused, const struct dmaengine_result *result)
{
	if (lingers) {
		linger();
		return;
	}
	last = *result;
	calls++;
	complete(&done);
}

/* The provider unmaps the buffers when the transfer has ended. */
static struct dmaengine_unmap_data *map(struct device *dev)
{
	struct dmaengine_unmap_data *um;

	um = dmaengine_get_unmap_data(dev, 2, GFP_KERNEL);
	if (!um)
		return NULL;
	um->len = BYTES;
	um->addr[0] = dma_map_single(dev, src, BYTES, DMA_TO_DEVICE);
	if (!dma_mapping_error(dev, um->addr[0]))
		um->to_cnt = 1;
	um->addr[1] = dma_map_single(dev, dst, BYTES, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, um->addr[1]))
		um->from_cnt = 1;
	if (um->to_cnt && um->from_cnt)
		return um;
	dmaengine_unmap_put(um);
	return NULL;
}

/* Submits a transfer without issuing it, so that it is pending. */
static int submit(void)
{
	struct dma_async_tx_descriptor *txd;
	struct dmaengine_unmap_data *um;

	get_random_bytes(src, BYTES);
	memset(dst, 0, BYTES);
	reinit_completion(&done);
	um = map(chan->device->dev);
	if (!um)
		return -ENOMEM;
	txd = dmaengine_prep_dma_memcpy(chan, um->addr[1], um->addr[0], BYTES,
					DMA_PREP_INTERRUPT);
	if (txd) {
		txd->callback_result = on_done;
		dma_set_unmap(txd, um);
		cookie = dmaengine_submit(txd);
	}
	dmaengine_unmap_put(um);
	return txd ? 0 : -EBUSY;
}

static int do_issue(void)
{
	dma_async_issue_pending(chan);
	return 0;
}

static int do_submit(void)
{
	const int ret = submit();

	return ret ?: do_issue();
}

/* The residue of a pending transfer is all of it. */
static int do_pend(void)
{
	struct dma_tx_state state = { .residue = 0 };
	const int ret = submit();

	if (ret)
		return ret;
	if (dmaengine_tx_status(chan, cookie, &state) != DMA_IN_PROGRESS)
		return -EALREADY;
	return state.residue == BYTES ? 0 : -ERANGE;
}

/*
 * Afterwards one transfer is done and its callback still runs, and a second one is
 * pending. The word "wait" then waits for the second one.
 */
static int do_linger(void)
{
	int ret;

	reinit_completion(&lingering);
	pends = false;
	lingers = true;
	ret = do_submit();
	if (ret)
		return ret;
	if (!wait_for_completion_timeout(&lingering, msecs_to_jiffies(WAIT_MS)))
		return -ETIMEDOUT;
	/* The provider has unmapped the buffers before the callback, so they are free. */
	ret = submit();
	WRITE_ONCE(pends, true);
	return ret;
}

/* The residue never increases, and decreases in steps; -EIO means DMA_ERROR. */
static int do_watch(void)
{
	const unsigned long end = jiffies + msecs_to_jiffies(WAIT_MS);
	struct dma_tx_state state = { .residue = BYTES };
	u32 left = BYTES, steps = 0;
	enum dma_status status;

	while (time_before(jiffies, end)) {
		status = dmaengine_tx_status(chan, cookie, &state);
		if (status == DMA_ERROR)
			return -EIO;
		if (state.residue > left)
			return -ERANGE;
		steps += state.residue < left;
		left = state.residue;
		if (status == DMA_COMPLETE)
			return left || steps < 4 ? -ERANGE : 0;
		msleep(20);
	}
	return -ETIMEDOUT;
}

static int do_wait(void)
{
	if (!wait_for_completion_timeout(&done, msecs_to_jiffies(WAIT_MS)))
		return -ETIMEDOUT;
	if (last.result != DMA_TRANS_NOERROR)
		return -EIO;
	return last.residue ? -ERANGE : 0;
}

static int do_verify(void)
{
	return memcmp(src, dst, BYTES) ? -EILSEQ : 0;
}

/* Terminates in mid-DMA: no callback comes, and no byte is written afterwards. */
static int do_terminate(void)
{
	const unsigned int before = calls;

	if (dmaengine_tx_status(chan, cookie, NULL) != DMA_IN_PROGRESS)
		return -EALREADY;
	if (dmaengine_terminate_sync(chan))
		return -EBUSY;
	memset(dst, 0xee, BYTES);
	msleep(1000);
	return calls != before || memchr_inv(dst, 0xee, BYTES) ? -EILSEQ : 0;
}

/* The provider describes itself correctly. */
static int do_look(void)
{
	const struct dma_device *ddev = chan->device;

	if (ddev->directions != BIT(DMA_MEM_TO_MEM) ||
	    ddev->copy_align != DMAENGINE_ALIGN_1_BYTE ||
	    ddev->residue_granularity != DMA_RESIDUE_GRANULARITY_BURST ||
	    dma_get_max_seg_size(ddev->dev) != UINT_MAX)
		return -ERANGE;
	return 0;
}

static const struct {
	const char *word;
	int (*function)(void);
	bool without_channel;
} words[] = {
	{ "request", do_request, true },
	{ "release", do_release },
	{ "submit", do_submit },
	{ "pend", do_pend },
	{ "issue", do_issue },
	{ "linger", do_linger },
	{ "watch", do_watch },
	{ "wait", do_wait },
	{ "verify", do_verify },
	{ "terminate", do_terminate },
	{ "look", do_look },
};

static int set_do(const char *value, const struct kernel_param *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (sysfs_streq(value, words[i].word)) {
			if (words[i].without_channel == !!chan)
				return -EINVAL;
			return words[i].function();
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops do_ops = { .set = set_do };
module_param_cb(do, &do_ops, NULL, 0200);

static int __init dma_client_init(void)
{
	src = kmalloc(BYTES, GFP_KERNEL);
	dst = kmalloc(BYTES, GFP_KERNEL);
	if (src && dst)
		return 0;
	kfree(src);
	kfree(dst);
	return -ENOMEM;
}
module_init(dma_client_init);

static void __exit dma_client_exit(void)
{
	if (chan)
		dma_release_channel(chan);
	kfree(src);
	kfree(dst);
}
module_exit(dma_client_exit);

MODULE_DESCRIPTION("Tests a DMA_MEMCPY channel");
MODULE_LICENSE("GPL");
