/* SPDX-License-Identifier: MIT */
/*
 * circ_buf.h - rings of 2^n bytes; one byte stays free
 */
#ifndef PFMALLOC_LINUX_CIRC_BUF_H
#define PFMALLOC_LINUX_CIRC_BUF_H

struct circ_buf {
	char *buf;
	int head;
	int tail;
};

#define CIRC_CNT(head, tail, size)   (((head) - (tail)) & ((size)-1))
#define CIRC_SPACE(head, tail, size) CIRC_CNT((tail), ((head) + 1), (size))

/* Without a wrap. */
#define CIRC_CNT_TO_END(head, tail, size)                   \
	__extension__({                                     \
		int pf_end = (size) - (tail);               \
		int pf_nr = ((head) + pf_end) & ((size)-1); \
		pf_nr < pf_end ? pf_nr : pf_end;            \
	})
#define CIRC_SPACE_TO_END(head, tail, size)                 \
	__extension__({                                     \
		int pf_end = (size)-1 - (head);             \
		int pf_nr = (pf_end + (tail)) & ((size)-1); \
		pf_nr <= pf_end ? pf_nr : pf_end + 1;       \
	})

#endif
