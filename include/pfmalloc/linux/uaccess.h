/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - "user" memory is the process's own
 *
 * The system copies, so that an address that is not mapped, or not writable,
 * gives an error instead of a signal.  Where it refuses (an old seccomp
 * filter), the copy is an ordinary one.
 */
#ifndef PFMALLOC_LINUX_UACCESS_H
#define PFMALLOC_LINUX_UACCESS_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

/* The bytes that could not be copied: the end of the range. */
pf_api unsigned long pf_copy_from_user(void *to, const void __user *from,
				       unsigned long n);
pf_api unsigned long pf_copy_to_user(void __user *to, const void *from,
				     unsigned long n);
pf_api unsigned long pf_clear_user(void __user *to, unsigned long n);
/* The text's length, or @count where there is no NUL; -EFAULT. */
pf_api long pf_strncpy_from_user(char *dst, const char __user *src, long count);
/* The text's length with NUL; more than @n without one; 0 if not mapped. */
pf_api long pf_strnlen_user(const char __user *src, long n);

/* Whether the range can be a user's at all: it does not wrap around. */
#define access_ok(addr, size) \
	((unsigned long)(addr) + (unsigned long)(size) >= (unsigned long)(addr))

static inline unsigned long __must_check copy_from_user(void *to,
							const void __user *from,
							unsigned long n)
{
	return pf_copy_from_user(to, from, n);
}

static inline unsigned long __must_check copy_to_user(void __user *to,
						      const void *from,
						      unsigned long n)
{
	return pf_copy_to_user(to, from, n);
}

static inline unsigned long __must_check clear_user(void __user *to,
						    unsigned long n)
{
	return pf_clear_user(to, n);
}

static inline long __must_check strncpy_from_user(char *dst,
						  const char __user *src,
						  long count)
{
	return pf_strncpy_from_user(dst, src, count);
}

static inline long strnlen_user(const char __user *src, long n)
{
	return pf_strnlen_user(src, n);
}

#define __copy_from_user(to, from, n)	       copy_from_user(to, from, n)
#define __copy_to_user(to, from, n)	       copy_to_user(to, from, n)
#define __copy_from_user_inatomic(to, from, n) copy_from_user(to, from, n)
#define __copy_to_user_inatomic(to, from, n)   copy_to_user(to, from, n)
#define __clear_user(to, n)		       clear_user(to, n)
#define copy_from_kernel_nofault(dst, src, n) \
	(pf_copy_from_user(dst, src, n) ? -EFAULT : 0)

/* @x is 0 after an error. */
#define get_user(x, ptr)                                                      \
	__extension__({                                                       \
		__typeof__(*(ptr)) pf_value;                                  \
		int pf_failed =                                               \
			pf_copy_from_user(&pf_value, (ptr), sizeof(pf_value)) \
				? -EFAULT                                     \
				: 0;                                          \
		if (pf_failed)                                                \
			__builtin_memset(&pf_value, 0, sizeof(pf_value));     \
		(x) = (__typeof__(x))pf_value;                                \
		pf_failed;                                                    \
	})
#define put_user(x, ptr)                                                      \
	__extension__({                                                       \
		__typeof__(*(ptr)) pf_value = (__typeof__(*(ptr)))(x);        \
		pf_copy_to_user((ptr), &pf_value, sizeof(pf_value)) ? -EFAULT \
								    : 0;      \
	})
#define __get_user(x, ptr) get_user(x, ptr)
#define __put_user(x, ptr) put_user(x, ptr)

static inline void pagefault_disable(void)
{
}

static inline void pagefault_enable(void)
{
}

#endif
