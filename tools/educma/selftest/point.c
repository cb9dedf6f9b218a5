// SPDX-License-Identifier: GPL-2.0
/* educma selftest: how a point ends, and the transfers that all points count. */
#include <stdarg.h>
#include <stdio.h>

#include "selftest.h"

enum result conclude(struct selftest *t, enum result how,
		     const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(t->detail, sizeof(t->detail), fmt, args);
	va_end(args);
	t->advice[0] = '\0';
	return how;
}

void advise(struct selftest *t, const char *advice)
{
	if (advice)
		snprintf(t->advice, sizeof(t->advice), "%s", advice);
}

enum result failed_alloc(struct selftest *t, int err, uint64_t bytes,
			 const struct educma_buffer *buf)
{
	struct alloc_failure why;

	explain_alloc(t->ctx, &t->s, bytes, err, buf, &why);
	failed(t, "%s", why.text);
	advise(t, why.failure.advice);
	return FAILED;
}

enum result failed_transfer(struct selftest *t, int err)
{
	failed(t, "a transfer failed: %s", errno_text(err));
	advise(t, errno_advice(err));
	return FAILED;
}

static void tally(struct tally *tally, const struct educma_submit *req,
		  uint64_t room)
{
	tally->bytes += req->bytes;
	tally->chunks += (req->bytes + room - 1) / room;
	tally->transfers++;
}

int transfer(struct selftest *t, const struct educma_submit *req)
{
	const uint64_t room = t->s.info.chunk_bytes - req->device_offset;
	int err;

	err = educma_transfer(t->s.dev, req);
	if (err) {
		t->broken = true;
		return err;
	}
	if (req->op != EDUCMA_OP_FROM_DEVICE)
		tally(&t->to_device, req, room);
	if (req->op != EDUCMA_OP_TO_DEVICE)
		tally(&t->from_device, req, room);
	return 0;
}
