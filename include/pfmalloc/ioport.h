/* SPDX-License-Identifier: MIT */
/*
 * ioport.h - port I/O: regions, accesses, and a simulated bus
 *
 * For programs that drive devices through x86's I/O ports, and for their tests
 * on machines without these devices.  A program requests a region of ports, as
 * a driver of the kernel does, and may then read and write them; an access to
 * any other port ends the process with a sentence.  The same program runs on
 *
 *	ioperm	 the processor's instructions, allowed by ioperm(2) for exactly
 *		 the ports that were requested, in each thread that uses them
 *	devport	 /dev/port, which moves single bytes only
 *	sim	 a simulated bus: plain registers, and models of devices
 *
 * PFMALLOC_CONF=ioport:... or pf_ioport_select() chooses.  "auto" takes ioperm,
 * or devport where the system has no ioperm for us; it never takes the
 * simulator, but on processors that have no ports.
 *
 * <pfmalloc/linux/ioport.h> and <pfmalloc/asm/io.h> have the kernel's names for
 * all this; struct resource, its fields and flags are the kernel's here too.
 *
 * Unless said otherwise, a call is safe from any number of threads and in
 * signal handlers, does not sleep but for a short lock, and sets errno only
 * where it fails.  The process's first call registers with fork(): that one is
 * not for signal handlers.  pfmalloc-ioport(3) tells more.
 */
#ifndef PFMALLOC_IOPORT_H
#define PFMALLOC_IOPORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* ------------------------------------------------------------------------
 * The tree of resources
 * ------------------------------------------------------------------------ */

typedef unsigned long long resource_size_t;

/*
 * A range of ports and who has it.  Ranges lie in each other or apart; children
 * are sorted by start.  The last three fields are the tree's, the others are
 * not changed while the resource is in it.
 */
struct resource {
	resource_size_t start;
	resource_size_t end; /* the last port, inclusive */
	const char *name;    /* kept as a pointer */
	unsigned long flags; /* IORESOURCE_... */
	unsigned long desc;  /* of the caller's choice, 0 for none */
	struct resource *parent, *sibling, *child;
};

#define IORESOURCE_TYPE_BITS 0x00001f00UL
#define IORESOURCE_IO	     0x00000100UL
#define IORESOURCE_MEM	     0x00000200UL
#define IORESOURCE_MUXED     0x00400000UL /* shared by taking turns */
#define IORESOURCE_BUSY	     0x80000000UL /* in use: its ports may be used */

/* The root: ports 0 to 0xffff, "PCI IO". */
struct resource *pf_ioport_root(void);

/**
 * pf_request_region - ask for ports, and for permission to use them
 * @start: the first port
 * @n: how many, at least 1
 * @name: whom they are for; must live as long as the region
 *
 * The region goes below the innermost resources around it that are not busy.
 * The calling thread gets permission at once, others when they first use it.
 * Return: the region, busy; or NULL with errno EBUSY where it meets a busy
 * resource or lies across the border of another, EINVAL where the numbers are
 * no ports, ENOMEM; or with the system's error and a sentence on stderr where
 * permission is refused.
 */
struct resource *pf_request_region(resource_size_t start, resource_size_t n,
				   const char *name);

/*
 * The same for ports that several users share by taking turns: sleeps until a
 * muxed region in the way is released.  Not for signal handlers.
 */
struct resource *pf_request_muxed_region(resource_size_t start,
					 resource_size_t n, const char *name);

/**
 * pf_release_region - give a region back
 * @start, @n: exactly what was requested
 *
 * Anything else, a resource of the caller's own included, changes nothing and
 * is told in one sentence on stderr.
 */
void pf_release_region(resource_size_t start, resource_size_t n);

/**
 * pf_request_mem_region - ask for a range of the machine's memory
 * @start: its first byte
 * @n: bytes, at least 1
 * @name: as for pf_request_region()
 *
 * Says who has what, by the same rules, in a tree of its own; nothing is mapped
 * or permitted.  Return: the region, busy; or NULL with errno EBUSY, EINVAL or
 * ENOMEM.
 */
