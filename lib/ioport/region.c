/* SPDX-License-Identifier: MIT */
/*
 * region.c - requests and releases, and which ports may be used now
 *
 * What it does.  The tree (resource.c) says who has which ports.  Whatever
 * changes it ends in follow_tree(), which writes the ports of all busy
 * resources into a set, lets the backend permit the new ones and forbid the old
 * ones, and publishes the set as `requested`.  An access looks there alone, one
 * load a port, without a lock.
 *
 *	tree                        wanted          requested (before)
 *	  rtc      0070-0071 busy   70 71           70 71
 *	  PCI Bus  0cf8-0cff        .               .
 *	    conf1  0cf8-0cfb busy   cf8 .. cfb      .       -> permit cf8-cfb
 *
 * Threads.  ioperm's permission is a thread's.  Each change raises a generation
 * before it publishes new ports; a thread that sees a new port therefore sees
 * that its own generation is old, and asks for permission itself (ioperm.c).
 *
 * Backends.  Decided when the first ports are wanted, and free to be decided
 * anew when none are.
 *
 * Memory.  Regions come from pages of our own, so that drivers run beside any
 * malloc; pages are kept.  Nothing here is touched by programs without ports.
 *
 * Invariants:
 *	1. Without the lock held, requested is the union of the busy resources.
 *	2. A region is in the tree, or on the list of free ones, or the
 *	   program's, which has taken it out by release_resource().
 *
 * Locking.  One lock, with all signals held back: who reads a port in a signal
 * handler cannot meet itself.  Nobody who holds it writes to stderr or waits
 * for another thread.  fork() takes it; handlers that the program registered
 * before its first use of ports then run with it.
 */
#include "ioport/ports.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/print.h"
#include "os/conf.h"
#include "os/lock.h"
#include "os/os.h"
#include "os/report.h"

static_assert((int)IOPORT_AUTO == (int)PF_IOPORT_AUTO &&
		      (int)IOPORT_IOPERM == (int)PF_IOPORT_IOPERM &&
		      (int)IOPORT_DEVPORT == (int)PF_IOPORT_DEVPORT &&
		      (int)IOPORT_SIM == (int)PF_IOPORT_SIM,
	      "the option has the values of the interface");

struct ports *the_ports;

static struct lock lock = LOCK_INIT(LOCK_RANK_PORTS);
static struct resource root;	 /* of the ports */
static struct resource mem_root; /* of memory: no more than who has what */
static u32 backend;		 /* an enum pf_ioport, when it is decided */
static u32 selected;		 /* the same, by pf_ioport_select(); 0: not */
static u32 muxed_turn;		 /* rises when a muxed region is released */
static struct resource *free_regions; /* by their sibling fields */

/* A page of regions. */
struct region_page {
	struct region_page *next;
	struct resource regions[];
};
static struct region_page *region_pages;

static pthread_once_t fork_handlers = PTHREAD_ONCE_INIT;
static int fork_handlers_error;

/* This thread holds the lock, and the program's handlers of fork() run. */
static __thread bool is_forking;

static struct {
	os_signals signals;
	bool has_bus;
} before_fork;

void ports_lock(os_signals *saved)
{
	os_signals before;

	os_block_signals(&before);
	if (!is_forking)
		lock_acquire(&lock);
	*saved = before;
}

void ports_unlock(const os_signals *saved)
{
	os_signals before = *saved;

	if (!is_forking)
		lock_release(&lock);
	os_restore_signals(&before);
}

static void fork_prepare(void)
{
	os_signals saved;
	bool has_bus;

	os_block_signals(&saved);
	has_bus = sim_fork_prepare();
	lock_acquire(&lock);
	is_forking = true;
	before_fork.signals = saved;
	before_fork.has_bus = has_bus;
}

static void fork_done(bool is_child)
{
	os_signals saved = before_fork.signals;
	bool has_bus = before_fork.has_bus;

	is_forking = false;
	lock_release(&lock);
	sim_fork_done(has_bus, is_child);
	os_restore_signals(&saved);
}

static void fork_parent(void)
{
	fork_done(false);
}

static void fork_child(void)
{
	fork_done(true);
}

/* ------------------------------------------------------------------------
 * Sets of ports
 * ------------------------------------------------------------------------ */

static unsigned long word_of(const struct port_set *set,
			     const struct port_set *but, unsigned int i)
{
	return set->words[i] & ~(but ? but->words[i] : 0);
}

static bool has_port(const struct port_set *set, const struct port_set *but,
		     unsigned int port)
{
	return word_of(set, but, port / BITS_OF_LONG) >> port % BITS_OF_LONG &
	       1;
}

bool next_run(const struct port_set *set, const struct port_set *but,
	      struct port_run *run)
{
	unsigned int port = run->last + 1;

