// SPDX-License-Identifier: GPL-2.0
#include <regex.h>

#include "cmd.h"
#include "devices.h"
#include "facts.h"
#include "judge.h"
#include "print.h"
#include "size.h"

#define DEFAULT_BYTES	(64ULL << 20)

static uint32_t bits_argument(const struct context *ctx, const char *text)
{
	uint64_t bits = number_argument(ctx, "--dma-bits", text);

	if (bits < 1 || bits > 64)
		usage_error(ctx, "--dma-bits '%s': 1 to 64", text);
	return bits;
}

static uint64_t bytes_argument(const struct context *ctx, const char *text)
{
	uint64_t bytes = size_argument(ctx, "--size", text);

	if (!bytes)
		usage_error(ctx, "--size '%s': at least 1", text);
	return bytes;
}

/* Whether a device can have this name. */
static bool is_device_name(const char *text)
{
	static const char form[] =
		"^(([0-9a-f]{1,8}:)?[0-9a-f]{1,2}:[0-9a-f]{1,2}[.][0-7]|(/dev/)?(educma)?[0-9]+)$";
	regex_t regex;
	bool is;

	if (regcomp(&regex, form, REG_EXTENDED | REG_ICASE | REG_NOSUB))
		return true;
	is = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return is;
}

/* Without a device the output lists those that there are. */
static void print_result_json(const struct context *ctx,
			      const struct doctor_result *result)
{
	struct json_object *object = doctor_json(result);

	if (result->facts->device.present) {
		json_object_object_add(object, "devices", NULL);
		json_object_object_add(object, "more_devices", NULL);
	} else {
		devices_add_json(object, ctx->sysroot);
	}
	print_json(object);
}

static int diagnose(const struct context *ctx, const char *which, uint32_t bits,
		    uint64_t bytes)
{
	static struct doctor_facts facts;	/* large */
	struct diagnosis diagnosis;
	const struct doctor_result result = {
		.facts = &facts,
		.bytes = bytes,
		.diagnosis = &diagnosis,
	};

	doctor_gather(ctx->sysroot, which, bits, &facts);
	doctor_judge(&facts, bytes, &diagnosis);
	if (ctx->json) {
		print_result_json(ctx, &result);
	} else {
		doctor_print(&result);
		if (!facts.device.present)
			print_devices(ctx->sysroot);
	}
	doctor_forget(&facts);
	return verdict_status(diagnosis.finding[0].verdict);
}

static int cmd_doctor(struct context *ctx, int argc, char **argv)
{
	enum { SIZE = OPTION_FIRST, DMA_BITS };
	static const struct option longs[] = {
		{ "size", required_argument, NULL, SIZE },
		{ "dma-bits", required_argument, NULL, DMA_BITS },
		{ }
	};
	uint64_t bytes = DEFAULT_BYTES;
	uint32_t bits = 0;
	const char *which;
	int opt;

	while ((opt = next_option(ctx, argc, argv, "", longs)) != -1) {
		if (opt == SIZE)
			bytes = bytes_argument(ctx, optarg);
		else
			bits = bits_argument(ctx, optarg);
	}
	expect_operands(ctx, argc, 0, 1);
	if (optind < argc && ctx->device)
		usage_error(ctx, "a device as operand and -d exclude each other");
	which = optind < argc ? argv[optind] : ctx->device;
	if (which && !is_device_name(which))
		usage_error(ctx, "'%s' is no PCI address, as 0000:00:04.0, nor educmaN",
			    which);
	return diagnose(ctx, which, bits, bytes);
}

const struct command doctor_command = {
	.name = "doctor",
	.args = "[BDF] [--size SIZE] [--dma-bits N]",
	.summary = "why a PCI device can have a large coherent buffer here, or cannot",
	.help =
		"      --size SIZE       size of the buffer (default 64M)\n"
		"      --dma-bits N      assume that the device has N address bits (default:\n"
		"                        the mask that its driver has set; without a driver 28\n"
		"                        for edu, 32 for other devices)\n"
		"\n"
		"SIZE is " SIZE_FORMS ".\n"
		"BDF is any PCI device. The default is the edu device with the lowest number, or\n"
		"without one, any device of 32 address bits. The driver educma is not needed. The\n"
		"doctor only reads.\n"
		"\n"
		"The first finding is the verdict, the others are remarks. With exit status 0 the\n"
		"buffer can be allocated, as far as could be seen; in --json, sure is true if\n"
		"nothing that was not seen can change the verdict, and largest_is says whether\n"
		"exactly largest_bytes can be allocated, or at_least or at_most so many.\n",
	.run = cmd_doctor,
	.more_help = verdict_help,
};