struct resource *pf_request_mem_region(resource_size_t start, resource_size_t n,
				       const char *name);
/* As pf_release_region(). */
void pf_release_mem_region(resource_size_t start, resource_size_t n);

/* That tree's root: all addresses, "PCI mem". */
struct resource *pf_iomem_root(void);

enum pf_region {
	PF_REGION_INTERSECTS, /* matching resources only, one at least */
	PF_REGION_DISJOINT,   /* no matching resource */
	PF_REGION_MIXED,      /* matching and other resources */
};

/**
 * pf_region_intersects - what lies in a range of ports
 * @start, @size: the range
 * @flags: a resource matches if it has all of these
 * @desc: and this desc, unless it is 0
 *
 * What no resource covers does not count.
 */
enum pf_region pf_region_intersects(resource_size_t start, size_t size,
				    unsigned long flags, unsigned long desc);

/**
 * pf_request_resource - put a resource into the tree
 * @root: directly below this one
 * @res: start, end, name and flags are set, the rest is zero; lives in the
 *	caller's memory until it is released
 *
 * One that is IORESOURCE_BUSY is a requested region: its ports may be used.
 * Return: 0; -EBUSY where it lies across a border or meets a child of @root; or
 * another error of pf_request_region(), as a negative number.
 */
int pf_request_resource(struct resource *root, struct resource *res);

/**
 * pf_insert_resource - put a resource into the tree, around what is there
 * @parent: somewhere below this one
 * @res: as for pf_request_resource(); resources that lie in it become its
 *	children
 *
 * Return: as pf_request_resource(); -EBUSY only where it lies across a border.
 */
int pf_insert_resource(struct resource *parent, struct resource *res);

/**
 * pf_release_resource - take a resource out of the tree, with all below it
 * @res: what was requested or inserted
 *
 * Its children stay its children and come back with it, if it is requested
 * again.  Return: 0, or -EINVAL if it is in no tree.
 */
int pf_release_resource(struct resource *res);

/**
 * pf_ioport_dump - the tree as text, in the shape of /proc/ioports
 * @text: where to, with a NUL at its end
 * @size: bytes there; what does not fit is cut off
 *
 * Return: the length of the whole text, without the NUL.
 */
size_t pf_ioport_dump(char *text, size_t size);

/* ------------------------------------------------------------------------
 * What the accesses go through
 * ------------------------------------------------------------------------ */

enum pf_ioport {
	PF_IOPORT_AUTO,
	PF_IOPORT_IOPERM,
	PF_IOPORT_DEVPORT,
	PF_IOPORT_SIM,
};

/**
 * pf_ioport_select - choose, instead of PFMALLOC_CONF
 * @backend: PF_IOPORT_AUTO leaves it to PFMALLOC_CONF again
 *
 * Return: 0, -EBUSY while a region is requested, or -EINVAL.
 */
int pf_ioport_select(enum pf_ioport backend);

/* What is in use; PF_IOPORT_AUTO as long as that is not decided. */
enum pf_ioport pf_ioport_backend(void);

/**
 * pf_ioport_permit - get the calling thread permission for all regions now
 *
 * For threads that are about to drop privileges: permission is a thread's own,
 * is inherited by the threads that it makes, and takes CAP_SYS_RAWIO.  Any
 * access does the same.  Return: 0 or -errno.
 */
int pf_ioport_permit(void);

/* ------------------------------------------------------------------------
 * Accesses
 * ------------------------------------------------------------------------
 *
 * b, w, l: 1, 2 and 4 bytes in one bus cycle.  The value comes first and the
 * port second.  All ports of an access must be in regions that this process has
 * requested.  _p: and a pause of two microseconds, for slow devices.
 */
uint8_t pf_inb(unsigned long port);
uint16_t pf_inw(unsigned long port);
uint32_t pf_inl(unsigned long port);
void pf_outb(uint8_t value, unsigned long port);
void pf_outw(uint16_t value, unsigned long port);
void pf_outl(uint32_t value, unsigned long port);

