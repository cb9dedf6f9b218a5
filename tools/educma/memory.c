// SPDX-License-Identifier: GPL-2.0
/* educma write and read: the device's own memory, by one DMA. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

#define DUMP_COLUMNS	16

static const struct failure plain_failure = { .status = STATUS_FAILURE };

/**
 * struct window - the piece of the device's memory a command is about
 * @s: the device
 * @buf: as much memory, for the device to read or write
 * @offset: the first byte
 * @max: bytes from there to the end
 */
struct window {
	struct session s;
	struct educma_buffer buf;
	uint64_t offset;
	uint64_t max;
};

static int window_open(const struct context *ctx, struct window *w)
{
	int status;

	status = open_session(ctx, &w->s);
	if (status)
		return status;
	if (w->offset >= w->s.info.chunk_bytes)
		usage_error(ctx, "offset %" PRIu64
			    ": a DMA reaches only the first %u bytes of the device's memory",
			    w->offset, w->s.info.chunk_bytes);
	w->max = w->s.info.chunk_bytes - w->offset;
	status = alloc_buffer(ctx, &w->s, w->max, &w->buf);
	if (status)
		close_session(&w->s);
	return status;
}

static void window_close(struct window *w)
{
	educma_free(w->s.dev, &w->buf);
	close_session(&w->s);
}

/* "-" and no operand at all are the standard stream: NULL. */
static const char *file_operand(int argc, char **argv)
{
	return optind == argc || !strcmp(argv[optind], "-") ? NULL :
							      argv[optind];
}

/* Reads at most @w->max bytes, and one more to see whether there are more. */
static int load(const struct context *ctx, struct window *w, FILE *in,
		const char *name, size_t *bytes)
{
	*bytes = fread(w->buf.map, 1, w->max, in);
	if (*bytes == w->max && fgetc(in) != EOF)
		return fail(ctx, &plain_failure,
			    "%s: more than the %" PRIu64 " bytes that fit; nothing was sent",
			    name, w->max);
	if (ferror(in))
		return fail_system(ctx, -errno, "%s", name);
	if (!*bytes)
		return fail(ctx, &plain_failure, "%s: empty; nothing was sent",
			    name);
	return 0;
}

static int send(const struct context *ctx, struct window *w, size_t bytes)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_TO_DEVICE,
		.device_offset = w->offset,
		.src_handle = w->buf.handle,
		.bytes = bytes,
	};
	int err;

	err = educma_transfer(w->s.dev, &req);
	return err ? fail_errno(ctx, err, "DMA to %s", w->s.entry.name) : 0;
}

static void report_write(const struct context *ctx, const struct window *w,
			 size_t bytes)
{
	struct json_object *object;

	if (!ctx->json) {
		printf("%zu bytes written to %s at offset %" PRIu64 "\n",
		       bytes, w->s.entry.name, w->offset);
		return;
	}
	object = device_json(&w->s.entry);
	json_add_u64(object, "offset", w->offset);
	json_add_u64(object, "bytes", bytes);
	print_json(object);
}

static int write_from(const struct context *ctx, struct window *w, FILE *in,
		      const char *name)
{
	size_t bytes;
	int status;

	status = window_open(ctx, w);
	if (status)
		return status;
	status = load(ctx, w, in, name, &bytes);
	if (!status)
		status = send(ctx, w, bytes);
	if (!status)
		report_write(ctx, w, bytes);
	window_close(w);
	return status;
}

int cmd_write(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "offset", required_argument, NULL, 'o' },
		{ }
	};
	struct window w = { };
	const char *name;
	int status;
	FILE *in;

	while (next_option(ctx, argc, argv, "o:", longs) != -1)
		w.offset = size_argument(ctx, "offset", optarg);
	expect_operands(ctx, argc, 0, 1);
	name = file_operand(argc, argv);
	in = name ? fopen(name, "re") : stdin;
	if (!in)
		return fail_system(ctx, -errno, "%s", name);
	status = write_from(ctx, &w, in, name ? name : "standard input");
	if (in != stdin)
		fclose(in);
	return status;
}

static int fetch(const struct context *ctx, struct window *w, uint64_t bytes)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_FROM_DEVICE,
		.device_offset = w->offset,
		.dst_handle = w->buf.handle,
		.bytes = bytes,
	};
	int err;

	err = educma_transfer(w->s.dev, &req);
	return err ? fail_errno(ctx, err, "DMA from %s", w->s.entry.name) : 0;
}

