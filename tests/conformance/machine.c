// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual machine: a q35 whose processor is halted. The device under test is
 * behind a bridge, by which its bus can be reset. A second edu is the clock: a
 * DMA on it takes 100 ms, so when it is done, any earlier DMA is done too.
 */
#include <string.h>

#include "conformance.h"

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	0x80000000

#define DEVFN(slot)	((slot) << 3)
#define BRIDGE		DEVFN(4)		/* on bus 0 */
#define CLOCK		DEVFN(5)
#define DEVICE		(1 << 8 | DEVFN(1))	/* on bus 1 */
#define CLOCK_BAR0_ADDR	0xe2000000

#define PIT_COUNTER	0x40
#define PIT_CONTROL	0x43
#define PIT_ONE_SHOT	0x30	/* counter 0, both bytes, mode 0 */

static const char *const devices[] = {
	"pci-bridge,id=bridge,chassis_nr=1,shpc=off,msi=off,addr=4",
	"edu,id=edu,bus=bridge,addr=1",
	"edu,id=clock,addr=5",
	NULL,
};

static char letter(unsigned int size)
{
	return size == 1 ? 'b' : size == 2 ? 'w' : size == 4 ? 'l' : 'q';
}

static size_t config_address(char *text, size_t room, unsigned int function,
			     unsigned int addr)
{
	return snprintf(text, room, "outl %#x %#x\n", CONFIG_ADDRESS,
			CONFIG_ENABLE | function << 8 | (addr & 0xfc));
}

static size_t config_read(char *text, size_t room, unsigned int function,
			  unsigned int addr, unsigned int size)
{
	size_t len = config_address(text, room, function, addr);

	return len + snprintf(text + len, room - len, "in%c %#x\n", letter(size),
			      CONFIG_DATA + (addr & 3));
}

static size_t config_write(char *text, size_t room, unsigned int function,
			   unsigned int addr, unsigned int size, uint32_t value)
{
	size_t len = config_address(text, room, function, addr);

	return len + snprintf(text + len, room - len, "out%c %#x %#x\n", letter(size),
			      CONFIG_DATA + (addr & 3), value);
}

static size_t bus_reset(char *text, size_t room)
{
	size_t len = config_write(text, room, BRIDGE, PCI_BRIDGE_CONTROL, 2,
				  PCI_BRIDGE_CTL_BUS_RESET);

	return len + snprintf(text + len, room - len, "outw %#x 0\n",
			      CONFIG_DATA + (PCI_BRIDGE_CONTROL & 3));
}

static size_t access_text(const struct step *step, char *text, size_t room)
{
	unsigned long long value = step->value;
	uint64_t addr = step->addr;

	if (step->kind == STEP_READ || step->kind == STEP_WRITE)
		addr += BAR0_ADDR;
	switch (step->kind) {
	case STEP_READ:
	case STEP_MEMORY:
		return snprintf(text, room, "read%c %#llx\n", letter(step->size),
				(unsigned long long)addr);
	case STEP_WRITE:
		return snprintf(text, room, "write%c %#llx %#llx\n", letter(step->size),
				(unsigned long long)addr, value);
	case STEP_FILL:
		return snprintf(text, room, "memset %#llx %u %#llx\n",
				(unsigned long long)addr, step->size, value);
	case STEP_CONFIG_READ:
		return config_read(text, room, DEVICE, addr, step->size);
	case STEP_CONFIG_WRITE:
		return config_write(text, room, DEVICE, addr, step->size, value);
	case STEP_RESET:
		return bus_reset(text, room);
	default:
		return 0;
	}
}

size_t machine_commands(const struct step *step, char *text, size_t room,
			unsigned int *commands)
{
	size_t i, len = access_text(step, text, room);

	*commands = 0;
	for (i = 0; i < len; i++)
		*commands += text[i] == '\n';
	return len;
}

