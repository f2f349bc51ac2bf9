/* SPDX-License-Identifier: MIT */
/*
 * zones.c - zones, watermarks and flags, rule by rule
 *
 * Each test is a child of its own with a limit of its own: the numbers of the
 * comments in lib/kapi/zones.c are those of 64 MiB.
 */
#include <linux/sched/mm.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kapi.h"

/* The reclaim that a kernel's shrinkers would be. */
extern unsigned long (*kapi_shrink)(unsigned int gfp, int priority)
	__attribute__((visibility("hidden")));

#define LIMIT_PAGES (64UL << 20 >> PAGE_SHIFT)

static struct zone *zone_at(enum zone_type i)
{
	return &NODE_DATA(0)->node_zones[i];
}

/* Frames of order 0 until a request fails; linked by lru. */
static unsigned long take_all(gfp_t gfp, struct list_head *pages)
{
	unsigned long nr = 0;
	struct page *page;

	while ((page = alloc_page(gfp | __GFP_NOWARN))) {
		list_add(&page->lru, pages);
		nr++;
	}
	return nr;
}

static void give_some(struct list_head *pages, unsigned long nr)
{
	while (nr-- && !list_empty(pages)) {
		struct page *page = list_first_entry(pages, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
	}
}

static void check_formulas(void)
{
	struct zone *dma = zone_at(ZONE_DMA), *normal = zone_at(ZONE_NORMAL);

	EXPECT_EQ(zone_managed_pages(dma), 4096);
	EXPECT_EQ(zone_managed_pages(normal), LIMIT_PAGES - 4096);
	EXPECT(!populated_zone(zone_at(ZONE_HIGHMEM)));
	EXPECT(!populated_zone(zone_at(ZONE_MOVABLE)));
	EXPECT_EQ(min_wmark_pages(normal), 192);
	EXPECT_EQ(low_wmark_pages(normal), 240);
	EXPECT_EQ(high_wmark_pages(normal), 288);
	EXPECT_EQ(min_wmark_pages(dma), 64);
	EXPECT_EQ(dma->lowmem_reserve[ZONE_DMA], 0);
	EXPECT_EQ(dma->lowmem_reserve[ZONE_NORMAL], (LIMIT_PAGES - 4096) / 256);
	EXPECT_EQ(normal->lowmem_reserve[ZONE_NORMAL], 0);
	EXPECT_EQ(totalram_pages(), LIMIT_PAGES);
}

TEST(marks_follow_from_the_limit)
{
	with_conf("kmem_limit:64M,highmem:off", check_formulas);
}

static void check_formulas_high(void)
{
	struct zone *high = zone_at(ZONE_HIGHMEM);
	unsigned long rest = (256UL << 20 >> PAGE_SHIFT) - 4096;

	EXPECT_EQ(zone_managed_pages(zone_at(ZONE_NORMAL)), rest / 2);
	EXPECT_EQ(zone_managed_pages(high), rest - rest / 2);
	EXPECT_EQ(min_wmark_pages(high), 32);
	EXPECT_EQ(zone_at(ZONE_NORMAL)->lowmem_reserve[ZONE_HIGHMEM],
		  (rest - rest / 2) / 32);
	EXPECT_EQ(zone_at(ZONE_DMA)->lowmem_reserve[ZONE_HIGHMEM], rest / 256);
	EXPECT_EQ(high->lowmem_reserve[ZONE_HIGHMEM], 0);
}

TEST(high_memory_has_a_share_where_it_is_on)
{
	with_conf("kmem_limit:256M,highmem:on", check_formulas_high);
}

/*
 * NORMAL to its min mark; what DMA must keep is its min mark and its reserve.
 */
static void exhaust_kernel(void)
{
	struct zone *normal = zone_at(ZONE_NORMAL), *dma = zone_at(ZONE_DMA);
	LIST_HEAD(pages);

	take_all(GFP_KERNEL | __GFP_NORETRY, &pages);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_PAGES),
		  min_wmark_pages(normal));
	EXPECT_EQ(zone_page_state(dma, NR_FREE_PAGES),
		  min_wmark_pages(dma) +
			  (unsigned long)dma->lowmem_reserve[ZONE_NORMAL]);

	/* No reserve for who only says that it cannot wait. */
	EXPECT(!alloc_page(GFP_NOWAIT));
	EXPECT(!alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN));

	/* Half of the min mark for __GFP_HIGH. */
	take_all(GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY, &pages);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_PAGES), 96);

	/* And a quarter of that more for who cannot wait either. */
	take_all(GFP_ATOMIC, &pages);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_PAGES), 72);

	/* __GFP_NOMEMALLOC beats __GFP_MEMALLOC, which takes the rest. */
	EXPECT(!alloc_page(GFP_NOWAIT | __GFP_MEMALLOC | __GFP_NOMEMALLOC));
	take_all(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NORETRY, &pages);
	EXPECT_EQ(nr_free_pages(), 0);
	give_some(&pages, ~0UL);
	EXPECT_EQ(nr_free_pages(), totalram_pages());
}

