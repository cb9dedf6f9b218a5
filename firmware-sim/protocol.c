// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <string.h>

#include "irq.h"
#include "protocol.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define CONFIG_REGION	VFIO_PCI_CONFIG_REGION_INDEX
#define BAR_REGION	VFIO_PCI_BAR0_REGION_INDEX

enum command {
	VERSION = 1,
	DMA_MAP = 2,
	DMA_UNMAP = 3,
	GET_INFO = 4,
	GET_REGION_INFO = 5,
	GET_IRQ_INFO = 7,
	SET_IRQS = 8,
	REGION_READ = 9,
	REGION_WRITE = 10,
	RESET = 13,
	COMMANDS
};

struct header {
	uint16_t id;
	uint16_t command;
	uint32_t size;
	uint32_t flags;
#define TYPE		0x0f	/* mask; 0: a command, 1: a reply */
#define TYPE_REPLY	0x01
#define NO_REPLY	0x10
#define ERROR		0x20
	uint32_t error;		/* errno, if ERROR is set */
};

struct version {
	uint16_t major, minor;
	char data[];
};

struct dma_map {
	uint32_t argsz, flags;
	uint64_t offset, addr, size;
};

struct dma_unmap {
	uint32_t argsz, flags;
	uint64_t addr, size;
};

struct info {
	uint32_t argsz, flags, regions, irqs;
};

struct region_info {
	uint32_t argsz, flags, index, cap_offset;
	uint64_t size, offset;
};

struct irq_info {
	uint32_t argsz, flags, index, count;
};

struct set_irqs {
	uint32_t argsz, flags, index, start, count;
};

struct region_access {
	uint64_t offset;
	uint32_t region, count;
	uint8_t data[];
};

/* Most bytes of a region access; the capabilities below say so, too. */
#define MAX_COUNT	EDU_CONFIG_BYTES

/* The server's capabilities, sent in the reply to VERSION with the NUL. */
static const char capabilities[] =
	"{\"capabilities\":{\"max_msg_fds\":1,\"max_data_xfer_size\":256}}";

/* A command that is being handled: the payloads of message and reply. */
struct call {
	struct device *device;
	const void *in;
	size_t len;
	int *fds;
	size_t nfds;
	void *out;		/* PROTOCOL_MAX - PROTOCOL_HEADER bytes at most */
	size_t out_len;
};

static int do_version(struct call *call)
{
	const struct version *in = call->in;
	struct version *out = call->out;
	size_t data = call->len - sizeof(*in);

	if (in->major != 0)
		return -EINVAL;
	if (data && in->data[data - 1])
		return -EINVAL;
	out->major = 0;
	out->minor = 0;
	memcpy(out->data, capabilities, sizeof(capabilities));
	call->out_len = sizeof(*out) + sizeof(capabilities);
	call->device->negotiated = true;
	return 0;
}

/* A map without a descriptor is accepted: the device just cannot access it. */
static int do_dma_map(struct call *call)
{
	const struct dma_map *in = call->in;
	const struct memory_map map = {
		.addr = in->addr,
		.size = in->size,
		.offset = in->offset,
		.readable = in->flags & VFIO_DMA_MAP_FLAG_READ,
		.writable = in->flags & VFIO_DMA_MAP_FLAG_WRITE,
	};
	int err;

	if (in->flags & ~(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE))
		return -EINVAL;
	err = memory_map(&call->device->memory, &map, call->nfds ? call->fds[0] : -1);
	if (!err && call->nfds)
		call->fds[0] = -1;
	return err;
}

static int do_dma_unmap(struct call *call)
{
	const struct dma_unmap *in = call->in;
	struct memory *memory = &call->device->memory;
	int err = 0;

	if (in->flags == VFIO_DMA_UNMAP_FLAG_ALL && !in->addr && !in->size)
		memory_clear(memory);
	else
		err = in->flags ? -EINVAL : memory_unmap(memory, in->addr, in->size);
	memcpy(call->out, in, sizeof(*in));
	call->out_len = sizeof(*in);
	return err;
}

static int do_get_info(struct call *call)
{
	const struct info *in = call->in;
	struct info *out = call->out;

	if (in->argsz < sizeof(*out))
		return -EINVAL;
	*out = (struct info){
		.argsz = sizeof(*out),
		.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET,
		.regions = VFIO_PCI_NUM_REGIONS,
		.irqs = VFIO_PCI_NUM_IRQS,
	};
	call->out_len = sizeof(*out);
	return 0;
}

