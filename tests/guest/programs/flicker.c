// SPDX-License-Identifier: GPL-2.0
/*
 * A device that loses something for a moment while it works. A transfer with
 * status 0 must have moved its bytes, and no DMA may reach memory that was freed. An
 * error is right if the device works again when it is bound again.
 *
 *	flicker pair KIND MS ROUNDS	two transfers from the device, to A and to B
 *	flicker copy KIND MS ROUNDS	a copy of five chunks
 *	flicker storm N SEED USERS	N flickers at random, while USERS processes copy
 *
 * KIND is decode (memory decoding is off), master (bus mastering is off) or bar
 * (BAR 0 is elsewhere), MS its duration. Each round begins the flicker at another
 * moment. With SETPCI=1 in the environment the program setpci makes the flicker, as
 * an administrator would. A storm on educma-sim (SIM=1) also has faults of the
 * simulator.
 */
#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <linux/pci_regs.h>

#include "educma-test.h"

#define CHUNK		4095
#define COPY		20480		/* five chunks of 4095 bytes, and 5 bytes */
#define AWAY		0x04000000	/* how far BAR 0 moves: nothing lies there */
#define PATIENCE_MS	60000		/* many times what any transfer may take */

/* ---- patterns; each seed has its own, so that old data are found ---- */

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* @count is a multiple of 8. */
static void paint(uint8_t *bytes, size_t count, uint64_t seed)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < count; i += sizeof(word)) {
		word = mix((seed << 32) + i + 1);
		memcpy(bytes + i, &word, sizeof(word));
	}
}

static size_t differing(const uint8_t *is, const uint8_t *wanted, size_t count)
{
	size_t i, wrong = 0;

	if (!memcmp(is, wanted, count))
		return 0;
	for (i = 0; i < count; i++)
		wrong += is[i] != wanted[i];
	return wrong;
}

/* ---- the device, by its PCI address ---- */

static char bdf[32];
static int config = -1;

static void find_device(void)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/educma/%s/device",
		 strrchr(node_path(), '/') + 1);
	REQUIRE(realpath(path, target));
	REQUIRE(strlen(strrchr(target, '/') + 1) < sizeof(bdf));
	strcpy(bdf, strrchr(target, '/') + 1);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", bdf);
	config = open(path, O_RDWR | O_CLOEXEC);
	REQUIRE(config >= 0);
}

/* The node has another number if a process had the old node open. */
static int open_node(void)
{
	char path[PATH_MAX] = "";
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/educma", bdf);
	dir = opendir(path);
	if (!dir)
		return -ENODEV;
	*path = '\0';
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
	closedir(dir);
	setenv("NODE", path, 1);
	return open_device(0);
}

static bool has_failed(int fd)
{
	struct educma_info info = { .size = sizeof(info) };

	return call(fd, EDUCMA_IOC_INFO, &info) || (info.flags & EDUCMA_INFO_FAILED);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return written;
}

static void rebind(void)
{
	REQUIRE(write_file("/sys/bus/pci/drivers/educma/unbind", bdf));
	REQUIRE(write_file("/sys/bus/pci/drivers/educma/bind", bdf));
}

static bool reset_device(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset", bdf);
	return write_file(path, "1");
}

/* ---- configuration space ---- */

static uint32_t config_read(unsigned int addr, size_t size)
{
	uint32_t value = 0;

	REQUIRE(pread(config, &value, size, addr) == (ssize_t)size);
	return value;
}

/* Writes with the program setpci, or without a process. */
static void config_write(unsigned int addr, size_t size, uint32_t value, uint32_t mask)
{
	char command[128];

	if (getenv("SETPCI")) {
		snprintf(command, sizeof(command), "setpci -s %s %x.%c=%x:%x", bdf, addr,
			 size == 2 ? 'w' : 'l', value & mask, mask);
		REQUIRE(!system(command));
		return;
	}
	value = (config_read(addr, size) & ~mask) | (value & mask);
	REQUIRE(pwrite(config, &value, size, addr) == (ssize_t)size);
}

static bool is_master(void)
{
	return config_read(PCI_COMMAND, 2) & PCI_COMMAND_MASTER;
}

static void write_command(uint16_t value, uint16_t mask)
{
	config_write(PCI_COMMAND, 2, value, mask);
}

/* ---- flickers ---- */

enum kind { DECODE, MASTER, BAR, SIM_REGS_ZERO, SIM_MASTER_OFF, KINDS };

static const char * const kind_names[KINDS] = {
	"decode", "master", "bar", "regs-zero", "master-off"
};

