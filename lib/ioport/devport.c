/* SPDX-License-Identifier: MIT */
/*
 * devport.c - ports by /dev/port
 *
 * A file whose bytes are the ports.  It is the process's and not a thread's,
 * and the kernel checks nothing but the opening.  It moves bytes: reading two
 * of them is two cycles, at two ports, and a device that is a word wide answers
 * neither.  Wider accesses are therefore refused.
 *
 * The file stays open once it was needed: threads may be reading.
 */
#include "ioport/ports.h"

#if OS_HAS_PORTS

static int fd_plus_1; /* 0: not open */

int devport_change(void)
{
	int fd;

	if (fd_plus_1)
		return 0;
	fd = os_port_open();
	if (fd < 0)
		return fd;
	WRITE_ONCE(fd_plus_1, fd + 1);
	return 0;
}

void devport_access(const struct port_access *access)
{
	unsigned int port = (unsigned int)access->port;
	int fd = READ_ONCE(fd_plus_1) - 1;
	u8 *bytes = access->data;
	unsigned long i;

	if (access->width != 1)
		refuse_wide(access);
	for (i = 0; i < access->count; i++) {
		int err = access->is_write ? os_port_poke(fd, port, bytes[i])
					   : os_port_peek(fd, port, &bytes[i]);

		if (err)
			refuse_devport(access, err);
	}
	record_access(access);
}

#endif
