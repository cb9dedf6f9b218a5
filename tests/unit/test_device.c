// SPDX-License-Identifier: GPL-2.0
/* firmware-sim/device.c, irq.c and inject.c: DMA, interrupts, reset, each fault. */
#include "test.h"
#include <stdio.h>

#include "sim.h"

#define OUT	(ram)			/* 4096 bytes, copied to the device */
#define BACK	(ram + 0x4000)		/* where they are copied back to */

static int with_msi(void **state)
{
	unsigned int i;

	(void)state;
	plug_in(true);
	for (i = 0; i < 4096; i++)
		OUT[i] = i * 7 + 1;
	return 0;
}

static int with_intx(void **state)
{
	(void)state;
	plug_in(false);
	return 0;
}

static int done(void **state)
{
	(void)state;
	unplug();
	return 0;
}

static void add(const char *line)
{
	const char *error = faults_add(&device.faults, line);

	if (error)
		fail_msg("%s: %s", line, error);
}

static uint64_t occurred(enum fault fault)
{
	return device.faults.occurred[fault];
}

static void there_and_back(void)
{
	memset(BACK, 0xee, 4096);
	whole_dma(false, RAM_ADDR, 4096);
	whole_dma(true, RAM_ADDR + 0x4000, 4096);
}

static void moves_data(void **state)
{
	(void)state;
	there_and_back();
	assert_memory_equal(OUT, BACK, 4096);
	assert_int_equal(signals(msi_fd), 2);
	assert_int_equal(signals(intx_fd), 0);
	assert_int_equal(device.dmas, 2);
	assert_int_equal(device.irqs, 2);
}

static void takes_its_time(void **state)
{
	(void)state;
	start_dma(false, RAM_ADDR, 16);
	assert_int_equal(device_run(&device, 5 * MS), 10 * MS);
	assert_true(dma_running());
	assert_int_equal(device_run(&device, 10 * MS), EDU_NEVER);
	assert_false(dma_running());
	device.delay = 0;
	start_dma(false, RAM_ADDR, 16);
	device_run(&device, device.now);
	assert_false(dma_running());
	device.delay = 50000;
	start_dma(false, RAM_ADDR, 16);
	assert_int_equal(device_run(&device, device.now), device.now + 50000);
}

static void needs_memory_decoding(void **state)
{
	(void)state;
	device_config_write(&device, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	assert_int_equal(reg_read(EDU_REG_ID), 0);
	assert_int_equal(device_read(&device, EDU_REG_ID, 8), 0);
	assert_int_equal(device_read(&device, EDU_REG_ID, 1), 0);
	add("regs-ones now for 1ms");
	assert_int_equal(reg_read(EDU_REG_ID), 0);
	device_run(&device, 1 * MS);
	start_dma(false, RAM_ADDR, 16);
	assert_int_equal(device.dmas, 0);
	enable(true);
	assert_int_equal(reg_read(EDU_REG_ID), EDU_REG_ID_VALUE);
}

static void needs_bus_mastering(void **state)
{
	(void)state;
	device_config_write(&device, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	there_and_back();
	assert_int_equal(BACK[0], 0xee);
	assert_int_equal(signals(msi_fd), 0);
}

static void clamps_addresses(void **state)
{
	(void)state;
	device.edu.dma_mask = 0xffff | RAM_ADDR;
	memset(BACK, 0xee, 4096);
	whole_dma(false, RAM_ADDR, 4096);
	whole_dma(true, 0x10000000 + RAM_ADDR + 0x4000, 4096);
	assert_memory_equal(OUT, BACK, 4096);
}

/* INTx masks itself, and is signalled again when it is unmasked while asserted. */
static void intx_is_a_level(void **state)
{
	(void)state;
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(signals(intx_fd), 1);
	reg_write(EDU_REG_IRQ_RAISE, 2);
	irq_trigger(&device, DEVICE_INTX);
	assert_int_equal(signals(intx_fd), 0);
	irq_mask_intx(&device, false);
	assert_int_equal(signals(intx_fd), 1);
	reg_write(EDU_REG_IRQ_ACK, 3);
	irq_mask_intx(&device, false);
	assert_int_equal(signals(intx_fd), 0);
	irq_mask_intx(&device, true);
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(signals(intx_fd), 0);
	irq_mask_intx(&device, false);
	assert_int_equal(signals(intx_fd), 1);
	/* A new eventfd is signalled at once while INTx is asserted. */
	irq_set_eventfd(&device, DEVICE_INTX, dup(intx_fd));
	assert_int_equal(signals(intx_fd), 1);
	assert_int_equal(signals(msi_fd), 0);
}

static void reset_keeps_a_healthy_device(void **state)
{
	(void)state;
	reg_write(EDU_REG_LIVENESS, 5);
	device_reset(&device);
	assert_int_equal(reg_read(EDU_REG_ID), 0);
	enable(true);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), ~5U);
}