/* The simulator ends its flicker by itself, even if the driver has given up. */
static void flicker_by_sim(enum kind kind, unsigned int ms)
{
	char command[128];

	snprintf(command, sizeof(command), "sim '%s now for %ums' >/dev/null",
		 kind_names[kind], ms);
	REQUIRE(!system(command));
	usleep(ms * 1000);
}

/*
 * A driver that gives the device up clears bus mastering, and nobody may set it
 * then. A flicker that writes the command register may have read it before.
 */
static void leave_failed_device_alone(int fd)
{
	usleep(1000);
	if (has_failed(fd) && is_master())
		write_command(0, PCI_COMMAND_MASTER);
}

static void flicker_master(int fd, unsigned int ms)
{
	bool was_master = is_master();

	write_command(0, PCI_COMMAND_MASTER);
	usleep(ms * 1000);
	if (was_master && !has_failed(fd))
		write_command(PCI_COMMAND_MASTER, PCI_COMMAND_MASTER);
}

static void flicker_decode(unsigned int ms)
{
	write_command(0, PCI_COMMAND_MEMORY);
	usleep(ms * 1000);
	write_command(PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY);
}

static void flicker_bar(unsigned int ms)
{
	uint32_t bar = config_read(PCI_BASE_ADDRESS_0, 4);

	config_write(PCI_BASE_ADDRESS_0, 4, bar ^ AWAY, UINT32_MAX);
	usleep(ms * 1000);
	config_write(PCI_BASE_ADDRESS_0, 4, bar, UINT32_MAX);
}

/* Makes one flicker of @ms. */
static void flicker(int fd, enum kind kind, unsigned int ms)
{
	switch (kind) {
	case DECODE:
		flicker_decode(ms);
		break;
	case MASTER:
		flicker_master(fd, ms);
		break;
	case BAR:
		flicker_bar(ms);
		break;
	default:
		flicker_by_sim(kind, ms);
		return;
	}
	leave_failed_device_alone(fd);
}

/* ---- transfers ---- */

struct buffer {
	uint64_t handle, dma_addr;
	uint8_t *map;
	size_t bytes;
};

/* CMA gives freed memory to the next allocation of as many bytes. */
static bool get_buffer(int fd, struct buffer *buffer, size_t bytes)
{
	struct educma_alloc alloc = {
		.size = sizeof(alloc), .flags = EDUCMA_ALLOC_CMA, .bytes = bytes,
	};
	void *map;

	if (call(fd, EDUCMA_IOC_ALLOC, &alloc))
		return false;
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, alloc.handle);
	if (map == MAP_FAILED)
		return false;
	*buffer = (struct buffer){ alloc.handle, alloc.dma_addr, map, bytes };
	return true;
}

static void put_buffer(int fd, struct buffer *buffer)
{
	if (!buffer->map)
		return;
	munmap(buffer->map, buffer->bytes);
	free_buffer(fd, buffer->handle);
	buffer->map = NULL;
}

static int submit(int fd, enum educma_op op, const struct buffer *buffer)
{
	struct educma_submit submit = {
		.size = sizeof(submit), .op = op, .bytes = CHUNK,
	};

	if (op == EDUCMA_OP_TO_DEVICE)
		submit.src_handle = buffer->handle;
	else
		submit.dst_handle = buffer->handle;
	return call(fd, EDUCMA_IOC_SUBMIT, &submit);
}

/* Every transfer ends, with 0 or with an error that <linux/educma.h> names. */
static struct educma_completion end_of_transfer(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct educma_completion done;

	REQUIRE(poll(&pfd, 1, PATIENCE_MS) == 1);
	done = collect(fd);
	if (done.status && done.status != -EIO && done.status != -ENODEV)
		EXPECT(done.status, -ETIMEDOUT);
	return done;
}

struct tally {
	unsigned long ok, errors;	/* transfers */
	unsigned long bad, wrong;	/* wrong transfers with status 0; their wrong bytes */
	unsigned long half;		/* wrong bytes that an error reported as moved */
	unsigned long astray;		/* wrong bytes outside of the transfer's target */
};

static struct tally tally;

/* Counts a transfer, with @wrong of the bytes that it reports as moved. */
static void count(struct tally *to, int status, size_t wrong)
{
	if (status) {
		to->errors++;
		to->half += wrong;
		return;
	}
	to->ok++;
	to->bad += !!wrong;
	to->wrong += wrong;
}

static int say(const char *what, const struct tally *t)
{
	printf("%s: %lu transfers ok, %lu with an error; ", what, t->ok, t->errors);
	printf("wrong bytes: %lu in %lu that are ok, ", t->wrong, t->bad);
	printf("%lu said to have arrived before an error, %lu elsewhere\n", t->half,
	       t->astray);
	return t->wrong || t->half || t->astray || failures;
}

