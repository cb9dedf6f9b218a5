// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "cmd.h"
#include "util.h"

static const int caught[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t pending;

static void mark(int sig)
{
	pending = sig;
}

/* One that is ignored stays so: nohup's, and a shell's for its background. */
static void catch_one(int sig)
{
	/* No SA_RESTART: a wait is to end. The second one kills. */
	struct sigaction action = {
		.sa_handler = mark,
		.sa_flags = SA_RESETHAND,
	};
	struct sigaction old;

	sigaction(sig, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(sig, &action, NULL);
}

void signals_catch(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caught); i++)
		catch_one(caught[i]);
}

int signals_pending(void)
{
	return pending;
}

/* One that comes between the look and the wait waits for the wait. */
void signals_sleep(const struct timespec *timeout)
{
	sigset_t set, old;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(caught); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, &old);
	if (!pending)
		ppoll(NULL, 0, timeout, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

_Noreturn void signals_reraise(void)
{
	signal(pending, SIG_DFL);
	raise(pending);
	exit(STATUS_FAILURE);	/* not reached: the default ends it */
}
