/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and texts from files may contain any bytes. These functions replace the
 * bytes that a terminal would take as a command, and those that are not UTF-8.
 */
#ifndef EDUCMA_PRINTABLE_H
#define EDUCMA_PRINTABLE_H

#include <stddef.h>

/**
 * printable_text() - make a text fit for a terminal
 * @to: set to the text, cut off if it does not fit; each byte of a control
 *	character and of invalid UTF-8 becomes an escape like \x1b
 * @len: bytes of @to
 * @from: the text; it must not overlap with @to
 *
 * Returns @to.
 */
char *printable_text(char *to, size_t len, const char *from);

/**
 * printable_json() - make JSON, which may have any bytes in its strings, valid
 * @from: the JSON; control characters below 0x20 are escaped already
 *
 * Invalid UTF-8 becomes U+FFFD, and the other control characters become an escape
 * like \u009b.
 *
 * Returns a new string, or NULL if there is no memory.
 */
char *printable_json(const char *from);

#endif
