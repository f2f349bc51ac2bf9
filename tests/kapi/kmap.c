/* SPDX-License-Identifier: MIT */
/*
 * kmap.c - frames without an address, and the windows to them, rule by rule
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "kapi.h"

#define WINDOW_SLOTS 1024
#define HIGH	     "kmem_limit:256M,highmem:on"

static struct page *high_page(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	EXPECT(page && PageHighMem(page));
	return page;
}

static void no_address(void)
{
	struct page *page = high_page();

	EXPECT_EQ(page_zonenum(page), ZONE_HIGHMEM);
	EXPECT(is_highmem(page_zone(page)));
	EXPECT(page_address(page) == NULL);
	EXPECT(pfn_to_page(page_to_pfn(page)) == page);
	EXPECT(pfn_valid(page_to_pfn(page)));
	__free_page(page);
}

TEST(a_high_page_has_no_address)
{
	with_conf(HIGH, no_address);
}

static void map_one(void)
{
	struct page *page = high_page();
	char *addr = kmap(page);

	EXPECT(page_address(page) == addr);
	EXPECT(kmap_to_page(addr + 17) == page);
	EXPECT(!virt_addr_valid(addr));
	fill_frame(addr, 1);
	EXPECT(kmap(page) == addr); /* once more: the same address */
	kunmap(page);
	EXPECT(frame_is(addr, 1)); /* one user is left */
	kunmap(page);
	EXPECT(kmap(page) == addr); /* it was not needed for others yet */
	EXPECT(frame_is(addr, 1));
	kunmap(page);
	__free_page(page);
}

TEST(kmap_nests_and_keeps_the_address)
{
	with_conf(HIGH, map_one);
}

static void low_pages(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *addr = page_address(page);

	EXPECT(kmap(page) == addr);
	kunmap(page);
	EXPECT(kmap_local_page(page) == addr);
	kunmap_local(addr);
	EXPECT(kmap_to_page(addr) == page);
	__free_page(page);
}

TEST(a_low_page_is_mapped_always)
{
	with_conf(HIGH, low_pages);
}

static void two_views(void)
{
	struct page *page = high_page();
	char *shared = kmap(page);
	char *local = kmap_local_page(page);

	EXPECT(shared != local);
	strcpy(shared, "by kmap");
	EXPECT_STR_EQ(local, "by kmap");
	strcpy(local, "by kmap_local_page");
	EXPECT_STR_EQ(shared, "by kmap_local_page");
	kunmap_local(local);
	kunmap(page);
	__free_page(page);
}

TEST(two_mappings_show_one_frame)
{
	with_conf(HIGH, two_views);
}

static struct page *pages[3 * WINDOW_SLOTS];

static void more_than_slots(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = high_page();
		fill_frame(kmap(pages[i]), i);
		kunmap(pages[i]);
	}
	/* The window was left twice; what was mapped first is not any more. */
	EXPECT(page_address(pages[0]) == NULL);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		EXPECT(frame_is(kmap(pages[i]), i));
		kunmap(pages[i]);
	}
	kmap_flush_unused();
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		EXPECT(page_address(pages[i]) == NULL);
		__free_page(pages[i]);
	}
}

TEST(more_frames_than_slots_are_mapped_in_turn)
{
	with_conf(HIGH, more_than_slots);
}

static void flush_spares_users(void)
{
	struct page *used = high_page(), *unused = high_page();
	char *addr = kmap(used);

	kmap(unused);
	kunmap(unused);
	kmap_flush_unused();
	EXPECT(page_address(used) == addr);
	EXPECT(page_address(unused) == NULL);
	*addr = 1;
	kunmap(used);
	__free_page(used);
	__free_page(unused);
}

TEST(a_flush_leaves_what_is_in_use)
{
	with_conf(HIGH, flush_spares_users);
}

static u32 has_slot;

static void *map_last(void *arg)
{
	struct page *page = high_page();

	fill_frame(kmap(page), 99);
	WRITE_ONCE(has_slot, 1);
	kunmap(page);
	__free_page(page);
	return arg;
}

