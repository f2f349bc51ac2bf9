/* SPDX-License-Identifier: MIT */
/*
 * sim.c - the simulated bus
 *
 * What it does.  65536 registers of a byte, and models that stand before them.
 * A cycle goes to the model that has all of its ports; where there is none,
 * each byte of it goes, lowest first, to the model that has its port, or to the
 * plain register:
 *
 *	model "rtc" at 70-71	inw(0x70)  one call, width 2
 *				inl(0x6e)  registers 6e and 6f, then two calls,
 *					   width 1
 *
 * While a replay runs, its script answers instead, and each access must be the
 * script's next.
 *
 * Locking.  One lock is the bus: cycles come one at a time, with all signals
 * held back, as a processor takes no interrupt within a cycle.  A model that
 * uses ports in its turn does so inside of its own cycle, without the lock.
 * The lock ranks below all others: models may allocate.  fork() waits for the
 * end of a cycle, but not for ever: it may be that the cycle waits for it.
 */
#include "ioport/ports.h"

#include <errno.h>

#include "os/lock.h"
#include "os/os.h"

static struct lock bus = LOCK_INIT(LOCK_RANK_BUS);
static __thread unsigned int nr_cycles_inside; /* of models, in each other */

/*
 * A cycle that takes so long is of a model that waits for another thread, for
 * the one that forks perhaps, which holds what the model wants.
 */
#define MODEL_WAITS_MS 2000

static struct pf_iosim_device *devices;

static struct {
	const struct pf_ioport_event *events;
	size_t nr, next;
} script;

/* A cycle that the script does not have. */
struct mismatch {
	bool is_one;
	u32 value;
	size_t i;
	size_t nr;
	const struct pf_ioport_event *expected; /* NULL: the script is over */
};

static void bus_enter(os_signals *saved)
{
	if (nr_cycles_inside++)
		return;
	os_block_signals(saved);
	lock_acquire(&bus);
}

static void bus_leave(const os_signals *saved)
{
	os_signals before;

	if (--nr_cycles_inside)
		return;
	before = *saved;
	lock_release(&bus);
	os_restore_signals(&before);
}

static bool bus_try_for(u64 ms)
{
	u64 until = os_now_ms() + ms;
	unsigned int round = 0;

	while (!lock_try_acquire(&bus)) {
		if (os_now_ms() > until)
			return false;
		os_wait_turn(round++);
	}
	return true;
}

bool sim_fork_prepare(void)
{
	bool has_bus = nr_cycles_inside || bus_try_for(MODEL_WAITS_MS);

	nr_cycles_inside++;
	return has_bus;
}

void sim_fork_done(bool has_bus, bool is_child)
{
	nr_cycles_inside--;
	if (has_bus && !nr_cycles_inside)
		lock_release(&bus);
	else if (!has_bus && is_child)
		lock_reset_orphan(&bus);
}

void sim_abandon(void)
{
	if (!nr_cycles_inside)
		return;
	nr_cycles_inside = 0;
	lock_release(&bus);
}

/* ------------------------------------------------------------------------
 * Cycles
 * ------------------------------------------------------------------------ */

static struct pf_iosim_device *find_device(unsigned int port,
					   unsigned int nr_ports)
{
	struct pf_iosim_device *device;

	for (device = devices; device; device = device->next) {
		if (port >= device->start &&
		    port + nr_ports <= device->start + device->nr_ports)
			return device;
	}
	return NULL;
}

static u32 all_ones(unsigned int width)
{
	return width == 4 ? ~0U : (1U << 8 * width) - 1;
}

static u32 device_cycle(struct pf_iosim_device *device, unsigned int port,
			unsigned int width, bool is_write, u32 value)
{
	unsigned int offset = port - device->start;

	if (is_write) {
		if (device->write)
			device->write(device, offset, width, value);
		return value;
	}
	if (!device->read)
		return all_ones(width);
	return device->read(device, offset, width) & all_ones(width);
}

static u32 byte_cycle(unsigned int port, bool is_write, u32 value)
{
	struct pf_iosim_device *device = find_device(port, 1);

	if (device)
		return device_cycle(device, port, 1, is_write, value);
	if (is_write)
		the_ports->registers[port] = (u8)value;
	return the_ports->registers[port];
}

