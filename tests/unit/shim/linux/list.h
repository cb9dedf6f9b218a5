/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's circular lists. The links of a removed entry are NULL. */
#ifndef SHIM_LIST_H
#define SHIM_LIST_H

#include "kernel.h"

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_is_last(const struct list_head *entry,
				const struct list_head *head)
{
	return entry->next == head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

/* Inserts @entry behind @place. */
static inline void list_add(struct list_head *entry, struct list_head *place)
{
	entry->prev = place;
	entry->next = place->next;
	place->next->prev = entry;
	place->next = entry;
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *head)
{
	list_add(entry, head->prev);
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = NULL;
	entry->prev = NULL;
}

static inline void list_del_init(struct list_head *entry)
{
	list_del(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move_tail(struct list_head *entry,
				  struct list_head *head)
{
	list_del(entry);
	list_add_tail(entry, head);
}

/* Return: the entry whose link is @link; NULL at the end of the list. */
static inline void *list_at(const struct list_head *head,
			    const struct list_head *link, size_t offset)
{
	return link == head ? NULL : (char *)link - offset;
}

#define list_entry(link, type, member)	container_of(link, type, member)
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_first_entry_or_null(head, type, member) \
	((type *)list_at(head, (head)->next, offsetof(type, member)))

#define list_for_each_entry(at, head, member)				\
	for (at = list_at(head, (head)->next,				\
			  offsetof(typeof(*at), member));		\
	     at;							\
	     at = list_at(head, at->member.next,			\
			  offsetof(typeof(*at), member)))

/* The loop's body may remove @at; @after is the entry behind it. */
#define list_for_each_entry_safe(at, after, head, member)		\
	for (at = list_at(head, (head)->next,				\
			  offsetof(typeof(*at), member));		\
	     at && (after = list_at(head, at->member.next,		\
				    offsetof(typeof(*at), member)), true); \
	     at = after)

#endif
