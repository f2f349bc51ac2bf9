/* SPDX-License-Identifier: MIT */
/*
 * guest.h - what guest.c and its test agree on
 */
#ifndef GUEST_H
#define GUEST_H

enum {
	MARK = 123457, /* a size that stands for: here it begins, here it ends */
	COUNT = 30000,
	COUNTED = 237, /* bytes */
	COUNTED_IN_CHILD = 239,
};

#endif