uint8_t pf_inb_p(unsigned long port);
uint16_t pf_inw_p(unsigned long port);
uint32_t pf_inl_p(unsigned long port);
void pf_outb_p(uint8_t value, unsigned long port);
void pf_outw_p(uint16_t value, unsigned long port);
void pf_outl_p(uint32_t value, unsigned long port);

/* @count accesses to one port, into or from the memory at @data. */
void pf_insb(unsigned long port, void *data, unsigned long count);
void pf_insw(unsigned long port, void *data, unsigned long count);
void pf_insl(unsigned long port, void *data, unsigned long count);
void pf_outsb(unsigned long port, const void *data, unsigned long count);
void pf_outsw(unsigned long port, const void *data, unsigned long count);
void pf_outsl(unsigned long port, const void *data, unsigned long count);

/* ------------------------------------------------------------------------
 * Recording: on every backend, so that what a device said can be replayed
 * ------------------------------------------------------------------------ */

struct pf_ioport_event {
	uint32_t value;
	uint16_t port;
	uint8_t width; /* bytes: 1, 2 or 4 */
	uint8_t is_write;
};

/**
 * pf_ioport_record - write down every access from now on
 * @events: where to, in the order of the accesses; NULL ends the recording
 * @max: events that have room there; later ones are counted only
 *
 * Each element of a string is an event.  No access may run meanwhile.
 */
void pf_ioport_record(struct pf_ioport_event *events, size_t max);

/* Accesses since pf_ioport_record(), also of the recording that has ended. */
size_t pf_ioport_recorded(void);

/* ------------------------------------------------------------------------
 * The simulator
 * ------------------------------------------------------------------------
 *
 * Ports without a model are registers of a byte each, 0 at first, that read as
 * they were written; a wider access is several of them, lowest byte first.
 */

/*
 * A model of a device.  The calls come one at a time, as cycles come on a bus,
 * with all signals held back.  A model may use ports itself (the region check
 * is for it, too); it must not fork, plug, unplug or replay.  What it waits for
 * must come without the bus: a thread that holds a lock of the model's, or that
 * a signal handler has interrupted with it, must not use simulated ports.
 */
struct pf_iosim_device {
	const char *name;
	uint16_t start;
	uint16_t nr_ports;

	/*
	 * A cycle of @width bytes that lies in the device; @offset counts from
	 * @start.  An access that lies in it partly comes as single bytes.
	 * NULL: reads are all ones, writes go nowhere.
	 */
	uint32_t (*read)(struct pf_iosim_device *device, unsigned int offset,
			 unsigned int width);
	void (*write)(struct pf_iosim_device *device, unsigned int offset,
		      unsigned int width, uint32_t value);
	void *data; /* the model's own */

	struct pf_iosim_device *next; /* the simulator's own */
};

/**
 * pf_iosim_plug - put a model on the simulated bus
 * @device: lives until it is unplugged
 *
 * Regions and models are apart: a program requests what it uses.
 * Return: 0, -EBUSY if another model has one of the ports, -EINVAL if it has
 * none or some above 0xffff, -ENOMEM.
 */
int pf_iosim_plug(struct pf_iosim_device *device);

/* Return: 0, or -EINVAL if it is not plugged in. */
int pf_iosim_unplug(struct pf_iosim_device *device);

/* A plain register, from the device's side; no region is needed. */
uint8_t pf_iosim_peek(uint16_t port);
void pf_iosim_poke(uint16_t port, uint8_t value);

/**
 * pf_iosim_replay - expect exactly these accesses
 * @events: in order; lives until the replay ends
 * @nr: how many; 0 ends the replay
 *
 * Reads give the event's value, and neither models nor registers are asked.
 * An access that is not the next one, or one too many, ends the process with a
 * sentence.
 */
void pf_iosim_replay(const struct pf_ioport_event *events, size_t nr);

/* Events of the replay that have not come yet. */
size_t pf_iosim_replay_left(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
