// SPDX-License-Identifier: GPL-2.0
/* educma write and read: one DMA to or from the device's own memory. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "field.h"
#include "size.h"

#define DUMP_COLUMNS	16

static const struct failure plain_failure = { .status = STATUS_FAILURE };

/**
 * struct piece - the piece of the device's memory a command is about
 * @s: the device
 * @buf: a buffer of @max bytes, for the device to read or write
 * @offset: the first byte
 * @max: bytes from @offset to the end of what a DMA reaches
 * @bytes: how many of them are moved
 * @has_data: --json prints the bytes that were read
 */
struct piece {
	struct session s;
	struct educma_buffer buf;
	uint64_t offset;
	uint64_t max;
	uint64_t bytes;
	bool has_data;
};

static void get_data(const void *record, struct value *value)
{
	const struct piece *p = record;
	const uint8_t *data = p->buf.map;
	char *text;
	uint64_t i;

	if (!p->has_data)
		return;
	text = calloc(2, p->bytes + 1);
	if (!text)
		return;
	for (i = 0; i < p->bytes; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	value->kind = VALUE_JSON;
	value->json = json_object_new_string(text);
	free(text);
}

static const struct field fields[] = {
	FIELD("device", NULL, 0, VALUE_CHARS, piece, s.entry.name),
	FIELD("pci", NULL, 0, VALUE_CHARS, piece, s.entry.pci),
	FIELD("offset_bytes", NULL, 0, VALUE_NUMBER, piece, offset),
	FIELD("bytes", NULL, 0, VALUE_BYTES, piece, bytes),
	{ }
};

/* What read has beside these. */
static const struct field read_fields[] = {
	FIELD_GET("data", NULL, 0, get_data),
	{ }
};

static int piece_open(const struct context *ctx, struct piece *p)
{
	int status;

	status = open_session(ctx, &p->s);
	if (status)
		return status;
	if (p->offset >= p->s.info.chunk_bytes)
		usage_error(ctx, "offset %" PRIu64
			    ": a DMA reaches only the first %u bytes of the device's memory",
			    p->offset, p->s.info.chunk_bytes);
	p->max = p->s.info.chunk_bytes - p->offset;
	status = alloc_buffer(ctx, &p->s, p->max, &p->buf);
	if (status)
		close_session(&p->s);
	return status;
}

static void piece_close(struct piece *p)
{
	educma_free(p->s.dev, &p->buf);
	close_session(&p->s);
}

/* Returns NULL for the standard stream: "-", or no operand. */
static const char *file_operand(int argc, char **argv)
{
	return optind == argc || !strcmp(argv[optind], "-") ? NULL :
							      argv[optind];
}

/*
 * Reads a file of at most @p->max bytes. It reads one byte more, to see whether
 * the file is too long.
 */
static int load(const struct context *ctx, struct piece *p, FILE *in,
		const char *name)
{
	p->bytes = fread(p->buf.map, 1, p->max, in);
	if (p->bytes == p->max && fgetc(in) != EOF)
		return fail(ctx, &plain_failure,
			    "%s: more than the %" PRIu64 " bytes that fit; nothing was sent",
			    name, p->max);
	if (ferror(in))
		return fail_system(ctx, -errno, "%s", name);
	if (!p->bytes)
		return fail(ctx, &plain_failure, "%s: empty; nothing was sent",
			    name);
	return 0;
}

static int send_to_device(const struct context *ctx, struct piece *p)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_TO_DEVICE,
		.device_offset = p->offset,
		.src_handle = p->buf.handle,
		.bytes = p->bytes,
	};
	int err;

	err = educma_transfer(p->s.dev, &req);
	return err ? fail_errno(ctx, err, "DMA to %s", p->s.entry.name) : 0;
}

static void report_write(const struct context *ctx, const struct piece *p)
{
	if (ctx->json)
		print_json(fields_json(fields, p));
	else
		printf("%" PRIu64 " bytes written to %s at offset %" PRIu64 "\n",
		       p->bytes, p->s.entry.name, p->offset);
}

static int write_from(const struct context *ctx, struct piece *p, FILE *in,
		      const char *name)
{
	int status;

	status = piece_open(ctx, p);
	if (status)
		return status;
	status = load(ctx, p, in, name);
	if (!status)
		status = send_to_device(ctx, p);
	if (!status)
		report_write(ctx, p);
	piece_close(p);
	return status;
}

