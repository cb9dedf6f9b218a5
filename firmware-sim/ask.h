/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIM_ASK_H
#define SIM_ASK_H

/**
 * ask() - sends commands to a control socket and prints the answers
 * @path: of the socket
 * @commands: each a line, up to a NULL
 *
 * Return: 0 if every answer was ok, 1 if one was not: the rest is not sent.
 */
int ask(const char *path, char **commands);

#endif
