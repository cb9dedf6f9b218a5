// SPDX-License-Identifier: GPL-2.0
/*
 * The counters, in dma/ on the PCI device. Each file is described in
 * include/abi/sysfs-driver-educma. A reader takes one consistent copy of all
 * counters and does not sleep.
 */
#include <linux/sysfs.h>

#include "educma.h"

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
EDUCMA_COUNTER(timeouts, timeouts);
EDUCMA_COUNTER(queue_depth, queue_depth);

static ssize_t show_rate(struct device *dev, enum educma_dir dir, char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  educma_engine_rate(to_engine(dev), dir));
}

static ssize_t to_device_bandwidth_bytes_per_s_show(struct device *dev,
						    struct device_attribute *attr,
						    char *buf)
{
	return show_rate(dev, EDUCMA_TO_DEVICE, buf);
}
static DEVICE_ATTR_RO(to_device_bandwidth_bytes_per_s);

static ssize_t from_device_bandwidth_bytes_per_s_show(struct device *dev,
						      struct device_attribute *attr,
						      char *buf)
{
	return show_rate(dev, EDUCMA_FROM_DEVICE, buf);
}
static DEVICE_ATTR_RO(from_device_bandwidth_bytes_per_s);

static ssize_t show_average(struct device *dev, enum educma_dir dir, char *buf)
{
	struct educma_stats stats;

	educma_engine_stats(to_engine(dev), &stats);
	return sysfs_emit(buf, "%llu\n",
			  educma_bytes_per_s(stats.dir[dir].bytes,
					     stats.dir[dir].busy_ns));
}

static ssize_t to_device_average_bytes_per_s_show(struct device *dev,
						  struct device_attribute *attr,
						  char *buf)
{
	return show_average(dev, EDUCMA_TO_DEVICE, buf);
}
static DEVICE_ATTR_RO(to_device_average_bytes_per_s);

static ssize_t from_device_average_bytes_per_s_show(struct device *dev,
						    struct device_attribute *attr,
						    char *buf)
{
	return show_average(dev, EDUCMA_FROM_DEVICE, buf);
}
static DEVICE_ATTR_RO(from_device_average_bytes_per_s);

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
	&dev_attr_to_device_bandwidth_bytes_per_s.attr,
	&dev_attr_to_device_average_bytes_per_s.attr,
	&counter_from_device_bytes.attr.attr,
	&counter_from_device_chunks.attr.attr,
	&counter_from_device_transfers.attr.attr,
	&counter_from_device_errors.attr.attr,
	&counter_from_device_busy_ns.attr.attr,
	&dev_attr_from_device_bandwidth_bytes_per_s.attr,
	&dev_attr_from_device_average_bytes_per_s.attr,
	&counter_irqs.attr.attr,
	&counter_irqs_missed.attr.attr,
	&counter_irqs_spurious.attr.attr,
	&counter_timeouts.attr.attr,
	&counter_queue_depth.attr.attr,
	&dev_attr_buffers_allocated.attr,
	&dev_attr_buffer_bytes.attr,
	&dev_attr_bandwidth_window_ms.attr,
	NULL
};

static const struct attribute_group educma_group = {
	.name = "dma",
	.attrs = educma_attrs,
};

const struct attribute_group *educma_groups[] = {
	&educma_group,
	NULL
};