static int cmd_write(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "offset", required_argument, NULL, 'o' },
		{ }
	};
	struct piece p = { };
	const char *name;
	int status;
	FILE *in;

	while (next_option(ctx, argc, argv, "o:", longs) != -1)
		p.offset = size_argument(ctx, "offset", optarg);
	expect_operands(ctx, argc, 0, 1);
	name = file_operand(argc, argv);
	in = name ? fopen(name, "re") : stdin;
	if (!in)
		return fail_system(ctx, -errno, "%s", name);
	status = write_from(ctx, &p, in, name ? name : "standard input");
	if (in != stdin)
		fclose(in);
	return status;
}

const struct command write_command = {
	.name = "write",
	.args = "[-o OFFSET] [FILE]",
	.summary = "send a file (default: standard input) to the device's memory",
	.help =
		"  -o, --offset OFFSET   place in the device's memory (default 0)\n"
		"\n"
		"OFFSET is " SIZE_FORMS ".\n",
	.run = cmd_write,
};

static int fetch_from_device(const struct context *ctx, struct piece *p)
{
	const struct educma_submit req = {
		.op = EDUCMA_OP_FROM_DEVICE,
		.device_offset = p->offset,
		.dst_handle = p->buf.handle,
		.bytes = p->bytes,
	};
	int err;

	err = educma_transfer(p->s.dev, &req);
	return err ? fail_errno(ctx, err, "DMA from %s", p->s.entry.name) : 0;
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

static void print_dump(const struct piece *p)
{
	const uint8_t *data = p->buf.map;
	uint64_t i, n;

	for (i = 0; i < p->bytes; i += n) {
		n = p->bytes - i < DUMP_COLUMNS ? p->bytes - i : DUMP_COLUMNS;
		print_dump_line(data + i, p->offset + i, n);
	}
}

static int save(const struct context *ctx, const struct piece *p,
		const char *name)
{
	FILE *out = fopen(name, "we");
	size_t written;
	int err;

	if (!out)
		return fail_system(ctx, -errno, "%s", name);
	written = fwrite(p->buf.map, 1, p->bytes, out);
	err = fclose(out) || written != p->bytes ? -errno : 0;
	return err ? fail_system(ctx, err, "%s", name) : 0;
}

/* If standard output cannot be written, main() reports it. */
static void print_memory(const struct piece *p)
{
	if (isatty(STDOUT_FILENO))
		print_dump(p);
	else
		fwrite(p->buf.map, 1, p->bytes, stdout);
}

static void print_read_json(const struct piece *p)
{
	struct json_object *object = fields_json(fields, p);

	fields_add_json(object, read_fields, p);
	print_json(object);
}

/* @name: the file, or NULL for standard output. */
static int report_read(const struct context *ctx, struct piece *p,
		       const char *name)
{
	int status = name ? save(ctx, p, name) : 0;

	if (status)
		return status;
	p->has_data = !name;
	if (ctx->json)
		print_read_json(p);
	else if (!name)
		print_memory(p);
	return STATUS_OK;
}

static int read_to(const struct context *ctx, struct piece *p,
		   const char *name)
{
	int status;

	status = piece_open(ctx, p);
	if (status)
		return status;
	if (!p->bytes)
		p->bytes = p->max;
	if (p->bytes > p->max)
		usage_error(ctx, "%" PRIu64 " bytes: a DMA reaches %" PRIu64
			    " bytes from offset %" PRIu64 " on",
			    p->bytes, p->max, p->offset);
	status = fetch_from_device(ctx, p);
	if (!status)
		status = report_read(ctx, p, name);
	piece_close(p);
	return status;
}

static uint64_t bytes_argument(const struct context *ctx, const char *text)
{
	uint64_t bytes = size_argument(ctx, "bytes", text);

	if (!bytes)
		usage_error(ctx, "bytes '%s': nothing to read", text);
	return bytes;
}

static int cmd_read(struct context *ctx, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "offset", required_argument, NULL, 'o' },
		{ "bytes", required_argument, NULL, 'n' },
		{ }
	};
	struct piece p = { };
	int opt;

	while ((opt = next_option(ctx, argc, argv, "o:n:", longs)) != -1) {
		if (opt == 'o')
			p.offset = size_argument(ctx, "offset", optarg);
		else
			p.bytes = bytes_argument(ctx, optarg);
	}
	expect_operands(ctx, argc, 0, 1);
	return read_to(ctx, &p, file_operand(argc, argv));
}

const struct command read_command = {
	.name = "read",
	.args = "[-o OFFSET] [-n BYTES] [FILE]",
	.summary = "fetch the device's memory to a file (default: standard output)",
	.help =
		"  -o, --offset OFFSET   place in the device's memory (default 0)\n"
		"  -n, --bytes BYTES     how many bytes (default: all from OFFSET on)\n"
		"\n"
		"OFFSET and BYTES are each " SIZE_FORMS ".\n"
		"Writes raw bytes; on a terminal a hex dump; with --json a hex string.\n",
	.run = cmd_read,
};
