/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vfio-user protocol, version 0.0, from the server's side: one message in,
 * one reply out. No sockets here, and no state but the device's.
 *
 * Source: QEMU's docs/interop/vfio-user.rst. All fields are in the byte order
 * of the host. What a client does not need for a device like this one is
 * refused: migration, region descriptors, coalesced writes, DMA by message.
 */
#ifndef SIM_PROTOCOL_H
#define SIM_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

#define PROTOCOL_HEADER	16	/* bytes */
#define PROTOCOL_MAX	4096	/* bytes of a message, and of a reply */
#define PROTOCOL_FDS	1	/* descriptors with a message */

/**
 * protocol_size() - how long a message is
 * @header: its first PROTOCOL_HEADER bytes
 *
 * Return: its bytes with the header; 0 if no message begins like this, so that
 * nothing that follows can be understood either.
 */
size_t protocol_size(const void *header);

/**
 * protocol_handle() - does what a message asks
 * @device: on which; device_run() was called for this moment
 * @msg: the message, anything at all
 * @len: its bytes
 * @fds: the descriptors that came with it; -1 afterwards where one was taken,
 *       the caller closes the others
 * @nfds: how many
 * @reply: room for PROTOCOL_MAX bytes
 *
 * Return: the bytes of the reply, 0 if the client wants none, -1 if the
 * connection is of no use any more.
 */
int protocol_handle(struct device *device, const void *msg, size_t len, int *fds,
		    size_t nfds, void *reply);

#endif
