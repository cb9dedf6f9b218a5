// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "field.h"
#include "printable.h"
#include "util.h"

#define REBIND \
	"see the kernel log, then reset the device (write 1 to reset in its " \
	"sysfs directory, if it has one) or rebind it: write its PCI address " \
	"to /sys/bus/pci/drivers/educma/unbind, then to bind"

#define UDEV_RULE \
	"run it as root, or let a group in with a udev rule: " \
	"SUBSYSTEM==\"educma\", GROUP=\"users\", MODE=\"0660\""

/* What an errno of the driver means, and what to do. */
struct errno_advice {
	int err;
	const char *text;	/* NULL: strerror() */
	const char *advice;
};

static const struct errno_advice errnos[] = {
	{ EACCES, NULL, UDEV_RULE },
	{ EBUSY, "another program has the device to itself", NULL },
	{ EIO, "the device has failed", REBIND },
	{ ENODEV, "the device has gone", NULL },
	{ ENOTTY, "this is not an educma device", NULL },
	{ EPERM, "only root may read what other users left in the device", NULL },
	{ EOVERFLOW, "more than this program can address", NULL },
	{ ETIMEDOUT, "the device did not finish a DMA in time", REBIND },
};

/**
 * struct report - a failure as --json prints it
 * @error: the message
 * @reason: a name for programs, or NULL
 * @advice: what to do, or NULL
 */
struct report {
	const char *error;
	const char *reason;
	const char *advice;
};

static const struct field report_fields[] = {
	FIELD("error", NULL, 0, VALUE_STRING, report, error),
	FIELD("reason", NULL, 0, VALUE_STRING, report, reason),
	FIELD("advice", NULL, 0, VALUE_STRING, report, advice),
	{ }
};

static void print_failure_json(const struct failure *f, const char *message)
{
	const struct report report = {
		.error = message,
		.reason = f->reason,
		.advice = f->advice,
	};

	print_json_line(fields_json(report_fields, &report));
}

int fail(const struct context *ctx, const struct failure *f,
	 const char *fmt, ...)
{
	char message[4096], text[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	flush_output();	/* keeps the order where both streams are one file */
	fprintf(stderr, "educma: %s%s%s\n", ctx->cmd ? ctx->cmd->name : "",
		ctx->cmd ? ": " : "",
		printable_text(text, sizeof(text), message));
	if (f->advice)
		fprintf(stderr, "educma: try: %s\n",
			printable_text(text, sizeof(text), f->advice));
	if (ctx->json)
		print_failure_json(f, message);
	return f->status;
}

static const struct errno_advice *lookup(int err)
{
	static const struct errno_advice none;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errnos); i++) {
		if (errnos[i].err == err)
			return &errnos[i];
	}
	return &none;
}

const char *errno_text(int err)
{
	const struct errno_advice *known = lookup(-err);

	return known->text ? known->text : strerror(-err);
}

const char *errno_advice(int err)
{
	return lookup(-err)->advice;
}

static const char *system_text(int err)
{
	return err == -EBADF ? "it is closed, or not open in this direction" :
			       strerror(-err);
}

int fail_system(const struct context *ctx, int err, const char *fmt, ...)
{
	static const struct failure failure = { .status = STATUS_FAILURE };
	char what[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return fail(ctx, &failure, "%s: %s", what, system_text(err));
}

int fail_errno(const struct context *ctx, int err, const char *fmt, ...)
{
	struct failure failure = {
		.status = err == -ENODEV ? STATUS_NO_DEVICE : STATUS_FAILURE,
		.advice = errno_advice(err),
	};
	char what[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return fail(ctx, &failure, "%s: %s", what, errno_text(err));
}

int close_output(const struct context *ctx, int status)
{
	struct context text = *ctx;
	int err;

	err = end_output();
	if (!err)
		return status;
	/* Standard output would not take the JSON object of the error either. */
	text.json = false;
	return fail_system(&text, err, "standard output");
}
