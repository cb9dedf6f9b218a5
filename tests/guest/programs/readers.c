// SPDX-License-Identifier: GPL-2.0
/*
 * readers CHUNKS: reads the counters of NODE's device as fast as possible, until
 * so many chunks have been moved each way. The device must make only copies, of full
 * chunks. The counters go on rising between two reads, so they are read in an order
 * in which that cannot break these rules:
 *
 *	no counter ever decreases
 *	bytes, chunks, bytes: the bytes of the chunks are between the two values
 *	transfers, chunks: each transfer has a chunk at least
 *	from, to, from: the chunks from the device are one behind at most
 *	chunks, interrupts: each chunk had an interrupt, or counts as missed
 *
 * The process must never have slept.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "educma-test.h"

#define FILES_MAX	64

/* The counters that a rule names; names[] has the names of all others, too. */
enum {
	TO_BYTES, TO_CHUNKS, TO_TRANSFERS, FROM_BYTES, FROM_CHUNKS,
	FROM_TRANSFERS, IRQS, MISSED, NAMED
};

static const char *names[FILES_MAX] = {
	[TO_BYTES] = "to_device_bytes",
	[TO_CHUNKS] = "to_device_chunks",
	[TO_TRANSFERS] = "to_device_transfers",
	[FROM_BYTES] = "from_device_bytes",
	[FROM_CHUNKS] = "from_device_chunks",
	[FROM_TRANSFERS] = "from_device_transfers",
	[IRQS] = "irqs",
	[MISSED] = "irqs_missed",
};

static int files = NAMED;
static int fds[FILES_MAX];
static bool may_fall[FILES_MAX];
static unsigned long long last[FILES_MAX];
static unsigned long long reads;

/* Files that show the present state, and no count since the driver was bound. */
static bool shows_state(const char *name)
{
	static const char *const patterns[] = {
		"queue_depth", "*_per_s", "buffers_*", "buffer_bytes",
		"reserve_*", "bandwidth_window_ms",
	};
	size_t i;

	for (i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (!fnmatch(patterns[i], name, 0))
			return true;
	return false;
}

static void add_name(const char *name)
{
	int i;

	for (i = 0; i < NAMED; i++)
		if (!strcmp(name, names[i]))
			return;
	REQUIRE(files < FILES_MAX);
	names[files] = strdup(name);
	may_fall[files] = shows_state(name);
	files++;
}

/* Opens all files of the directory, so that a new counter is read as well. */
static void open_files(void)
{
	const char *node = getenv("NODE") ?: "/dev/educma0";
	struct dirent *entry;
	char path[256];
	DIR *dir;
	int i;

	snprintf(path, sizeof(path),
		 "/sys/class/educma/%s/device/dma_counters",
		 strrchr(node, '/') + 1);
	dir = opendir(path);
	REQUIRE(dir);
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			add_name(entry->d_name);
	for (i = 0; i < files; i++) {
		fds[i] = openat(dirfd(dir), names[i], O_RDONLY);
		REQUIRE(fds[i] >= 0);
	}
	closedir(dir);
}

/* The file has a number and a newline. A counter is not less than before. */
static unsigned long long get(int file)
{
	unsigned long long value;
	char text[32], *end;
	ssize_t n;

	n = pread(fds[file], text, sizeof(text) - 1, 0);
	REQUIRE(n > 1);
	text[n] = '\0';
	value = strtoull(text, &end, 10);
	REQUIRE(end == text + n - 1 && *end == '\n');
	if (!may_fall[file] && value < last[file]) {
		printf("# %s went from %llu to %llu\n", names[file],
		       last[file], value);
		exit(1);
	}
	last[file] = value;
	reads++;
	return value;
}

static void check_direction(int bytes, int chunks, int transfers,
			    unsigned int chunk_bytes)
{
	unsigned long long before, n;

	before = get(bytes);
	n = get(chunks);
	REQUIRE(before <= n * chunk_bytes);
	REQUIRE(get(bytes) >= n * chunk_bytes);
	n = get(transfers);
	REQUIRE(n <= get(chunks));
}

static void check_legs(void)
{
	unsigned long long from, to;

	from = get(FROM_CHUNKS);
	to = get(TO_CHUNKS);
	REQUIRE(from <= to);
	REQUIRE(to <= get(FROM_CHUNKS) + 1);
}

static void check_irqs(void)
{
	unsigned long long chunks = get(TO_CHUNKS) + get(FROM_CHUNKS);
	unsigned long long missed = get(MISSED);

	REQUIRE(chunks <= get(IRQS) + missed);
}

static void pass(unsigned int chunk_bytes)
{
	int file;

	check_direction(TO_BYTES, TO_CHUNKS, TO_TRANSFERS, chunk_bytes);
	check_direction(FROM_BYTES, FROM_CHUNKS, FROM_TRANSFERS, chunk_bytes);
	check_legs();
	check_irqs();
	for (file = 0; file < files; file++)
		get(file);
}

static long voluntary_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

static unsigned int chunk_bytes(void)
{
	struct educma_info info = { .size = sizeof(info) };
	int fd = open_device(0);

	REQUIRE(fd >= 0 && !call(fd, EDUCMA_IOC_INFO, &info));
	close(fd);
	return info.chunk_bytes;
}

int main(int argc, char **argv)
{
	unsigned long long wanted = argc == 2 ? strtoull(argv[1], NULL, 0) : 0;
	unsigned int bytes = chunk_bytes();
	long switches;

	if (!wanted)
		return 2;
	alarm(600);
	open_files();
	switches = voluntary_switches();
	while (last[FROM_CHUNKS] < wanted)
		pass(bytes);
	EXPECT(voluntary_switches() - switches, 0);
	printf("%llu reads\n", reads);
	return failures != 0;
}