void machine_config(struct qemu *qemu, unsigned int function, unsigned int addr,
		    unsigned int size, uint32_t value)
{
	char text[COMMAND_MAX];
	size_t len = config_write(text, sizeof(text), function, addr, size, value);

	if (!qemu_send(qemu, text, len) || !qemu_answer(qemu, NULL) ||
	    !qemu_answer(qemu, NULL))
		die("%s ended while it was set up", qemu->program);
}

void machine_enable(struct qemu *qemu, unsigned int function, uint32_t bar)
{
	machine_config(qemu, function, PCI_BASE_ADDRESS_0, 4, bar);
	machine_config(qemu, function, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

bool machine_clock_dma(struct qemu *qemu, uint32_t bar)
{
	return qemu_ask(qemu, NULL, "writel %#x %#x", bar + EDU_REG_DMA_DST, EDU_MEM_ADDR) &&
	       qemu_ask(qemu, NULL, "writel %#x 1", bar + EDU_REG_DMA_COUNT);
}

/* Bus 1 is behind the bridge, which forwards the 16 MiB at BAR0_ADDR. */
static void setup_bridge(struct qemu *qemu)
{
	machine_config(qemu, BRIDGE, PCI_PRIMARY_BUS, 4, 0x010100);
	machine_config(qemu, BRIDGE, PCI_MEMORY_BASE, 4,
		       (BAR0_ADDR + 0xf00000) | BAR0_ADDR >> 16);
	machine_config(qemu, BRIDGE, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void setup(struct qemu *qemu, const char *command)
{
	if (!qemu_ask(qemu, NULL, "%s", command))
		die("%s ended while it was set up", qemu->program);
}

/* Finds the IOAPIC input of the device: raises an interrupt and acknowledges it. */
static void find_irq(struct qemu *qemu)
{
	setup(qemu, "irq_intercept_in ioapic");
	machine_enable(qemu, DEVICE, BAR0_ADDR);
	qemu_ask(qemu, NULL, "writel %#x 1", BAR0_ADDR + EDU_REG_IRQ_RAISE);
	qemu_ask(qemu, NULL, "writel %#x 1", BAR0_ADDR + EDU_REG_IRQ_ACK);
	if (qemu->irq < 0 || qemu->level)
		die("no interrupt from the device of %s", qemu->program);
	qemu->edges = 0;
	machine_config(qemu, DEVICE, PCI_COMMAND, 2, 0);
	machine_config(qemu, DEVICE, PCI_BASE_ADDRESS_0, 4, 0);
}

void machine_start(struct qemu *qemu)
{
	char text[64];

	qemu_start(qemu, CLOCK_ICOUNT, devices);
	/* A periodic PC timer would keep QEMU from skipping idle time. */
	snprintf(text, sizeof(text), "outb %#x %#x", PIT_CONTROL, PIT_ONE_SHOT);
	setup(qemu, text);
	snprintf(text, sizeof(text), "outb %#x 1", PIT_COUNTER);
	setup(qemu, text);
	setup(qemu, text);
	setup_bridge(qemu);
	machine_enable(qemu, CLOCK, CLOCK_BAR0_ADDR);
	machine_clock_dma(qemu, CLOCK_BAR0_ADDR);
	find_irq(qemu);
}

bool machine_set_mask(struct qemu *qemu, uint64_t mask)
{
	return qemu_set_mask(qemu, "/machine/peripheral/edu", mask);
}

bool machine_wait(struct qemu *qemu)
{
	uint64_t cmd;

	if (!qemu_ask(qemu, NULL, "writel %#x %#x", CLOCK_BAR0_ADDR + EDU_REG_DMA_CMD,
		      EDU_REG_DMA_CMD_RUN))
		return false;
	do {
		if (!qemu_ask(qemu, &cmd, "readl %#x", CLOCK_BAR0_ADDR + EDU_REG_DMA_CMD))
			return false;
	} while (cmd & EDU_REG_DMA_CMD_RUN);
	return true;
}