static uint64_t region_bytes(uint32_t region)
{
	switch (region) {
	case BAR_REGION:
		return EDU_BAR_BYTES;
	case CONFIG_REGION:
		return EDU_CONFIG_BYTES;
	default:
		return 0;
	}
}

static int do_get_region_info(struct call *call)
{
	const struct region_info *in = call->in;
	struct region_info *out = call->out;

	if (in->argsz < sizeof(*out) || in->index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	*out = (struct region_info){
		.argsz = sizeof(*out),
		.index = in->index,
		.size = region_bytes(in->index),
	};
	if (out->size)
		out->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	call->out_len = sizeof(*out);
	return 0;
}

/*
 * One INTx and one MSI. MSI-X has no vector; the error and request interrupts,
 * which vfio numbers behind MSI-X, do not exist in a conventional PCI device.
 */
static int do_get_irq_info(struct call *call)
{
	const struct irq_info *in = call->in;
	struct irq_info *out = call->out;

	if (in->argsz < sizeof(*out) || in->index > VFIO_PCI_MSIX_IRQ_INDEX)
		return -EINVAL;
	*out = (struct irq_info){ .argsz = sizeof(*out), .index = in->index };
	if (in->index == VFIO_PCI_INTX_IRQ_INDEX)
		out->flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
			     VFIO_IRQ_INFO_AUTOMASKED;
	else if (in->index == VFIO_PCI_MSI_IRQ_INDEX)
		out->flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE;
	out->count = out->flags ? 1 : 0;
	call->out_len = sizeof(*out);
	return 0;
}

/* Sets the eventfd of an interrupt; without a descriptor there is none any more. */
static int set_eventfd(struct call *call, enum device_irq irq, uint32_t action)
{
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER)
		return -EOPNOTSUPP;
	irq_set_eventfd(call->device, irq, call->nfds ? call->fds[0] : -1);
	if (call->nfds)
		call->fds[0] = -1;
	return 0;
}

static int act_on_irq(struct call *call, enum device_irq irq, uint32_t action)
{
	switch (action) {
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		irq_trigger(call->device, irq);
		return 0;
	case VFIO_IRQ_SET_ACTION_MASK:
	case VFIO_IRQ_SET_ACTION_UNMASK:
		if (irq != DEVICE_INTX)
			return -EINVAL;
		irq_mask_intx(call->device, action == VFIO_IRQ_SET_ACTION_MASK);
		return 0;
	default:
		return -EINVAL;
	}
}

static int do_set_irqs(struct call *call)
{
	const struct set_irqs *in = call->in;
	const uint8_t *bools = (const void *)(in + 1);
	uint32_t action = in->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	uint32_t data = in->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	enum device_irq irq;

	if (in->index != VFIO_PCI_INTX_IRQ_INDEX && in->index != VFIO_PCI_MSI_IRQ_INDEX)
		return -EINVAL;
	irq = in->index == VFIO_PCI_MSI_IRQ_INDEX ? DEVICE_MSI : DEVICE_INTX;
	if (in->start || in->count > 1 || in->flags != (action | data))
		return -EINVAL;
	if (call->nfds && data != VFIO_IRQ_SET_DATA_EVENTFD)
		return -EINVAL;
	switch (data) {
	case VFIO_IRQ_SET_DATA_NONE:
		if (in->count)
			return act_on_irq(call, irq, action);
		if (action != VFIO_IRQ_SET_ACTION_TRIGGER)
			return -EINVAL;
		irq_set_eventfd(call->device, irq, -1);
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		if (!in->count || call->len != sizeof(*in) + in->count)
			return -EINVAL;
		return *bools ? act_on_irq(call, irq, action) : 0;
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return in->count ? set_eventfd(call, irq, action) : -EINVAL;
	default:
		return -EINVAL;
	}
}

static bool bad_access(const struct region_access *in)
{
	uint64_t bytes = region_bytes(in->region);

	if (in->count > MAX_COUNT || in->offset > bytes || in->count > bytes - in->offset)
		return true;
	if (in->region == BAR_REGION)
		return in->count != 1 && in->count != 2 && in->count != 4 && in->count != 8;
	return false;
}

/* Return: size of the next bus access, aligned, of a configuration access. */
static unsigned int config_step(uint64_t addr, uint32_t left)
{
	if (left >= 4 && addr % 4 == 0)
		return 4;
	return left >= 2 && addr % 2 == 0 ? 2 : 1;
}

/* The data of a region access is little-endian, as the PCI bus is. */
static void put(uint8_t *data, uint64_t value, unsigned int size)
{
	for (; size--; value >>= 8)
		*data++ = value;
}

