/* SPDX-License-Identifier: GPL-2.0 */
/* The host has no code behind tracepoints. */
