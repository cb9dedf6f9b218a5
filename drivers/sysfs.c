// SPDX-License-Identifier: GPL-2.0
/*
 * The counters, in dma_counters/ on the PCI device. Each file is described in
 * include/abi/sysfs-driver-educma. A reader takes one consistent copy of all
 * counters and does not sleep.
 */
#include <linux/sysfs.h>

#include "dev.h"
#include "sysfs.h"

static struct educma_engine *to_engine(struct device *dev)
{
	struct educma_dev *edev = dev_get_drvdata(dev);

	return &edev->engine;
}

/**
 * struct educma_counter - a file that shows one field of struct educma_stats
 * @attr: the file
 * @offset: where the field, a u64, is
 */
struct educma_counter {
	struct device_attribute attr;
	size_t offset;
};

static ssize_t counter_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	const struct educma_counter *counter =
		container_of(attr, struct educma_counter, attr);
	struct educma_stats stats;

	educma_engine_stats(to_engine(dev), &stats);
	return sysfs_emit(buf, "%llu\n",
			  *(u64 *)((void *)&stats + counter->offset));
}

#define EDUCMA_COUNTER(_name, _field)					\
	static struct educma_counter counter_##_name = {		\
		.attr = __ATTR(_name, 0444, counter_show, NULL),	\
		.offset = offsetof(struct educma_stats, _field),	\
	}

EDUCMA_COUNTER(to_device_bytes, dir[EDUCMA_TO_DEVICE].bytes);
EDUCMA_COUNTER(to_device_chunks, dir[EDUCMA_TO_DEVICE].chunks);
EDUCMA_COUNTER(to_device_transfers, dir[EDUCMA_TO_DEVICE].transfers);
EDUCMA_COUNTER(to_device_errors, dir[EDUCMA_TO_DEVICE].errors);
EDUCMA_COUNTER(to_device_busy_ns, dir[EDUCMA_TO_DEVICE].busy_ns);
EDUCMA_COUNTER(from_device_bytes, dir[EDUCMA_FROM_DEVICE].bytes);
EDUCMA_COUNTER(from_device_chunks, dir[EDUCMA_FROM_DEVICE].chunks);
EDUCMA_COUNTER(from_device_transfers, dir[EDUCMA_FROM_DEVICE].transfers);
EDUCMA_COUNTER(from_device_errors, dir[EDUCMA_FROM_DEVICE].errors);
EDUCMA_COUNTER(from_device_busy_ns, dir[EDUCMA_FROM_DEVICE].busy_ns);
EDUCMA_COUNTER(irqs, irqs);
EDUCMA_COUNTER(irqs_missed, irqs_missed);
EDUCMA_COUNTER(irqs_spurious, irqs_spurious);
EDUCMA_COUNTER(chunks_repeated, chunks_repeated);
EDUCMA_COUNTER(timeouts, timeouts);
EDUCMA_COUNTER(failures, failures);
EDUCMA_COUNTER(queue_depth, queue_depth);

/**
 * struct educma_rate_attr - a file that shows a rate of one direction
 * @attr: the file
 * @dir: the direction
 */
struct educma_rate_attr {
	struct device_attribute attr;
	enum educma_dir dir;
};

static enum educma_dir attr_dir(struct device_attribute *attr)
{
	return container_of(attr, struct educma_rate_attr, attr)->dir;
}

static ssize_t bandwidth_show(struct device *dev,
			      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  educma_engine_rate(to_engine(dev), attr_dir(attr)));
}

static ssize_t average_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	const struct educma_dir_stats *dir;
	struct educma_stats stats;

	educma_engine_stats(to_engine(dev), &stats);
	dir = &stats.dir[attr_dir(attr)];
	return sysfs_emit(buf, "%llu\n",
			  educma_bytes_per_s(dir->bytes, dir->busy_ns));
}

#define EDUCMA_RATE(_name, _show, _dir)					\
	static struct educma_rate_attr rate_##_name = {			\
		.attr = __ATTR(_name, 0444, _show, NULL),		\
		.dir = _dir,						\
	}

