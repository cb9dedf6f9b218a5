// SPDX-License-Identifier: GPL-2.0
/*
 * failnth BDF MODULE STRIDE: makes every call of the driver over and over. The n-th
 * allocation of the call fails, with n from 1 until the call makes fewer than n. To
 * load and to bind, n rises by STRIDE. Each failure must give a clean error and
 * leave nothing behind.
 */
#include <signal.h>
#include <sys/syscall.h>

#include "educma-test.h"

#define BYTES	(64 * 1024)	/* from CMA */

static const char *bdf, *module_path;
static int fd = -1;
static uint64_t handle;
static uint8_t *map;

static int write_to(const char *path, const char *text)
{
	int file = open(path, O_WRONLY), ret = 0;

	if (file < 0)
		return -errno;
	if (write(file, text, strlen(text)) < 0)
		ret = -errno;
	close(file);
	return ret;
}

static int read_from(const char *path)
{
	char text[4096];
	int file = open(path, O_RDONLY), ret = 0;

	if (file < 0)
		return -errno;
	if (read(file, text, sizeof(text)) < 0)
		ret = -errno;
	close(file);
	return ret;
}

static int nth = -1;

static void arm(int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", n);

	REQUIRE(pwrite(nth, text, length, 0) == length);
}

/* Returns whether an allocation has failed. */
static int disarm(void)
{
	char text[16] = "";

	REQUIRE(pread(nth, text, sizeof(text) - 1, 0) > 0);
	arm(0);
	return !atoi(text);
}

/* The module may be loaded although probe fails; the step bind tests probe. */
static int load(void)
{
	int file = open(module_path, O_RDONLY), ret = 0;

	if (file < 0)
		return -errno;
	/* The reserve is too small for the buffers of the other steps. */
	if (syscall(SYS_finit_module, file, "reserve=4K", 0))
		ret = -errno;
	close(file);
	return ret;
}

static void unload(int ret)
{
	if (!ret)
		REQUIRE(!syscall(SYS_delete_module, "educma", O_NONBLOCK));
}

static void load_surely(void)
{
	REQUIRE(!load());
}

static int do_bind(void)
{
	return write_to("/sys/bus/pci/drivers/educma/bind", bdf);
}

static int do_unbind(void)
{
	return write_to("/sys/bus/pci/drivers/educma/unbind", bdf);
}

static void unbind_again(int ret)
{
	if (!ret)
		REQUIRE(!do_unbind());
}

static void bind_again(int ret)
{
	if (!ret)
		REQUIRE(!do_bind());
}

static int do_open(void)
{
	fd = open_device(0);
	return fd < 0 ? fd : 0;
}

static int do_open_excl(void)
{
	fd = open_device(O_EXCL);
	return fd < 0 ? fd : 0;
}

static void opened(void)
{
	REQUIRE(!do_open());
}

static void closed(int ret)
{
	(void)ret;
	if (fd >= 0)
		close(fd);
	fd = -1;
	EXPECT(counter("buffers_allocated"), 0);
	EXPECT(counter("queue_depth"), 0);
}

static int do_close(void)
{
	int file = fd;

	fd = -1;
	return close(file) ? -errno : 0;
}

static int do_info(void)
{
	struct educma_info info = { .size = sizeof(info) };

	return call(fd, EDUCMA_IOC_INFO, &info);
}

static int do_alloc(void)
{
	struct educma_alloc alloc = { .size = sizeof(alloc), .bytes = BYTES };
	int ret = call(fd, EDUCMA_IOC_ALLOC, &alloc);

	if (ret == -ENOMEM)
		EXPECT(alloc.reason != EDUCMA_REASON_NONE, 1);
	handle = alloc.handle;
	return ret;
}

static void allocated(void)
{
	opened();
	REQUIRE(!do_alloc());
}

static int do_free(void)
{
	return free_buffer(fd, handle);
}

static int do_submit(void)
{
	return submit_copy(fd, handle, 0, handle, BYTES / 2, 100, 1);
}

static int do_submit_many(void)
{
	struct educma_submit requests[3];
	uint32_t queued;
	int ret, i;

	for (i = 0; i < 3; i++)
		requests[i] = (struct educma_submit) {
			.size = sizeof(requests[i]), .op = EDUCMA_OP_COPY,
			.src_handle = handle, .dst_handle = handle,
			.bytes = 100, .cookie = 1,
		};
	ret = submit_many(fd, requests, 3, &queued);
	EXPECT(queued == 3, !ret);
	return ret;
}

static void submitted(void)
{
	allocated();
	REQUIRE(!do_submit());
}

static int do_cancel(void)
{
	struct educma_cancel cancel = { .size = sizeof(cancel), .cookie = 1 };

	return call(fd, EDUCMA_IOC_CANCEL, &cancel);
}

static int do_poll(void)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 10000) == 1 ? 0 : -errno;
}

