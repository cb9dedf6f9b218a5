/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIM_ASK_H
#define SIM_ASK_H

/**
 * ask() - send commands to the control socket of another educma-sim
 * @path: the path of the socket
 * @commands: the commands, a line each without its newline; ends with NULL
 *
 * Prints the answers: "error: ..." to stderr, all else to stdout. Waits for the
 * other process without a time limit.
 *
 * Return: 0 if every answer was "ok"; 1 at the first one that was not, after
 * which no more commands are sent.
 */
int ask(const char *path, char **commands);

#endif