/* ---- pair ---- */

static uint8_t image[CHUNK + 1];	/* the contents of the device's memory */

static void expect_image(const struct buffer *buffer, int status)
{
	count(&tally, status,
	      status ? 0 : differing(buffer->map, image, CHUNK));
}

static int read_device(int fd, const struct buffer *to)
{
	int status = submit(fd, EDUCMA_OP_FROM_DEVICE, to);

	return status ?: end_of_transfer(fd).status;
}

/* A has been freed: no DMA may change the buffer that has its memory now. */
static bool look_at_successor(int fd, uint64_t dma_addr, const struct buffer *b)
{
	static uint8_t canary[CHUNK + 1];
	struct buffer c;

	if (!get_buffer(fd, &c, sizeof(canary)))
		return false;
	paint(canary, sizeof(canary), 0xc);
	memcpy(c.map, canary, sizeof(canary));
	memset(b->map, 0xbb, CHUNK + 1);
	if (!has_failed(fd))
		expect_image(b, read_device(fd, b));
	usleep(300000);		/* time for a DMA that comes late */
	tally.astray += differing(c.map, canary, sizeof(canary));
	return c.dma_addr == dma_addr;
}

/* Returns whether another buffer got the memory of A. */
static bool pair_once(enum kind kind, unsigned int ms, unsigned int moment, uint64_t seed)
{
	struct buffer source, a, b;
	int fd = open_node();
	bool again;

	REQUIRE(fd >= 0);
	REQUIRE(get_buffer(fd, &source, CHUNK + 1));
	REQUIRE(get_buffer(fd, &b, CHUNK + 1));
	REQUIRE(get_buffer(fd, &a, CHUNK + 1));
	paint(image, sizeof(image), seed);
	memcpy(source.map, image, sizeof(image));
	REQUIRE(!submit(fd, EDUCMA_OP_TO_DEVICE, &source));
	REQUIRE(!end_of_transfer(fd).status);
	memset(a.map, 0xaa, CHUNK + 1);
	memset(b.map, 0xbb, CHUNK + 1);
	REQUIRE(!submit(fd, EDUCMA_OP_FROM_DEVICE, &a));
	REQUIRE(!submit(fd, EDUCMA_OP_FROM_DEVICE, &b));
	usleep(moment * 1000);
	flicker(fd, kind, ms);
	expect_image(&a, end_of_transfer(fd).status);
	expect_image(&b, end_of_transfer(fd).status);
	put_buffer(fd, &a);
	again = look_at_successor(fd, a.dma_addr, &b);
	if (has_failed(fd))
		rebind();
	close(fd);
	return again;
}

/* ---- copy ---- */

static void copy_once(enum kind kind, unsigned int ms, unsigned int moment, uint64_t seed)
{
	static uint8_t wanted[COPY];
	struct educma_completion done;
	struct buffer source, target;
	int fd = open_node();

	REQUIRE(fd >= 0);
	REQUIRE(get_buffer(fd, &source, COPY));
	REQUIRE(get_buffer(fd, &target, COPY));
	paint(wanted, COPY, seed);
	memcpy(source.map, wanted, COPY);
	memset(target.map, 0xee, COPY);
	REQUIRE(!submit_copy(fd, source.handle, 0, target.handle, 0, COPY, 1));
	if (ms) {
		usleep(moment * 1000);
		flicker(fd, kind, ms);
	}
	done = end_of_transfer(fd);
	count(&tally, done.status, differing(target.map, wanted, done.bytes));
	if (!done.status)
		EXPECT(done.bytes, COPY);
	if (!ms)
		EXPECT(done.status, 0);
	if (has_failed(fd))
		rebind();
	close(fd);
}

/* ---- storm ---- */

#define ROOM		32768
#define USERS		16

static struct shared {
	bool stop;
	struct tally of[USERS];
} *shared;

static struct user {
	int fd;
	uint64_t random, number;
	struct buffer source, target, canary;
	uint8_t wanted[ROOM], painted[4096];
	struct tally *tally;
} user;

static sigjmp_buf gone;

static uint64_t some(uint64_t *random, uint64_t below)
{
	*random += 0x9e3779b97f4a7c15;
	return mix(*random) % below;
}

/* An access to the mapping of an unbound device raises SIGBUS. */
static void on_sigbus(int signal)
{
	siglongjmp(gone, signal);
}

static void forget(struct buffer *buffer)
{
	if (buffer->map)
		munmap(buffer->map, buffer->bytes);
	buffer->map = NULL;
}

