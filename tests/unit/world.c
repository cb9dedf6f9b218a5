// SPDX-License-Identifier: GPL-2.0
/* The virtual world of the tests: see world.h. */
#include <stdio.h>

#include "test.h"

#include "world.h"

struct world world;

/* Start anew: no events, no locks, and the clock at @now_ns. */
void world_begin(uint64_t now_ns)
{
	world = (struct world){ .now_ns = now_ns };
}

/* Fail the test unless the rule was kept. */
void world_rule(bool kept, const char *rule)
{
	if (!kept)
		fail_msg("broken rule at %llu ns: %s",
			 (unsigned long long)world.now_ns, rule);
}

/* The caller may sleep: then nothing may forbid it. */
void world_may_sleep(void)
{
	world_rule(!world.locks && !world.irqs_off && !world.in_irq,
		   "no sleep under a lock or in an interrupt");
}

/* Let @event happen at @at_ns, behind those of the same time. */
void world_at(struct world_event *event, uint64_t at_ns,
	      void (*run)(struct world_event *event))
{
	struct world_event **at = &world.events;

	world_rule(!event->pending, "an event is pending only once");
	event->at_ns = at_ns;
	event->run = run;
	event->pending = true;
	while (*at && (*at)->at_ns <= at_ns)
		at = &(*at)->next;
	event->next = *at;
	*at = event;
}

/* Take a pending event away. Returns whether it was pending. */
bool world_forget(struct world_event *event)
{
	struct world_event **at = &world.events;

	if (!event->pending)
		return false;
	while (*at != event)
		at = &(*at)->next;
	*at = event->next;
	event->pending = false;
	return true;
}

/*
 * Let the next event happen if it is not later than @until_ns, else set the
 * clock to @until_ns. Returns whether there was one.
 */
bool world_step(uint64_t until_ns)
{
	struct world_event *event = world.events;

	world_rule(!world.locks && !world.irqs_off,
		   "events happen only while interrupts are enabled");
	if (!event || event->at_ns > until_ns) {
		world.now_ns = until_ns;
		return false;
	}
	world.now_ns = event->at_ns;
	world_forget(event);
	event->run(event);
	return true;
}

/* Let @ns pass. */
void world_run(uint64_t ns)
{
	const uint64_t until_ns = world.now_ns + ns;

	while (world_step(until_ns))
		;
}

/* Keep the last message, and count. */
void world_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(world.log, sizeof(world.log), format, args);
	va_end(args);
	world.logged++;
}

/* An interrupt: the handler runs with interrupts disabled. */
void world_irq(void (*handler)(void *data), void *data)
{
	world_rule(!world.irqs_off, "no interrupt while they are disabled");
	world.irqs_off = true;
	world.in_irq = true;
	handler(data);
	world.in_irq = false;
	world.irqs_off = false;
	world_rule(!world.locks, "an interrupt handler releases its locks");
}
