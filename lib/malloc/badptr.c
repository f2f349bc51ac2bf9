/* SPDX-License-Identifier: MIT */
/*
 * badptr.c - what a pointer is that should not have been passed
 *
 * The facts are found before the first line is printed, from structures that
 * are read without a lock: the process ends here.
 */
#include "base/print.h"
#include "kapi/layout.h"
#include "kmem/emergency.h"
#include "malloc/malloc.h"
#include "os/report.h"
#include "slab/slab.h"
#include "vmalloc/vmalloc.h"

static const char *client_page(const void *p)
{
	const struct page *page = kmem_far_page(p);
	uintptr_t link;

	if (!page)
		page = virt_to_page(p);
	link = (uintptr_t)page->link.next;
	if (link & 1)
		page = (const struct page *)(link - 1);
	if (page->class == KAPI_SLAB || page->class == KAPI_LARGE)
		return "an object of kmalloc() or a kmem_cache, which kfree() "
		       "frees";
	return "a page of alloc_pages(), which __free_pages() frees";
}

static const char *what_it_is(const void *p, enum kmem_status status)
{
	switch (status) {
	case KMEM_ALREADY_FREE:
		return "an object that is already free";
	case KMEM_INTERIOR:
		return "a pointer into the middle of an object";
	case KMEM_CLIENT_PAGE:
		return client_page(p);
	case KMEM_FOREIGN:
		if (kmem_is_clients_area(p))
			return "memory of vmalloc(), which vfree() frees";
		return "a pointer that no allocator here owns";
	default:
		return "memory that is not in use";
	}
}

static void describe_object(struct text *t, const void *p,
			    enum kmem_status status)
{
	struct object_facts facts;

	slab_describe(p, &facts);
	text_print(t, "kmalloc-%u, slab at %p of order %u", facts.s->size,
		   facts.slab, facts.s->order);
	if (!facts.object) {
		text_print(t, ", in the unused bytes at its end");
		return;
	}
	text_print(t, ", object %u of %u", facts.index + 1,
		   facts.s->nr_objects);
	if (facts.object != p)
		text_print(t, ", %zu bytes behind its start at %p",
			   (size_t)((const char *)p - (char *)facts.object),
			   facts.object);
	else if (facts.is_free)
		text_print(t, ", free in its slab");
	else if (status == KMEM_ALREADY_FREE)
		text_print(t, ", free in a thread's sheaf");
}

static void describe_frame(struct text *t, const void *p)
{
	static const char *const type_name[] = {
		[PAGE_NONE] = "inside a block",
		[PAGE_BUDDY] = "free block",
		[PAGE_PCP] = "free block that a thread keeps",
		[PAGE_SLAB] = "slab",
		[PAGE_BLOCK] = "page block in use",
		[PAGE_LENT] = "block lent to a vmap area",
		[PAGE_CLIENT] = "a client's page",
	};
	const struct page *page = virt_to_page(p);
	pfn_t pfn = page_to_pfn(page);
	pfn_t lowest = pfn & ~order_mask(MAX_PAGE_ORDER);

	while (page->type == PAGE_NONE && page_to_pfn(page) > lowest)
		page--;
	text_print(t, "zone Normal, pfn %u: %s", pfn, type_name[page->type]);
	if (page->type == PAGE_NONE || page->type == PAGE_CLIENT)
		return;
	text_print(t, " at %p", page_to_virt(page));
	if (page->type == PAGE_BUDDY || page->type == PAGE_LENT)
		text_print(t, " of order %u", page->order);
	else
		text_print(t, " of %u frames", page->nr);
}

static void describe_area(struct text *t, const void *p)
{
	struct vmap_area *area = find_vmap_area(p);

	if (area)
		text_print(t, "vmap area at %p of %zu bytes", area->va_start,
			   area->bytes);
	else
		text_print(t, "an address of the vmalloc range without area");
}

static void describe(struct text *t, const void *p, enum kmem_status status)
{
	if (is_vmalloc_addr(p))
		describe_area(t, p);
	else if (is_emergency_addr(p))
		text_print(t, "in the range of what is allocated while a "
			      "thread forks");
	else if (virt_to_pfn(p) >= direct_map.end_pfn)
		text_print(t, "outside of all zones and the vmalloc range");
	else if (virt_to_pfn(p) >= direct_map.limit)
		text_print(t, "an address that was never online");
	else if (!is_direct_map_addr(p))
		text_print(t, "the allocator's own metadata");
	else if (byte_map()[virt_to_pfn(p)])
		describe_object(t, p, status);
	else
		describe_frame(t, p);
}

/* From here on this thread's requests take the slow path, to last words. */
static void forget_caches(void)
{
	unsigned int class;

	for (class = 0; class < NR_CLASSES; class ++)
		WRITE_ONCE(thread_heap.top[class], 0);
}

_Noreturn void report_bad_pointer(const char *operation, const void *p,
				  enum kmem_status status)
{
	TEXT(facts, 256);

	describe(&facts, p, status);
	forget_caches();
	report_line("BUG: %s of %s: %p", operation, what_it_is(p, status), p);
	report_line("  %s", facts.start);
	report_abort();
}