	while (port < NR_PORTS && !has_port(set, but, port)) {
		if (port % BITS_OF_LONG == 0 &&
		    !word_of(set, but, port / BITS_OF_LONG))
			port += BITS_OF_LONG;
		else
			port++;
	}
	run->first = port;
	while (port < NR_PORTS && has_port(set, but, port))
		port++;
	run->last = port - 1;
	return run->first < NR_PORTS;
}

static bool has_ports(const struct port_set *set, const struct port_set *but,
		      struct port_run *run)
{
	run->last = NO_PORT;
	return next_run(set, but, run);
}

/* The ports of busy resources; what lies below one is in it. */
static void collect_busy(struct port_set *set)
{
	const struct resource *res = &root;
	resource_size_t port;

	memset(set, 0, sizeof(*set));
	while ((res = resource_next(&root, res))) {
		if (!(res->flags & IORESOURCE_BUSY))
			continue;
		for (port = res->start; port <= res->end; port++)
			set->words[port / BITS_OF_LONG] |=
				1UL << port % BITS_OF_LONG;
	}
}

/* ------------------------------------------------------------------------
 * Backends
 * ------------------------------------------------------------------------ */

/* What was asked for, by the program or else by the user. */
static enum pf_ioport chosen_backend(void)
{
	enum pf_ioport chosen = selected ? selected : pf_conf.ioport;

	if (!OS_HAS_PORTS && chosen == PF_IOPORT_AUTO)
		return PF_IOPORT_SIM;
	return chosen;
}

static int change_by(enum pf_ioport chosen, struct refusal *refusal)
{
	switch (chosen) {
	case PF_IOPORT_IOPERM:
		refusal->ioperm_error = ioperm_change();
		return refusal->ioperm_error;
	case PF_IOPORT_DEVPORT:
		refusal->devport_error = devport_change();
		return refusal->devport_error;
	default: /* the simulator: nobody to ask */
		return 0;
	}
}

static int change_permission(struct refusal *refusal)
{
	enum pf_ioport chosen = backend ? backend : chosen_backend();
	bool may_choose = chosen == PF_IOPORT_AUTO;
	int err;

	if (may_choose)
		chosen = PF_IOPORT_IOPERM;
	err = change_by(chosen, refusal);
	if (err && may_choose) {
		chosen = PF_IOPORT_DEVPORT;
		if (change_by(chosen, refusal) == 0)
			err = 0;
	}
	if (!err)
		WRITE_ONCE(backend, chosen);
	return err;
}

static void publish(struct port_set *to, const struct port_set *from)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(to->words); i++) {
		if (to->words[i] != from->words[i])
			store_release(&to->words[i], from->words[i]);
	}
}

/*
 * Make `requested` what the tree says; the lock is held.  On failure nothing
 * has changed, and the caller puts the tree back, and explains the refusal when
 * it has let go of the lock.
 */
static int follow_tree(struct refusal *refusal)
{
	struct port_set *requested = &the_ports->requested;
	struct port_set *wanted = &the_ports->wanted;
	struct port_run run;
	int err;

	*refusal = (struct refusal){.ioperm_error = 0};
	collect_busy(wanted);
	if (!has_ports(wanted, requested, &run) &&
	    !has_ports(requested, wanted, &run))
		return 0;
	refusal->ports = run;
	err = change_permission(refusal);
	if (err)
		return err;
	if (backend == PF_IOPORT_IOPERM)
		ioperm_raise_generation();
	publish(requested, wanted);
	if (!has_ports(requested, NULL, &run))
		WRITE_ONCE(backend, PF_IOPORT_AUTO);
	return 0;
}

/* The same after a release, which cannot fail; a muxed request may wait. */
static void follow_release(void)
{
	struct refusal refusal;
	int err = follow_tree(&refusal);

	VM_BUG_ON(err);
	muxed_turn++;
	os_wake(&muxed_turn, INT32_MAX);
}

int pf_ioport_select(enum pf_ioport wanted)
{
	os_signals saved;
	int err = 0;

	if ((unsigned int)wanted > PF_IOPORT_SIM)
		return -EINVAL;
	ports_lock(&saved);
	if (backend)
		err = -EBUSY;
	else
		selected = (u32)wanted;
	ports_unlock(&saved);
	return err;
}

enum pf_ioport pf_ioport_backend(void)
{
	return READ_ONCE(backend);
}

int pf_ioport_permit(void)
{
	os_signals saved;
	int err = 0;

	ports_lock(&saved);
	if (backend == PF_IOPORT_IOPERM)
		err = ioperm_permit();
	ports_unlock(&saved);
	return err;
}

/* ------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------ */

