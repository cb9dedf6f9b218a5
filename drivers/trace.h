/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, in /sys/kernel/tracing/events/educma: events of single transfers,
 * chunks and buffers. The counters in sysfs have their sums.
 *
 * @xfer is the number of the transfer on its device. Transfers with @internal set
 * are the driver's own, which are not counted by direction. Each chunk that is
 * started is later done, repeated or abandoned. If it is abandoned because it
 * takes too long, there is an educma_timeout before.
 *
 * A new event is an entry here and a call of trace_NAME(); drivers/README.md
 * lists all events.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM educma

#if !defined(EDUCMA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define EDUCMA_TRACE_H

#include <linux/tracepoint.h>

#include "engine.h"

#define EDUCMA_TRACE_NAME	16	/* "10000:00:04.0" */

TRACE_DEFINE_ENUM(EDUCMA_OP_TO_DEVICE);
TRACE_DEFINE_ENUM(EDUCMA_OP_FROM_DEVICE);
TRACE_DEFINE_ENUM(EDUCMA_OP_COPY);
TRACE_DEFINE_ENUM(EDUCMA_TO_DEVICE);
TRACE_DEFINE_ENUM(EDUCMA_FROM_DEVICE);
TRACE_DEFINE_ENUM(EDUCMA_BOTH);

#define show_educma_op(op)						\
	__print_symbolic(op,						\
			 { EDUCMA_OP_TO_DEVICE, "to_device" },		\
			 { EDUCMA_OP_FROM_DEVICE, "from_device" },	\
			 { EDUCMA_OP_COPY, "copy" })

#define show_educma_dir(dir)						\
	__print_symbolic(dir,						\
			 { EDUCMA_TO_DEVICE, "to_device" },		\
			 { EDUCMA_FROM_DEVICE, "from_device" },		\
			 { EDUCMA_BOTH, "copy" })

TRACE_EVENT(educma_submit,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_xfer *xfer),
	TP_ARGS(engine, xfer),
	TP_STRUCT__entry(
		__array(char, device, EDUCMA_TRACE_NAME)
		__field(u64, xfer)
		__field(bool, internal)
		__field(u64, cookie)
		__field(u32, op)
		__field(u64, src)
		__field(u64, dst)
		__field(u64, bytes)
	),
	TP_fast_assign(
		strscpy(__entry->device, dev_name(engine->hw->dev),
			EDUCMA_TRACE_NAME);
		__entry->xfer = xfer->id;
		__entry->internal = xfer->internal;
		__entry->cookie = xfer->cookie;
		__entry->op = xfer->op;
		__entry->src = xfer->src;
		__entry->dst = xfer->dst;
		__entry->bytes = xfer->bytes;
	),
	TP_printk("%s xfer=%llu internal=%d cookie=%#llx op=%s src=%#llx dst=%#llx bytes=%llu",
		  __entry->device, __entry->xfer, __entry->internal,
		  __entry->cookie,
		  show_educma_op(__entry->op), __entry->src, __entry->dst,
		  __entry->bytes)
);

/* @addr: a bus address; of a chunk from memory to memory the destination */
TRACE_EVENT(educma_chunk_start,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_chunk *chunk),
	TP_ARGS(engine, chunk),
	TP_STRUCT__entry(
		__array(char, device, EDUCMA_TRACE_NAME)
		__field(u64, xfer)
		__field(u32, dir)
		__field(u64, addr)
		__field(u32, bytes)
	),
	TP_fast_assign(
		strscpy(__entry->device, dev_name(engine->hw->dev),
			EDUCMA_TRACE_NAME);
		__entry->xfer = chunk->xfer->id;
		__entry->dir = chunk->dir;
		__entry->addr = chunk->dir == EDUCMA_TO_DEVICE ? chunk->src :
								 chunk->dst;
		__entry->bytes = chunk->bytes;
	),
	TP_printk("%s xfer=%llu %s addr=%#llx bytes=%u", __entry->device,
		  __entry->xfer, show_educma_dir(__entry->dir), __entry->addr,
		  __entry->bytes)
);

