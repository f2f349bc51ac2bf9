/* SPDX-License-Identifier: MIT */
/*
 * random.c - random numbers of the system
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/random.h>

#include <errno.h>
#include <sys/random.h>

void pf_get_random_bytes(void *buf, size_t len)
{
	char *at = buf;
	int saved = errno;

	while (len) {
		ssize_t done = getrandom(at, min(len, (size_t)256), 0);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			panic("the system gives no random numbers: getrandom() "
			      "fails with error %d; allow this system call",
			      errno);
		at += done;
		len -= (size_t)done;
	}
	errno = saved;
}

/*
 * The upper half of a product with @ceil is a number below it.  The lower half
 * says whether it is one of those that would come up too often: then again.
 * Reading: D. Lemire, "Fast Random Integer Generation in an Interval", 2019.
 */
u32 pf_get_random_u32_below(u32 ceil)
{
	u32 excess = ceil ? -ceil % ceil : 0;
	u64 product;

	do {
		product = (u64)get_random_u32() * ceil;
	} while ((u32)product < excess);
	return (u32)(product >> 32);
}
