/* SPDX-License-Identifier: MIT */
/*
 * range.c - addresses of the kernel-style API's own
 *
 * As page/span.c: a place that the system hands to nobody who does not ask for
 * it, every mapping made with MAP_FIXED_NOREPLACE, so that nothing is reserved
 * in advance and the virtual size is what is used.  It lies 2 TiB behind the
 * end of the malloc heap's ranges.  Where that is not to be had, a smaller
 * range is reserved wherever the system likes, halved until it is granted.
 */
#include "kapi/frames.h"
#include "kapi/range.h"

#include <errno.h>

#include "kmem/kmem.h"
#include "os/os.h"
#include "buddy/zone.h"
#include "page/span.h"
#include "slab/gate.h"

#define SMALLEST_BYTES MIB(64)

#if UINTPTR_MAX > UINT32_MAX
#define FIXED_BYTES   (256UL << 30)
#define DISTANCE      (2UL << 40)
#define RESERVE_BYTES (64UL << 30)
#else
#define RESERVE_BYTES (256UL << 20)
#endif

struct kapi_range kapi_range;

static bool is_reserved;

int kapi_map(void *addr, size_t bytes)
{
	return is_reserved ? os_map_over(addr, bytes) : os_map_new(addr, bytes);
}

/* A sixteenth for records, half for the vmalloc area. */
static void lay_out(struct kapi_range *r, char *base, size_t bytes)
{
	size_t vmalloc_bytes = align_down(bytes / 2, ZONE_BLOCK_BYTES);

	r->records = base;
	r->records_end = base + bytes / 16;
	r->nr_pages = vmalloc_bytes >> PAGE_SHIFT;
	r->bitmaps = r->records_end;
	r->bitmap_bytes = align_up(r->nr_pages / 8, os_page_size());
	r->vmalloc_start = base + bytes - vmalloc_bytes;
	r->vmalloc_end = base + bytes;
}

/* The addresses are ours if the bitmaps can be had. */
static int take(struct kapi_range *r)
{
	return kapi_map(r->bitmaps, 2 * r->bitmap_bytes);
}

/* Numbers for the pages, as many as there are left. */
static int reserve_records(struct kapi_range *r)
{
	struct tcache *tc = kapi_enter();
	size_t nr = r->nr_pages >> MAX_PAGE_ORDER;

	if (!tc)
		return -EAGAIN;
	lock_acquire(&zone_normal.lock);
	for (; nr && !r->pages; nr /= 2) {
		r->pages = span_reserve_records(nr);
		r->nr_pages = nr << MAX_PAGE_ORDER;
	}
	lock_release(&zone_normal.lock);
	gate_leave(tc);
	return r->pages ? 0 : -ENOMEM;
}

static bool is_emergencys(const char *base, size_t bytes)
{
	return base < emergency_end && base + bytes > emergency_start;
}

/* Anywhere but in the range of kmem/emergency.c, which looks free. */
static int reserve(void **base, size_t bytes)
{
	void *first;
	int err = os_reserve(&first, bytes);

	*base = first;
	if (err || !is_emergencys(first, bytes))
		return err;
	err = reserve(base, bytes); /* that place being taken */
	os_unmap(first, bytes);
	return err;
}

static int choose(struct kapi_range *r)
{
	size_t bytes = RESERVE_BYTES;
	void *base;

#if UINTPTR_MAX > UINT32_MAX
	is_reserved = false;
	lay_out(r, emergency_end + DISTANCE, FIXED_BYTES);
	if (take(r) == 0)
		return 0;
#endif
	is_reserved = true;
	for (; bytes >= SMALLEST_BYTES; bytes /= 2) {
		if (reserve(&base, bytes))
			continue;
		lay_out(r, base, bytes);
		if (take(r) == 0)
			return 0;
		os_unmap(base, bytes);
	}
	return -ENOMEM;
}

int kapi_range_init(void)
{
	struct kapi_range r = {NULL};
	int err = choose(&r);
	char *end;

	if (!err)
		err = reserve_records(&r);
	if (err)
		return err;
	end = r.vmalloc_end;
	r.vmalloc_end = NULL;
	kapi_range = r;
	kmem_clients_start = r.records;
	kmem_clients_end = end;
	/* Last: a child that was forked before begins anew. */
	store_release(&kapi_range.vmalloc_end, end);
	return 0;
}
