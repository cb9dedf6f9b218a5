/* SPDX-License-Identifier: GPL-2.0 */
/* What cmocka.h wants included before it, and what the tests use. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util.h"

#endif
