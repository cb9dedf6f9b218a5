// SPDX-License-Identifier: GPL-2.0
/* The code behind the tracepoints of trace.h. */
#include "buffer.h"
#include "dev.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