static void unplugging_makes_it_new(void **state)
{
	(void)state;
	reg_write(EDU_REG_LIVENESS, 5);
	device_unplug(&device);
	assert_int_equal(device.memory.count, 0);
	assert_int_equal(device.irq_fd[DEVICE_MSI], -1);
	enable(true);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), 0);
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(device.irqs, 0);
}

static void irq_lost(void **state)
{
	(void)state;
	add("irq-lost nth 2");
	there_and_back();
	assert_int_equal(signals(msi_fd), 1);
	assert_int_equal(occurred(FAULT_IRQ_LOST), 1);
	there_and_back();
	assert_int_equal(signals(msi_fd), 2);
}

static void irq_lost_intx(void **state)
{
	(void)state;
	add("irq-lost next");
	reg_write(EDU_REG_IRQ_RAISE, 1);
	irq_mask_intx(&device, false);
	assert_int_equal(signals(intx_fd), 0);
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), 1);
	reg_write(EDU_REG_IRQ_ACK, 1);
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(signals(intx_fd), 1);
}

static void irq_late(void **state)
{
	(void)state;
	add("irq-late 20ms next");
	whole_dma(false, RAM_ADDR, 16);
	assert_int_equal(signals(msi_fd), 0);
	assert_int_equal(device_run(&device, 29 * MS), 30 * MS);
	assert_int_equal(signals(msi_fd), 0);
	assert_int_equal(device_run(&device, 30 * MS), EDU_NEVER);
	assert_int_equal(signals(msi_fd), 1);
}

static void irq_late_intx(void **state)
{
	(void)state;
	add("irq-late 20ms every 1");
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(signals(intx_fd), 0);
	device_run(&device, 20 * MS);
	assert_int_equal(signals(intx_fd), 1);
	reg_write(EDU_REG_IRQ_ACK, 1);
	irq_mask_intx(&device, false);
	/* INTx that is deasserted before the delay is over is not signalled. */
	reg_write(EDU_REG_IRQ_RAISE, 1);
	reg_write(EDU_REG_IRQ_ACK, 1);
	device_run(&device, 100 * MS);
	assert_int_equal(signals(intx_fd), 0);
}

/* INTx is deasserted and asserted again: the delay begins anew. */
static void irq_late_and_low_before(void **state)
{
	(void)state;
	add("irq-late 20ms every 1");
	reg_write(EDU_REG_IRQ_RAISE, 1);
	device_run(&device, 10 * MS);
	reg_write(EDU_REG_IRQ_ACK, 1);
	device_run(&device, 11 * MS);
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(device_run(&device, 30 * MS), 31 * MS);
	assert_int_equal(signals(intx_fd), 0);
	device_run(&device, 31 * MS);
	assert_int_equal(signals(intx_fd), 1);
}

static void make_one_late(void)
{
	add("irq-late 20ms next");
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(device.late_irq_count, 1);
}

