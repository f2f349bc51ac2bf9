/* SPDX-License-Identifier: MIT */
/*
 * uaccess.c - copies that survive an address that is not mapped
 *
 * process_vm_readv() and its sister copy between our own addresses, too; the
 * kernel checks the other side as it does for any system call.  The other side
 * is given in pieces that end with a page, so that what was copied is known to
 * the byte.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#define NR_PIECES 16
#define PIECE	  4096UL /* no machine has smaller pages */

/* @n bytes at @addr in pieces.  Return: how many bytes these have. */
static size_t cut(struct iovec *pieces, unsigned long *nr, unsigned long addr,
		  unsigned long n)
{
	size_t bytes = 0;

	for (*nr = 0; *nr < NR_PIECES && n; ++*nr) {
		size_t size = min(n, PIECE - addr % PIECE);

		pieces[*nr].iov_base = (void *)addr;
		pieces[*nr].iov_len = size;
		bytes += size;
		addr += size;
		n -= size;
	}
	return bytes;
}

/* Return: bytes copied, or a negative error; errno is kept. */
static ssize_t copy(char *ours, unsigned long theirs, unsigned long n,
		    bool to_user)
{
	struct iovec pieces[NR_PIECES];
	unsigned long nr;
	struct iovec own = {ours, cut(pieces, &nr, theirs, n)};
	int saved = errno;
	ssize_t done;

	done = to_user ? process_vm_writev(getpid(), &own, 1, pieces, nr, 0)
		       : process_vm_readv(getpid(), &own, 1, pieces, nr, 0);
	if (done < 0)
		done = -errno;
	errno = saved;
	return done;
}

static unsigned long copy_all(char *ours, unsigned long theirs, unsigned long n,
			      bool to_user)
{
	while (n) {
		ssize_t done = copy(ours, theirs, n, to_user);

		if (done == -ENOSYS || done == -EPERM) {
			if (to_user)
				memcpy((void *)theirs, ours, n);
			else
				memcpy(ours, (void *)theirs, n);
			return 0;
		}
		if (done <= 0)
			break;
		ours += done;
		theirs += (unsigned long)done;
		n -= (unsigned long)done;
	}
	return n;
}

/* What could not be read is zeros. */
unsigned long pf_copy_from_user(void *to, const void __user *from,
				unsigned long n)
{
	unsigned long left = copy_all(to, (unsigned long)from, n, false);

	if (left)
		memset((char *)to + (n - left), 0, left);
	return left;
}

unsigned long pf_copy_to_user(void __user *to, const void *from,
			      unsigned long n)
{
	return copy_all((char *)(unsigned long)from, (unsigned long)to, n,
			true);
}

unsigned long pf_clear_user(void __user *to, unsigned long n)
{
	static const char zeros[PIECE];

	while (n) {
		unsigned long size = min(n, PIECE);
		unsigned long left = pf_copy_to_user(to, zeros, size);

		n -= size - left;
		to = (char *)to + size;
		if (left)
			break;
	}
	return n;
}

long pf_strncpy_from_user(char *dst, const char __user *src, long count)
{
	long len = 0;

	while (len < count) {
		unsigned long place = (unsigned long)(src + len);
		unsigned long size = min((unsigned long)(count - len),
					 PIECE - place % PIECE);
		size_t text;

		if (pf_copy_from_user(dst + len, src + len, size))
			return -EFAULT;
		text = strnlen(dst + len, size);
		len += (long)text;
		if (text < size)
			break;
	}
	return len;
}

long pf_strnlen_user(const char __user *src, long n)
{
	char piece[256];
	long len = 0;

	while (len < n) {
		unsigned long place = (unsigned long)(src + len);
		unsigned long size = min(sizeof(piece) - place % sizeof(piece),
					 (unsigned long)(n - len));
		size_t text;

		if (pf_copy_from_user(piece, src + len, size))
			return 0;
		text = strnlen(piece, size);
		len += (long)text;
		if (text < size)
			return len + 1;
	}
	return n + 1;
}
