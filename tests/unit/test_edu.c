// SPDX-License-Identifier: GPL-2.0
/*
 * firmware-sim/edu.c: how many interrupts the model sends. tests/conformance
 * cannot count them: two equal messages leave the same value in memory as one.
 */
#include "test.h"
#include <linux/pci_regs.h>
#include <string.h>

#include "edu.h"

#define MSI_FLAGS	0x42

static struct edu edu;
static unsigned int messages, edges;

static void on_read(void *ctx, uint64_t addr, void *data, size_t len)
{
	(void)ctx;
	(void)addr;
	memset(data, 0, len);
}

static void on_write(void *ctx, uint64_t addr, const void *data, size_t len)
{
	(void)ctx;
	(void)addr;
	(void)data;
	(void)len;
}

static void on_msi(void *ctx, uint64_t addr, uint32_t data)
{
	(void)ctx;
	(void)addr;
	(void)data;
	messages++;
}

static void on_intx(void *ctx, bool level)
{
	(void)ctx;
	(void)level;
	edges++;
}

static void power_on(bool msi)
{
	const struct edu_bus bus = {
		.read = on_read, .write = on_write, .msi = on_msi, .intx = on_intx,
	};

	edu_init(&edu, &edu_qemu_9_1, &bus);
	edu_config_write(&edu, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	edu_config_write(&edu, MSI_FLAGS, 2, msi ? PCI_MSI_FLAGS_ENABLE : 0);
	messages = 0;
	edges = 0;
}

/*
 * Writes a register, lets 100 ms pass, and checks how many messages and INTx
 * edges came of it.
 */
static void after_write(uint64_t addr, uint32_t value, unsigned int want_messages,
			unsigned int want_edges)
{
	messages = 0;
	edges = 0;
	edu_write(&edu, 0, addr, 4, value);
	edu_run(&edu, EDU_DMA_NS);
	assert_int_equal(messages, want_messages);
	assert_int_equal(edges, want_edges);
}

static void sends_a_message_a_raise(void **state)
{
	(void)state;
	power_on(true);
	after_write(EDU_REG_IRQ_RAISE, 0, 0, 0);
	after_write(EDU_REG_IRQ_RAISE, 1, 1, 0);
	after_write(EDU_REG_IRQ_RAISE, 1, 1, 0);
	after_write(EDU_REG_IRQ_RAISE, 0, 1, 0);
	after_write(EDU_REG_IRQ_ACK, 1, 0, 0);
}

static void changes_the_line_once(void **state)
{
	(void)state;
	power_on(false);
	after_write(EDU_REG_IRQ_RAISE, 1, 0, 1);
	after_write(EDU_REG_IRQ_RAISE, 2, 0, 0);
	after_write(EDU_REG_IRQ_ACK, 1, 0, 0);
	after_write(EDU_REG_IRQ_ACK, 2, 0, 1);
}

static void sends_a_message_a_job(void **state)
{
	(void)state;
	power_on(true);
	after_write(EDU_REG_FACTORIAL, 5, 0, 0);
	after_write(EDU_REG_STATUS, EDU_REG_STATUS_IRQFACT, 0, 0);
	after_write(EDU_REG_FACTORIAL, 5, 1, 0);
	after_write(EDU_REG_DMA_DST, EDU_MEM_ADDR, 0, 0);
	after_write(EDU_REG_DMA_COUNT, 16, 0, 0);
	after_write(EDU_REG_DMA_CMD, EDU_REG_DMA_CMD_RUN, 0, 0);
	after_write(EDU_REG_DMA_CMD, EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ, 1, 0);
}

/* Reads 8 bytes, of which 4 bytes and the 4 bytes behind them must be the halves. */
static uint64_t memory_registers(void)
{
	uint64_t both = edu_read(&edu, 0, EDU_REG_MEM_MAGIC, 8);

	assert_int_equal(edu_read(&edu, 0, EDU_REG_MEM_MAGIC, 4), (uint32_t)both);
	assert_int_equal(edu_read(&edu, 0, EDU_REG_MEM_SIZE, 4), both >> 32);
	return both;
}

static void shows_its_memory_if_it_is_large(void **state)
{
	static uint8_t large[8192];

	(void)state;
	power_on(true);
	assert_int_equal(edu_memory_bytes(&edu), 4096);
	assert_int_equal(memory_registers(), UINT64_MAX);
	edu.large = large;
	edu.large_bytes = sizeof(large);
	edu.size_shown = sizeof(large);
	assert_int_equal(edu_memory_bytes(&edu), 8192);
	assert_int_equal(memory_registers(), 0x20004d756465);
	edu_write(&edu, 0, EDU_REG_MEM_MAGIC, 8, 0);
	assert_int_equal(memory_registers(), 0x20004d756465);
}

/* The flaw of QEMU 7.2, of the last byte, is not one of a large memory. */
static void does_not_leave_a_large_memory(const struct edu_profile *profile)
{
	static uint8_t large[8192 + 16];

	power_on(true);
	edu.profile = profile;
	edu.large = large;
	edu.large_bytes = 8192;
	memset(large, 0x5a, sizeof(large));
	after_write(EDU_REG_DMA_DST, EDU_MEM_ADDR, 0, 0);
	after_write(EDU_REG_DMA_COUNT, 8192, 0, 0);
	after_write(EDU_REG_DMA_CMD, EDU_REG_DMA_CMD_RUN | EDU_REG_DMA_CMD_IRQ, 1, 0);
	assert_false(edu.aborted);
	assert_int_equal(large[0], 0);
	assert_int_equal(large[8191], 0);
	memset(large, 0x5a, 8192);
	after_write(EDU_REG_DMA_DST, EDU_MEM_ADDR + 8191, 0, 0);
	after_write(EDU_REG_DMA_COUNT, 3, 0, 0);
	after_write(EDU_REG_DMA_CMD, EDU_REG_DMA_CMD_RUN, 0, 0);
	assert_int_equal(edu.aborted, profile->aborts);
	assert_int_equal(large[8190], 0x5a);
	assert_int_equal(large[8191], profile->aborts ? 0x5a : 0);
	assert_int_equal(large[8192], 0x5a);
}

static void stays_in_a_large_memory(void **state)
{
	(void)state;
	does_not_leave_a_large_memory(&edu_qemu_7_2);
	does_not_leave_a_large_memory(&edu_qemu_9_1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_a_message_a_raise),
		cmocka_unit_test(changes_the_line_once),
		cmocka_unit_test(sends_a_message_a_job),
		cmocka_unit_test(shows_its_memory_if_it_is_large),
		cmocka_unit_test(stays_in_a_large_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
