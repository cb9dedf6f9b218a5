// SPDX-License-Identifier: GPL-2.0
/*
 * The files in dma_counters/ of the PCI device, which
 * include/abi/sysfs-driver-educma describes. A read takes one consistent copy of
 * all counters, and does not sleep.
 */
#include <linux/sysfs.h>

#include "dev.h"
#include "sysfs.h"

static struct educma_stats *to_stats(struct device *dev)
{
	struct educma_dev *edev = dev_get_drvdata(dev);

	return &edev->engine.stats;
}

/**
 * struct educma_counter_attr - a file that shows a field of struct educma_counters
 * @attr: the file
 * @offset: of the field, a u64, in the structure
 */
struct educma_counter_attr {
	struct device_attribute attr;
	size_t offset;
};

static ssize_t counter_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	const struct educma_counter_attr *counter =
		container_of(attr, struct educma_counter_attr, attr);
	struct educma_counters counters;

	educma_stats_counters(to_stats(dev), &counters);
	return sysfs_emit(buf, "%llu\n",
			  *(u64 *)((void *)&counters + counter->offset));
}

/* An element of educma_attrs: the file of a counter. */
#define EDUCMA_COUNTER(_file, _field)					\
	(&((struct educma_counter_attr) {				\
		.attr = {						\
			.attr = { .name = (_file), .mode = 0444 },	\
			.show = counter_show,				\
		},							\
		.offset = offsetof(struct educma_counters, _field),	\
	}).attr.attr),

#define EDUCMA_TO_DEVICE_COUNTER(_name) \
	EDUCMA_COUNTER("to_device_" #_name, dir[EDUCMA_TO_DEVICE]._name)
#define EDUCMA_FROM_DEVICE_COUNTER(_name) \
	EDUCMA_COUNTER("from_device_" #_name, dir[EDUCMA_FROM_DEVICE]._name)
#define EDUCMA_DEVICE_COUNTER(_name) \
	EDUCMA_COUNTER(#_name, _name)

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
			  educma_stats_bandwidth(to_stats(dev), attr_dir(attr)));
}

static ssize_t average_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  educma_stats_average(to_stats(dev), attr_dir(attr)));
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
	return sysfs_emit(buf, "%u\n", educma_stats_get_window(to_stats(dev)));
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
	educma_stats_set_window(to_stats(dev), ms);
	return count;
}
static DEVICE_ATTR_RW(bandwidth_window_ms);

static struct attribute *educma_attrs[] = {
	&rate_to_device_bandwidth_bytes_per_s.attr.attr,
	&rate_to_device_average_bytes_per_s.attr.attr,
	&rate_from_device_bandwidth_bytes_per_s.attr.attr,
	&rate_from_device_average_bytes_per_s.attr.attr,
	&dev_attr_buffers_allocated.attr,
	&dev_attr_buffer_bytes.attr,
	&dev_attr_reserve_bytes.attr,
	&dev_attr_reserve_free_bytes.attr,
	&dev_attr_bandwidth_window_ms.attr,
	EDUCMA_DIR_COUNTERS(EDUCMA_TO_DEVICE_COUNTER)
	EDUCMA_DIR_COUNTERS(EDUCMA_FROM_DEVICE_COUNTER)
	EDUCMA_DEVICE_COUNTERS(EDUCMA_DEVICE_COUNTER)
	NULL
};

/* The name is not "dma": the class of dmaengine has a directory of that name. */
static const struct attribute_group educma_group = {
	.name = "dma_counters",
	.attrs = educma_attrs,
};

/**
 * educma_sysfs_add() - create the files of one device
 * @edev: the device
 *
 * The driver's dev_groups are not used, because the kernel creates them after
 * probe, and so after the node. Undone by educma_sysfs_del(). Context: may
 * sleep.
 *
 * Return: 0 or a negative errno.
 */
int educma_sysfs_add(struct educma_dev *edev)
{
	return sysfs_create_group(&edev->pdev->dev.kobj, &educma_group);
}

/**
 * educma_sysfs_del() - remove the files of one device
 * @edev: the device
 *
 * On return no read of them is under way. Context: may sleep.
 */
void educma_sysfs_del(struct educma_dev *edev)
{
	sysfs_remove_group(&edev->pdev->dev.kobj, &educma_group);
}