/* Zeroed memory for good, in whole pages. */
static int map_bytes(void **addr, size_t bytes)
{
	int err = os_reserve(addr, bytes);

	if (err)
		return err;
	err = os_map_over(*addr, bytes);
	if (err)
		os_unmap(*addr, bytes);
	return err;
}

static int map_ports(void)
{
	void *memory;
	int err = map_bytes(&memory,
			    align_up(sizeof(struct ports), os_page_size()));

	if (err)
		return err;
	root.name = "PCI IO";
	root.end = LAST_PORT;
	root.flags = IORESOURCE_IO;
	mem_root.name = "PCI mem";
	mem_root.end = (resource_size_t)-1;
	mem_root.flags = IORESOURCE_MEM;
	store_release(&the_ports, memory);
	return 0;
}

static void add_fork_handlers(void)
{
	fork_handlers_error =
		-pthread_atfork(fork_prepare, fork_parent, fork_child);
}

/* Nobody goes on before fork() waits for him. */
int ports_init(void)
{
	os_signals saved;
	int err = 0;

	if (likely(load_acquire(&the_ports)))
		return 0;
	pthread_once(&fork_handlers, add_fork_handlers);
	if (fork_handlers_error)
		return fork_handlers_error;
	ports_lock(&saved);
	if (!the_ports)
		err = map_ports();
	ports_unlock(&saved);
	return err;
}

static void free_region(struct resource *region)
{
	region->sibling = free_regions;
	free_regions = region;
}

static int add_region_page(void)
{
	size_t bytes = os_page_size();
	struct region_page *page;
	void *memory;
	size_t i;
	int err = map_bytes(&memory, bytes);

	if (err)
		return err;
	page = memory;
	for (i = 0; i < (bytes - sizeof(*page)) / sizeof(page->regions[0]); i++)
		free_region(&page->regions[i]);
	page->next = region_pages;
	region_pages = page;
	return 0;
}

static struct resource *alloc_region(void)
{
	struct resource *region;

	if (!free_regions && add_region_page())
		return NULL;
	region = free_regions;
	free_regions = region->sibling;
	return region;
}

