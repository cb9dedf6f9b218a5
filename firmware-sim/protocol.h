/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The server side of the vfio-user protocol, version 0.0: takes one message and
 * makes one reply. This file uses no socket and keeps no state of its own.
 *
 * Source: QEMU's docs/interop/vfio-user.rst. All fields have the byte order of
 * the host. Commands that this device does not need are refused: migration,
 * region descriptors, coalesced writes, DMA by message.
 */
#ifndef SIM_PROTOCOL_H
#define SIM_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

#define PROTOCOL_HEADER	16	/* length of a header, in bytes */
#define PROTOCOL_MAX	4096	/* longest message or reply, in bytes */
#define PROTOCOL_FDS	1	/* most descriptors with a message */

/**
 * protocol_size() - get the length of a message
 * @header: the first PROTOCOL_HEADER bytes of the message
 *
 * Return: the length in bytes, with the header; 0 if this is no header of a
 * command, so that the rest of the stream cannot be understood either.
 */
size_t protocol_size(const void *header);

/**
 * protocol_handle() - handle a message
 * @device: the device; the caller has called device_run() with the current time
 * @msg: the message, which is not trusted and need not be aligned
 * @len: length of the message, in bytes
 * @fds: the descriptors that came with the message. One that is kept is replaced
 *	by -1; the caller closes the others
 * @nfds: how many descriptors
 * @reply: receives the reply, PROTOCOL_MAX bytes at most
 *
 * A command that is refused is logged, and its reply carries an errno.
 *
 * Return: length of the reply in bytes; 0 if the client wants none; -1 if @msg is
 * no message, and the connection must be closed.
 */
int protocol_handle(struct device *device, const void *msg, size_t len, int *fds,
		    size_t nfds, void *reply);

#endif
