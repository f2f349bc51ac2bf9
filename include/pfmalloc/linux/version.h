/* SPDX-License-Identifier: MIT */
/*
 * version.h - which kernel the code is written for
 *
 * The interface changed between Linux 6.1 and 6.18 in places.  The client says
 * which one it speaks, the headers follow:
 *
 *	-D'PF_LINUX_VERSION_CODE=KERNEL_VERSION(6,1,0)'
 */
#ifndef PFMALLOC_LINUX_VERSION_H
#define PFMALLOC_LINUX_VERSION_H

#undef KERNEL_VERSION
#undef LINUX_VERSION_CODE
#undef LINUX_VERSION_MAJOR
#undef LINUX_VERSION_PATCHLEVEL
#undef LINUX_VERSION_SUBLEVEL

#define KERNEL_VERSION(a, b, c) \
	(((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))

#ifndef PF_LINUX_VERSION_CODE
#define PF_LINUX_VERSION_CODE KERNEL_VERSION(6, 18, 0)
#endif

#define LINUX_VERSION_CODE	 PF_LINUX_VERSION_CODE
#define LINUX_VERSION_MAJOR	 ((LINUX_VERSION_CODE) >> 16)
#define LINUX_VERSION_PATCHLEVEL (((LINUX_VERSION_CODE) >> 8) & 255)
#define LINUX_VERSION_SUBLEVEL	 ((LINUX_VERSION_CODE)&255)

#endif
