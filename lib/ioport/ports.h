/* SPDX-License-Identifier: MIT */
/*
 * ports.h - what the parts of lib/ioport share
 *
 *	resource.c  the tree, as plain data
 *	region.c    requests and releases, and which ports may be used now
 *	access.c    inb, outb and their kin
 *	ioperm.c    the backends: the processor's instructions,
 *	devport.c   /dev/port,
 *	sim.c       the simulated bus
 *	record.c    the list of accesses
 *	refuse.c    the sentences
 */
#ifndef PF_IOPORT_PORTS_H
#define PF_IOPORT_PORTS_H

#include <errno.h>
#include <string.h>

#include "base/compiler.h"
#include "base/types.h"
#include "ioport/resource.h"
#include "os/port.h"
#include "os/thread.h"

#define NR_PORTS     (LAST_PORT + 1)
#define BITS_OF_LONG (8 * sizeof(long))

/* A bit a port. */
struct port_set {
	unsigned long words[NR_PORTS / BITS_OF_LONG];
};

/* What a program that uses ports needs; it is mapped when the first does. */
struct ports {
	struct port_set requested; /* those of busy resources: may be used */
	struct port_set wanted;	   /* the same, as the tree has it */
	struct port_set permitted; /* ioperm: those that were ever permitted */
	u8 registers[NR_PORTS];	   /* sim: those without a model */
};

/* NULL as long as nothing was requested. */
extern struct ports *the_ports pf_hidden;

/* Ports from @first to @last. */
struct port_run {
	unsigned int first, last;
};

/*
 * The next run of ports that are in @set and not in @but (which may be NULL),
 * behind @run; the first one for a run that ends at NO_PORT.
 */
#define NO_PORT ((unsigned int)-1)
bool next_run(const struct port_set *set, const struct port_set *but,
	      struct port_run *run);

#define for_each_run(run, set, but) \
	for (run.last = NO_PORT; next_run(set, but, &run);)

/* The tree's lock; signals are held back while it is held. */
void ports_lock(os_signals *saved);
void ports_unlock(const os_signals *saved);

/* Prepare for use; 0 or -ENOMEM. */
int ports_init(void);

/* One call of a program's, whole. */
struct port_access {
	unsigned long port;
	unsigned long count; /* elements at @data */
	void *data;
	unsigned int width; /* bytes of each: 1, 2 or 4 */
	bool is_write;
	bool is_string;
	const void *caller; /* where the call returns to */
};

/* An element of it; the program's memory need not be aligned. */
static inline u32 access_get(const struct port_access *access, unsigned long i)
{
	const u8 *where = (const u8 *)access->data + i * access->width;
	u32 dword;
	u16 word;

	if (access->width == 1)
		return *where;
	if (access->width == 2) {
		memcpy(&word, where, sizeof(word));
		return word;
	}
	memcpy(&dword, where, sizeof(dword));
	return dword;
}

static inline void access_set(const struct port_access *access, unsigned long i,
			      u32 value)
{
	u8 *where = (u8 *)access->data + i * access->width;
	u16 word = (u16)value;

	if (access->width == 1)
		*where = (u8)value;
	else if (access->width == 2)
		memcpy(where, &word, sizeof(word));
	else
		memcpy(where, &value, sizeof(value));
}

/* The first port of @access that is not requested, or NO_PORT. */
unsigned int first_unrequested(const struct port_access *access);

/*
 * The backends.  *_change(): permission for wanted & ~requested, and none for
 * requested & ~wanted; under the lock, before `requested` changes; 0 or -errno.
 * *_access(): the access, whose ports are requested; it ends the process where
 * the access is impossible.
 */
#if OS_HAS_PORTS
int ioperm_change(void);
void ioperm_raise_generation(void);
int ioperm_permit(void);
void ioperm_access(const struct port_access *access);
int devport_change(void);
void devport_access(const struct port_access *access);
#else
static inline int ioperm_change(void)
{
	return -ENOSYS;
}
static inline void ioperm_raise_generation(void)
{
}
static inline int ioperm_permit(void)
{
	return 0;
}
static inline void ioperm_access(const struct port_access *access)
{
}
static inline int devport_change(void)
{
	return -ENOSYS;
}
static inline void devport_access(const struct port_access *access)
{
}
#endif
void sim_access(const struct port_access *access);

/*
 * fork(), with all signals held back: nobody else is on the bus until it is
 * done, unless sim_fork_prepare() returns false.
 */
bool sim_fork_prepare(void);
void sim_fork_done(bool has_bus, bool is_child);

/* The caller is about to end the process, in a model perhaps: let others on. */
void sim_abandon(void);

/* Write down what has been done; nothing if nobody records. */
void record_access(const struct port_access *access);

/* Sentences that end the process. */
_Noreturn void refuse_number(const struct port_access *access);
_Noreturn void refuse_unrequested(const struct port_access *access,
				  unsigned int port);
_Noreturn void refuse_thread(const struct port_access *access, int err);
_Noreturn void refuse_wide(const struct port_access *access);
_Noreturn void refuse_devport(const struct port_access *access, int err);

/* What the replay expected instead: an event, or no access at all (NULL). */
_Noreturn void refuse_replay(const struct port_access *access, u32 value,
			     const struct pf_ioport_event *expected, size_t i,
			     size_t nr);

/* Whether @res comes from request_region(); the lock is held. */
bool is_own_region(const struct resource *res);

/* Ports that the system did not give. */
struct refusal {
	struct port_run ports;
	int ioperm_error, devport_error; /* of what was tried; else 0 */
};

/*
 * Sentences that a program survives; the caller holds no lock.  Nothing is said
 * of a refusal that was none.
 */
void explain_refusal(const struct refusal *refusal);
void explain_release(struct resource *tree, resource_size_t start,
		     resource_size_t end, const void *caller);

#endif