TEST(each_kind_of_request_stops_at_its_own_mark)
{
	with_conf("kmem_limit:64M,highmem:off", exhaust_kernel);
}

static void fall_back(void)
{
	unsigned long nr[MAX_NR_ZONES] = {0};
	LIST_HEAD(pages);
	int last = ZONE_HIGHMEM, nr_returns = 0;
	struct page *page;

	take_all(GFP_HIGHUSER | __GFP_NORETRY, &pages);
	list_for_each_entry_reverse(page, &pages, lru) {
		nr_returns += (int)page_zonenum(page) > last;
		last = (int)page_zonenum(page);
		nr[last]++;
	}
	EXPECT_EQ(nr_returns, 1); /* down by the low marks, then by the min */
	EXPECT_GT(nr[ZONE_HIGHMEM], 0);
	EXPECT_GT(nr[ZONE_NORMAL], 0);
	EXPECT_GT(nr[ZONE_DMA], 0);
	/* Who may not use HIGHMEM finds what NORMAL kept from who may. */
	page = alloc_page(GFP_KERNEL | __GFP_NORETRY);
	EXPECT(page && page_zonenum(page) == ZONE_NORMAL);
	__free_page(page);
	page = alloc_page(GFP_KERNEL | GFP_DMA | __GFP_NORETRY);
	EXPECT(page && page_zonenum(page) == ZONE_DMA);
	__free_page(page);
	give_some(&pages, ~0UL);
}

/* Without reclaim NORMAL is used down to its low mark before DMA is touched. */
static void low_before_dma(void)
{
	struct zone *normal = zone_at(ZONE_NORMAL);
	LIST_HEAD(pages);
	struct page *page;

	do {
		page = alloc_page(GFP_KERNEL);
		list_add(&page->lru, &pages);
	} while (page_zonenum(page) == ZONE_NORMAL);
	EXPECT_EQ(page_zonenum(page), ZONE_DMA);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_PAGES),
		  low_wmark_pages(normal));
	give_some(&pages, ~0UL);
}

TEST(requests_fall_back_downwards_and_leave_reserves)
{
	with_conf("kmem_limit:128M,highmem:on", fall_back);
}

TEST(the_first_try_is_against_the_low_marks)
{
	with_conf("kmem_limit:64M,highmem:off", low_before_dma);
}

static void use_dma(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | GFP_DMA, 2);
	unsigned long addr = (unsigned long)page_address(page);

	EXPECT_EQ(page_zonenum(page), ZONE_DMA);
	EXPECT_STR_EQ(page_zone(page)->name, "DMA");
	EXPECT_EQ(addr % (4 * PAGE_SIZE), 0);
	EXPECT_LT((u64)addr + 4 * PAGE_SIZE, 1ULL << 32);
	memset((void *)addr, 1, 4 * PAGE_SIZE);
	EXPECT(virt_to_page((char *)addr + 3 * PAGE_SIZE + 5) == page + 3);
	EXPECT(pfn_to_page(page_to_pfn(page) + 1) == page + 1);
	EXPECT(pfn_valid(page_to_pfn(page)));
	__free_pages(page, 2);

	page = alloc_page(GFP_KERNEL | GFP_DMA32 | __GFP_ZERO);
	addr = (unsigned long)page_address(page);
	EXPECT_LT((u64)addr, 1ULL << 32);
	EXPECT(is_zero((void *)addr, PAGE_SIZE));
	__free_page(page);
	EXPECT_EQ(zone_page_state(zone_at(ZONE_DMA), NR_FREE_PAGES), 4096);
}

