/* SPDX-License-Identifier: MIT */
/*
 * kapi.h - what the two kinds of files of lib/kapi ask of each other
 *
 * Some are written against lib/base, as the layers below, and some against the
 * kernel's headers, as lib/kenv; both define the same words, so the two never
 * meet in one file.  Here are the calls between them, in plain C.
 *
 *	lib/base	zones.c dma.c highmem.c reserve.c frames.c pages.c
 *			kmap.c contents.c
 *	the kernel's	report.c reclaim.c mmzone.c mm.c
 *
 * None of the layer runs, and no page of its data is touched, before a program
 * calls it: kapi_ready() is the beginning.
 */
#ifndef PF_KAPI_KAPI_H
#define PF_KAPI_KAPI_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Make the layer ready; idempotent, may sleep.  Calls that may not sleep go
 * without: they take what is there.
 */
void kapi_ready(void);

/*
 * From report.c: the caller may sleep here, or a report says that it must not.
 */
void kapi_might_sleep(const char *what);

/*
 * An allocation failed, or a flag of it makes no sense: what the kernel says
 * then, at most once in ten seconds.  A request that may not sleep may stand in
 * a signal handler, so it takes no lock to say so.
 */
void kapi_warn_failure(unsigned int gfp, unsigned int order);

/* A mistake of the caller that can be lived with: once, with the stack. */
void kapi_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One that cannot. */
_Noreturn void kapi_bug(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* From reclaim.c: whether the thread is in a shrinker, or has said so itself
 * (PF_MEMALLOC); safe anywhere. */
bool kapi_is_reclaiming(void);

/*
 * The shrinkers, which register_shrinker() sets at its first call: one round
 * over all of them with the kernel's @priority, 12 (a 4096th of what they have)
 * to 0 (all).  Return: objects freed.
 */
extern unsigned long (*kapi_shrink)(unsigned int gfp, int priority)
	__attribute__((visibility("hidden")));

/*
 * From zones.c, for mmzone.c: one zone's numbers, in frames; after
 * zones_init().
 */
enum {
	KAPI_DMA,
	KAPI_NORMAL,
	KAPI_HIGHMEM,
	KAPI_NR_ZONES
};

struct kapi_zone_info {
	const char *name;
	size_t managed; /* 0: there is no such zone */
	size_t min, low, high;
	size_t lowmem_reserve[KAPI_NR_ZONES];
	size_t start_pfn;
};
void kapi_zone_info(unsigned int zone, struct kapi_zone_info *info);
size_t kapi_zone_nr_free(unsigned int zone);

/*
 * From mmzone.c: copy these numbers for clients.  By one thread, once, or again
 * in the child of a fork that came in between; safe anywhere.
 */
void kapi_make_node(void);

/*
 * From contents.c, for mm.c: what of ours lies in a range, in the bits of
 * <pfmalloc/linux/mm.h>.
 */
enum {
	KAPI_HAS_NORMAL = 0x001,
	KAPI_HAS_DMA = 0x002,
	KAPI_HAS_HIGHMEM = 0x004,
	KAPI_HAS_SLAB = 0x008,
	KAPI_HAS_VMALLOC = 0x010,
	KAPI_HAS_MEM_MAP = 0x020,
	KAPI_HAS_BYTE_MAP = 0x040,
	KAPI_HAS_SHEAVES = 0x080,
	KAPI_HAS_EMERGENCY = 0x100,
};
unsigned int kapi_contents(const void *start, const void *end);

#endif
