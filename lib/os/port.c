/* SPDX-License-Identifier: MIT */
/*
 * port.c - ioperm(2), /dev/port, and why they are refused
 *
 * ioperm and not iopl: iopl(3) opens all ports at once, and nobody who asked
 * for two of them should be able to write to the disk controller.
 */
#include "os/port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef PF_CHECKS

static struct {
	bool is_on;
	int permit_error, open_error;
	enum os_port_privilege privilege;
	struct os_port_call last;
} pretended;

void os_port_pretend(int permit_error, int open_error,
		     enum os_port_privilege privilege)
{
	pretended.is_on = true;
	pretended.permit_error = permit_error;
	pretended.open_error = open_error;
	pretended.privilege = privilege;
	pretended.last = (struct os_port_call){0};
}

struct os_port_call os_port_last_call(void)
{
	return pretended.last;
}

/* The answer for a call that is not to reach the system, in *@answer. */
static bool pretend_permit(unsigned int first, unsigned int nr, bool on,
			   int *answer)
{
	if (!pretended.is_on)
		return false;
	pretended.last.first = first;
	pretended.last.nr = nr;
	pretended.last.on = on;
	pretended.last.nr_calls++;
	*answer = on ? -pretended.permit_error : 0;
	return true;
}

/* Its /dev/port has no byte to read. */
static bool pretend_open(int *answer)
{
	if (!pretended.is_on)
		return false;
	*answer = -pretended.open_error;
	if (!pretended.open_error)
		*answer = open("/dev/null", O_RDWR | O_CLOEXEC);
	return true;
}

static bool pretend_privilege(enum os_port_privilege *answer)
{
	*answer = pretended.privilege;
	return pretended.is_on;
}

#else

static inline bool pretend_permit(unsigned int first, unsigned int nr, bool on,
				  int *answer)
{
	return false;
}
static inline bool pretend_open(int *answer)
{
	return false;
}
static inline bool pretend_privilege(enum os_port_privilege *answer)
{
	return false;
}

#endif

int os_port_permit(unsigned int first, unsigned int nr, bool on)
{
	int saved = errno;
	int err = -ENOSYS;

	if (pretend_permit(first, nr, on, &err))
		return err;
#ifdef SYS_ioperm
	err = syscall(SYS_ioperm, (unsigned long)first, (unsigned long)nr,
		      (int)on) == 0
		      ? 0
		      : -errno;
#endif
	errno = saved;
	return err;
}

/* The device that @fd is; 0 if it is none. */
static dev_t device_of(int fd)
{
	struct stat file;

	return fstat(fd, &file) == 0 && S_ISCHR(file.st_mode) ? file.st_rdev
							      : 0;
}

/* What os_port_open() has opened. */
static dev_t port_device;

int os_port_open(void)
{
	int saved = errno;
	int fd;

	if (!pretend_open(&fd)) {
		fd = open("/dev/port", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	if (fd >= 0)
		port_device = device_of(fd);
	errno = saved;
	return fd;
}

/* What a transfer of one byte returned, as an error. */
static int as_error(ssize_t done)
{
	if (done == 1)
		return 0;
	return done < 0 ? -errno : -EIO;
}

/*
 * A program that closes all descriptors, as daemons do, and opens a file may
 * get the number for it: that file is not to be written to.
 */
int os_port_peek(int fd, unsigned int port, u8 *byte)
{
	int saved = errno;
	int err = -EBADF;

	if (device_of(fd) == port_device)
		err = as_error(pread(fd, byte, 1, (off_t)port));
	errno = saved;
	return err;
}

int os_port_poke(int fd, unsigned int port, u8 byte)
{
	int saved = errno;
	int err = -EBADF;

	if (device_of(fd) == port_device)
		err = as_error(pwrite(fd, &byte, 1, (off_t)port));
	errno = saved;
	return err;
}

static bool has_rawio(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	return data[0].effective & (1U << CAP_SYS_RAWIO);
}

/* The first bytes of a file, as a string; false if it cannot be read. */
static bool read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, text, size - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return len >= 0;
}

/* The file names all levels and puts the one in force in brackets. */
static bool is_locked_down(void)
{
	char text[128];

	return read_text("/sys/kernel/security/lockdown", text, sizeof(text)) &&
	       strchr(text, '[') && !strstr(text, "[none]");
}

/* The first user namespace has all 2^32 - 1 users, others some or none yet. */
static bool is_namespaced(void)
{
	char text[128];

	return read_text("/proc/self/uid_map", text, sizeof(text)) &&
	       !strstr(text, " 4294967295\n");
}

enum os_port_privilege os_port_privilege(void)
{
	int saved = errno;
	enum os_port_privilege privilege = OS_PORT_FILTERED;

	if (pretend_privilege(&privilege))
		return privilege;
	if (is_namespaced())
		privilege = OS_PORT_NAMESPACED;
	else if (!has_rawio())
		privilege = OS_PORT_UNPRIVILEGED;
	else if (is_locked_down())
		privilege = OS_PORT_LOCKED_DOWN;
	errno = saved;
	return privilege;
}

static u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

void os_port_pause(void)
{
	u64 until = now_ns() + 2000;

	while (now_ns() < until)
		cpu_relax();
}