TEST(dma_frames_have_addresses_below_4_gib)
{
	with_conf("kmem_limit:256M", use_dma);
}

static void use_all_dma(void)
{
	LIST_HEAD(pages);
	unsigned long nr;

	/* Locked or not: the sentence of a refused lock is another test's. */
	nr = take_all(GFP_DMA | __GFP_MEMALLOC | __GFP_DIRECT_RECLAIM |
			      __GFP_NORETRY,
		      &pages);
	EXPECT_EQ(nr, 4096);
	give_some(&pages, ~0UL);
	nr = (unsigned long)alloc_pages(GFP_KERNEL | GFP_DMA, 10);
	EXPECT(nr);
	__free_pages((struct page *)nr, 10);
}

TEST(dma_frames_are_as_many_as_16_mib_have_and_merge_again)
{
	with_conf("kmem_limit:256M", use_all_dma);
}

/* As lib/preload does it. */
extern void kmem_fork_prepare(void);
extern void kmem_fork_parent(void);
extern void kmem_fork_child(void);

static void use_dma_in_child(struct page *inherited)
{
	struct page *page = alloc_page(GFP_KERNEL | GFP_DMA);
	char *addr = page_address(inherited);

	EXPECT_EQ(page_zonenum(page), ZONE_DMA);
	EXPECT(is_zero(addr, 16 * PAGE_SIZE));
	fill_frame(addr, 2);
	fill_frame(page_address(page), 3);
	EXPECT(frame_is(addr, 2));
	EXPECT_EQ(zone_page_state(page_zone(page), NR_FREE_PAGES), 4096 - 17);
	__free_page(page);
	__free_pages(inherited, 4);
	EXPECT(pf_pages_check());
	_exit(tap_exit_status());
}

static void fork_with_dma(void)
{
	struct page *block = alloc_pages(GFP_KERNEL | GFP_DMA, 4);
	char *addr = page_address(block);
	phys_addr_t phys;
	struct rusage before, after;
	int status = 1, fds[2];
	u64 i;
	pid_t pid;

	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
	for (i = 0; i < 16; i++)
		fill_frame(addr + i * PAGE_SIZE, i);
	phys = virt_to_phys(addr);
	EXPECT_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		read(fds[0], &status, 1); /* when the parent has written */
		use_dma_in_child(block);
	}
	getrusage(RUSAGE_THREAD, &before);
	for (i = 0; i < 16; i++)
		fill_frame(addr + i * PAGE_SIZE, 100 + i);
	getrusage(RUSAGE_THREAD, &after);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	EXPECT_LT(after.ru_minflt - before.ru_minflt, 8);
#endif
	EXPECT_EQ(virt_to_phys(addr), phys);
	EXPECT_EQ(write(fds[1], "", 1), 1);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	for (i = 0; i < 16; i++)
		EXPECT(frame_is(addr + i * PAGE_SIZE, 100 + i));
	__free_pages(block, 4);
}

TEST(dma_frames_stay_the_parents_and_a_child_has_its_own)
{
	with_conf("kmem_limit:256M", fork_with_dma);
}