/* Delayed interrupts are dropped by reset, bus mastering off, and unplug. */
static void late_irqs_end(void **state)
{
	(void)state;
	make_one_late();
	device_reset(&device);
	enable(true);
	device_run(&device, 20 * MS);
	assert_int_equal(signals(msi_fd), 0);
	make_one_late();
	device_config_write(&device, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	device_run(&device, 40 * MS);
	assert_int_equal(signals(msi_fd), 0);
	enable(true);
	make_one_late();
	device_unplug(&device);
	irq_set_eventfd(&device, DEVICE_MSI, dup(msi_fd));
	enable(true);
	device_run(&device, 60 * MS);
	assert_int_equal(signals(msi_fd), 0);
}

static void irq_late_and_double(void **state)
{
	(void)state;
	add("irq-late 5ms next");
	add("irq-double 1ms next");
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(device_run(&device, 4 * MS), 5 * MS);
	assert_int_equal(device_run(&device, 5 * MS), 6 * MS);
	assert_int_equal(signals(msi_fd), 1);
	device_run(&device, 6 * MS);
	assert_int_equal(signals(msi_fd), 1);
}

static void irq_double(void **state)
{
	(void)state;
	add("irq-double 1ms next");
	whole_dma(false, RAM_ADDR, 16);
	assert_int_equal(signals(msi_fd), 1);
	device_run(&device, 11 * MS);
	assert_int_equal(signals(msi_fd), 1);
}

static void irq_double_intx(void **state)
{
	(void)state;
	add("irq-double 1ms next");
	whole_dma(false, RAM_ADDR, 16);
	assert_int_equal(signals(intx_fd), 1);
	device_run(&device, 11 * MS);
	assert_int_equal(signals(intx_fd), 1);
	irq_mask_intx(&device, false);
	assert_int_equal(signals(intx_fd), 0);
}

static void irq_spurious(void **state)
{
	(void)state;
	add("irq-spurious now");
	assert_int_equal(signals(msi_fd), 1);
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), 0);
	add("irq-spurious next");
	start_dma(false, RAM_ADDR, 16);
	assert_int_equal(signals(msi_fd), 1);
}

static void irq_spurious_intx(void **state)
{
	(void)state;
	add("irq-spurious now");
	assert_int_equal(signals(intx_fd), 1);
	irq_mask_intx(&device, false);
	assert_int_equal(signals(intx_fd), 0);
}

static void too_many_late_irqs(void **state)
{
	unsigned int i;

	(void)state;
	add("irq-late 1s every 1");
	for (i = 0; i < 2 * DEVICE_LATE_IRQS; i++)
		reg_write(EDU_REG_IRQ_RAISE, 1);
	device_run(&device, 2000 * MS);
	assert_int_equal(signals(msi_fd), DEVICE_LATE_IRQS);
}

static void dma_stuck(void **state)
{
	(void)state;
	add("dma-stuck next");
	start_dma(false, RAM_ADDR, 16);
	assert_int_equal(device_run(&device, 1000000 * MS), EDU_NEVER);
	assert_true(dma_running());
	assert_int_equal(signals(msi_fd), 0);
	faults_clear(&device.faults);
	assert_true(dma_running());
	device_reset(&device);
	enable(true);
	assert_false(dma_running());
	there_and_back();
	assert_memory_equal(OUT, BACK, 4096);
}

static void dma_late(void **state)
{
	(void)state;
	add("dma-late 500ms next");
	start_dma(false, RAM_ADDR, 16);
	assert_int_equal(device_run(&device, 509 * MS), 510 * MS);
	assert_true(dma_running());
	device_run(&device, 510 * MS);
	assert_false(dma_running());
	assert_int_equal(signals(msi_fd), 1);
	/* The delays of two faults add up. */
	add("dma-late 500ms next");
	add("dma-late 20ms next");
	start_dma(false, RAM_ADDR, 16);
	assert_int_equal(device_run(&device, 510 * MS), 1040 * MS);
}

