/* SPDX-License-Identifier: GPL-2.0 */
/* A device of firmware-sim, accessed as by a guest, for its unit tests. */
#ifndef TEST_SIM_H
#define TEST_SIM_H

#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "irq.h"

#define MS		1000000ULL
#define RAM_BYTES	0x8000
#define RAM_ADDR	0x100000
#define MSI_FLAGS	0x42

static struct device device;
static uint8_t *ram;		/* at bus address RAM_ADDR */
static int ram_fd, msi_fd, intx_fd;

static inline int new_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static inline void reg_write(uint64_t addr, uint64_t value)
{
	device_write(&device, addr, addr < EDU_REG_DMA_SRC ? 4 : 8, value);
}

static inline uint32_t reg_read(uint64_t addr)
{
	return device_read(&device, addr, 4);
}

/* Memory decoding and bus mastering on, MSI as @msi says. */
static inline void enable(bool msi)
{
	device_config_write(&device, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	device_config_write(&device, MSI_FLAGS, 2, msi ? PCI_MSI_FLAGS_ENABLE : 0);
}

/* A device with RAM, eventfds and bus mastering, whose DMAs take 10 ms. */
static inline void plug_in(bool msi)
{
	const struct memory_map map = { .addr = RAM_ADDR, .size = RAM_BYTES,
					.readable = true, .writable = true };

	device_init(&device, &edu_qemu_9_1, 1);
	device.delay = 10 * MS;
	ram_fd = memfd_create("ram", MFD_CLOEXEC);
	assert_int_equal(ftruncate(ram_fd, RAM_BYTES), 0);
	ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ram_fd, 0);
	assert_ptr_not_equal(ram, MAP_FAILED);
	assert_int_equal(memory_map(&device.memory, &map, dup(ram_fd)), 0);
	msi_fd = new_eventfd();
	intx_fd = new_eventfd();
	irq_set_eventfd(&device, DEVICE_MSI, dup(msi_fd));
	irq_set_eventfd(&device, DEVICE_INTX, dup(intx_fd));
	enable(msi);
	device_run(&device, 0);
}

static inline void unplug(void)
{
	device_unplug(&device);
	munmap(ram, RAM_BYTES);
	close(ram_fd);
	close(msi_fd);
	close(intx_fd);
}

/* Return: how often the eventfd was signalled since the last call. */
static inline uint64_t signals(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

static inline void start_dma(bool from_device, uint64_t ram_addr, uint64_t count)
{
	reg_write(EDU_REG_DMA_SRC, from_device ? EDU_MEM_ADDR : ram_addr);
	reg_write(EDU_REG_DMA_DST, from_device ? ram_addr : EDU_MEM_ADDR);
	reg_write(EDU_REG_DMA_COUNT, count);
	reg_write(EDU_REG_DMA_CMD, EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ |
				   (from_device ? EDU_REG_DMA_CMD_FROM_DEVICE : 0));
}

static inline bool dma_running(void)
{
	return reg_read(EDU_REG_DMA_CMD) & EDU_REG_DMA_CMD_RUN;
}

/* Does a whole DMA of 10 ms, and acknowledges its interrupt. */
static inline void whole_dma(bool from_device, uint64_t ram_addr, uint64_t count)
{
	start_dma(from_device, ram_addr, count);
	device_run(&device, device.now + 10 * MS);
	assert_false(dma_running());
	reg_write(EDU_REG_IRQ_ACK, EDU_REG_IRQ_DMA);
	irq_mask_intx(&device, false);
}

#endif
