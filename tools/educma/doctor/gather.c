// SPDX-License-Identifier: GPL-2.0
/* The helpers of the files facts_*.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>

#include "gather.h"
#include "sysfs.h"
#include "util.h"

void unseen(struct doctor_facts *f, const char *fmt, ...)
{
	va_list args;

	if (f->unseen_count == ARRAY_SIZE(f->unseen))
		return;
	va_start(args, fmt);
	vsnprintf(f->unseen[f->unseen_count++], sizeof(f->unseen[0]), fmt, args);
	va_end(args);
}

FILE *open_under(const char *sysroot, const char *path)
{
	char full[PATH_MAX];

	/* At its end, the kernel's log would wait for the next message. */
	return path_format(full, sizeof(full), "/%s", path) ?
	       NULL : sysfs_fopen(sysroot, full, O_NONBLOCK);
}

/* Each read of /dev/kmsg returns a message, or EPIPE if it was overwritten. */
void read_log(const char *sysroot, void (*take)(const char *line, void *data),
	      void *data)
{
	FILE *file = open_under(sysroot, "dev/kmsg");
	char line[LINE];

	if (!file)
		return;
	for (;;) {
		if (fgets(line, sizeof(line), file))
			take(line, data);
		else if (ferror(file) && errno == EPIPE)
			clearerr(file);
		else
			break;
	}
	fclose(file);
}
