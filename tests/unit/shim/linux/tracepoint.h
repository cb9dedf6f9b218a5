/* SPDX-License-Identifier: GPL-2.0 */
/* A tracepoint passes only its name to the test. */
#ifndef SHIM_TRACEPOINT_H
#define SHIM_TRACEPOINT_H

#include "../../world.h"

#define TRACE_DEFINE_ENUM(name)
#define TP_PROTO(...)	__VA_ARGS__

#define TRACE_EVENT(name, proto, ...)					\
	static inline void trace_##name(proto)				\
	{								\
		world_trace(#name);					\
	}

#define DECLARE_EVENT_CLASS(...)
#define DEFINE_EVENT(class, name, proto, ...)				\
	static inline void trace_##name(proto)				\
	{								\
		world_trace(#name);					\
	}

#endif