static void dma_short(void **state)
{
	(void)state;
	add("dma-short 100 nth 2");
	there_and_back();
	assert_memory_equal(OUT, BACK, 3996);
	assert_int_equal(BACK[3996], 0xee);
	assert_int_equal(BACK[4095], 0xee);
	add("dma-short 100 next");
	there_and_back();
	assert_memory_equal(OUT, BACK, 3996);
	assert_int_equal(BACK[3996], 0);
	assert_int_equal(BACK[4095], 0);
	add("dma-short 5000 next");
	there_and_back();
	assert_int_equal(BACK[0], 0);
}

static void dma_astray(void **state)
{
	(void)state;
	add("dma-astray 0x1000 nth 2");
	memset(ram + 0x5000, 0xee, 4096);
	there_and_back();
	assert_int_equal(BACK[0], 0xee);
	assert_memory_equal(OUT, ram + 0x5000, 4096);
}

static void dma_flip(void **state)
{
	static const unsigned int lengths[] = { 4096, 4095, 1 };
	unsigned int i, j, bits, direction;
	char rule[32];

	(void)state;
	for (i = 0; i < 60; i++) {
		unsigned int len = lengths[i % 3], asked = 1 + i / 3;
		unsigned int wanted = asked < 8 * len ? asked : 8 * len;

		direction = i % 2;
		snprintf(rule, sizeof(rule), "dma-flip %u nth %u", asked, 1 + direction);
		add(rule);
		whole_dma(false, RAM_ADDR, len);
		whole_dma(true, RAM_ADDR + 0x4000, len);
		for (bits = 0, j = 0; j < len; j++)
			bits += __builtin_popcount(OUT[j] ^ BACK[j]);
		assert_int_equal(bits, wanted);
	}
}

/* For each of 10 copies in a row, the first bit that differs. */
static void flipped_bits(uint64_t seed, unsigned int *bits)
{
	unsigned int i, bit;

	device.faults.random = seed;
	for (i = 0; i < 10; i++) {
		add("dma-flip 1 next");
		there_and_back();
		for (bit = 0; !((OUT[bit / 8] ^ BACK[bit / 8]) & 1 << bit % 8); bit++)
			assert_in_range(bit, 0, 8 * 4096 - 2);
		bits[i] = bit;
	}
}

/* The flipped bits are random, but the same for the same seed. */
static void dma_flip_is_seeded(void **state)
{
	unsigned int first[10], again[10], other[10], i;

	(void)state;
	flipped_bits(1, first);
	flipped_bits(1, again);
	flipped_bits(2, other);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
	for (i = 1; i < 10; i++)
		assert_int_not_equal(first[i], first[0]);
}

static void regs_stuck(void **state)
{
	(void)state;
	reg_write(EDU_REG_LIVENESS, 1);
	start_dma(false, RAM_ADDR, 16);
	add("regs-stuck now for 50ms");
	reg_write(EDU_REG_LIVENESS, 2);
	device_run(&device, 20 * MS);
	assert_int_equal(signals(msi_fd), 1);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), ~1U);
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), 0);
	assert_true(dma_running());
	assert_int_equal(device_config_read(&device, 0, 4), 0x11e81234);
	device_run(&device, 50 * MS);
	assert_false(dma_running());
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), EDU_REG_IRQ_DMA);
	add("regs-stuck now");
	device_run(&device, 1000000 * MS);
	reg_write(EDU_REG_LIVENESS, 3);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), ~1U);
	device_reset(&device);
	enable(true);
	reg_write(EDU_REG_LIVENESS, 3);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), ~3U);
}

static void regs_ones(void **state)
{
	(void)state;
	add("regs-ones now for 50ms");
	assert_int_equal(reg_read(EDU_REG_ID), UINT32_MAX);
	assert_int_equal(device_read(&device, EDU_REG_DMA_SRC, 8), UINT64_MAX);
	assert_int_equal(device_config_read(&device, 0, 4), 0x11e81234);
	device_run(&device, 50 * MS);
	assert_int_equal(reg_read(EDU_REG_ID), EDU_REG_ID_VALUE);
	add("regs-ones next");
	start_dma(true, RAM_ADDR + 0x4000, 16);
	assert_int_equal(reg_read(EDU_REG_ID), UINT32_MAX);
	device_run(&device, 100 * MS);
	assert_int_equal(signals(msi_fd), 1);
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), UINT32_MAX);
}

