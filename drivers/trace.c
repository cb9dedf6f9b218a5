// SPDX-License-Identifier: GPL-2.0
/* Defines the tracepoints that trace.h declares. */
#include "buffer.h"
#include "dev.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