static void leave(void)
{
	forget(&user.source);
	forget(&user.target);
	forget(&user.canary);
	if (user.fd >= 0)
		close(user.fd);
	user.fd = -1;
}

static bool get_zeros(struct buffer *buffer, size_t bytes)
{
	static const uint8_t zeros[ROOM];

	if (!buffer->map) {
		if (!get_buffer(user.fd, buffer, bytes))
			return false;
		user.tally->astray += differing(buffer->map, zeros, bytes);
	}
	return true;
}

static bool settle_in(void)
{
	if (user.fd < 0)
		user.fd = open_node();
	if (user.fd < 0 || !get_zeros(&user.source, ROOM) ||
	    !get_zeros(&user.target, ROOM))
		return false;
	if (user.canary.map)
		return true;
	if (!get_zeros(&user.canary, sizeof(user.painted)))
		return false;
	paint(user.painted, sizeof(user.painted), ++user.number);
	memcpy(user.canary.map, user.painted, sizeof(user.painted));
	return true;
}

/* Other users get this memory then, which a late DMA would overwrite. */
static void move_out(void)
{
	put_buffer(user.fd, &user.source);
	put_buffer(user.fd, &user.target);
	put_buffer(user.fd, &user.canary);
}

/* A copy between buffers, or in one buffer to a slightly lower address. */
struct plan {
	const struct buffer *from;
	size_t src, dst, bytes;
};

static struct plan make_plan(void)
{
	struct plan plan = { .from = &user.source };

	plan.bytes = 1 + some(&user.random, ROOM - 8192);
	plan.dst = some(&user.random, 4096);
	plan.src = some(&user.random, 4096);
	if (some(&user.random, 2)) {
		plan.from = &user.target;
		plan.src = plan.dst + some(&user.random, 4096);
	}
	return plan;
}

/* Sets user.wanted to what the copy leaves in the target. */
static void prepare(const struct plan *plan)
{
	paint(user.source.map, ROOM, ++user.number);
	paint(user.wanted, ROOM, ++user.number);
	memcpy(user.target.map, user.wanted, ROOM);
	if (plan->from == &user.source)
		memcpy(user.wanted + plan->dst, user.source.map + plan->src, plan->bytes);
	else
		memmove(user.wanted + plan->dst, user.wanted + plan->src, plan->bytes);
}

static void look(const struct plan *plan, const struct educma_completion *done)
{
	const uint8_t *is = user.target.map;
	size_t end = plan->dst + plan->bytes;
	/* For an unbound device done->bytes has no meaning. */
	size_t arrived = done->bytes <= plan->bytes ? done->bytes : plan->bytes;

	count(user.tally, done->status,
	      differing(is + plan->dst, user.wanted + plan->dst, arrived));
	if (!done->status)
		EXPECT(done->bytes, plan->bytes);
	user.tally->astray += differing(is, user.wanted, plan->dst) +
			      differing(is + end, user.wanted + end, ROOM - end) +
			      differing(user.canary.map, user.painted, sizeof(user.painted));
}

/* Returns 0, or the error with which the device refuses the copy. */
static int copy_something(void)
{
	struct plan plan = make_plan();
	struct educma_completion done;
	int refused;

	prepare(&plan);
	refused = submit_copy(user.fd, plan.from->handle, plan.src, user.target.handle,
			      plan.dst, plan.bytes, 1);
	if (refused)
		return refused;
	done = end_of_transfer(user.fd);
	look(&plan, &done);
	if (!some(&user.random, 4))
		move_out();
	return 0;
}

static bool was_unbound(void)
{
	struct educma_info info = { .size = sizeof(info) };

	return user.fd >= 0 && call(user.fd, EDUCMA_IOC_INFO, &info) == -ENODEV;
}

/* A user of the device, who goes on whatever happens to the device. */
static void use(int number, uint64_t seed)
{
	struct sigaction action = { .sa_handler = on_sigbus };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	REQUIRE(!sigaction(SIGBUS, &action, NULL));
	user.fd = -1;
	user.number = (uint64_t)number << 28;
	user.random = seed + number;
	user.tally = &shared->of[number];
	if (sigsetjmp(gone, 1))
		leave();
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		if (settle_in() && !copy_something())
			continue;
		if (was_unbound())
			leave();
		usleep(10000);
	}
	leave();
	exit(failures != 0);
}

static struct tally sum(int users)
{
	struct tally total = { 0 };
	int i;