static void regs_zero(void **state)
{
	(void)state;
	reg_write(EDU_REG_LIVENESS, 1);
	start_dma(true, RAM_ADDR + 0x4000, 16);
	add("regs-zero now for 50ms");
	assert_int_equal(reg_read(EDU_REG_ID), 0);
	assert_int_equal(device_read(&device, EDU_REG_DMA_SRC, 8), 0);
	assert_int_equal(device_config_read(&device, 0, 4), 0x11e81234);
	device_run(&device, 49 * MS);
	assert_int_equal(signals(msi_fd), 1);
	reg_write(EDU_REG_IRQ_ACK, EDU_REG_IRQ_DMA);
	reg_write(EDU_REG_LIVENESS, 2);
	start_dma(false, RAM_ADDR, 16);
	device_run(&device, 50 * MS);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), ~1U);
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), EDU_REG_IRQ_DMA);
	assert_int_equal(device.dmas, 1);
	add("regs-zero next");
	start_dma(true, RAM_ADDR + 0x4000, 16);
	assert_int_equal(device.dmas, 2);
	assert_int_equal(reg_read(EDU_REG_DMA_CMD), 0);
	device_reset(&device);
	enable(true);
	assert_int_equal(reg_read(EDU_REG_ID), EDU_REG_ID_VALUE);
}

/*
 * Two faults regs-* have separate durations; a second one of the same name starts
 * the duration anew, even if that ends earlier.
 */
static void regs_faults_overlap(void **state)
{
	(void)state;
	add("regs-zero now for 50ms");
	device_run(&device, 10 * MS);
	add("regs-ones now for 20ms");
	assert_int_equal(reg_read(EDU_REG_ID), UINT32_MAX);
	device_run(&device, 30 * MS);
	assert_int_equal(reg_read(EDU_REG_ID), 0);
	add("regs-stuck now for 100ms");
	assert_int_equal(reg_read(EDU_REG_ID), 0);
	device_run(&device, 50 * MS);
	assert_int_equal(reg_read(EDU_REG_ID), EDU_REG_ID_VALUE);
	reg_write(EDU_REG_LIVENESS, 1);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), 0);
	add("regs-stuck now for 10ms");
	device_run(&device, 59 * MS);
	reg_write(EDU_REG_LIVENESS, 1);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), 0);
	device_run(&device, 60 * MS);
	reg_write(EDU_REG_LIVENESS, 1);
	assert_int_equal(reg_read(EDU_REG_LIVENESS), ~1U);
}

static bool master_bit(void)
{
	return device_config_read(&device, PCI_COMMAND, 2) & PCI_COMMAND_MASTER;
}

static void write_command(uint16_t value)
{
	device_config_write(&device, PCI_COMMAND, 2, value);
}

/* A DMA that ends while bus mastering is off moves nothing and sends no MSI. */
static void master_off(void **state)
{
	(void)state;
	memset(BACK, 0xee, 4096);
	start_dma(true, RAM_ADDR + 0x4000, 16);
	add("master-off now for 30ms");
	assert_false(master_bit());
	assert_int_equal(reg_read(EDU_REG_ID), EDU_REG_ID_VALUE);
	assert_int_equal(device_run(&device, 10 * MS), 30 * MS);
	assert_false(dma_running());
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), EDU_REG_IRQ_DMA);
	assert_int_equal(BACK[0], 0xee);
	assert_int_equal(signals(msi_fd), 0);
	assert_int_equal(device_run(&device, 30 * MS), EDU_NEVER);
	assert_true(master_bit());
	there_and_back();
	assert_memory_equal(OUT, BACK, 4096);
	assert_int_equal(signals(msi_fd), 2);
}

