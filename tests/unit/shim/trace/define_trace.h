/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints have no code on the host. */
