/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world in which the headers in shim/ let a part of the driver run: a
 * virtual clock, events in the order of their time, and the rules on locks,
 * interrupts and sleeping. A broken rule fails the running test.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct world_event - something that happens at a time
 * @at_ns: when
 * @run: what happens
 * @next: the next event; ordered by @at_ns
 * @pending: the event is in the world's list
 */
struct world_event {
	uint64_t at_ns;
	void (*run)(struct world_event *event);
	struct world_event *next;
	bool pending;
};

/**
 * struct world - the state of the world
 * @now_ns: the clock
 * @events: pending events, the earliest first
 * @locks: how many spinlocks are held
 * @irqs_off: interrupts are disabled
 * @in_irq: an interrupt handler runs
 * @in_work: a work item runs
 * @logged: messages since world_begin()
 * @log: the last message
 */
struct world {
	uint64_t now_ns;
	struct world_event *events;
	unsigned int locks;
	bool irqs_off;
	bool in_irq;
	bool in_work;
	unsigned int logged;
	char log[128];
};

extern struct world world;

void world_begin(uint64_t now_ns);
void world_rule(bool kept, const char *rule);
void world_may_sleep(void);
void world_at(struct world_event *event, uint64_t at_ns,
	      void (*run)(struct world_event *event));
bool world_forget(struct world_event *event);
bool world_step(uint64_t until_ns);
void world_run(uint64_t ns);
void world_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
void world_irq(void (*handler)(void *data), void *data);
void world_trace(const char *name);

#endif
