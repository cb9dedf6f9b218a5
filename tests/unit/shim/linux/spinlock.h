/* SPDX-License-Identifier: GPL-2.0 */
/* Spinlocks for one thread: they lock nothing, and check that they are used right. */
#ifndef SHIM_SPINLOCK_H
#define SHIM_SPINLOCK_H

#include "../../world.h"
#include "kernel.h"

typedef struct spinlock {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

/* The engine's lock is also taken in interrupts, so it needs interrupts off. */
static inline void spin_lock(spinlock_t *lock)
{
	world_rule(!lock->held, "a lock is not taken twice");
	world_rule(world.irqs_off, "interrupts are off while the lock is held");
	lock->held = true;
	world.locks++;
}

static inline void spin_unlock(spinlock_t *lock)
{
	world_rule(lock->held, "a lock that is released is held");
	lock->held = false;
	world.locks--;
}

static inline void local_irq_disable(void)
{
	world_rule(!world.irqs_off, "interrupts are on before they are disabled");
	world.irqs_off = true;
}

static inline void local_irq_enable(void)
{
	world.irqs_off = false;
}

static inline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static inline void spin_unlock_irq(spinlock_t *lock)
{
	spin_unlock(lock);
	local_irq_enable();
}

static inline unsigned long spin_lock_save(spinlock_t *lock)
{
	const bool irqs_off = world.irqs_off;

	world.irqs_off = true;
	spin_lock(lock);
	return irqs_off;
}

#define spin_lock_irqsave(lock, flags)	((flags) = spin_lock_save(lock))

static inline void spin_unlock_irqrestore(spinlock_t *lock,
					  unsigned long flags)
{
	spin_unlock(lock);
	world.irqs_off = flags;
}

static inline void lockdep_assert_held(const spinlock_t *lock)
{
	world_rule(lock->held, "the caller holds the lock");
}

#endif