/* The sanitizers' own code needs room in a child. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* Where the limit of addresses leaves the child no room for memory of its own. */
static void fork_without_room(void)
{
	struct page *inherited = alloc_page(GFP_KERNEL | GFP_DMA);
	struct rlimit limit, low;
	int status = 1;
	pid_t pid;

	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
	getrlimit(RLIMIT_AS, &limit);
	low = limit;
	low.rlim_cur = 1 << 20;
	setrlimit(RLIMIT_AS, &low);
	pid = fork();
	setrlimit(RLIMIT_AS, &limit);
	if (pid == 0) {
		EXPECT(!alloc_page(GFP_KERNEL | GFP_DMA | __GFP_NORETRY |
				   __GFP_NOWARN));
		__free_page(inherited);
		EXPECT(pf_pages_check());
		EXPECT(!alloc_page(GFP_KERNEL | GFP_DMA | __GFP_NORETRY |
				   __GFP_NOWARN));
		_exit(tap_exit_status());
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	__free_page(inherited);
}

TEST(a_child_that_has_no_room_for_dma_frames_has_none)
{
	with_conf("kmem_limit:256M", fork_without_room);
}
#endif

static size_t locked_kib(void)
{
	return status_kib("VmLck");
}

static void lock_dma(void)
{
	struct rlimit limit;
	struct page *page;

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur < 17 << 20 && geteuid() != 0)
		return;
	page = alloc_page(GFP_KERNEL | GFP_DMA);
	EXPECT_GE(locked_kib(), 16384);
	__free_page(page);
}

TEST(dma_frames_are_locked_where_the_limit_allows)
{
	with_conf("kmem_limit:256M", lock_dma);
}

/* Both physical addresses are told, or neither. */
static void ask_for_physical(void)
{
	struct page *page = alloc_page(GFP_KERNEL | GFP_DMA);
	char *addr = page_address(page);
	phys_addr_t phys;

	*addr = 1;
	phys = virt_to_phys(addr);
	EXPECT_EQ(page_to_phys(page), phys);
	if (phys == ~(phys_addr_t)0)
		tap_note("the system does not tell physical addresses");
	else
		EXPECT_EQ(virt_to_phys(addr + 123), phys + 123);
	__free_page(page);
}

TEST(physical_addresses_are_the_machines_or_all_ones)
{
	with_conf("kmem_limit:256M", ask_for_physical);
}

static void reclaim_without_sleep(void)
{
	LIST_HEAD(pages);
	struct page *page;
	unsigned int flags;
	int i;

	take_all(GFP_KERNEL | __GFP_NORETRY, &pages);
	take_all(GFP_ATOMIC, &pages);
	EXPECT(!alloc_page(GFP_ATOMIC | __GFP_NOWARN));
	flags = memalloc_noreclaim_save();
	for (i = 0; i < 20; i++) {
		page = alloc_page(i % 2 ? GFP_NOWAIT : GFP_ATOMIC);
		if (EXPECT(page != NULL))
			list_add(&page->lru, &pages);
	}
	EXPECT(!alloc_page(GFP_NOWAIT | __GFP_NOMEMALLOC));
	memalloc_noreclaim_restore(flags);
	give_some(&pages, ~0UL);
}

TEST(who_frees_memory_goes_below_the_marks_also_without_sleep)
{
	with_conf("kmem_limit:64M,highmem:off", reclaim_without_sleep);
}

static LIST_HEAD(cache); /* what the shrinker has */
static int nr_rounds, lowest_priority;
static gfp_t shrinker_gfp;

static unsigned long shrink(unsigned int gfp, int priority)
{
	struct page *page;

	nr_rounds++;
	lowest_priority = priority;
	shrinker_gfp = gfp;
	/* It may allocate, and gets it: no round within the round. */
	page = alloc_page(GFP_KERNEL);
	EXPECT(page);
	__free_page(page);
	give_some(&cache, priority ? 4 : 64);
	return 4;
}

static void fill_with_cache(void)
{
	LIST_HEAD(pages);
	unsigned long i;

	for (i = 0; i < 100; i++)
		list_add(&alloc_page(GFP_KERNEL)->lru, &cache);
	take_all(GFP_KERNEL | __GFP_NORETRY, &pages);
	kapi_shrink = shrink;
	EXPECT(!alloc_page(GFP_NOWAIT));
	EXPECT_EQ(nr_rounds, 0); /* who may not wait calls no shrinker */

	/* Its own memory is what a request gets then. */
	list_add(&alloc_page(GFP_KERNEL)->lru, &pages);
	EXPECT_GT(nr_rounds, 0);
	EXPECT(shrinker_gfp & __GFP_FS);
	nr_rounds = 0;
	take_all(GFP_KERNEL, &pages);
	EXPECT(list_empty(&cache));
	EXPECT_EQ(lowest_priority, 0); /* asked for all, in the end */
	give_some(&pages, ~0UL);
}

