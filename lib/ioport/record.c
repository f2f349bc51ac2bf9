/* SPDX-License-Identifier: MIT */
/*
 * record.c - the list of accesses
 *
 * The events lie in the program's array; each access takes as many places as
 * it has elements by one addition, so that a string stays together and no lock
 * is needed.
 */
#include "ioport/ports.h"

static struct pf_ioport_event *recorded;
static size_t max_recorded;
static size_t nr_recorded;

void pf_ioport_record(struct pf_ioport_event *events, size_t max)
{
	max_recorded = events ? max : 0;
	if (events)
		__atomic_store_n(&nr_recorded, 0, __ATOMIC_RELAXED);
	store_release(&recorded, events);
}

size_t pf_ioport_recorded(void)
{
	return READ_ONCE(nr_recorded);
}

void record_access(const struct port_access *access)
{
	struct pf_ioport_event *events = load_acquire(&recorded);
	unsigned long i;
	size_t place;

	if (likely(!events))
		return;
	place = __atomic_fetch_add(&nr_recorded, access->count,
				   __ATOMIC_RELAXED);
	for (i = 0; i < access->count && place + i < max_recorded; i++)
		events[place + i] = (struct pf_ioport_event){
			.value = access_get(access, i),
			.port = (uint16_t)access->port,
			.width = (uint8_t)access->width,
			.is_write = access->is_write,
		};
}
