/* SPDX-License-Identifier: MIT */
/*
 * misuse.c - what a pointer is that should not have been freed
 */
#include "base/print.h"
#include "kapi/cache.h"
#include "kapi/pages.h"
#include "kapi/range.h"
#include "kmem/emergency.h"
#include "os/report.h"
#include "pfmalloc/slab.h"
#include "pfmalloc/vmalloc.h"
#include "vmalloc/vmalloc.h"

/* A line of facts about @p, which lies in @slab. */
static void describe(struct text *t, const struct kslab *slab, const void *p)
{
	const struct kcache *s = slab->cache;
	size_t offset = (size_t)((const char *)p - slab->start);
	size_t n = offset / s->size;

	text_print(t, "%s, slab at %p of order %u", s->name, slab->start,
		   s->order);
	if (n >= s->nr_objects) {
		text_print(t, ", in the unused bytes at its end");
		return;
	}
	text_print(t, ", object %zu of %u", n + 1, s->nr_objects);
	if (offset % s->size)
		text_print(t, ", %zu bytes behind its start at %p",
			   offset % s->size, slab->start + n * s->size);
	else if (slab->state[n] == OBJECT_IS_USED)
		text_print(t, ", in use");
	else
		text_print(t, ", free");
}

_Noreturn void kapi_report_object(const char *call, struct kslab *slab,
				  const void *p)
{
	size_t offset = (size_t)((const char *)p - slab->start);
	bool is_start = offset % slab->cache->size == 0 &&
			offset / slab->cache->size < slab->cache->nr_objects;
	TEXT(facts, 256);

	describe(&facts, slab, p);
	report_line("BUG: %s of %s: %p", call,
		    is_start ? "an object that is already free"
			     : "a pointer that is no object's start",
		    p);
	report_line("  %s", facts.start);
	report_abort();
}

/* The first frame of kmalloc's block of pages around @p, or NULL. */
static struct page *large_around(const void *p)
{
	struct page *page = frame_of(p);

	if (!page || page->type != PAGE_CLIENT)
		return NULL;
	page = page_head(page);
	return page->class == KAPI_LARGE ? page : NULL;
}

static const char *what_it_is(const void *p)
{
	static const char pages[] = "pages that are free, or of alloc_pages(): "
				    "use free_pages()";
	size_t size;

	if (pf_is_vmalloc_addr(p))
		return "memory of the vmalloc area: use vfree() or kvfree()";
	if (is_dma_addr(p)) /* in 32 bits of the emergency range, too */
		return pages;
	if (is_emergency_addr(p))
		return "an object that is already free, or a pointer into one";
	if (is_vmalloc_addr(p) || kmem_usable_size(p, &size) == KMEM_OK)
		return "memory of malloc(): use free()";
	if (virt_to_pfn(p) >= direct_map.end_pfn)
		return "a pointer that no allocator here owns";
	if (is_direct_map_addr(p))
		return pages;
	return "memory that is not in use";
}

static _Noreturn void report_large(const char *call, const struct page *head,
				   const void *p)
{
	const char *start = page_to_addr(head);
	size_t offset = (size_t)((const char *)p - start);

	report_line("BUG: %s of %s: %p", call,
		    offset ? "a pointer that is no object's start"
			   : "an object of kmalloc(): use kfree()",
		    p);
	report_line("  an object of %zu bytes, %zu bytes behind its start at "
		    "%p",
		    (size_t)(PAGE_SIZE << head->taken_bits[1]), offset, start);
	report_abort();
}

_Noreturn void kapi_report_pointer(const char *call, const void *p)
{
	const struct page *head = large_around(p);

	if (head)
		report_large(call, head, p);
	report_line("BUG: %s of %s: %p", call, what_it_is(p), p);
	report_abort();
}

bool pf_kmem_dump_obj(void *p)
{
	struct kslab *slab = PF_IS_ZERO_OR_NULL(p) ? NULL : kslab_of(p);
	TEXT(facts, 256);

	if (!slab)
		return false;
	describe(&facts, slab, p);
	report_line("%p: %s", p, facts.start);
	return true;
}