static void print_dump_line(const uint8_t *data, uint64_t at, size_t n)
{
	size_t i;

	printf("%08" PRIx64 " ", at);
	for (i = 0; i < n; i++)
		printf(" %02x", data[i]);
	printf("%*s  ", (int)(DUMP_COLUMNS - n) * 3, "");
	for (i = 0; i < n; i++)
		putchar(isprint(data[i]) ? data[i] : '.');
	putchar('\n');
}

static void print_dump(const struct window *w, uint64_t bytes)
{
	const uint8_t *data = w->buf.map;
	uint64_t i;

	for (i = 0; i < bytes; i += DUMP_COLUMNS)
		print_dump_line(data + i, w->offset + i,
				bytes - i < DUMP_COLUMNS ? bytes - i :
							   DUMP_COLUMNS);
}

static void json_add_hex(struct json_object *object, const char *key,
			 const uint8_t *data, uint64_t bytes)
{
	struct json_object *hex;
	char *text;
	uint64_t i;

	text = calloc(2, bytes + 1);
	for (i = 0; text && i < bytes; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	hex = text ? json_object_new_string(text) : NULL;
	json_object_object_add(object, key, hex);
	free(text);
}

static void read_json(const struct window *w, uint64_t bytes, bool with_data)
{
	struct json_object *object = device_json(&w->s.entry);

	json_add_u64(object, "offset", w->offset);
	json_add_u64(object, "bytes", bytes);
	if (with_data)
		json_add_hex(object, "data", w->buf.map, bytes);
	print_json(object);
}

static int save(const struct context *ctx, const struct window *w,
		uint64_t bytes, const char *name)
{
	FILE *out = fopen(name, "we");
	size_t written;
	int err;

	if (!out)
		return fail_system(ctx, -errno, "%s", name);
	written = fwrite(w->buf.map, 1, bytes, out);
	err = fclose(out) || written != bytes ? -errno : 0;
	return err ? fail_system(ctx, err, "%s", name) : 0;
}

/* main() finds what goes wrong with standard output. */
static void print_memory(const struct window *w, uint64_t bytes)
{
	if (isatty(STDOUT_FILENO))
		print_dump(w, bytes);
	else
		fwrite(w->buf.map, 1, bytes, stdout);
}

/* @name: the file, or NULL for standard output. */
static int report_read(const struct context *ctx, const struct window *w,
		       uint64_t bytes, const char *name)
{
	int status = name ? save(ctx, w, bytes, name) : 0;

	if (status)
		return status;
	if (ctx->json)
		read_json(w, bytes, !name);
	else if (!name)
		print_memory(w, bytes);
	return STATUS_OK;
}

static int read_to(const struct context *ctx, struct window *w, uint64_t bytes,
		   const char *name)
{
	int status;

	status = window_open(ctx, w);
	if (status)
		return status;
	if (!bytes)
		bytes = w->max;
	if (bytes > w->max)
		usage_error(ctx, "%" PRIu64 " bytes: a DMA reaches %" PRIu64
			    " from offset %" PRIu64 " on",
			    bytes, w->max, w->offset);
	status = fetch(ctx, w, bytes);
	if (!status)
		status = report_read(ctx, w, bytes, name);
	window_close(w);
	return status;
}

static uint64_t bytes_argument(const struct context *ctx, const char *text)
{
	uint64_t bytes = size_argument(ctx, "bytes", text);

	if (!bytes)
		usage_error(ctx, "bytes '%s': nothing to read", text);
	return bytes;
}

int cmd_read(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "offset", required_argument, NULL, 'o' },
		{ "bytes", required_argument, NULL, 'n' },
		{ }
	};
	struct window w = { };
	uint64_t bytes = 0;
	int opt;

	while ((opt = next_option(ctx, argc, argv, "o:n:", longs)) != -1) {
		if (opt == 'o')
			w.offset = size_argument(ctx, "offset", optarg);
		else
			bytes = bytes_argument(ctx, optarg);
	}
	expect_operands(ctx, argc, 0, 1);
	return read_to(ctx, &w, bytes, file_operand(argc, argv));
}