static void master_off_by_number(void **state)
{
	(void)state;
	add("master-off nth 2 for 5ms");
	there_and_back();
	/* The second DMA takes 10 ms: the bit is set again when it ends. */
	assert_memory_equal(OUT, BACK, 4096);
	assert_int_equal(occurred(FAULT_MASTER_OFF), 1);
	assert_true(master_bit());
	add("master-off nth 2 for 15ms");
	there_and_back();
	assert_int_equal(BACK[0], 0xee);
}

/* Events that are overdue happen in the order of their times. */
static void master_off_in_order(void **state)
{
	(void)state;
	memset(BACK, 0xee, 4096);
	start_dma(true, RAM_ADDR + 0x4000, 16);
	add("master-off now for 11ms");
	device_run(&device, 20 * MS);
	assert_int_equal(BACK[0], 0xee);
	start_dma(true, RAM_ADDR + 0x4000, 16);
	add("master-off now for 9ms");
	device_run(&device, 40 * MS);
	assert_int_equal(BACK[0], 0);
	assert_int_equal(signals(msi_fd), 1);
}

/* The bit is restored only if it was set, and not written in the meantime. */
static void master_off_is_overruled(void **state)
{
	(void)state;
	add("master-off now for 30ms");
	write_command(PCI_COMMAND_MEMORY);
	device_run(&device, 30 * MS);
	assert_false(master_bit());
	add("master-off now for 30ms");
	device_run(&device, 60 * MS);
	assert_false(master_bit());
	enable(true);
	add("master-off now for 30ms");
	enable(true);
	assert_true(master_bit());
	write_command(PCI_COMMAND_MEMORY);
	device_run(&device, 90 * MS);
	assert_false(master_bit());
	enable(true);
	/* A write to the high byte does not touch the bus master bit. */
	add("master-off now for 30ms");
	device_config_write(&device, PCI_COMMAND + 1, 1, PCI_COMMAND_INTX_DISABLE >> 8);
	device_run(&device, 120 * MS);
	assert_true(master_bit());
	add("master-off now for 30ms");
	device_reset(&device);
	device_run(&device, 150 * MS);
	assert_false(master_bit());
}

static void master_off_without_an_end(void **state)
{
	(void)state;
	add("master-off now for 10ms");
	add("master-off now");
	assert_int_equal(device_run(&device, 1000000 * MS), EDU_NEVER);
	assert_false(master_bit());
	add("master-off now for 10ms");
	device_run(&device, 1000009 * MS);
	assert_false(master_bit());
	device_run(&device, 1000010 * MS);
	assert_true(master_bit());
	add("master-off now");
	enable(true);
	there_and_back();
	assert_memory_equal(OUT, BACK, 4096);
}

static void master_off_leaves_intx(void **state)
{
	(void)state;
	add("master-off now for 50ms");
	whole_dma(true, RAM_ADDR + 0x4000, 16);
	assert_int_equal(signals(intx_fd), 1);
	device_unplug(&device);
	device_run(&device, 100 * MS);
	assert_false(master_bit());
}

static void is_absent(void)
{
	assert_int_equal(reg_read(EDU_REG_ID), UINT32_MAX);
	assert_int_equal(device_config_read(&device, 0, 4), UINT32_MAX);
	assert_int_equal(device_config_read(&device, PCI_COMMAND, 2), UINT16_MAX);
	enable(true);
	assert_int_equal(reg_read(EDU_REG_ID), UINT32_MAX);
}

static void vanish_forever(void **state)
{
	(void)state;
	memset(BACK, 0xee, 4096);
	start_dma(true, RAM_ADDR + 0x4000, 16);
	add("vanish now");
	is_absent();
	device_run(&device, 100 * MS);
	assert_int_equal(BACK[0], 0xee);
	assert_int_equal(signals(msi_fd), 0);
	add("irq-spurious now");
	assert_int_equal(signals(msi_fd), 0);
	device_reset(&device);
	is_absent();
	device_unplug(&device);
	enable(true);
	assert_int_equal(reg_read(EDU_REG_ID), EDU_REG_ID_VALUE);
}