static void full_window(void)
{
	pthread_t thread;
	unsigned int i;

	for (i = 0; i < WINDOW_SLOTS; i++) {
		pages[i] = high_page();
		kmap(pages[i]);
	}
	pthread_create(&thread, NULL, map_last, NULL);
	usleep(50000);
	EXPECT_EQ(READ_ONCE(has_slot), 0);
	kunmap(pages[500]);
	pthread_join(thread, NULL);
	EXPECT_EQ(READ_ONCE(has_slot), 1);
	for (i = 0; i < WINDOW_SLOTS; i++) {
		if (i != 500)
			kunmap(pages[i]);
		__free_page(pages[i]);
	}
}

TEST(kmap_sleeps_while_all_slots_are_in_use)
{
	with_conf(HIGH, full_window);
}

static void local_stack(void)
{
	struct page *page[16];
	char *addr[16];
	int i;

	for (i = 0; i < 16; i++) {
		page[i] = high_page();
		addr[i] = kmap_local_page(page[i]);
		fill_frame(addr[i], (u64)i);
		EXPECT(kmap_to_page(addr[i]) == page[i]);
	}
	for (i = 16; i-- > 0;) {
		EXPECT(frame_is(addr[i], (u64)i));
		kunmap_local(addr[i] + 5); /* any address in the page */
	}
	EXPECT(kmap_local_page(page[7]) == addr[0]); /* the lowest place */
	EXPECT(frame_is(addr[0], 7));
	kunmap_local(addr[0]);
	for (i = 0; i < 16; i++)
		__free_page(page[i]);
}

TEST(local_mappings_are_a_stack)
{
	with_conf(HIGH, local_stack);
}

static void *map_locally(void *arg)
{
	struct page *page = high_page();
	int step;

	for (step = 0; step < 2000; step++) {
		char *addr = kmap_local_page(page);

		if (step)
			EXPECT(frame_is(addr, (u64)(uintptr_t)arg + step - 1));
		fill_frame(addr, (u64)(uintptr_t)arg + step);
		kunmap_local(addr);
	}
	__free_page(page);
	return NULL;
}

static void threads_map(void)
{
	pthread_t threads[4];
	int round;

	for (round = 0; round < 5; round++) {
		threads_start(4, map_locally, threads);
		threads_join(4, threads);
	}
}

TEST(each_thread_has_a_window_of_its_own)
{
	with_conf(HIGH, threads_map);
}

static struct page *shared_pages[64];

static void *map_any(void *arg)
{
	uint64_t state = tap_seed() + (uintptr_t)arg;
	int step;

	for (step = 0; step < 20000; step++) {
		u64 i = tap_random_next(&state) % 64;
		char *addr = kmap(shared_pages[i]);

		EXPECT(frame_is(addr, i));
		kunmap(shared_pages[i]);
		if (step % 1000 == 0)
			kmap_flush_unused();
	}
	return NULL;
}

static void threads_share(void)
{
	pthread_t threads[4];
	u64 i;

	for (i = 0; i < 64; i++) {
		shared_pages[i] = high_page();
		fill_frame(kmap(shared_pages[i]), i);
		kunmap(shared_pages[i]);
	}
	threads_start(4, map_any, threads);
	threads_join(4, threads);
	for (i = 0; i < 64; i++)
		__free_page(shared_pages[i]);
}

TEST(threads_map_and_unmap_the_same_pages)
{
	with_conf(HIGH, threads_share);
}

static void copy_and_clear(void)
{
	struct page *a = high_page(), *b = alloc_page(GFP_KERNEL);
	char text[32];

	clear_highpage(a);
	memcpy_to_page(a, 100, "seven bytes", 12);
	memcpy_from_page(text, a, 100, 12);
	EXPECT_STR_EQ(text, "seven bytes");
	copy_highpage(b, a);
	EXPECT_STR_EQ((char *)page_address(b) + 100, "seven bytes");
	memset_page(a, 106, 'x', 5);
	memcpy_page(b, 200, a, 100, 12);
	EXPECT_STR_EQ((char *)page_address(b) + 200, "seven xxxxx");
	zero_user(b, 100, 12);
	EXPECT(is_zero((char *)page_address(b) + 100, 12));
	zero_user_segments(b, 0, 8, 203, 206);
	EXPECT_STR_EQ((char *)page_address(b) + 200, "sev");
	zero_user_segment(b, 0, PAGE_SIZE);
	EXPECT(is_zero(page_address(b), PAGE_SIZE));
	__free_page(a);
	__free_page(b);
}