EDUCMA_RATE(to_device_bandwidth_bytes_per_s, bandwidth_show, EDUCMA_TO_DEVICE);
EDUCMA_RATE(to_device_average_bytes_per_s, average_show, EDUCMA_TO_DEVICE);
EDUCMA_RATE(from_device_bandwidth_bytes_per_s, bandwidth_show,
	    EDUCMA_FROM_DEVICE);
EDUCMA_RATE(from_device_average_bytes_per_s, average_show, EDUCMA_FROM_DEVICE);

static ssize_t buffers_allocated_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	struct educma_dev *edev = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%lu\n", READ_ONCE(edev->buffer_count));
}
static DEVICE_ATTR_RO(buffers_allocated);

static ssize_t buffer_bytes_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct educma_dev *edev = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%lu\n", READ_ONCE(edev->buffer_bytes));
}
static DEVICE_ATTR_RO(buffer_bytes);

static ssize_t reserve_bytes_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	struct educma_dev *edev = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%zu\n", edev->reserve.memory.bytes);
}
static DEVICE_ATTR_RO(reserve_bytes);

static ssize_t reserve_free_bytes_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	struct educma_dev *edev = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%zu\n", READ_ONCE(edev->reserve.free_bytes));
}
static DEVICE_ATTR_RO(reserve_free_bytes);

static ssize_t bandwidth_window_ms_show(struct device *dev,
					struct device_attribute *attr,
					char *buf)
{
	return sysfs_emit(buf, "%u\n", educma_engine_get_window(to_engine(dev)));
}

static ssize_t bandwidth_window_ms_store(struct device *dev,
					 struct device_attribute *attr,
					 const char *buf, size_t count)
{
	unsigned int ms;
	int ret;

	ret = kstrtouint(buf, 0, &ms);
	if (ret)
		return ret;
	if (ms < EDUCMA_WINDOW_MIN_MS || ms > EDUCMA_WINDOW_MAX_MS)
		return -ERANGE;
	educma_engine_set_window(to_engine(dev), ms);
	return count;
}
static DEVICE_ATTR_RW(bandwidth_window_ms);

static struct attribute *educma_attrs[] = {
	&counter_to_device_bytes.attr.attr,
	&counter_to_device_chunks.attr.attr,
	&counter_to_device_transfers.attr.attr,
	&counter_to_device_errors.attr.attr,
	&counter_to_device_busy_ns.attr.attr,
	&rate_to_device_bandwidth_bytes_per_s.attr.attr,
	&rate_to_device_average_bytes_per_s.attr.attr,
	&counter_from_device_bytes.attr.attr,
	&counter_from_device_chunks.attr.attr,
	&counter_from_device_transfers.attr.attr,
	&counter_from_device_errors.attr.attr,
	&counter_from_device_busy_ns.attr.attr,
	&rate_from_device_bandwidth_bytes_per_s.attr.attr,
	&rate_from_device_average_bytes_per_s.attr.attr,
	&counter_irqs.attr.attr,
	&counter_irqs_missed.attr.attr,
	&counter_irqs_spurious.attr.attr,
	&counter_chunks_repeated.attr.attr,
	&counter_timeouts.attr.attr,
	&counter_failures.attr.attr,
	&counter_queue_depth.attr.attr,
	&dev_attr_buffers_allocated.attr,
	&dev_attr_buffer_bytes.attr,
	&dev_attr_reserve_bytes.attr,
	&dev_attr_reserve_free_bytes.attr,
	&dev_attr_bandwidth_window_ms.attr,
	NULL
};

/* Not "dma", which is where dmaengine's class puts the device's channel. */
static const struct attribute_group educma_group = {
	.name = "dma_counters",
	.attrs = educma_attrs,
};

/**
 * educma_sysfs_add() - the counters of one device
 * @edev: the device
 *
 * Not by the driver's dev_groups, which appear after probe and so after the
 * node. Undone by educma_sysfs_del(). Context: may sleep.
 *
 * Return: 0 or a negative errno.
 */
int educma_sysfs_add(struct educma_dev *edev)
{
	return sysfs_create_group(&edev->pdev->dev.kobj, &educma_group);
}

/**
 * educma_sysfs_del() - take them away
 * @edev: the device
 *
 * On return nobody reads them. Context: may sleep.
 */
void educma_sysfs_del(struct educma_dev *edev)
{
	sysfs_remove_group(&edev->pdev->dev.kobj, &educma_group);
}