TEST(shrinkers_are_called_when_memory_is_out)
{
	with_conf("kmem_limit:64M,highmem:off", fill_with_cache);
}

static void forbid_file_systems(void)
{
	LIST_HEAD(pages);
	unsigned int flags;

	take_all(GFP_KERNEL | __GFP_NORETRY, &pages);
	kapi_shrink = shrink;
	flags = memalloc_nofs_save();
	take_all(GFP_KERNEL | __GFP_NORETRY, &pages);
	EXPECT_GT(nr_rounds, 0);
	EXPECT(!(shrinker_gfp & __GFP_FS) && shrinker_gfp & __GFP_IO);
	memalloc_nofs_restore(flags);
	give_some(&pages, ~0UL);
}

TEST(a_task_may_forbid_what_its_requests_do)
{
	with_conf("kmem_limit:64M,highmem:off", forbid_file_systems);
}

/*
 * An order-0 request that waits goes deeper at the end; a costly one does not.
 */
static void last_resort(void)
{
	struct zone *normal = zone_at(ZONE_NORMAL);
	LIST_HEAD(pages);

	take_all(GFP_KERNEL | __GFP_RETRY_MAYFAIL, &pages);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_PAGES),
		  min_wmark_pages(normal));
	take_all(GFP_KERNEL, &pages);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_PAGES),
		  min_wmark_pages(normal) / 2);
	give_some(&pages, ~0UL);
}

TEST(who_must_not_fail_easily_gets_half_of_the_reserve)
{
	with_conf("kmem_limit:64M,highmem:off", last_resort);
}

static LIST_HEAD(held);

static void *free_later(void *arg)
{
	usleep(100000);
	give_some(&held, 64);
	return arg;
}

static void wait_for_memory(void)
{
	pthread_t thread;
	struct page *page;

	take_all(GFP_KERNEL | __GFP_NORETRY | __GFP_MEMALLOC, &held);
	EXPECT_EQ(nr_free_pages(), 0);
	pthread_create(&thread, NULL, free_later, NULL);
	/* More must come free than the marks keep. */
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL | __GFP_MEMALLOC);
	EXPECT(page);
	pthread_join(thread, NULL);
	__free_page(page);
	give_some(&held, ~0UL);
}

TEST(nofail_waits_until_another_thread_frees)
{
	with_conf("kmem_limit:64M,highmem:off", wait_for_memory);
}

static void fail_bulk(void)
{
	struct page *pages[512] = {NULL};
	LIST_HEAD(all);
	unsigned long nr, i;

	take_all(GFP_KERNEL | __GFP_NORETRY, &all);
	give_some(&all, 5);
	nr = alloc_pages_bulk(GFP_NOWAIT, 512, pages);
	EXPECT_EQ(nr, 5);
	for (i = 0; i < 512; i++)
		EXPECT_EQ(pages[i] != NULL, i < nr);
	for (i = 0; i < nr; i++)
		__free_page(pages[i]);
	give_some(&all, ~0UL);
}

TEST(bulk_says_how_many_it_got)
{
	with_conf("kmem_limit:64M,highmem:off", fail_bulk);
}

static char said[8192];

static void listen(int level, const char *text, size_t len)
{
	(void)level;
	if (strlen(said) + len < sizeof(said))
		strncat(said, text, len);
}