TEST(pages_are_copied_and_cleared_wherever_they_are)
{
	with_conf(HIGH, copy_and_clear);
}

static void zeroed_blocks(void)
{
	int round;

	for (round = 0; round < 3; round++) {
		struct page *page =
			alloc_pages(GFP_HIGHUSER | __GFP_ZERO | __GFP_COMP, 4);
		int i;

		EXPECT(PageHighMem(page + 15));
		for (i = 0; i < 16; i++) {
			char *addr = kmap_local_page(page + i);

			EXPECT(is_zero(addr, PAGE_SIZE));
			memset(addr, 0xff, PAGE_SIZE);
			kunmap_local(addr);
		}
		put_page(page + 9);
	}
}

TEST(a_high_block_is_zeroed_too)
{
	with_conf(HIGH, zeroed_blocks);
}

static void atomic_maps(void)
{
	struct page *page = high_page();
	char *addr = kmap_atomic(page);

	EXPECT(in_atomic());
	*addr = 1;
	kunmap_atomic(addr);
	EXPECT(!in_atomic());
	__free_page(page);
}

TEST(kmap_atomic_forbids_to_sleep)
{
	with_conf(HIGH, atomic_maps);
}

static void off(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	EXPECT_EQ(page_zonenum(page), ZONE_NORMAL);
	EXPECT(page_address(page) != NULL);
	__free_page(page);
}

TEST(without_high_memory_there_is_an_address)
{
	with_conf("kmem_limit:256M,highmem:off", off);
}

static struct page *inherited, *freed;

static void in_child(void *arg)
{
	char *addr = kmap(inherited);
	unsigned int i;

	(void)arg;
	EXPECT_STR_EQ(addr, "the parent's");
	strcpy(addr, "the child's");
	kunmap(inherited);
	/* Its new frames are its own, also where the parent's free ones are. */
	for (i = 0; i < 2048; i++) {
		pages[i] = high_page();
		EXPECT(pages[i] != freed);
		clear_highpage(pages[i]);
	}
	for (i = 0; i < 2048; i++)
		__free_page(pages[i]);
	__free_page(inherited);
	EXPECT(pf_pages_check());
}

/* As lib/preload does it. */
extern void kmem_fork_prepare(void);
extern void kmem_fork_parent(void);
extern void kmem_fork_child(void);

static void fork_with_pages(void)
{
	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
	inherited = high_page();
	freed = high_page();
	strcpy(kmap(inherited), "the parent's");
	kunmap(inherited);
	__free_page(freed);
	EXPECT(child_run(30, in_child, NULL));
	EXPECT_STR_EQ((char *)kmap(inherited), "the child's");
	kunmap(inherited);
	__free_page(inherited);
}

TEST(parent_and_child_share_the_high_pages_there_are)
{
	with_conf(HIGH, fork_with_pages);
}

/* The sanitizers have very many instructions of their own. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && \
	!defined(__SANITIZE_ADDRESS__)
#define TRAP_FLAG 0x100

static int steps_left;
static pid_t forked;

/* After so many instructions, and no more steps in either of the two. */
static void fork_after_steps(int sig, siginfo_t *info, void *context)
{
	greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];

	(void)sig;
	(void)info;
	if (steps_left-- > 0)
		return;
	*flags &= ~TRAP_FLAG;
	forked = fork();
}

static struct page *alloc_and_fork_within(int steps)
{
	struct page *page;

	steps_left = steps;
	forked = -1;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" ::
				 : "memory", "cc");
	page = alloc_page(GFP_HIGHUSER);
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::
				 : "memory", "cc");
	return page;
}

static void end_as_child(void)
{
	struct page *page;

	EXPECT(pf_pages_check());
	page = alloc_page(GFP_HIGHUSER);
	memset(kmap_local_page(page), 0xcc, PAGE_SIZE);
	_exit(tap_exit_status());
}

