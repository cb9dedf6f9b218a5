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

/* An ignored signal stays ignored: nohup and shells set that on purpose. */
static void catch_one(int sig)
{
	/*
	 * Without SA_RESTART, the signal ends a wait. With SA_RESETHAND, a second
	 * signal kills.
	 */
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
 * The signals are blocked while @pending is tested, so that a signal in between is
 * delivered to sigtimedwait(). ppoll() would do too, but its timeout may be 0.1 %
 * late.
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
	flush_output();	/* the signal's default action does not flush stdio */
	signal(pending, SIG_DFL);
	raise(pending);
	exit(STATUS_FAILURE);	/* not reached: the default action ends it */
}
