// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdlib.h>

#include "cmd.h"

static sigset_t caught;
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
	if (old.sa_handler == SIG_IGN)
		return;
	sigaction(sig, &action, NULL);
	sigaddset(&caught, sig);
}

void signals_catch(void)
{
	sigemptyset(&caught);
	catch_one(SIGINT);
	catch_one(SIGTERM);
	catch_one(SIGHUP);
}

int signals_pending(void)
{
	return pending;
}

/*
 * One that comes between the look and the wait waits for the wait. Not
 * ppoll(), whose timeout may be 0.1 % late.
 */
void signals_sleep(const struct timespec *timeout)
{
	sigset_t old;
	int sig;

	sigprocmask(SIG_BLOCK, &caught, &old);
	if (!pending) {
		sig = sigtimedwait(&caught, NULL, timeout);
		if (sig > 0)
			pending = sig;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
}

_Noreturn void signals_reraise(void)
{
	flush_output();	/* a signal's default does not do it */
	signal(pending, SIG_DFL);
	raise(pending);
	exit(STATUS_FAILURE);	/* not reached: the default ends it */
}