/* New pages, which nobody else may write to. */
static void look_at_new_pages(void)
{
	struct page *page[4];
	int i;

	for (i = 0; i < 4; i++) {
		char *addr;

		page[i] = alloc_page(GFP_HIGHUSER);
		addr = kmap_local_page(page[i]);
		EXPECT(*addr != (char)0xcc);
		kunmap_local(addr);
	}
	for (i = 0; i < 4; i++)
		__free_page(page[i]);
}

static void fork_within_requests(void)
{
	struct sigaction action = {.sa_sigaction = fork_after_steps,
				   .sa_flags = SA_SIGINFO};
	int steps = 0, status;

	pthread_atfork(kmem_fork_prepare, kmem_fork_parent, kmem_fork_child);
	__free_page(high_page());
	sigaction(SIGTRAP, &action, NULL);
	do {
		struct page *page = alloc_and_fork_within(steps);

		if (forked == 0)
			end_as_child();
		if (forked > 0) {
			EXPECT_EQ(waitpid(forked, &status, 0), forked);
			EXPECT_EQ(status, 0);
			look_at_new_pages();
		}
		__free_page(page);
		steps += 5;
	} while (forked > 0);
	signal(SIGTRAP, SIG_IGN);
	tap_note("%d children", steps / 5 - 1);
	EXPECT_GT(steps, 100);
	EXPECT(pf_pages_check());
}

TEST(a_handler_may_fork_within_a_request_for_high_memory)
{
	with_conf(HIGH, fork_within_requests);
}
#endif

/* The file without a name that high memory is in, or -1. */
static int high_file(void)
{
	char path[64], target[128];
	ssize_t len;
	int fd;

	for (fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, target, sizeof(target) - 1);
		if (len <= 0)
			continue;
		target[len] = '\0';
		if (strstr(target, "pfmalloc-highmem"))
			return fd;
	}
	return -1;
}

/* What it holds, whoever has it mapped; 0 without one. */
static size_t high_file_kib(void)
{
	struct stat stat;

	return fstat(high_file(), &stat) == 0 ? (size_t)stat.st_blocks / 2 : 0;
}

static void give_back(void)
{
	size_t i, nr = 8192;
	struct page **all = calloc(nr, sizeof(*all));

	for (i = 0; i < nr; i++) {
		all[i] = high_page();
		clear_highpage(all[i]);
	}
	EXPECT_GE(high_file_kib(), 32768);
	for (i = 0; i < nr; i++)
		__free_page(all[i]);
	__free_page(alloc_page(GFP_KERNEL)); /* who may call the system does */
	EXPECT_LE(high_file_kib(), 16384 + 4096);
	for (i = 0; i < nr; i++) {
		void *addr;

		all[i] = high_page();
		addr = kmap_local_page(all[i]);
		fill_frame(addr, i);
		kunmap_local(addr);
	}
	for (i = 0; i < nr; i++) {
		void *addr = kmap_local_page(all[i]);

		EXPECT(frame_is(addr, i));
		kunmap_local(addr);
		__free_page(all[i]);
	}
	free(all);
}

TEST(free_high_memory_goes_back_to_the_system)
{
	with_conf(HIGH, give_back);
}

/* As a daemon does: close what is open, and open a file of one's own. */
static int replace_high_file(void)
{
	int fd = high_file(), file = memfd_create("the program's", 0);
	static char text[PAGE_SIZE];
	int i;

	EXPECT_GE(fd, 0);
	EXPECT_EQ(dup2(file, fd), fd);
	close(file);
	memset(text, 'P', sizeof(text));
	for (i = 0; i < 2048; i++)
		EXPECT_EQ(write(fd, text, sizeof(text)), (ssize_t)sizeof(text));
	return fd;
}

static void expect_untouched(int fd)
{
	char text[PAGE_SIZE];
	struct stat stat;
	int i;

	EXPECT_EQ(fstat(fd, &stat), 0);
	EXPECT_EQ(stat.st_size, 2048 * (off_t)PAGE_SIZE);
	for (i = 0; i < 2048; i++) {
		EXPECT_EQ(pread(fd, text, sizeof(text), i * (off_t)PAGE_SIZE),
			  (ssize_t)sizeof(text));
		if (!EXPECT(memchr_inv(text, 'P', sizeof(text)) == NULL))
			return;
	}
}

