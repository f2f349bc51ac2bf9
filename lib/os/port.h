/* SPDX-License-Identifier: MIT */
/*
 * port.h - what the library asks of the system and the processor for port I/O
 *
 * This is the whole contract; lib/ioport decides who may do what.  Each call
 * returns 0 or -errno, leaves errno as it was, allocates nothing, takes no lock
 * and is safe in a signal handler.  Ports are numbers from 0 to 65535.
 */
#ifndef PF_OS_PORT_H
#define PF_OS_PORT_H

#include "base/compiler.h"
#include "base/types.h"

#if defined(__x86_64__) || defined(__i386__)
#define OS_HAS_PORTS 1
#else
#define OS_HAS_PORTS 0
#endif

/*
 * Let the calling thread use @nr ports from @first, or forbid it again.
 * Permission is the thread's: threads that it makes afterwards inherit it, the
 * others do not have it.  Forbidding needs no privilege.
 */
int os_port_permit(unsigned int first, unsigned int nr, bool on);

/*
 * A descriptor of /dev/port for os_port_peek() and os_port_poke(), which end
 * with -EBADF if it was closed, even if the number is another file's now.
 */
int os_port_open(void);
int os_port_peek(int fd, unsigned int port, u8 *byte);
int os_port_poke(int fd, unsigned int port, u8 byte);

/* Why a process is refused the ports, or would be. */
enum os_port_privilege {
	OS_PORT_UNPRIVILEGED, /* it lacks CAP_SYS_RAWIO */
	OS_PORT_NAMESPACED,   /* whatever it has is worth nothing outside */
	OS_PORT_LOCKED_DOWN,  /* the kernel refuses everybody: Secure Boot */
	OS_PORT_FILTERED,     /* neither: a seccomp filter or the like */
};
enum os_port_privilege os_port_privilege(void);

/* Two microseconds, which old devices need between two accesses. */
void os_port_pause(void);

/*
 * One bus cycle for each of @count elements of @width bytes, 1, 2 or 4; between
 * @port and the memory at @data.  The thread has permission: else the processor
 * raises SIGSEGV, without an address.
 */
#if OS_HAS_PORTS
static inline void os_port_in_string(unsigned int port, unsigned int width,
				     void *data, unsigned long count)
{
	u16 where = (u16)port;

	if (width == 1)
		__asm__ volatile("rep insb"
				 : "+D"(data), "+c"(count)
				 : "d"(where)
				 : "memory");
	else if (width == 2)
		__asm__ volatile("rep insw"
				 : "+D"(data), "+c"(count)
				 : "d"(where)
				 : "memory");
	else
		__asm__ volatile("rep insl"
				 : "+D"(data), "+c"(count)
				 : "d"(where)
				 : "memory");
}

static inline void os_port_out_string(unsigned int port, unsigned int width,
				      const void *data, unsigned long count)
{
	u16 where = (u16)port;

	if (width == 1)
		__asm__ volatile("rep outsb"
				 : "+S"(data), "+c"(count)
				 : "d"(where)
				 : "memory");
	else if (width == 2)
		__asm__ volatile("rep outsw"
				 : "+S"(data), "+c"(count)
				 : "d"(where)
				 : "memory");
	else
		__asm__ volatile("rep outsl"
				 : "+S"(data), "+c"(count)
				 : "d"(where)
				 : "memory");
}

static inline u32 os_port_in(unsigned int port, unsigned int width)
{
	u16 where = (u16)port;
	u8 byte;
	u16 word;
	u32 dword;

	if (width == 1) {
		__asm__ volatile("inb %w1, %0" : "=a"(byte) : "Nd"(where));
		return byte;
	}
	if (width == 2) {
		__asm__ volatile("inw %w1, %0" : "=a"(word) : "Nd"(where));
		return word;
	}
	__asm__ volatile("inl %w1, %0" : "=a"(dword) : "Nd"(where));
	return dword;
}

static inline void os_port_out(unsigned int port, unsigned int width, u32 value)
{
	u16 where = (u16)port;

	if (width == 1)
		__asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(where));
	else if (width == 2)
		__asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(where));
	else
		__asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(where));
}
#endif

#ifdef PF_CHECKS
/*
 * Play a machine: os_port_permit(..., true) and os_port_open() end with these
 * errors, and the reason is this one.  0 for an error: they work, but no
 * instruction may follow, and the file that was opened is empty.
 */
void os_port_pretend(int permit_error, int open_error,
		     enum os_port_privilege privilege);

/* The ports that the last os_port_permit() was about, while pretending. */
struct os_port_call {
	unsigned int first, nr;
	bool on;
	unsigned int nr_calls; /* since os_port_pretend() */
};
struct os_port_call os_port_last_call(void);
#endif

#endif
