/* SPDX-License-Identifier: MIT */
/*
 * report.c - what lib/kapi says, in the kernel's words
 *
 * A failed allocation is told as the kernel tells it, because scripts look for
 * that line:
 *
 *	name: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL), ...
 *
 * and then what each zone has left.  Once in ten seconds, unless __GFP_NOWARN.
 * A request that may not sleep may stand in a signal handler that interrupted
 * printk(): its report is one write to stderr, without a lock.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/gfp_types.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include <errno.h>

#include "kapi/kapi.h"
#include "kapi/layout.h"
#include "kenv/kenv.h"

#define REPORT_BYTES 768

_Static_assert(offsetof(struct page, private) == LAYOUT_PRIVATE, "");
_Static_assert(offsetof(struct page, mapping) == LAYOUT_MAPPING, "");
_Static_assert(offsetof(struct page, index) == LAYOUT_INDEX, "");
_Static_assert(offsetof(struct page, _refcount) == LAYOUT_REFCOUNT, "");
_Static_assert(offsetof(struct page, _mapcount) == LAYOUT_MAPCOUNT, "");
_Static_assert(offsetof(struct page, lru) == LAYOUT_LINK, "");
_Static_assert(offsetof(struct page, compound_head) == LAYOUT_LINK, "");
_Static_assert(offsetof(struct page, pf_type) == LAYOUT_TYPE, "");
_Static_assert(offsetof(struct page, pf_order) == LAYOUT_ORDER, "");
_Static_assert(offsetof(struct page, pf_class) == LAYOUT_CLASS, "");
_Static_assert(offsetof(struct page, pf_state) == LAYOUT_STATE, "");
_Static_assert(offsetof(struct page, pf_nr) == LAYOUT_NR, "");
_Static_assert(offsetof(struct page, flags) == LAYOUT_FLAGS, "");

void kapi_might_sleep(const char *what)
{
	pf_might_sleep(what);
}

struct flag_name {
	gfp_t mask;
	const char *name;
};

/* Sets of flags before the flags that they consist of. */
#define GFP_NAME(name)      \
	{                   \
		name, #name \
	}
static int print_gfp(char *text, size_t size, gfp_t gfp)
{
	const struct flag_name names[] = {
		GFP_NAME(GFP_TRANSHUGE),
		GFP_NAME(GFP_TRANSHUGE_LIGHT),
		GFP_NAME(GFP_HIGHUSER_MOVABLE),
		GFP_NAME(GFP_HIGHUSER),
		GFP_NAME(GFP_USER),
		GFP_NAME(GFP_KERNEL_ACCOUNT),
		GFP_NAME(GFP_KERNEL),
		GFP_NAME(GFP_NOFS),
		GFP_NAME(GFP_ATOMIC),
		GFP_NAME(GFP_NOIO),
		GFP_NAME(GFP_NOWAIT),
		GFP_NAME(GFP_DMA),
		GFP_NAME(__GFP_HIGHMEM),
		GFP_NAME(GFP_DMA32),
		GFP_NAME(__GFP_RECLAIM),
		GFP_NAME(__GFP_HIGH),
		GFP_NAME(__GFP_IO),
		GFP_NAME(__GFP_FS),
		GFP_NAME(__GFP_NOWARN),
		GFP_NAME(__GFP_RETRY_MAYFAIL),
		GFP_NAME(__GFP_NOFAIL),
		GFP_NAME(__GFP_NORETRY),
		GFP_NAME(__GFP_COMP),
		GFP_NAME(__GFP_ZERO),
		GFP_NAME(__GFP_NOMEMALLOC),
		GFP_NAME(__GFP_MEMALLOC),
		GFP_NAME(__GFP_HARDWALL),
		GFP_NAME(__GFP_THISNODE),
		GFP_NAME(__GFP_RECLAIMABLE),
		GFP_NAME(__GFP_MOVABLE),
		GFP_NAME(__GFP_ACCOUNT),
		GFP_NAME(__GFP_WRITE),
		GFP_NAME(__GFP_DIRECT_RECLAIM),
		GFP_NAME(__GFP_KSWAPD_RECLAIM),
		GFP_NAME(__GFP_ZEROTAGS),
	};
	const char *bar = "";
	int len = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names) && gfp; i++) {
		if ((gfp & names[i].mask) != names[i].mask)
			continue;
		len += scnprintf(text + len, size - (size_t)len, "%s%s", bar,
				 names[i].name);
		gfp &= ~names[i].mask;
		bar = "|";
	}
	if (gfp || !len)
		len += scnprintf(text + len, size - (size_t)len, "%s%#x", bar,
				 gfp);
	return len;
}

/* True at most once in ten seconds; no lock. */
static bool may_report(void)
{
	static unsigned long next;
	unsigned long due = READ_ONCE(next), now = jiffies;

	if (due && time_before(now, due))
		return false;
	return try_cmpxchg(&next, &due, (now + 10 * HZ) | 1);
}

static int print_zones(char *text, size_t size)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < KAPI_NR_ZONES; i++) {
		struct kapi_zone_info zone;

		kapi_zone_info(i, &zone);
		if (!zone.managed)
			continue;
		len += scnprintf(text + len, size - (size_t)len,
				 "Node 0 %s free:%zukB min:%zukB low:%zukB "
				 "high:%zukB managed:%zukB\n",
				 zone.name, kapi_zone_nr_free(i) * 4,
				 zone.min * 4, zone.low * 4, zone.high * 4,
				 zone.managed * 4);
	}
	return len;
}

void kapi_warn_failure(unsigned int gfp, unsigned int order)
{
	bool may_sleep = gfp & __GFP_DIRECT_RECLAIM;
	char text[REPORT_BYTES];
	int len;

	if (!may_report())
		return;
	len = scnprintf(text, sizeof(text),
			"%s: page allocation failure: order:%u, mode:%#x(",
			program_invocation_short_name, order, gfp);
	len += print_gfp(text + len, sizeof(text) - (size_t)len, gfp);
	len += scnprintf(text + len, sizeof(text) - (size_t)len,
			 "), nodemask=(null)\n");
	len += print_zones(text + len, sizeof(text) - (size_t)len);
	if (may_sleep) {
		printk(KERN_WARNING "%s", text);
		dump_stack();
	} else {
		kenv_write(text, (unsigned long)len);
	}
}

/* Whether @format is seen for the first time; a few are remembered. */
static bool is_new(const char *format)
{
	static const char *seen[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		const char *old = READ_ONCE(seen[i]);

		if (!old && try_cmpxchg(&seen[i], &old, format))
			return true;
		if (old == format)
			return false;
	}
	return false;
}

void kapi_warn(const char *format, ...)
{
	char text[256];
	va_list args;

	if (!is_new(format))
		return;
	va_start(args, format);
	vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	printk(KERN_WARNING "WARNING: %s\n", text);
	dump_stack();
}

void kapi_bug(const char *format, ...)
{
	char text[256];
	va_list args;
	int len;

	len = scnprintf(text, sizeof(text), "pfmalloc: BUG: ");
	va_start(args, format);
	len += vscnprintf(text + len, sizeof(text) - (size_t)len - 1, format,
			  args);
	va_end(args);
	text[len++] = '\n';
	kenv_write(text, (unsigned long)len);
	kenv_abort();
}