static uint64_t get(const uint8_t *data, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | data[size];
	return value;
}

static int do_region_read(struct call *call)
{
	const struct region_access *in = call->in;
	struct region_access *out = call->out;
	uint32_t done, step;

	if (bad_access(in))
		return -EINVAL;
	memcpy(out, in, sizeof(*out));
	call->out_len = sizeof(*out) + in->count;
	if (in->region == BAR_REGION) {
		put(out->data, device_read(call->device, in->offset, in->count), in->count);
		return 0;
	}
	for (done = 0; done < in->count; done += step) {
		step = config_step(in->offset + done, in->count - done);
		put(out->data + done,
		    device_config_read(call->device, in->offset + done, step), step);
	}
	return 0;
}

static int do_region_write(struct call *call)
{
	const struct region_access *in = call->in;
	uint32_t done, step;

	if (bad_access(in) || call->len != sizeof(*in) + in->count)
		return -EINVAL;
	memcpy(call->out, in, sizeof(*in));
	call->out_len = sizeof(*in);
	if (in->region == BAR_REGION) {
		device_write(call->device, in->offset, in->count, get(in->data, in->count));
		return 0;
	}
	for (done = 0; done < in->count; done += step) {
		step = config_step(in->offset + done, in->count - done);
		device_config_write(call->device, in->offset + done, step,
				    get(in->data + done, step));
	}
	return 0;
}

static int do_reset(struct call *call)
{
	device_reset(call->device);
	return 0;
}

static const struct {
	int (*run)(struct call *call);
	size_t len;		/* length of the payload, in bytes */
	bool more;		/* more data may follow the payload */
	bool fd;		/* a descriptor may come with the message */
} commands[COMMANDS] = {
	[VERSION] = { do_version, sizeof(struct version), true, false },
	[DMA_MAP] = { do_dma_map, sizeof(struct dma_map), false, true },
	[DMA_UNMAP] = { do_dma_unmap, sizeof(struct dma_unmap), false, false },
	[GET_INFO] = { do_get_info, sizeof(struct info), false, false },
	[GET_REGION_INFO] = { do_get_region_info, sizeof(struct region_info), false, false },
	[GET_IRQ_INFO] = { do_get_irq_info, sizeof(struct irq_info), false, false },
	[SET_IRQS] = { do_set_irqs, sizeof(struct set_irqs), true, true },
	[REGION_READ] = { do_region_read, sizeof(struct region_access), false, false },
	[REGION_WRITE] = { do_region_write, sizeof(struct region_access), true, false },
	[RESET] = { do_reset, 0, false, false },
};

static int dispatch(struct call *call, uint16_t command)
{
	if (command >= ARRAY_SIZE(commands) || !commands[command].run)
		return -EOPNOTSUPP;
	if (!call->device->negotiated && command != VERSION)
		return -EINVAL;
	if (call->len < commands[command].len ||
	    (call->len > commands[command].len && !commands[command].more))
		return -EINVAL;
	if (call->nfds > commands[command].fd)
		return -EINVAL;
	return commands[command].run(call);
}

size_t protocol_size(const void *bytes)
{
	struct header header;

	memcpy(&header, bytes, sizeof(header));
	if (header.size < sizeof(header) || header.size > PROTOCOL_MAX ||
	    (header.flags & TYPE))
		return 0;
	return header.size;
}

int protocol_handle(struct device *device, const void *msg, size_t len, int *fds,
		    size_t nfds, void *reply)
{
	/* Aligned for the structures, which @msg and @reply need not be. */
	uint64_t in[PROTOCOL_MAX / 8], out[PROTOCOL_MAX / 8];
	struct call call = {
		.device = device, .in = in, .fds = fds, .nfds = nfds, .out = out,
	};
	struct header header;
	int err;

	if (len < sizeof(header) || protocol_size(msg) != len)
		return -1;
	memcpy(&header, msg, sizeof(header));
	call.len = len - sizeof(header);
	memcpy(in, (const char *)msg + sizeof(header), call.len);
	err = dispatch(&call, header.command);
	if (err) {
		log_write(device->log, device->now,
			  "refused: command %u of %zu bytes, %zu descriptors: %s",
			    header.command, len, nfds, strerror(-err));
		call.out_len = 0;
	}
	if (header.flags & NO_REPLY)
		return 0;
	header.size = sizeof(header) + call.out_len;
	header.flags = TYPE_REPLY | (err ? ERROR : 0);
	header.error = -err;
	memcpy(reply, &header, sizeof(header));
	memcpy((char *)reply + sizeof(header), out, call.out_len);
	return header.size;
}