	for (i = 0; i < users; i++) {
		total.ok += shared->of[i].ok;
		total.errors += shared->of[i].errors;
		total.bad += shared->of[i].bad;
		total.wrong += shared->of[i].wrong;
		total.half += shared->of[i].half;
		total.astray += shared->of[i].astray;
	}
	return total;
}

/* Waits until a transfer has ended or the device has failed, for 6 s at most. */
static void wait_for_progress(int fd, int users)
{
	const struct tally before = sum(users);
	int tries;

	for (tries = 0; tries < 600 && !has_failed(fd); tries++) {
		struct tally now = sum(users);

		if (now.ok + now.errors > before.ok + before.errors + users)
			break;
		usleep(10000);
	}
}

/* Prints the flicker before wrong bytes, which need not be their cause. */
static void say_what_was_wrong(unsigned int number, enum kind kind, unsigned int ms,
			       int users)
{
	static unsigned long before;
	const struct tally now = sum(users);
	const unsigned long all = now.wrong + now.half + now.astray;

	if (all != before)
		printf("%lu wrong bytes after flicker %u, %s for %u ms\n", all - before,
		       number, kind_names[kind], ms);
	before = all;
}

/* Resets and rebinds the device by turns: open files survive only a reset. */
static int bring_back(int fd, unsigned int times)
{
	if (times % 2 || !reset_device())
		rebind();
	close(fd);
	fd = open_node();
	REQUIRE(fd >= 0);
	EXPECT(has_failed(fd), false);
	return fd;
}

/* Returns 1 ms to 3 s; short times are as frequent as long ones. */
static unsigned int some_ms(uint64_t *random)
{
	unsigned int least = 1 << some(random, 12);
	unsigned int ms = least + some(random, least);

	return ms < 3000 ? ms : 3000;
}

static unsigned int make_flickers(unsigned int wanted, uint64_t seed, int users)
{
	const bool sim = getenv("SIM") && *getenv("SIM");
	unsigned int i, failed = 0;
	uint64_t random = seed;
	int fd = open_node();

	REQUIRE(fd >= 0);
	wait_for_progress(fd, users);
	for (i = 0; i < wanted && !failures; i++) {
		enum kind kind = some(&random, sim ? KINDS : SIM_REGS_ZERO);
		unsigned int ms = some_ms(&random);

		flicker(fd, kind, ms);
		if (has_failed(fd))
			fd = bring_back(fd, failed++);
		if (some(&random, 4))
			wait_for_progress(fd, users);
		say_what_was_wrong(i, kind, ms, users);
	}
	wait_for_progress(fd, users);
	if (has_failed(fd))
		fd = bring_back(fd, failed++);
	close(fd);
	return failed;
}

static int storm(unsigned int flickers, uint64_t seed, int users)
{
	unsigned int failed;
	struct tally total;
	int i, status;

	REQUIRE(users > 0 && users <= USERS);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(shared != MAP_FAILED);
	printf("%u flickers, seed %llu\n", flickers, (unsigned long long)seed);
	fflush(stdout);
	for (i = 0; i < users; i++)
		if (!fork())
			use(i, seed);
	failed = make_flickers(flickers, seed, users);
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < users; i++) {
		REQUIRE(wait(&status) > 0);
		EXPECT(status, 0);
	}
	total = sum(users);
	printf("given up %u times, and brought back\n", failed);
	return say("storm", &total);
}

static enum kind kind_of(const char *name)
{
	enum kind kind;

	for (kind = 0; kind < SIM_REGS_ZERO; kind++)
		if (!strcmp(kind_names[kind], name))
			return kind;
	exit(2);
}

/* A DMA takes 100 ms; each round begins its flicker at another moment. */
static int rounds(bool pair, const char *name, unsigned int ms, unsigned int number)
{
	enum kind kind = kind_of(name);
	unsigned int i, again = 0;
	char what[64];

	for (i = 0; i < number && !failures; i++) {
		if (pair)
			again += pair_once(kind, ms, (50 + 37 * i) % 100, i + 1);
		else
			copy_once(kind, ms, (150 + 137 * i) % 900, i + 1);
	}
	/* Otherwise no round has looked at the memory of A. */
	if (pair)
		EXPECT(again > 0, 1);
	copy_once(kind, 0, 0, number + 1);
	snprintf(what, sizeof(what), "%s, %s for %u ms", pair ? "pair" : "copy", name, ms);
	return say(what, &tally);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return 2;
	find_device();
	if (!strcmp(argv[1], "storm"))
		return storm(atoi(argv[2]), strtoull(argv[3], NULL, 10), atoi(argv[4]));
	return rounds(!strcmp(argv[1], "pair"), argv[2], atoi(argv[3]), atoi(argv[4]));
}