static void vanish_takes_the_line_along(void **state)
{
	(void)state;
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(signals(intx_fd), 1);
	add("vanish now");
	irq_mask_intx(&device, false);
	assert_int_equal(signals(intx_fd), 0);
}

/* An absent device does not read memory either. */
static void vanish_before_a_read(void **state)
{
	(void)state;
	start_dma(false, RAM_ADDR, 16);
	add("vanish now");
	device_run(&device, 100 * MS);
	assert_int_equal(device.edu.memory[0], 0);
}

static void vanish_until_reset(void **state)
{
	(void)state;
	add("vanish-until-reset nth 2");
	whole_dma(false, RAM_ADDR, 16);
	assert_int_equal(signals(msi_fd), 1);
	start_dma(false, RAM_ADDR, 16);
	is_absent();
	device_run(&device, 100 * MS);
	assert_int_equal(signals(msi_fd), 0);
	device_reset(&device);
	assert_int_equal(device_config_read(&device, 0, 4), 0x11e81234);
	enable(true);
	there_and_back();
	assert_memory_equal(OUT, BACK, 4096);
}

static void regs_stuck_in_a_dma(void **state)
{
	(void)state;
	add("regs-stuck next");
	start_dma(false, RAM_ADDR, 16);
	device_run(&device, 100 * MS);
	assert_int_equal(signals(msi_fd), 1);
	assert_true(dma_running());
}

/* Reading the frozen registers must not end the DMA a second time. */
static void regs_stuck_without_delay(void **state)
{
	(void)state;
	device.delay = 0;
	memset(BACK, 0xee, 4096);
	add("regs-stuck next");
	start_dma(true, RAM_ADDR + 0x4000, 16);
	device_run(&device, device.now);
	assert_int_equal(BACK[0], 0);
	memset(BACK, 0xee, 4096);
	assert_true(dma_running());
	assert_int_equal(reg_read(EDU_REG_IRQ_STATUS), 0);
	assert_int_equal(BACK[0], 0xee);
	assert_int_equal(signals(msi_fd), 1);
}

/* With profile 7.2, a DMA that aborts QEMU makes the device absent. */
static void vanishes_where_qemu_aborts(void **state)
{
	(void)state;
	device.edu.profile = &edu_qemu_7_2;
	whole_dma(false, RAM_ADDR, 4095);
	start_dma(false, RAM_ADDR, 4096);
	device_run(&device, device.now + 10 * MS);
	is_absent();
	device_reset(&device);
	is_absent();
}