bool is_own_region(const struct resource *res)
{
	uintptr_t start = align_down((uintptr_t)res, os_page_size());
	const struct region_page *page;

	for (page = region_pages; page; page = page->next) {
		if ((uintptr_t)page == start)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------
 * Regions
 * ------------------------------------------------------------------------ */

static struct resource *no_region(int err)
{
	errno = -err;
	return NULL;
}

/*
 * One attempt, under the lock.  Return: 0 and the region, or -errno; -EAGAIN
 * where a muxed region is in the way of another.
 */
static int try_request(struct resource *tree, const struct resource *wanted,
		       struct resource **result, struct refusal *refusal)
{
	struct resource *region = alloc_region();
	struct resource *conflict;
	int err;

	if (!region)
		return -ENOMEM;
	*region = *wanted;
	conflict = resource_add_innermost(tree, region);
	if (conflict) {
		free_region(region);
		return conflict->flags & wanted->flags & IORESOURCE_MUXED
			       ? -EAGAIN
			       : -EBUSY;
	}
	err = follow_tree(refusal);
	if (err) {
		resource_del(region);
		free_region(region);
		return err;
	}
	*result = region;
	return 0;
}

static struct resource *request(struct resource *tree, resource_size_t start,
				resource_size_t n, const char *name,
				unsigned long flags)
{
	struct resource wanted = {
		.start = start,
		.end = start + n - 1,
		.name = name,
		.flags = IORESOURCE_BUSY | flags,
	};
	struct refusal refusal = {.ioperm_error = 0};
	struct resource *region = NULL;
	os_signals saved;
	int err = ports_init();

	if (err)
		return no_region(err);
	if (n == 0 || n - 1 > tree->end || start > tree->end - (n - 1))
		return no_region(-EINVAL);
	for (;;) {
		u32 turn;

		ports_lock(&saved);
		turn = muxed_turn;
		err = try_request(tree, &wanted, &region, &refusal);
		ports_unlock(&saved);
		if (err != -EAGAIN)
			break;
		os_wait(&muxed_turn, turn);
	}
	if (!err)
		return region;
	explain_refusal(&refusal);
	return no_region(err);
}

struct resource *pf_request_region(resource_size_t start, resource_size_t n,
				   const char *name)
{
	return request(&root, start, n, name, IORESOURCE_IO);
}

struct resource *pf_request_muxed_region(resource_size_t start,
					 resource_size_t n, const char *name)
{
	return request(&root, start, n, name, IORESOURCE_IO | IORESOURCE_MUXED);
}

struct resource *pf_request_mem_region(resource_size_t start, resource_size_t n,
				       const char *name)
{
	return request(&mem_root, start, n, name, IORESOURCE_MEM);
}

/* The region that is exactly this range, with nothing in it, or NULL. */
static struct resource *find_region(struct resource *tree,
				    resource_size_t start, resource_size_t end)
{
	struct resource *res = resource_around(tree, start);

	if (is_own_region(res) && res->start == start && res->end == end &&
	    !res->child)
		return res;
	return NULL;
}

static bool release(struct resource *tree, resource_size_t start,
		    resource_size_t end)
{
	struct resource *region;
	os_signals saved;

	ports_lock(&saved);
	region = find_region(tree, start, end);
	if (region) {
		resource_del(region);
		follow_release();
		free_region(region);
	}
	ports_unlock(&saved);
	return region;
}

void pf_release_region(resource_size_t start, resource_size_t n)
{
	if (ports_init() || !release(&root, start, start + n - 1))
		explain_release(&root, start, start + n - 1,
				__builtin_return_address(0));
}

void pf_release_mem_region(resource_size_t start, resource_size_t n)
{
	if (ports_init() || !release(&mem_root, start, start + n - 1))
		explain_release(&mem_root, start, start + n - 1,
				__builtin_return_address(0));
}

enum pf_region pf_region_intersects(resource_size_t start, size_t size,
				    unsigned long flags, unsigned long desc)
{
	struct resource wanted = {
		.start = start,
		.end = start + size - 1,
		.flags = flags,
		.desc = desc,
	};
	enum pf_region result;
	os_signals saved;

	ports_lock(&saved);
	result = resource_intersects(&root, &wanted);
	ports_unlock(&saved);
	return result;
}

struct resource *pf_ioport_root(void)
{
	ports_init();
	return &root;
}

struct resource *pf_iomem_root(void)
{
	ports_init();
	return &mem_root;
}

/* Into the tree by @add; out again, by @del, where the machine refuses. */
static int take_resource(struct resource *parent, struct resource *res,
			 struct resource *(*add)(struct resource *parent,
						 struct resource *res),
			 bool (*del)(struct resource *res))
{
	struct refusal refusal = {.ioperm_error = 0};
	os_signals saved;
	int err = ports_init();

	if (err)
		return err;
	ports_lock(&saved);
	if (add(parent, res)) {
		err = -EBUSY;
	} else {
		err = follow_tree(&refusal);
		if (err)
			del(res);
	}
	ports_unlock(&saved);
	if (err)
		explain_refusal(&refusal);
	return err;
}

int pf_request_resource(struct resource *parent, struct resource *res)
{
	return take_resource(parent, res, resource_add, resource_del);
}

int pf_insert_resource(struct resource *parent, struct resource *res)
{
	return take_resource(parent, res, resource_insert, resource_del_alone);
}

int pf_release_resource(struct resource *res)
{
	os_signals saved;
	int err = ports_init();

	if (err)
		return err;
	ports_lock(&saved);
	if (resource_del(res))
		follow_release();
	else
		err = -EINVAL;
	ports_unlock(&saved);
	return err;
}

/* ------------------------------------------------------------------------
 * The dump
 * ------------------------------------------------------------------------ */

#define MAX_DEPTH 5 /* deeper ones are indented like this */

static unsigned int depth_of(const struct resource *res)
{
	unsigned int depth = 0;

	while (res->parent != &root && depth < MAX_DEPTH) {
		res = res->parent;
		depth++;
	}
	return depth;
}

struct dump {
	char *text;
	size_t size; /* bytes there */
	size_t len;  /* of the whole dump so far */
};

static void dump_add(struct dump *dump, const char *text, size_t len)
{
	if (dump->len < dump->size) {
		size_t room = min_size(len, dump->size - 1 - dump->len);

		memcpy(dump->text + dump->len, text, room);
		dump->text[dump->len + room] = '\0';
	}
	dump->len += len;
}

static void dump_resource(struct dump *dump, const struct resource *res)
{
	const char *name = res->name ? res->name : "<BAD>";
	unsigned int depth = depth_of(res);
	TEXT(range, 64);

	while (depth--)
		dump_add(dump, "  ", 2);
	text_print(&range, "%04llx-%04llx : ", res->start, res->end);
	dump_add(dump, range.start, range.len);
	dump_add(dump, name, strlen(name));
	dump_add(dump, "\n", 1);
}

size_t pf_ioport_dump(char *text, size_t size)
{
	struct dump dump = {text, size, 0};
	const struct resource *res = &root;
	os_signals saved;

	if (size)
		text[0] = '\0';
	ports_lock(&saved);
	while ((res = resource_next(&root, res)))
		dump_resource(&dump, res);
	ports_unlock(&saved);
	return dump.len;
}