static void close_and_go_on(void)
{
	struct page *mapped = high_page(), *unused = high_page();
	char *addr = kmap(mapped);
	unsigned int i;
	int fd;

	fill_frame(addr, 1);
	fd = replace_high_file();
	EXPECT(frame_is(addr, 1)); /* what is mapped stays */
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = high_page();
		addr = kmap_local_page(pages[i]);
		fill_frame(addr, i);
		kunmap_local(addr);
	}
	expect_untouched(fd);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		addr = kmap_local_page(pages[i]);
		EXPECT(frame_is(addr, i));
		kunmap_local(addr);
		__free_page(pages[i]);
	}
	__free_page(unused); /* is not used again */
	kunmap(mapped);
	__free_page(mapped);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = high_page();
		EXPECT(pages[i] != mapped && pages[i] != unused);
	}
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		__free_page(pages[i]);
	__free_page(alloc_page(GFP_KERNEL));
	expect_untouched(fd);
}

TEST(a_program_that_closes_all_files_has_its_own_untouched)
{
	with_conf(HIGH, close_and_go_on);
}

static void map_what_is_lost(void *arg)
{
	struct page *page;

	setenv("PFMALLOC_CONF", HIGH, 1);
	page = high_page();
	replace_high_file();
	if (arg)
		kmap(page);
	else
		kmap_local_page(page);
}

TEST(a_page_whose_file_was_closed_is_not_mapped)
{
	expect_abort(map_what_is_lost, (void *)1L,
		     "the program has closed descriptor");
	expect_abort(map_what_is_lost, NULL, "cannot be mapped");
}

/*
 * More frames than a 32-bit process has addresses for: 6 GiB, each written and
 * read through the window.
 */
#define MANY_GIB   6
#define MANY_PAGES ((size_t)MANY_GIB << (30 - PAGE_SHIFT))

static void many_frames(void)
{
	LIST_HEAD(all);
	struct page *page, *next;
	size_t i;

	for (i = 0; i < MANY_PAGES; i++) {
		u64 *words;

		page = alloc_page(GFP_HIGHUSER | __GFP_NORETRY | __GFP_NOWARN);
		if (!page || !PageHighMem(page)) {
			EXPECT(page && PageHighMem(page));
			return;
		}
		words = kmap(page);
		words[0] = i;
		words[511] = ~(u64)i;
		kunmap(page);
		list_add_tail(&page->lru, &all);
	}
	i = 0;
	list_for_each_entry_safe(page, next, &all, lru) {
		u64 *words = kmap(page);

		if (words[0] != i || words[511] != ~(u64)i) {
			EXPECT_EQ(words[0], i);
			EXPECT_EQ(words[511], ~(u64)i);
			return;
		}
		kunmap(page);
		i++;
		list_del(&page->lru);
		__free_page(page);
	}
	EXPECT_EQ(i, MANY_PAGES);
}

static size_t available_kib(void)
{
	char text[4096] = "";
	const char *line;

	if (!file_read("/proc/meminfo", text, sizeof(text)))
		return 0;
	line = strstr(text, "MemAvailable:");
	return line ? strtoul(line + 13, NULL, 10) : 0;
}

static void run_many(void *arg)
{
	(void)arg;
	setenv("PFMALLOC_CONF", "kmem_limit:7G,highmem:on", 1);
	many_frames();
}

TEST(a_process_has_more_frames_than_addresses)
{
	char reason[80];

	TIME_LIMIT(600);
	if (sizeof(void *) > 4)
		SKIP("this process has addresses enough: it is for 32 bits");
	if (available_kib() < (MANY_GIB + 1) << 20) {
		snprintf(reason, sizeof(reason),
			 "%zu MiB of memory are available, it takes %d GiB",
			 available_kib() >> 10, MANY_GIB + 1);
		SKIP(reason);
	}
	EXPECT(child_run(600, run_many, NULL));
}
