/* SPDX-License-Identifier: MIT */
/*
 * access.c - inb, outb and their kin
 *
 * Each call is one struct port_access: checked here, carried out by a backend.
 * The check is a load for each port; a cycle on a real bus takes a microsecond,
 * so nothing here is inlined into programs, and all of it can be changed
 * without compiling them anew.
 */
#include "ioport/ports.h"

#include "os/report.h"

static bool is_requested(const struct ports *ports, unsigned long port)
{
	unsigned long word;

	word = load_acquire(&ports->requested.words[port / BITS_OF_LONG]);
	return word >> port % BITS_OF_LONG & 1;
}

unsigned int first_unrequested(const struct port_access *access)
{
	const struct ports *ports = load_acquire(&the_ports);
	unsigned int i;

	for (i = 0; i < access->width; i++) {
		if (unlikely(!ports || !is_requested(ports, access->port + i)))
			return (unsigned int)access->port + i;
	}
	return NO_PORT;
}

static void check_ports(const struct port_access *access)
{
	unsigned int missing;

	if (unlikely(access->port > NR_PORTS - access->width))
		refuse_number(access);
	missing = first_unrequested(access);
	if (unlikely(missing != NO_PORT))
		refuse_unrequested(access, missing);
}

static void carry_out(const struct port_access *access)
{
	if (access->count == 0)
		return;
	check_ports(access);
	switch (pf_ioport_backend()) {
	case PF_IOPORT_IOPERM:
		ioperm_access(access);
		break;
	case PF_IOPORT_DEVPORT:
		devport_access(access);
		break;
	case PF_IOPORT_SIM:
		sim_access(access);
		break;
	default: /* released meanwhile, by another thread */
		refuse_unrequested(access, (unsigned int)access->port);
	}
}

/* Nothing on the simulated bus is slow. */
static void pause_after_access(void)
{
	if (pf_ioport_backend() != PF_IOPORT_SIM)
		os_port_pause();
}

/* What the functions below have in common; each is its program's caller. */
#define ACCESS(type, number, nr, where, ...)                                   \
	carry_out(&(struct port_access){.port = (number),                      \
					.count = (nr),                         \
					.data = (where),                       \
					.width = sizeof(type),                 \
					.caller = __builtin_return_address(0), \
					__VA_ARGS__})

/* in and out, in*_p and out*_p, ins and outs for the elements of one width. */
#define DEFINE_ACCESSES(letter, type)                               \
	type pf_in##letter(unsigned long port)                      \
	{                                                           \
		type value = 0;                                     \
                                                                    \
		ACCESS(type, port, 1, &value, .is_write = false);   \
		return value;                                       \
	}                                                           \
                                                                    \
	void pf_out##letter(type value, unsigned long port)         \
	{                                                           \
		ACCESS(type, port, 1, &value, .is_write = true);    \
	}                                                           \
                                                                    \
	type pf_in##letter##_p(unsigned long port)                  \
	{                                                           \
		type value = 0;                                     \
                                                                    \
		ACCESS(type, port, 1, &value, .is_write = false);   \
		pause_after_access();                               \
		return value;                                       \
	}                                                           \
                                                                    \
	void pf_out##letter##_p(type value, unsigned long port)     \
	{                                                           \
		ACCESS(type, port, 1, &value, .is_write = true);    \
		pause_after_access();                               \
	}                                                           \
                                                                    \
	void pf_ins##letter(unsigned long port, void *data,         \
			    unsigned long count)                    \
	{                                                           \
		ACCESS(type, port, count, data, .is_string = true); \
	}                                                           \
                                                                    \
	void pf_outs##letter(unsigned long port, const void *data,  \
			     unsigned long count)                   \
	{                                                           \
		ACCESS(type, port, count, (void *)(uintptr_t)data,  \
		       .is_string = true, .is_write = true);        \
	}

DEFINE_ACCESSES(b, uint8_t)
DEFINE_ACCESSES(w, uint16_t)
DEFINE_ACCESSES(l, uint32_t)