/* Return: what was read, or @value. */
static u32 bus_cycle(unsigned int port, unsigned int width, bool is_write,
		     u32 value)
{
	struct pf_iosim_device *device = find_device(port, width);
	u32 result = 0;
	unsigned int i;

	if (device)
		return device_cycle(device, port, width, is_write, value);
	for (i = 0; i < width; i++)
		result |= byte_cycle(port + i, is_write, value >> 8 * i & 0xff)
			  << 8 * i;
	return result;
}

/* Return: what the script says. */
static u32 replay_cycle(const struct port_access *access, u32 value,
			struct mismatch *mismatch)
{
	const struct pf_ioport_event *event = &script.events[script.next];

	if (script.next < script.nr && event->port == access->port &&
	    event->width == access->width &&
	    !event->is_write == !access->is_write &&
	    (!access->is_write || event->value == value)) {
		script.next++;
		return event->value;
	}
	*mismatch = (struct mismatch){
		.is_one = true,
		.value = value,
		.i = script.next,
		.nr = script.nr,
		.expected = script.next < script.nr ? event : NULL,
	};
	return value;
}

static void one_cycle(const struct port_access *access, unsigned long i,
		      struct mismatch *mismatch)
{
	u32 value = access->is_write ? access_get(access, i) : 0;

	if (script.nr && nr_cycles_inside == 1)
		value = replay_cycle(access, value, mismatch);
	else
		value = bus_cycle((unsigned int)access->port, access->width,
				  access->is_write, value);
	if (!access->is_write)
		access_set(access, i, value);
}

void sim_access(const struct port_access *access)
{
	struct mismatch mismatch = {.is_one = false};
	os_signals saved = 0;
	unsigned long i;

	bus_enter(&saved);
	for (i = 0; i < access->count && !mismatch.is_one; i++)
		one_cycle(access, i, &mismatch);
	if (nr_cycles_inside == 1 && !mismatch.is_one)
		record_access(access);
	bus_leave(&saved);
	if (mismatch.is_one)
		refuse_replay(access, mismatch.value, mismatch.expected,
			      mismatch.i, mismatch.nr);
}

/* ------------------------------------------------------------------------
 * The interface
 * ------------------------------------------------------------------------ */

static bool overlaps(const struct pf_iosim_device *a,
		     const struct pf_iosim_device *b)
{
	return a->start < b->start + b->nr_ports &&
	       b->start < a->start + a->nr_ports;
}

int pf_iosim_plug(struct pf_iosim_device *device)
{
	struct pf_iosim_device *other;
	os_signals saved = 0;
	int err = ports_init();

	if (device->nr_ports == 0 ||
	    device->start > NR_PORTS - device->nr_ports)
		return -EINVAL;
	bus_enter(&saved);
	for (other = devices; other && !err; other = other->next) {
		if (overlaps(device, other))
			err = -EBUSY;
	}
	if (!err) {
		device->next = devices;
		devices = device;
	}
	bus_leave(&saved);
	return err;
}

int pf_iosim_unplug(struct pf_iosim_device *device)
{
	struct pf_iosim_device **link;
	os_signals saved = 0;
	int err = -EINVAL;

	bus_enter(&saved);
	for (link = &devices; *link; link = &(*link)->next) {
		if (*link == device) {
			*link = device->next;
			err = 0;
			break;
		}
	}
	bus_leave(&saved);
	return err;
}

uint8_t pf_iosim_peek(uint16_t port)
{
	os_signals saved = 0;
	u8 value;

	if (ports_init())
		return 0;
	bus_enter(&saved);
	value = the_ports->registers[port];
	bus_leave(&saved);
	return value;
}

void pf_iosim_poke(uint16_t port, uint8_t value)
{
	os_signals saved = 0;

	if (ports_init())
		return;
	bus_enter(&saved);
	the_ports->registers[port] = value;
	bus_leave(&saved);
}

void pf_iosim_replay(const struct pf_ioport_event *events, size_t nr)
{
	os_signals saved = 0;

	bus_enter(&saved);
	script.events = events;
	script.nr = nr;
	script.next = 0;
	bus_leave(&saved);
}

size_t pf_iosim_replay_left(void)
{
	os_signals saved = 0;
	size_t left;

	bus_enter(&saved);
	left = script.nr - script.next;
	bus_leave(&saved);
	return left;
}