static int do_read(void)
{
	return collect(fd).status;
}

static int do_collect(void)
{
	struct educma_completion done;
	uint32_t count = 1;

	return collect_some(fd, &done, 1, &count, monotonic_ns() + 10000000000);
}

static int do_mmap(void)
{
	map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, handle);
	return map == MAP_FAILED ? -errno : 0;
}

static void mapped(void)
{
	allocated();
	REQUIRE(!do_mmap());
}

/* A page fault reports no error; the kernel repeats it. */
static int do_touch(void)
{
	volatile uint8_t *bytes = map;

	bytes[0] = 1;
	return bytes[BYTES - 1];
}

static int do_munmap(void)
{
	return munmap(map, BYTES) ? -errno : 0;
}

static void touched(void)
{
	mapped();
	REQUIRE(!do_touch());
}

static void unmapped(int ret)
{
	if (!ret)
		munmap(map, BYTES);
	closed(ret);
}

/* munmap() may fail where it splits the mapping; a second one succeeds. */
static void unmapped_now(int ret)
{
	if (ret)
		REQUIRE(!do_munmap());
	closed(ret);
}

static const char *debug_file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/educma/%s/%s", bdf, name);
	return path;
}

static int do_hold(void)
{
	return write_to(debug_file("alloc"), "64K\n");
}

static void held(void)
{
	REQUIRE(!do_hold());
}

static int do_show(void)
{
	return read_from(debug_file("alloc"));
}

static int do_drop(void)
{
	return write_to(debug_file("free"), "all\n");
}

static void dropped(int ret)
{
	(void)ret;
	REQUIRE(!do_drop());
	closed(ret);
}

static int do_fdinfo(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return read_from(path);
}

static int do_counter(void)
{
	return read_from("/sys/class/educma/educma0/device/dma_counters/irqs");
}

static void nothing(void)
{
}

/* main() loads the module and binds the device before the steps that need it. */
struct step {
	const char *name;
	void (*before)(void);
	int (*act)(void);
	void (*after)(int ret);
};

static const struct step step_load = { "load", nothing, load, unload };
static const struct step step_bind = { "bind", nothing, do_bind, unbind_again };
static const struct step steps[] = {
	{ "open", nothing, do_open, closed },
	{ "open O_EXCL", nothing, do_open_excl, closed },
	{ "INFO", opened, do_info, closed },
	{ "ALLOC", opened, do_alloc, closed },
	{ "FREE", allocated, do_free, closed },
	{ "mmap", allocated, do_mmap, unmapped },
	{ "touch", mapped, do_touch, unmapped },
	{ "munmap", touched, do_munmap, unmapped_now },
	{ "SUBMIT", allocated, do_submit, closed },
	{ "SUBMIT_MANY", allocated, do_submit_many, closed },
	{ "CANCEL", submitted, do_cancel, closed },
	{ "poll", submitted, do_poll, closed },
	{ "read", submitted, do_read, closed },
	{ "COLLECT", submitted, do_collect, closed },
	{ "close", submitted, do_close, closed },
	{ "debugfs alloc", nothing, do_hold, dropped },
	{ "debugfs show", held, do_show, dropped },
	{ "debugfs free", held, do_drop, dropped },
	{ "fdinfo", allocated, do_fdinfo, closed },
	{ "sysfs", nothing, do_counter, closed },
	{ "unbind", nothing, do_unbind, bind_again },
};

/*
 * PCI returns -EBUSY when it has no memory to record the owner of the registers.
 * The driver core returns -EINVAL for a channel whose name dmaengine could not set.
 */
static int is_clean(int ret)
{
	return !ret || ret == -ENOMEM || ret == -EAGAIN || ret == -EBUSY ||
	       ret == -EINVAL;
}

static void run_step(const struct step *step, int stride)
{
	int n, fired, ret = 0, failed = 0;

	for (n = 1; !failures; n += stride) {
		step->before();
		arm(n);
		ret = step->act();
		fired = disarm();
		step->after(ret);
		failed += fired && ret;
		if (!is_clean(ret))
			printf("# %s, allocation %d: %s\n", step->name, n, strerror(-ret));
		EXPECT(is_clean(ret), 1);
		if (!fired)
			break;
	}
	EXPECT(ret, 0);
	printf("%s: %d allocations, of which %d made it fail\n", step->name, n - 1, failed);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	size_t i;
	int stride;

	if (argc != 4)
		return 2;
	bdf = argv[1];
	module_path = argv[2];
	stride = atoi(argv[3]);
	nth = open("/proc/self/fail-nth", O_RDWR);
	REQUIRE(nth >= 0);
	run_step(&step_load, stride);
	load_surely();
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		run_step(&steps[i], 1);
	REQUIRE(!do_unbind());
	run_step(&step_bind, stride);
	REQUIRE(!do_bind());
	return failures != 0;
}