static void fail_loudly(void)
{
	LIST_HEAD(pages);

	pf_printk_set_sink(listen);
	take_all(GFP_KERNEL | __GFP_NORETRY, &pages);
	EXPECT(!alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 3));
	EXPECT_STR_EQ(said, "");
	EXPECT(!alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NORETRY, 4));
	EXPECT_MATCH(said, "zones: page allocation failure: order:4, "
			   "mode:0x50cc0\\(GFP_KERNEL\\|__GFP_NORETRY\\|"
			   "__GFP_COMP\\), nodemask=\\(null\\)\n");
	EXPECT_MATCH(said, "Node 0 Normal free:[0-9]+kB min:768kB low:960kB "
			   "high:1152kB managed:49152kB\n");
	said[0] = '\0';
	EXPECT(!alloc_pages(GFP_KERNEL | __GFP_NORETRY, 4));
	EXPECT_STR_EQ(said, ""); /* once in ten seconds */
	give_some(&pages, ~0UL);
}

TEST(a_failure_is_reported_in_the_kernels_words)
{
	with_conf("kmem_limit:64M,highmem:off,stack:off", fail_loudly);
}

static void ask_nonsense(void)
{
	pf_printk_set_sink(listen);
	EXPECT(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, 11));
	EXPECT_STR_EQ(said, "");
	EXPECT(!alloc_pages(GFP_KERNEL, 11));
	EXPECT_STR_HAS(said, "alloc_pages() of order 11; the largest is 10");
	EXPECT(!alloc_page(GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM));
	EXPECT_STR_HAS(said, "flags for two zones");
}

TEST(what_cannot_be_is_refused_with_a_sentence)
{
	with_conf("stack:off", ask_nonsense);
}

static void sleep_in_atomic(void)
{
	struct page *page;

	pf_printk_set_sink(listen);
	preempt_disable();
	page = alloc_page(GFP_ATOMIC);
	EXPECT_STR_EQ(said, "");
	__free_page(page);
	page = alloc_page(GFP_KERNEL);
	EXPECT_STR_HAS(said, "sleeping function called from invalid context: "
			     "alloc_pages()");
	__free_page(page);
	preempt_enable();
}

TEST(who_must_not_sleep_must_not_say_gfp_kernel)
{
	with_conf("stack:off", sleep_in_atomic);
}

/* lib/os/fault.h: the @n-th call of the system and @count more fail. */
extern void os_fail_calls(long n, long count);

static void fail_from(long n, long count)
{
	static const gfp_t zones[] = {GFP_KERNEL, GFP_KERNEL | GFP_DMA,
				      GFP_HIGHUSER};
	struct page *pages[3];
	size_t i;

	os_fail_calls(n, count);
	for (i = 0; i < 3; i++)
		pages[i] =
			alloc_pages(zones[i] | __GFP_NORETRY | __GFP_NOWARN, 3);
	os_fail_calls(-1, 0);
	for (i = 0; i < 3; i++) {
		if (!pages[i])
			continue;
		clear_highpage(pages[i] + 7);
		__free_pages(pages[i], 3);
	}
	EXPECT_EQ(nr_free_pages(), totalram_pages());
}

static void fail_at_first(void *arg)
{
	long n = (long)arg;

	setenv("PFMALLOC_CONF", "kmem_limit:256M,highmem:on", 1);
	fail_from(n / 2, n % 2 ? 1 : 1L << 30);
	EXPECT(pf_pages_check());
	EXPECT(pf_check());
}

TEST(whatever_the_system_refuses_nothing_breaks)
{
	long n;

	for (n = 0; n < 60; n++) {
		if (!EXPECT(child_run(30, fail_at_first, (void *)n))) {
			tap_note("call %ld, %s", n / 2,
				 n % 2 ? "once" : "and all after it");
			return;
		}
	}
}

/* Without kmem_limit the machine's memory is the limit, or RLIMIT_AS. */
static void look_at_limit(void)
{
	EXPECT_EQ(totalram_pages(), 512UL << 20 >> PAGE_SHIFT);
}

static void limited(void *arg)
{
	struct rlimit limit = {512 << 20, 512 << 20};

	(void)arg;
	unsetenv("PFMALLOC_CONF");
	EXPECT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
	look_at_limit();
}

TEST(the_limit_is_that_of_the_address_space_if_there_is_one)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	SKIP("sanitizers want all of the address space");
#else
	EXPECT(child_run(30, limited, NULL));
#endif
}