/* All of RAM goes to the large memory in one DMA, and back from there. */
static void large_memory(void **state)
{
	static uint8_t memory[RAM_BYTES], before[RAM_BYTES];

	(void)state;
	device_set_memory(&device, memory, sizeof(memory));
	memcpy(before, ram, RAM_BYTES);
	before[RAM_BYTES - 1] = 0x77;
	memcpy(ram, before, RAM_BYTES);
	whole_dma(false, RAM_ADDR, RAM_BYTES);
	memset(ram, 0xee, RAM_BYTES);
	whole_dma(true, RAM_ADDR, RAM_BYTES);
	assert_memory_equal(ram, before, RAM_BYTES);
	add("dma-flip 1 next");
	whole_dma(true, RAM_ADDR, RAM_BYTES);
	assert_memory_not_equal(ram, before, RAM_BYTES);
	assert_memory_equal(memory, before, RAM_BYTES);
	/* Without power the memory loses its contents, and not its size. */
	device_unplug(&device);
	device_config_write(&device, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_int_equal(memory[RAM_BYTES - 1], 0);
	assert_int_equal(reg_read(EDU_REG_MEM_SIZE), RAM_BYTES);
	device_set_memory(&device, memory, EDU_MEM_BYTES);
	assert_int_equal(reg_read(EDU_REG_MEM_SIZE), UINT32_MAX);
}

static void memory_size(void **state)
{
	(void)state;
	assert_int_equal(reg_read(EDU_REG_MEM_MAGIC), UINT32_MAX);
	add("memory-size 12345 now for 5ms");
	assert_int_equal(reg_read(EDU_REG_MEM_MAGIC), EDU_REG_MEM_MAGIC_VALUE);
	assert_int_equal(reg_read(EDU_REG_MEM_SIZE), 12345);
	device_reset(&device);
	enable(true);
	device_run(&device, 5 * MS - 1);
	assert_int_equal(reg_read(EDU_REG_MEM_SIZE), 12345);
	device_run(&device, 5 * MS);
	assert_int_equal(reg_read(EDU_REG_MEM_MAGIC), UINT32_MAX);
	assert_int_equal(reg_read(EDU_REG_MEM_SIZE), UINT32_MAX);
}

/* A write to a full eventfd must not block the server. */
static void full_eventfds_do_not_block(void **state)
{
	int fd = eventfd(0, EFD_CLOEXEC);	/* in blocking mode */
	uint64_t full = UINT64_MAX - 1;

	(void)state;
	irq_set_eventfd(&device, DEVICE_MSI, fd);
	assert_int_equal(write(fd, &full, sizeof(full)), sizeof(full));
	reg_write(EDU_REG_IRQ_RAISE, 1);
	assert_int_equal(device.irqs, 0);
}

#define MSI_TEST(f)	cmocka_unit_test_setup_teardown(f, with_msi, done)
#define INTX_TEST(f)	cmocka_unit_test_setup_teardown(f, with_intx, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MSI_TEST(moves_data),
		MSI_TEST(large_memory),
		MSI_TEST(memory_size),
		MSI_TEST(takes_its_time),
		MSI_TEST(needs_memory_decoding),
		MSI_TEST(needs_bus_mastering),
		MSI_TEST(clamps_addresses),
		INTX_TEST(intx_is_a_level),
		MSI_TEST(reset_keeps_a_healthy_device),
		MSI_TEST(unplugging_makes_it_new),
		MSI_TEST(irq_lost),
		INTX_TEST(irq_lost_intx),
		MSI_TEST(irq_late),
		INTX_TEST(irq_late_intx),
		INTX_TEST(irq_late_and_low_before),
		MSI_TEST(late_irqs_end),
		MSI_TEST(irq_late_and_double),
		MSI_TEST(irq_double),
		INTX_TEST(irq_double_intx),
		MSI_TEST(irq_spurious),
		INTX_TEST(irq_spurious_intx),
		MSI_TEST(too_many_late_irqs),
		MSI_TEST(dma_stuck),
		MSI_TEST(dma_late),
		MSI_TEST(dma_short),
		MSI_TEST(dma_astray),
		MSI_TEST(dma_flip),
		MSI_TEST(dma_flip_is_seeded),
		MSI_TEST(regs_stuck),
		MSI_TEST(regs_stuck_in_a_dma),
		MSI_TEST(regs_stuck_without_delay),
		MSI_TEST(regs_ones),
		MSI_TEST(regs_zero),
		MSI_TEST(regs_faults_overlap),
		MSI_TEST(master_off),
		MSI_TEST(master_off_by_number),
		MSI_TEST(master_off_in_order),
		MSI_TEST(master_off_is_overruled),
		MSI_TEST(master_off_without_an_end),
		INTX_TEST(master_off_leaves_intx),
		MSI_TEST(vanish_forever),
		INTX_TEST(vanish_takes_the_line_along),
		MSI_TEST(vanish_before_a_read),
		MSI_TEST(vanish_until_reset),
		MSI_TEST(vanishes_where_qemu_aborts),
		MSI_TEST(full_eventfds_do_not_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
