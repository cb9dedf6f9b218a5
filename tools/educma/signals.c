// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdlib.h>

#include "cmd.h"

static volatile sig_atomic_t pending;

static void mark(int sig)
{
	pending = sig;
}

void signals_catch(void)
{
	/* No SA_RESTART: a wait is to end. The second one kills. */
	struct sigaction action = {
		.sa_handler = mark,
		.sa_flags = SA_RESETHAND,
	};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int signals_pending(void)
{
	return pending;
}

_Noreturn void signals_reraise(void)
{
	signal(pending, SIG_DFL);
	raise(pending);
	exit(STATUS_FAILURE);	/* not reached: the default ends it */
}