/* @busy_ns: the time since the chunk was started */
DECLARE_EVENT_CLASS(educma_chunk_end,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_chunk *chunk, u64 now),
	TP_ARGS(engine, chunk, now),
	TP_STRUCT__entry(
		__array(char, device, EDUCMA_TRACE_NAME)
		__field(u64, xfer)
		__field(u32, dir)
		__field(u32, bytes)
		__field(u64, busy_ns)
	),
	TP_fast_assign(
		strscpy(__entry->device, dev_name(engine->hw->dev),
			EDUCMA_TRACE_NAME);
		__entry->xfer = chunk->xfer->id;
		__entry->dir = chunk->dir;
		__entry->bytes = chunk->bytes;
		__entry->busy_ns = now - chunk->start_ns;
	),
	TP_printk("%s xfer=%llu %s bytes=%u busy_ns=%llu", __entry->device,
		  __entry->xfer, show_educma_dir(__entry->dir),
		  __entry->bytes, __entry->busy_ns)
);

DEFINE_EVENT(educma_chunk_end, educma_chunk_done,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_chunk *chunk, u64 now),
	TP_ARGS(engine, chunk, now)
);

DEFINE_EVENT(educma_chunk_end, educma_chunk_abandoned,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_chunk *chunk, u64 now),
	TP_ARGS(engine, chunk, now)
);

DEFINE_EVENT(educma_chunk_end, educma_chunk_repeated,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_chunk *chunk, u64 now),
	TP_ARGS(engine, chunk, now)
);

DEFINE_EVENT(educma_chunk_end, educma_timeout,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_chunk *chunk, u64 now),
	TP_ARGS(engine, chunk, now)
);

TRACE_EVENT(educma_xfer_done,
	TP_PROTO(const struct educma_engine *engine,
		 const struct educma_xfer *xfer),
	TP_ARGS(engine, xfer),
	TP_STRUCT__entry(
		__array(char, device, EDUCMA_TRACE_NAME)
		__field(u64, xfer)
		__field(bool, internal)
		__field(u64, cookie)
		__field(u32, op)
		__field(u64, bytes)
		__field(u64, done)
		__field(int, status)
		__field(u64, queued_ns)
		__field(u64, run_ns)
	),
	TP_fast_assign(
		strscpy(__entry->device, dev_name(engine->hw->dev),
			EDUCMA_TRACE_NAME);
		__entry->xfer = xfer->id;
		__entry->internal = xfer->internal;
		__entry->cookie = xfer->cookie;
		__entry->op = xfer->op;
		__entry->bytes = xfer->bytes;
		__entry->done = xfer->done;
		__entry->status = xfer->status;
		__entry->queued_ns = educma_xfer_queued_ns(xfer);
		__entry->run_ns = educma_xfer_run_ns(xfer);
	),
	TP_printk("%s xfer=%llu internal=%d cookie=%#llx op=%s done=%llu/%llu status=%d queued_ns=%llu run_ns=%llu",
		  __entry->device, __entry->xfer, __entry->internal,
		  __entry->cookie,
		  show_educma_op(__entry->op), __entry->done, __entry->bytes,
		  __entry->status, __entry->queued_ns, __entry->run_ns)
);

DECLARE_EVENT_CLASS(educma_buffer,
	TP_PROTO(const char *device, u64 dma, u64 bytes),
	TP_ARGS(device, dma, bytes),
	TP_STRUCT__entry(
		__array(char, device, EDUCMA_TRACE_NAME)
		__field(u64, dma)
		__field(u64, bytes)
	),
	TP_fast_assign(
		strscpy(__entry->device, device, EDUCMA_TRACE_NAME);
		__entry->dma = dma;
		__entry->bytes = bytes;
	),
	TP_printk("%s dma=%#llx bytes=%llu", __entry->device, __entry->dma,
		  __entry->bytes)
);

DEFINE_EVENT(educma_buffer, educma_buffer_alloc,
	TP_PROTO(const char *device, u64 dma, u64 bytes),
	TP_ARGS(device, dma, bytes)
);

DEFINE_EVENT(educma_buffer, educma_buffer_free,
	TP_PROTO(const char *device, u64 dma, u64 bytes),
	TP_ARGS(device, dma, bytes)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
