// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration space of edu: a type 0 header, BAR 0, and an MSI capability
 * of one message with a 64-bit address. The values and the writable bits are
 * those of QEMU, with which tests/conformance compares them.
 */
#include <string.h>
#include <linux/pci_regs.h>

#include "config.h"

#define MSI_CAP			0x40
#define MSI_FLAGS		(MSI_CAP + PCI_MSI_FLAGS)
#define MSI_ADDR		(MSI_CAP + PCI_MSI_ADDRESS_LO)
#define MSI_DATA		(MSI_CAP + PCI_MSI_DATA_64)
#define MSI_END			(MSI_DATA + 2)

#define CLASS_OTHERS		0x00ff	/* PCI_CLASS_OTHERS of QEMU: unclassified */
#define SUBSYSTEM_VENDOR	0x1af4
#define SUBSYSTEM_DEVICE	0x1100

/* Configuration space is little-endian, whatever the host is. */
static uint64_t get(const struct edu *edu, unsigned int addr, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | edu->config[addr + size];
	return value;
}

static void set(struct edu *edu, unsigned int addr, unsigned int size, uint64_t value)
{
	for (; size--; value >>= 8)
		edu->config[addr++] = value;
}

static uint8_t byte_of(uint64_t value, unsigned int byte)
{
	return value >> (8 * byte);
}

/* The bits that a guest may write, below MSI_END. */
static const struct {
	unsigned int addr, size;
	uint64_t bits;
} writable[] = {
	{ PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			  PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE },
	{ PCI_CACHE_LINE_SIZE, 1, 0xff },
	{ PCI_BASE_ADDRESS_0, 4, (uint32_t)~(EDU_BAR_BYTES - 1) },
	{ PCI_INTERRUPT_LINE, 1, 0xff },
	{ MSI_FLAGS, 2, PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE },
	{ MSI_ADDR, 8, ~(uint64_t)3 },
	{ MSI_DATA, 2, 0xffff },
};

/*
 * The writable bits of the byte at @addr. Behind the last capability QEMU's
 * conventional PCI devices have scratch bytes that keep any value.
 */
static uint8_t writable_bits(unsigned int addr)
{
	size_t i;

	if (addr >= MSI_END)
		return 0xff;
	for (i = 0; i < sizeof(writable) / sizeof(writable[0]); i++)
		if (addr >= writable[i].addr && addr - writable[i].addr < writable[i].size)
			return byte_of(writable[i].bits, addr - writable[i].addr);
	return 0;
}

static bool command_has(const struct edu *edu, uint16_t bit)
{
	return get(edu, PCI_COMMAND, 2) & bit;
}

bool edu_bus_master(const struct edu *edu)
{
	return edu->master;
}

bool edu_memory_enabled(const struct edu *edu)
{
	return command_has(edu, PCI_COMMAND_MEMORY);
}

bool edu_msi_enabled(const struct edu *edu)
{
	return get(edu, MSI_FLAGS, 2) & PCI_MSI_FLAGS_ENABLE;
}

void edu_config_send_msi(struct edu *edu)
{
	if (edu_bus_master(edu))
		edu->bus.msi(edu->bus.ctx, get(edu, MSI_ADDR, 8), get(edu, MSI_DATA, 2));
}

/*
 * QEMU adds up the changes of INTA#, so intx_level is 0 or 1 as long as each is
 * counted once. With the profile's low_byte a guest can disable INTx without a
 * change being counted, and INTA# then sticks, as in QEMU 7.2.
 */
static void change_intx_level(struct edu *edu, int change)
{
	bool before = edu->intx_level;

	edu->intx_level += change;
	if (before != !!edu->intx_level)
		edu->bus.intx(edu->bus.ctx, edu->intx_level);
}

static bool intx_disabled(const struct edu *edu)
{
	return command_has(edu, PCI_COMMAND_INTX_DISABLE);
}

void edu_config_set_intx(struct edu *edu, bool level)
{
	int change = level - edu->intx;

	edu->intx = level;
	set(edu, PCI_STATUS, 2, (get(edu, PCI_STATUS, 2) & ~PCI_STATUS_INTERRUPT) |
				(level ? PCI_STATUS_INTERRUPT : 0));
	if (!intx_disabled(edu))
		change_intx_level(edu, change);
}

void edu_config_init(struct edu *edu)
{
	memset(edu->config, 0, sizeof(edu->config));
	set(edu, PCI_VENDOR_ID, 2, EDU_VENDOR_ID);
	set(edu, PCI_DEVICE_ID, 2, EDU_DEVICE_ID);
	set(edu, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	set(edu, PCI_REVISION_ID, 1, EDU_REVISION);
	set(edu, PCI_CLASS_DEVICE, 2, CLASS_OTHERS);
	set(edu, PCI_SUBSYSTEM_VENDOR_ID, 2, SUBSYSTEM_VENDOR);
	set(edu, PCI_SUBSYSTEM_ID, 2, SUBSYSTEM_DEVICE);
	set(edu, PCI_CAPABILITY_LIST, 1, MSI_CAP);
	set(edu, PCI_INTERRUPT_PIN, 1, 1);
	set(edu, MSI_CAP + PCI_CAP_LIST_ID, 1, PCI_CAP_ID_MSI);
	set(edu, MSI_FLAGS, 2, PCI_MSI_FLAGS_64BIT);
}

/* The scratch bytes behind the capability keep their values. */
void edu_config_reset(struct edu *edu)
{
	unsigned int addr;

	edu_config_set_intx(edu, false);
	for (addr = 0; addr < MSI_END; addr++)
		edu->config[addr] &= ~writable_bits(addr);
}

uint32_t edu_config_read(struct edu *edu, unsigned int addr, unsigned int size)
{
	if (addr >= EDU_CONFIG_BYTES || size > EDU_CONFIG_BYTES - addr)
		return UINT32_MAX;
	return get(edu, addr, size);
}

/*
 * When MSI is enabled, INTx is lowered, and the number of messages enabled is
 * reduced to the one that the device has.
 */
static void msi_written(struct edu *edu)
{
	if (!edu_msi_enabled(edu))
		return;
	edu_config_set_intx(edu, false);
	set(edu, MSI_FLAGS, 2, get(edu, MSI_FLAGS, 2) & ~PCI_MSI_FLAGS_QSIZE);
}

/* Does a write of these bytes update bus mastering and INTx? See low_byte. */
static bool acts_on_command(const struct edu *edu, unsigned int addr, unsigned int size)
{
	unsigned int bytes = edu->profile->low_byte ? 1 : 2;

	return addr < PCI_COMMAND + bytes && addr + size > PCI_COMMAND;
}

static void command_written(struct edu *edu, bool was_disabled)
{
	edu->master = command_has(edu, PCI_COMMAND_MASTER);
	if (intx_disabled(edu) != was_disabled)
		change_intx_level(edu, was_disabled ? edu->intx : -edu->intx);
}

void edu_config_write(struct edu *edu, unsigned int addr, unsigned int size,
		      uint32_t value)
{
	bool disabled = intx_disabled(edu);
	unsigned int i;

	if (addr >= EDU_CONFIG_BYTES || size > EDU_CONFIG_BYTES - addr)
		return;
	for (i = 0; i < size; i++) {
		uint8_t mask = writable_bits(addr + i);

		edu->config[addr + i] = (edu->config[addr + i] & ~mask) |
					(byte_of(value, i) & mask);
	}
	if (acts_on_command(edu, addr, size))
		command_written(edu, disabled);
	if (addr < MSI_END && addr + size > MSI_CAP)
		msi_written(edu);
}
