/* SPDX-License-Identifier: MIT */
/*
 * ioport.c - regions, accesses and the simulated bus, through
 * <pfmalloc/ioport.h>
 *
 * Every refusal is met here once: the sentence, and that it ends the process or
 * does not.  What the system answers is pretended (os_port_pretend()); real
 * devices answer in tools/rig.
 */
#include <pfmalloc/ioport.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ioport/ports.h"
#include "os/conf.h"
#include "unit.h"

/* Each test begins on the simulator, without regions. */
static bool on_simulator(void)
{
	return EXPECT_EQ(pf_ioport_select(PF_IOPORT_SIM), 0);
}

static bool request(resource_size_t start, resource_size_t n)
{
	return EXPECT(pf_request_region(start, n, "test"));
}

/* ------------------------------------------------------------------------
 * Regions
 * ------------------------------------------------------------------------ */

TEST(a_region_says_what_was_requested)
{
	struct resource *region;

	on_simulator();
	region = pf_request_region(0x70, 2, "rtc");
	if (!EXPECT(region))
		return;
	EXPECT_EQ(region->start, 0x70);
	EXPECT_EQ(region->end, 0x71);
	EXPECT_STR_EQ(region->name, "rtc");
	EXPECT_EQ(region->flags, IORESOURCE_IO | IORESOURCE_BUSY);
	EXPECT(region->parent == pf_ioport_root());
	pf_release_region(0x70, 2);
	EXPECT(!pf_ioport_root()->child);
}

TEST(ports_have_one_user)
{
	on_simulator();
	request(0x70, 2);
	errno = 0;
	EXPECT(!pf_request_region(0x71, 1, "other"));
	EXPECT_EQ(errno, EBUSY);
	EXPECT(!pf_request_region(0x60, 0x20, "around"));
	EXPECT(!pf_request_region(0x6f, 2, "across"));
	request(0x72, 1);
	pf_release_region(0x72, 1);
	pf_release_region(0x70, 2);
	request(0x6f, 2);
	pf_release_region(0x6f, 2);
}

TEST(numbers_that_are_no_ports_are_refused)
{
	static const resource_size_t bad[][2] = {
		{0, 0},	      {0x70, 0},  {0xffff, 2}, {0x10000, 1},
		{0, 0x10001}, {~0ULL, 1}, {~0ULL, 2},  {0x70, ~0ULL - 1},
	};
	size_t i;

	on_simulator();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		errno = 0;
		EXPECT(!pf_request_region(bad[i][0], bad[i][1], "bad"));
		EXPECT_EQ(errno, EINVAL);
	}
	request(0xffff, 1);
	pf_release_region(0xffff, 1);
	request(0, 0x10000);
	pf_release_region(0, 0x10000);
}

TEST(a_busy_resource_of_the_program_is_a_region)
{
	struct resource bus = {.end = 0xff, .flags = IORESOURCE_IO};
	struct resource dma = {.start = 0x80,
			       .end = 0x8f,
			       .flags = IORESOURCE_IO | IORESOURCE_BUSY};

	on_simulator();
	EXPECT_EQ(pf_request_resource(pf_ioport_root(), &bus), 0);
	EXPECT_EQ(pf_request_resource(&bus, &dma), 0);
	EXPECT_EQ(pf_request_resource(&bus, &dma), -EBUSY);
	pf_outb(1, 0x8f);
	EXPECT_EQ(pf_inb(0x8f), 1);
	EXPECT_EQ(pf_release_resource(&bus), 0);
	EXPECT_EQ(pf_release_resource(&bus), -EINVAL);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO); /* nothing is busy */
	EXPECT_EQ(pf_insert_resource(pf_ioport_root(), &bus), 0);
	EXPECT_EQ(pf_inb(0x8f), 1);
	EXPECT_EQ(pf_release_resource(&dma), 0);
	EXPECT_EQ(pf_release_resource(&bus), 0);
}

TEST(intersections_are_of_the_ports_tree)
{
	on_simulator();
	request(0x70, 2);
	EXPECT_EQ(pf_region_intersects(0x60, 0x20, IORESOURCE_BUSY, 0),
		  PF_REGION_INTERSECTS);
	EXPECT_EQ(pf_region_intersects(0x60, 0x10, IORESOURCE_BUSY, 0),
		  PF_REGION_DISJOINT);
	EXPECT_EQ(pf_region_intersects(0x60, 0x20, IORESOURCE_MEM, 0),
		  PF_REGION_DISJOINT);
	pf_release_region(0x70, 2);
}

TEST(the_dump_has_the_shape_of_proc_ioports)
{
	struct resource bus = {.end = 0xcf7, .name = "PCI Bus 0000:00"};
	char long_name[400 + 1] = "";
	struct resource deep[7];
	char text[512];
	char cut[12];
	size_t i;

	memset(deep, 0, sizeof(deep));
	on_simulator();
	EXPECT_EQ(pf_ioport_dump(text, sizeof(text)), 0);
	EXPECT_STR_EQ(text, "");
	pf_request_resource(pf_ioport_root(), &bus);
	request(0x70, 2);
	EXPECT_EQ(pf_ioport_dump(text, sizeof(text)), 47);
	EXPECT_STR_EQ(text, "0000-0cf7 : PCI Bus 0000:00\n"
			    "  0070-0071 : test\n");
	EXPECT_EQ(pf_ioport_dump(cut, sizeof(cut)), 47);
	EXPECT_STR_EQ(cut, "0000-0cf7 :");
	EXPECT_EQ(pf_ioport_dump(NULL, 0), 47);
	pf_release_region(0x70, 2);
	pf_release_resource(&bus);

	/* A name of any length has its own line. */
	memset(long_name, 'n', sizeof(long_name) - 1);
	bus.name = long_name;
	pf_request_resource(pf_ioport_root(), &bus);
	request(0x70, 2);
	EXPECT_EQ(pf_ioport_dump(text, sizeof(text)), 12 + 400 + 1 + 19);
	EXPECT_STR_HAS(text, "nnn\n  0070-0071 : test\n");
	pf_release_region(0x70, 2);
	pf_release_resource(&bus);

	/* The sixth level and those below are indented like the sixth. */
	for (i = 0; i < ARRAY_SIZE(deep); i++)
		pf_request_resource(i ? &deep[i - 1] : pf_ioport_root(),
				    &deep[i]);
	pf_ioport_dump(text, sizeof(text));
	EXPECT_STR_HAS(text, "0000-0000 : <BAD>\n  0000-0000 : <BAD>\n");
	EXPECT_STR_HAS(text, "\n          0000-0000 : <BAD>\n"
			     "          0000-0000 : <BAD>\n");
	pf_release_resource(&deep[0]);
}

static void *request_muxed(void *arg)
{
	EXPECT(pf_request_muxed_region(0x2e, 2, "second"));
	*(volatile bool *)arg = true;
	return NULL;
}

TEST(muxed_regions_take_turns)
{
	volatile bool has_it = false;
	pthread_t second;

	on_simulator();
	EXPECT(pf_request_muxed_region(0x2e, 2, "first"));
	pthread_create(&second, NULL, request_muxed,
		       (void *)(uintptr_t)&has_it);
	usleep(20000);
	EXPECT(!has_it);
	pf_release_region(0x2e, 2);
	pthread_join(second, NULL);
	EXPECT(has_it);
	EXPECT(!pf_request_region(0x2e, 2, "not muxed"));
	pf_release_region(0x2e, 2);

	request(0x2e, 2);
	errno = 0;
	EXPECT(!pf_request_muxed_region(0x2e, 1, "muxed"));
	EXPECT_EQ(errno, EBUSY);
	pf_release_region(0x2e, 2);
}

/* Until the thread of this process waits for something. */
static void wait_until_asleep(const pid_t *thread)
{
	char path[64], text[256] = "";
	pid_t tid;

	while (!(tid = READ_ONCE(*thread)))
		sched_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	while (!strstr(text, ") S ")) {
		sched_yield();
		if (!EXPECT(file_read(path, text, sizeof(text))))
			return;
	}
}

static pid_t second_thread;

static void *request_second(void *arg)
{
	WRITE_ONCE(second_thread, gettid());
	EXPECT(pf_request_muxed_region(0x2e, 2, "second"));
	return NULL;
}

static void release_as_resource(void *arg)
{
	struct resource *first;
	pthread_t second;

	on_simulator();
	first = pf_request_muxed_region(0x2e, 2, "first");
	pthread_create(&second, NULL, request_second, NULL);
	wait_until_asleep(&second_thread);
	EXPECT_EQ(pf_release_resource(first), 0);
	pthread_join(second, NULL);
}

TEST(a_muxed_region_may_be_released_as_a_resource)
{
	child_run(20, release_as_resource, NULL);
}

/* Threads that share a few regions: whoever has one has it alone. */
enum {
	NR_THREADS = 4,
	NR_SHARED = 3,
};
static int users[NR_SHARED];

static void *take_turns(void *arg)
{
	u64 random = tap_seed() + (uintptr_t)arg;
	int i;

	for (i = 0; i < STEPS(4000); i++) {
		unsigned int which =
			(unsigned int)(tap_random_next(&random) % NR_SHARED);

		pf_request_muxed_region(0x100 + 4 * which, 4, "shared");
		EXPECT_EQ(
			__atomic_add_fetch(&users[which], 1, __ATOMIC_SEQ_CST),
			1);
		pf_outb((uint8_t)i, 0x100 + 4 * which);
		EXPECT_EQ(pf_inb(0x100 + 4 * which), i & 0xff);
		__atomic_sub_fetch(&users[which], 1, __ATOMIC_SEQ_CST);
		pf_release_region(0x100 + 4 * which, 4);
	}
	return NULL;
}

TEST(threads_that_share_regions_meet_nobody_in_them)
{
	pthread_t threads[NR_THREADS];

	on_simulator();
	request(0x3f8, 8); /* keeps the simulator selected throughout */
	threads_start(NR_THREADS, take_turns, threads);
	threads_join(NR_THREADS, threads);
	pf_release_region(0x3f8, 8);
	EXPECT(!pf_ioport_root()->child);
}

/* ------------------------------------------------------------------------
 * Releases that are wrong
 * ------------------------------------------------------------------------ */

static void release_part(void *arg)
{
	on_simulator();
	request(0x70, 2);
	pf_release_region(0x70, 1);
	EXPECT(!pf_request_region(0x70, 1, "still there"));
}

static void release_nothing(void *arg)
{
	on_simulator();
	pf_release_region(0x300, 0x10);
}

static void release_what_is_not_busy(void *arg)
{
	struct resource bus = {.end = 0xff, .name = "bus"};

	on_simulator();
	pf_request_resource(pf_ioport_root(), &bus);
	pf_release_region(0, 0x100);
	EXPECT(pf_ioport_root()->child == &bus);
}

static void release_what_has_children(void *arg)
{
	struct resource inner = {.start = 0x71, .end = 0x71, .name = "inner"};

	on_simulator();
	pf_request_resource(pf_request_region(0x70, 2, "outer"), &inner);
	pf_release_region(0x70, 2);
	EXPECT(inner.parent);
}

static void release_own_resource(void *arg)
{
	struct resource dma = {.start = 0x80,
			       .end = 0x8f,
			       .name = "dma",
			       .flags = IORESOURCE_IO | IORESOURCE_BUSY};

	on_simulator();
	pf_request_resource(pf_ioport_root(), &dma);
	pf_release_region(0x80, 0x10);
	EXPECT(pf_ioport_root()->child == &dma);
	EXPECT(pf_request_region(0x70, 2, "rtc") != &dma);
	EXPECT_EQ(pf_release_resource(&dma), 0);
}

static void expect_complaint(void (*function)(void *arg), const char *regex)
{
	struct ending ending;

	child_ending(&ending, 30, function, NULL);
	EXPECT_EQ(ending.signal, 0);
	EXPECT_EQ(ending.status, 0);
	EXPECT_MATCH(ending.text, regex);
}

static void expect_release_told(void (*function)(void *arg), const char *range,
				const char *rest)
{
	char regex[512];

	snprintf(regex, sizeof(regex),
		 "^pfmalloc: Trying to free nonexistent resource <%s>, by "
		 "[^:]*: %s$",
		 range, rest);
	expect_complaint(function, regex);
}

#define THERE_IS(what, range)                                                  \
	"what is there is \"" what "\" \\(" range "\\); release exactly what " \
	"was requested, and what lies in it first"

#define OWN \
	"a resource of the program's own; release_resource\\(\\) takes it out"

TEST(a_release_that_is_not_exact_is_told)
{
	expect_release_told(release_part,
			    "0x0000000000000070-0x0000000000000070",
			    THERE_IS("test", "0070-0071"));
	expect_release_told(release_nothing,
			    "0x0000000000000300-0x000000000000030f",
			    "nothing is requested there");
	expect_release_told(release_what_is_not_busy,
			    "0x0000000000000000-0x00000000000000ff",
			    "what is there is \"bus\" \\(0000-00ff\\), " OWN);
	expect_release_told(release_own_resource,
			    "0x0000000000000080-0x000000000000008f",
			    "what is there is \"dma\" \\(0080-008f\\), " OWN);
	expect_release_told(release_what_has_children,
			    "0x0000000000000070-0x0000000000000071",
			    THERE_IS("outer", "0070-0071"));
}

/* ------------------------------------------------------------------------
 * Accesses that are wrong
 * ------------------------------------------------------------------------ */

static void read_byte(void *arg)
{
	on_simulator();
	pf_inb(0x70);
}

static void write_word_across(void *arg)
{
	on_simulator();
	request(0x70, 1);
	pf_outw(0x1234, 0x70);
}

static void read_string_on_bus(void *arg)
{
	static struct resource bus = {.end = 0xff, .name = "ISA"};
	char bytes[2];

	on_simulator();
	pf_request_resource(pf_ioport_root(), &bus);
	pf_insb(0x71, bytes, 2);
}

static void read_released(void *arg)
{
	on_simulator();
	request(0x70, 2);
	pf_release_region(0x70, 2);
	pf_inl_p(0x70);
}

static void read_no_port(void *arg)
{
	on_simulator();
	request(0, 0x10000);
	pf_inb(0x10070);
}

static void write_past_the_last(void *arg)
{
	on_simulator();
	request(0, 0x10000);
	pf_outl(0, 0xfffd);
}

TEST(an_access_outside_of_regions_ends_in_a_sentence)
{
	expect_abort(read_byte, NULL, "pfmalloc: BUG: inb of port 0x0070 by ");
	expect_abort(read_byte, NULL,
		     ": port 0x0070 belongs to nobody; call "
		     "request_region(0x70, 1, NAME) first\n");
	expect_abort(write_word_across, NULL, "BUG: outw of port 0x0070 by ");
	expect_abort(write_word_across, NULL,
		     ": port 0x0071 belongs to nobody; call "
		     "request_region(0x71, 1, NAME) first\n");
	expect_abort(read_string_on_bus, NULL, "BUG: insb of port 0x0071 by ");
	expect_abort(read_string_on_bus, NULL,
		     ": port 0x0071 belongs to \"ISA\" (0000-00ff), where "
		     "nobody has requested it; call request_region(0x71, 1, "
		     "NAME) first\n");
	expect_abort(read_released, NULL, "BUG: inl of port 0x0070 by ");
}

TEST(a_number_above_the_ports_ends_in_a_sentence)
{
	expect_abort(read_no_port, NULL, "BUG: inb of port 0x10070 by ");
	expect_abort(read_no_port, NULL,
		     ": there is no such port; the last is 0xffff, and an "
		     "access may not go past it\n");
	expect_abort(write_past_the_last, NULL, "BUG: outl of port 0xfffd by ");
}

/*
 * The access began when its ports were requested, and another thread releases
 * them before the processor has permission.
 */
static void *release_meanwhile(void *arg)
{
	pf_release_region(0x70, 2);
	return NULL;
}

static void read_released_meanwhile(void *arg)
{
	u8 value;
	struct port_access access = {
		.port = 0x71, .count = 1, .data = &value, .width = 1};
	pthread_t thread;

	os_port_pretend(0, ENOENT, OS_PORT_FILTERED);
	pf_ioport_select(PF_IOPORT_IOPERM);
	request(0x70, 2);
	request(0x80, 1);
	pthread_create(&thread, NULL, release_meanwhile, NULL);
	pthread_join(thread, NULL);
	ioperm_access(&access);
}

TEST(a_release_in_the_middle_of_an_access_ends_in_a_sentence)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_abort(read_released_meanwhile, NULL,
		     ": port 0x0071 belongs to nobody; call ");
}

TEST(a_string_of_no_elements_touches_nothing)
{
	on_simulator();
	pf_insb(0x70, NULL, 0);
	pf_outsl(0x70, NULL, 0);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO);
}

/* ------------------------------------------------------------------------
 * The simulated bus
 * ------------------------------------------------------------------------ */

TEST(plain_registers_read_as_they_were_written)
{
	uint16_t words[2] = {0, 0};
	uint8_t bytes[9] = {0};

	on_simulator();
	request(0x300, 8);
	EXPECT_EQ(pf_inb(0x300), 0);
	pf_outl(0x89abcdef, 0x300);
	EXPECT_EQ(pf_inb(0x300), 0xef);
	EXPECT_EQ(pf_inb(0x303), 0x89);
	EXPECT_EQ(pf_inw(0x301), 0xabcd);
	EXPECT_EQ(pf_inl(0x300), 0x89abcdef);
	pf_insw(0x302, words, 2);
	EXPECT_EQ(words[0], 0x89ab);
	EXPECT_EQ(words[1], 0x89ab);
	pf_insl(0x300, bytes + 1, 2); /* at an odd address */
	EXPECT_EQ(bytes[0], 0);
	EXPECT_EQ(memcmp(bytes + 1, bytes + 5, 4), 0);
	pf_outsw(0x300, bytes + 1, 1);
	EXPECT_EQ(pf_inl(0x300), 0x89abcdef);
	EXPECT_EQ(pf_iosim_peek(0x302), 0xab);
	pf_iosim_poke(0x302, 0x77);
	EXPECT_EQ(pf_inb(0x302), 0x77);
	pf_outl(0, 0x300);
	pf_release_region(0x300, 8);
}

/* A model that remembers its last cycle. */
struct memory_of_a_cycle {
	unsigned int nr_reads, nr_writes;
	unsigned int offset, width;
	uint32_t value;
};

static uint32_t remember_read(struct pf_iosim_device *device,
			      unsigned int offset, unsigned int width)
{
	struct memory_of_a_cycle *last = device->data;

	last->nr_reads++;
	last->offset = offset;
	last->width = width;
	return 0xa1b2c3d4;
}

static void remember_write(struct pf_iosim_device *device, unsigned int offset,
			   unsigned int width, uint32_t value)
{
	struct memory_of_a_cycle *last = device->data;

	last->nr_writes++;
	last->offset = offset;
	last->width = width;
	last->value = value;
}

TEST(a_model_sees_each_cycle_as_it_is)
{
	struct memory_of_a_cycle last = {0};
	struct pf_iosim_device model = {.name = "model",
					.start = 0x310,
					.nr_ports = 4,
					.read = remember_read,
					.write = remember_write,
					.data = &last};

	on_simulator();
	EXPECT_EQ(pf_iosim_plug(&model), 0);
	request(0x30e, 8);
	EXPECT_EQ(pf_inl(0x310), 0xa1b2c3d4);
	EXPECT_EQ(last.width, 4);
	EXPECT_EQ(pf_inw(0x312), 0xc3d4);
	EXPECT_EQ(last.offset, 2);
	EXPECT_EQ(last.width, 2);
	pf_outb(0x42, 0x313);
	EXPECT_EQ(last.offset, 3);
	EXPECT_EQ(last.value, 0x42);

	/* Half in the model: a register, and a cycle of one byte. */
	pf_outw(0x5566, 0x30f);
	EXPECT_EQ(pf_iosim_peek(0x30f), 0x66);
	EXPECT_EQ(last.offset, 0);
	EXPECT_EQ(last.width, 1);
	EXPECT_EQ(last.value, 0x55);
	EXPECT_EQ(pf_inw(0x30f), 0xd466);
	EXPECT_EQ(last.nr_reads, 3);
	EXPECT_EQ(last.nr_writes, 2);

	EXPECT_EQ(pf_iosim_unplug(&model), 0);
	EXPECT_EQ(pf_iosim_unplug(&model), -EINVAL);
	EXPECT_EQ(pf_inb(0x310), 0);
	pf_iosim_poke(0x30f, 0);
	pf_release_region(0x30e, 8);
}

TEST(a_model_without_functions_is_an_empty_socket)
{
	struct pf_iosim_device model = {.start = 0x310, .nr_ports = 4};

	on_simulator();
	EXPECT_EQ(pf_iosim_plug(&model), 0);
	request(0x310, 4);
	pf_outl(0, 0x310);
	EXPECT_EQ(pf_inb(0x310), 0xff);
	EXPECT_EQ(pf_inw(0x310), 0xffff);
	EXPECT_EQ(pf_inl(0x310), 0xffffffff);
	pf_release_region(0x310, 4);
	pf_iosim_unplug(&model);
}

TEST(models_may_not_overlap_or_leave_the_bus)
{
	struct pf_iosim_device a = {.start = 0x10, .nr_ports = 4};
	struct pf_iosim_device b = {.start = 0x13, .nr_ports = 4};
	struct pf_iosim_device c = {.start = 0x14, .nr_ports = 1};
	struct pf_iosim_device none = {.start = 0x20};
	struct pf_iosim_device past = {.start = 0xffff, .nr_ports = 2};

	EXPECT_EQ(pf_iosim_plug(&a), 0);
	EXPECT_EQ(pf_iosim_plug(&a), -EBUSY);
	EXPECT_EQ(pf_iosim_plug(&b), -EBUSY);
	EXPECT_EQ(pf_iosim_plug(&c), 0);
	EXPECT_EQ(pf_iosim_plug(&none), -EINVAL);
	EXPECT_EQ(pf_iosim_plug(&past), -EINVAL);
	EXPECT_EQ(pf_iosim_unplug(&a), 0);
	EXPECT_EQ(pf_iosim_unplug(&c), 0);
}

/* A bridge: what it reads it reads from another port, and it allocates. */
static uint32_t read_through(struct pf_iosim_device *device,
			     unsigned int offset, unsigned int width)
{
	char *memory = malloc(64);
	uint32_t value = pf_inb(0x330 + offset);

	free(memory);
	return value;
}

TEST(a_model_may_use_ports)
{
	struct pf_iosim_device bridge = {
		.start = 0x320, .nr_ports = 4, .read = read_through};
	struct pf_ioport_event events[4];

	on_simulator();
	pf_iosim_plug(&bridge);
	request(0x320, 0x20);
	pf_iosim_poke(0x332, 0x99);
	pf_ioport_record(events, 4);
	EXPECT_EQ(pf_inb(0x322), 0x99);
	pf_ioport_record(NULL, 0);
	EXPECT_EQ(pf_ioport_recorded(), 1); /* the program's own */
	EXPECT_EQ(events[0].port, 0x322);
	pf_release_region(0x320, 0x20);
	pf_iosim_unplug(&bridge);
}

/* What it reads through was not requested; the process says so and ends. */
static void *read_bridge(void *arg)
{
	return (void *)(uintptr_t)pf_inb(0x320);
}

static void *read_register(void *arg)
{
	return (void *)(uintptr_t)pf_inb(0x328);
}

static void on_abort(int signal_number)
{
	pthread_t thread;

	pthread_create(&thread, NULL, read_register, NULL);
	pthread_join(thread, NULL);
	_exit(42);
}

static void read_through_unrequested(void *arg)
{
	struct pf_iosim_device bridge = {
		.start = 0x320, .nr_ports = 4, .read = read_through};
	pthread_t thread;

	signal(SIGABRT, on_abort);
	on_simulator();
	pf_iosim_plug(&bridge);
	request(0x320, 0x10);
	pthread_create(&thread, NULL, read_bridge, NULL);
	pthread_join(thread, NULL);
}

TEST(a_model_that_is_refused_does_not_keep_the_bus)
{
	struct ending ending;

	child_ending(&ending, 20, read_through_unrequested, NULL);
	EXPECT_EQ(ending.status, 42);
	EXPECT_STR_HAS(ending.text, ": port 0x0330 belongs to nobody; ");
}

/* Two halves of a value that only one cycle at a time keeps together. */
static uint32_t halves[2];

static void write_halves(struct pf_iosim_device *device, unsigned int offset,
			 unsigned int width, uint32_t value)
{
	halves[0] = value;
	sched_yield();
	halves[1] = value;
}

static uint32_t read_halves(struct pf_iosim_device *device, unsigned int offset,
			    unsigned int width)
{
	return halves[0] == halves[1];
}

static void *use_halves(void *arg)
{
	int i;

	for (i = 0; i < 500; i++) {
		pf_outl((uint32_t)(uintptr_t)arg, 0x340);
		EXPECT_EQ(pf_inl(0x340), 1);
	}
	return NULL;
}

TEST(cycles_come_one_at_a_time)
{
	struct pf_iosim_device model = {.start = 0x340,
					.nr_ports = 4,
					.read = read_halves,
					.write = write_halves};
	pthread_t threads[NR_THREADS];

	on_simulator();
	pf_iosim_plug(&model);
	request(0x340, 4);
	threads_start(NR_THREADS, use_halves, threads);
	threads_join(NR_THREADS, threads);
	pf_release_region(0x340, 4);
	pf_iosim_unplug(&model);
}

static bool threads_shall_end;

static void *use_until_told(void *arg)
{
	while (!READ_ONCE(threads_shall_end)) {
		use_halves(arg);
		pf_request_region(0x10, 1, "of a thread");
		pf_release_region(0x10, 1);
	}
	return NULL;
}

/* Fork came between cycles, and between requests. */
static void use_in_child(void *arg)
{
	EXPECT_EQ(pf_inl(0x340), 1);
	pf_outl(77, 0x340);
	EXPECT_EQ(pf_inl(0x340), 1);
	request(0x14, 1);
	pf_release_region(0x14, 1);
	/* _exit() would let ThreadSanitizer miss the threads of the parent. */
	syscall(SYS_exit_group, tap_exit_status());
}

TEST(fork_waits_for_the_bus)
{
	struct pf_iosim_device model = {.start = 0x340,
					.nr_ports = 4,
					.read = read_halves,
					.write = write_halves};
	pthread_t threads[1];
	int i;

	on_simulator();
	pf_iosim_plug(&model);
	request(0x340, 4);
	WRITE_ONCE(threads_shall_end, false);
	threads_start(1, use_until_told, threads);
	for (i = 0; i < 50; i++)
		child_run(20, use_in_child, NULL);
	WRITE_ONCE(threads_shall_end, true);
	threads_join(1, threads);
	pf_release_region(0x340, 4);
	pf_iosim_unplug(&model);
}

/* Handlers that are older than the library's own run between these. */
static bool handlers_use_ports;

static void use_ports_beside_fork(void)
{
	if (!READ_ONCE(handlers_use_ports))
		return;
	EXPECT(pf_request_region(0x360, 1, "of a handler"));
	pf_outb(0x17, 0x360);
	EXPECT_EQ(pf_inb(0x360), 0x17);
	pf_release_region(0x360, 1);
}

__attribute__((constructor)) static void add_old_handlers(void)
{
	pthread_atfork(use_ports_beside_fork, use_ports_beside_fork,
		       use_ports_beside_fork);
}

static void use_ports_after_fork(void *arg)
{
	request(0x360, 1);
	pf_release_region(0x360, 1);
}

static void fork_with_old_handlers(void *arg)
{
	on_simulator();
	request(0x350, 1);
	WRITE_ONCE(handlers_use_ports, true);
	child_run(10, use_ports_after_fork, NULL);
	WRITE_ONCE(handlers_use_ports, false);
	use_ports_after_fork(NULL);
}

TEST(handlers_of_fork_may_use_ports)
{
	child_run(20, fork_with_old_handlers, NULL);
}

/* A model that waits for a lock, which the thread that forks holds. */
static pthread_mutex_t wanted_by_model = PTHREAD_MUTEX_INITIALIZER;
static bool is_in_model;

static uint32_t read_locked(struct pf_iosim_device *device, unsigned int offset,
			    unsigned int width)
{
	WRITE_ONCE(is_in_model, true);
	pthread_mutex_lock(&wanted_by_model);
	pthread_mutex_unlock(&wanted_by_model);
	return 1;
}

static void use_another_port(void *arg)
{
	pf_outb(0x21, 0x350);
	EXPECT_EQ(pf_inb(0x350), 0x21);
	syscall(SYS_exit_group, tap_exit_status());
}

static void *read_port(void *arg)
{
	EXPECT_EQ(pf_inb(0x340), 1);
	return NULL;
}

static void fork_with_lock(void *arg)
{
	struct pf_iosim_device model = {
		.start = 0x340, .nr_ports = 1, .read = read_locked};
	pthread_t thread;

	on_simulator();
	pf_iosim_plug(&model);
	request(0x340, 1);
	request(0x350, 1);
	pthread_mutex_lock(&wanted_by_model);
	pthread_create(&thread, NULL, read_port, NULL);
	while (!READ_ONCE(is_in_model))
		sched_yield();
	child_run(20, use_another_port, NULL);
	pthread_mutex_unlock(&wanted_by_model);
	pthread_join(thread, NULL);
}

TEST(fork_does_not_wait_for_a_model_that_waits_for_it)
{
	child_run(40, fork_with_lock, NULL);
}

/* ------------------------------------------------------------------------
 * Recording and replaying
 * ------------------------------------------------------------------------ */

TEST(each_element_is_recorded_while_there_is_room)
{
	static const uint8_t bytes[3] = {1, 2, 3};
	struct pf_ioport_event events[4];

	memset(events, 0xee, sizeof(events));
	on_simulator();
	request(0x300, 4);
	pf_ioport_record(events, 3);
	pf_outw(0x1234, 0x302);
	EXPECT_EQ(pf_inb(0x303), 0x12);
	pf_outsb(0x300, bytes, 3);
	EXPECT_EQ(pf_ioport_recorded(), 5);
	pf_ioport_record(NULL, 0);
	pf_outl(0, 0x300);
	EXPECT_EQ(pf_ioport_recorded(), 5);

	EXPECT_EQ(events[0].port, 0x302);
	EXPECT_EQ(events[0].width, 2);
	EXPECT_EQ(events[0].is_write, 1);
	EXPECT_EQ(events[0].value, 0x1234);
	EXPECT_EQ(events[1].port, 0x303);
	EXPECT_EQ(events[1].width, 1);
	EXPECT_EQ(events[1].is_write, 0);
	EXPECT_EQ(events[1].value, 0x12);
	EXPECT_EQ(events[2].value, 1);
	EXPECT_EQ(events[3].port, 0xeeee);
	pf_release_region(0x300, 4);
}

static const struct pf_ioport_event script[] = {
	{.port = 0x70, .width = 1, .is_write = 1, .value = 0x0a},
	{.port = 0x71, .width = 1, .is_write = 0, .value = 0x26},
	{.port = 0x70, .width = 2, .is_write = 0, .value = 0x1234},
};

static void start_replay(void)
{
	on_simulator();
	request(0x70, 2);
	pf_iosim_replay(script, ARRAY_SIZE(script));
}

TEST(a_replay_gives_what_is_written_there)
{
	start_replay();
	EXPECT_EQ(pf_iosim_replay_left(), 3);
	pf_outb(0x0a, 0x70);
	EXPECT_EQ(pf_inb(0x71), 0x26);
	EXPECT_EQ(pf_iosim_replay_left(), 1);
	EXPECT_EQ(pf_inw(0x70), 0x1234);
	EXPECT_EQ(pf_iosim_replay_left(), 0);
	pf_iosim_replay(NULL, 0);
	EXPECT_EQ(pf_inb(0x71), 0);
	pf_release_region(0x70, 2);
}

static void replay_another_value(void *arg)
{
	start_replay();
	pf_outb(0x0b, 0x70);
}

static void replay_another_port(void *arg)
{
	start_replay();
	pf_outb(0x0a, 0x71);
}

static void replay_a_read(void *arg)
{
	start_replay();
	pf_inb(0x70);
}

static void replay_another_width(void *arg)
{
	start_replay();
	pf_outb(0x0a, 0x70);
	pf_inb(0x71);
	pf_inb(0x70);
}

static void replay_too_much(void *arg)
{
	start_replay();
	pf_outb(0x0a, 0x70);
	pf_inb(0x71);
	pf_inw(0x70);
	pf_inb(0x71);
}

TEST(what_a_replay_does_not_expect_ends_in_a_sentence)
{
#define EXPECTS_FIRST                                                  \
	"the replay expects outb of port 0x0070, value 0xa as access " \
	"1 of 3\n"
	expect_abort(replay_another_value, NULL, ": value 0xb: " EXPECTS_FIRST);
	expect_abort(replay_another_port, NULL, ": value 0xa: " EXPECTS_FIRST);
	expect_abort(replay_a_read, NULL, ": " EXPECTS_FIRST);
	expect_abort(replay_another_width, NULL,
		     "the replay expects inw of port 0x0070 as access 3 of "
		     "3\n");
	expect_abort(replay_too_much, NULL,
		     "the replay ended after 3 accesses\n");
}

/* ------------------------------------------------------------------------
 * Backends, and what the system answers
 * ------------------------------------------------------------------------ */

TEST(the_backend_is_decided_by_the_first_region)
{
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO);
	on_simulator();
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO);
	request(0x70, 2);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_SIM);
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_AUTO), -EBUSY);
	EXPECT_EQ(pf_ioport_select((enum pf_ioport)(PF_IOPORT_SIM + 1)),
		  -EINVAL);
	pf_release_region(0x70, 2);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO);
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_AUTO), 0);
}

static void take_configured(void *arg)
{
	setenv("PFMALLOC_CONF", "ioport:sim", 1);
	conf_init();
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_AUTO), 0);
	request(0x70, 2);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_SIM);
}

TEST(without_a_selection_the_configuration_counts)
{
	child_run(20, take_configured, NULL);
}

/* A machine, and what a request for two ports comes to there. */
struct machine {
	enum pf_ioport selected;
	int permit_error, open_error;
	enum os_port_privilege privilege;
	int expected_errno;
};

static void request_there(void *arg)
{
	const struct machine *machine = arg;

	os_port_pretend(machine->permit_error, machine->open_error,
			machine->privilege);
	EXPECT_EQ(pf_ioport_select(machine->selected), 0);
	errno = 0;
	EXPECT(!pf_request_region(0x70, 2, "rtc"));
	EXPECT_EQ(errno, machine->expected_errno);
	EXPECT(!pf_ioport_root()->child);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO);
}

static void expect_refusal(struct machine machine, const char *sentence)
{
	struct ending ending;

	child_ending(&ending, 30, request_there, &machine);
	EXPECT_EQ(ending.signal, 0);
	EXPECT_EQ(ending.status, 0);
	EXPECT_STR_EQ(ending.text, sentence);
}

#define CANNOT	 "pfmalloc: ports 0070-0071 cannot be had: "
#define SIMULATE "; PFMALLOC_CONF=ioport:sim simulates them\n"
#define ROOT                                                              \
	"this takes CAP_SYS_RAWIO: run as root, or give the program the " \
	"capability (setcap cap_sys_rawio+ep PROGRAM; in a container, "   \
	"--cap-add SYS_RAWIO)"
#define LOCKDOWN                                                           \
	"the kernel is locked down, as with Secure Boot, and lets nobody " \
	"use ports: boot without Secure Boot and without lockdown="
#define NAMESPACE                                                          \
	"this process lives in a user namespace (a rootless container, "   \
	"unshare -r), whose root has no ports: run it as root outside of " \
	"it"
#define FILTER                                                           \
	"this process has CAP_SYS_RAWIO, so that a seccomp filter or a " \
	"security module must be in the way: allow it there"

#define IOPERM(error, privilege) \
	((struct machine){PF_IOPORT_IOPERM, error, 0, privilege, error})
#define DEVPORT(error, privilege) \
	((struct machine){PF_IOPORT_DEVPORT, 0, error, privilege, error})

TEST(each_refusal_of_ioperm_has_its_sentence)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_refusal(IOPERM(EPERM, OS_PORT_UNPRIVILEGED),
		       CANNOT "ioperm says EPERM: " ROOT SIMULATE);
	expect_refusal(IOPERM(EPERM, OS_PORT_NAMESPACED),
		       CANNOT "ioperm says EPERM: " NAMESPACE SIMULATE);
	expect_refusal(IOPERM(EPERM, OS_PORT_LOCKED_DOWN),
		       CANNOT "ioperm says EPERM: " LOCKDOWN SIMULATE);
	expect_refusal(IOPERM(EPERM, OS_PORT_FILTERED),
		       CANNOT "ioperm says EPERM: " FILTER SIMULATE);
	expect_refusal(IOPERM(ENOSYS, OS_PORT_FILTERED),
		       CANNOT "ioperm says ENOSYS: this kernel was built "
			      "without it (CONFIG_X86_IOPL_IOPERM): take "
			      "another one" SIMULATE);
	expect_refusal(IOPERM(EINVAL, OS_PORT_FILTERED),
		       CANNOT "ioperm says EINVAL: this kernel has no such "
			      "ports: request what the device has" SIMULATE);
	expect_refusal(IOPERM(ENOMEM, OS_PORT_FILTERED),
		       CANNOT "ioperm says ENOMEM: the kernel has no memory "
			      "for it: free some" SIMULATE);
	expect_refusal(IOPERM(EDOM, OS_PORT_FILTERED),
		       CANNOT "ioperm says error 33: see ioperm(2)" SIMULATE);
}

TEST(each_refusal_of_dev_port_has_its_sentence)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_refusal(DEVPORT(EPERM, OS_PORT_LOCKED_DOWN),
		       CANNOT "/dev/port says EPERM: " LOCKDOWN SIMULATE);
	expect_refusal(DEVPORT(EACCES, OS_PORT_UNPRIVILEGED),
		       CANNOT "/dev/port says EACCES: " ROOT SIMULATE);
	expect_refusal(DEVPORT(ENOENT, OS_PORT_FILTERED),
		       CANNOT "/dev/port says ENOENT: this system does not "
			      "have it (CONFIG_DEVPORT): take "
			      "PFMALLOC_CONF=ioport:ioperm" SIMULATE);
	expect_refusal(DEVPORT(ENFILE, OS_PORT_FILTERED),
		       CANNOT "/dev/port says ENFILE: too many files are open: "
			      "close some, or raise ulimit -n" SIMULATE);
	expect_refusal(DEVPORT(EDOM, OS_PORT_FILTERED),
		       CANNOT "/dev/port says error 33: see port(4)" SIMULATE);
}

static void take_the_only_one(void *arg)
{
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_AUTO), 0);
	request(0x70, 2);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_SIM);
}

TEST(a_processor_without_ports_has_the_simulator_alone)
{
	struct machine machine = {PF_IOPORT_IOPERM, 0, 0, OS_PORT_FILTERED,
				  ENOSYS};

	if (OS_HAS_PORTS)
		SKIP("this processor has ports");
	expect_refusal(machine, CANNOT "ioperm says ENOSYS: this processor has "
				       "no ports: take the simulator" SIMULATE);
	machine.selected = PF_IOPORT_DEVPORT;
	expect_refusal(machine,
		       CANNOT "/dev/port says ENOSYS: this processor has no "
			      "ports: take the simulator" SIMULATE);
	child_run(20, take_the_only_one, NULL);
}

TEST(where_both_are_refused_both_are_told)
{
	struct machine machine = {PF_IOPORT_AUTO, ENOSYS, ENOENT,
				  OS_PORT_FILTERED, ENOSYS};

	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_refusal(machine,
		       CANNOT "ioperm says ENOSYS: this kernel was built "
			      "without it (CONFIG_X86_IOPL_IOPERM): take "
			      "another one; /dev/port says ENOENT" SIMULATE);

	/* The way to go is told, which need not be the first one's. */
	machine.open_error = EACCES;
	machine.privilege = OS_PORT_UNPRIVILEGED;
	expect_refusal(machine, CANNOT
		       "ioperm says ENOSYS: this kernel was built "
		       "without it (CONFIG_X86_IOPL_IOPERM): take "
		       "another one; /dev/port says EACCES: " ROOT SIMULATE);
	machine.permit_error = machine.expected_errno = EPERM;
	expect_refusal(machine, CANNOT "ioperm says EPERM: " ROOT
				       "; /dev/port says EACCES" SIMULATE);
}

/* Stderr is a pipe that is full: what is written there waits. */
static void fill_stderr(void)
{
	static const char bytes[4096];
	int fds[2];

	EXPECT_EQ(pipe2(fds, O_NONBLOCK), 0);
	while (write(fds[1], bytes, sizeof(bytes)) > 0)
		;
	fcntl(fds[1], F_SETFL, 0);
	dup2(fds[1], STDERR_FILENO);
}

static void *request_in_vain(void *arg)
{
	WRITE_ONCE(second_thread, gettid());
	pf_request_region(0x70, 2, "rtc");
	return NULL;
}

static void look_beside_a_refusal(void *arg)
{
	pthread_t thread;

	fill_stderr();
	os_port_pretend(EPERM, ENOENT, OS_PORT_UNPRIVILEGED);
	pf_ioport_select(PF_IOPORT_IOPERM);
	pthread_create(&thread, NULL, request_in_vain, NULL);
	wait_until_asleep(&second_thread);
	EXPECT_EQ(pf_ioport_dump(NULL, 0), 0);
	syscall(SYS_exit_group, tap_exit_status());
}

TEST(nobody_waits_for_a_refusal_to_be_read)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	child_run(20, look_beside_a_refusal, NULL);
}

static void insert_refused(void *arg)
{
	struct resource dma = {.end = 0xf, .flags = IORESOURCE_BUSY};
	struct resource around = {.end = 0xff, .flags = IORESOURCE_BUSY};
	struct resource inner = {.end = 3, .name = "inner"};

	os_port_pretend(EPERM, ENOENT, OS_PORT_UNPRIVILEGED);
	pf_ioport_select(PF_IOPORT_IOPERM);
	EXPECT_EQ(pf_request_resource(pf_ioport_root(), &dma), -EPERM);
	EXPECT(!pf_ioport_root()->child);
	EXPECT_EQ(pf_request_resource(pf_ioport_root(), &inner), 0);
	EXPECT_EQ(pf_insert_resource(pf_ioport_root(), &around), -EPERM);
	EXPECT(pf_ioport_root()->child == &inner);
	EXPECT(inner.parent == pf_ioport_root());
}

TEST(a_refused_resource_leaves_the_tree_as_it_was)
{
	struct ending ending;

	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	child_ending(&ending, 30, insert_refused, NULL);
	EXPECT_EQ(ending.status, 0);
	EXPECT_STR_HAS(ending.text, "ports 0000-000f cannot be had");
	EXPECT_STR_HAS(ending.text, "ports 0000-00ff cannot be had");
}

/* One call of ioperm for exactly the ports that changed. */
static void last_call_was(unsigned int nr, unsigned int first,
			  unsigned int nr_ports, bool on)
{
	struct os_port_call call = os_port_last_call();

	EXPECT_EQ(call.nr_calls, nr);
	EXPECT_EQ(call.first, first);
	EXPECT_EQ(call.nr, nr_ports);
	EXPECT_EQ(call.on, on);
}

static void *permit_in_thread(void *arg)
{
	EXPECT_EQ(pf_ioport_permit(), 0);
	return NULL;
}

static void count_permissions(void *arg)
{
	pthread_t thread;

	os_port_pretend(0, ENOENT, OS_PORT_FILTERED);
	pf_ioport_select(PF_IOPORT_AUTO);
	request(0x70, 2);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_IOPERM);
	last_call_was(1, 0x70, 2, true);
	request(0x72, 1);
	last_call_was(2, 0x72, 1, true);
	EXPECT_EQ(pf_ioport_permit(), 0);
	last_call_was(2, 0x72, 1, true); /* this thread has it all */

	/* Another has nothing, and two regions side by side are one run. */
	pthread_create(&thread, NULL, permit_in_thread, NULL);
	pthread_join(thread, NULL);
	last_call_was(3, 0x70, 3, true);

	pf_release_region(0x70, 2);
	last_call_was(4, 0x70, 2, false);
	/* A thread may have had what is released: forbid, then permit. */
	pthread_create(&thread, NULL, permit_in_thread, NULL);
	pthread_join(thread, NULL);
	last_call_was(6, 0x72, 1, true);
	pf_release_region(0x72, 1);
	last_call_was(7, 0x72, 1, false);
}

TEST(ioperm_is_asked_for_exactly_the_requested_ports)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	child_run(20, count_permissions, NULL);
}

/* Ports are permitted to this thread alone; the other one's cycle faults. */
static void *read_unpermitted(void *arg)
{
	pf_inb(0x70);
	return NULL;
}

static void read_in_unpermitted_thread(void *arg)
{
	pthread_t thread;

	os_port_pretend(0, ENOENT, OS_PORT_FILTERED);
	pf_ioport_select(PF_IOPORT_IOPERM);
	request(0x70, 2);
	os_port_pretend(EPERM, ENOENT, OS_PORT_UNPRIVILEGED);
	pthread_create(&thread, NULL, read_unpermitted, NULL);
	pthread_join(thread, NULL);
}

TEST(a_thread_without_permission_ends_in_a_sentence)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_abort(
		read_in_unpermitted_thread, NULL,
		": this thread has no permission, and ioperm gives it none "
		"(EPERM): a thread gets it from the thread that makes it, or "
		"at its first access or pf_ioport_permit(), which must come "
		"before privileges are dropped\n");
}

static bool request_by_devport(void)
{
	os_port_pretend(ENOSYS, 0, OS_PORT_FILTERED);
	pf_ioport_select(PF_IOPORT_AUTO);
	return request(0x70, 2) &&
	       EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_DEVPORT);
}

static void read_wide_by_devport(void *arg)
{
	if (request_by_devport())
		pf_inw(0x70);
}

static void read_empty_devport(void *arg)
{
	if (request_by_devport())
		pf_inb(0x70);
}

static void read_closed_devport(void *arg)
{
	if (request_by_devport()) {
		closefrom(3);
		pf_inb(0x70);
	}
}

/* As a daemon does: every number is another file's afterwards. */
static void replace_files(void)
{
	int i;

	closefrom(3);
	for (i = 0; i < 32; i++)
		EXPECT_GE(open("/dev/zero", O_RDWR), 0);
}

static void read_replaced_devport(void *arg)
{
	if (request_by_devport()) {
		replace_files();
		pf_inb(0x70);
	}
}

static void write_replaced_devport(void *arg)
{
	if (request_by_devport()) {
		replace_files();
		pf_outb(1, 0x70);
	}
}

TEST(a_file_in_the_place_of_dev_port_is_left_alone)
{
	static const char sentence[] =
		": /dev/port answers EBADF: the program has closed the "
		"descriptor that request_region() opened; leave it open\n";

	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_abort(read_replaced_devport, NULL, sentence);
	expect_abort(write_replaced_devport, NULL, sentence);
}

TEST(what_dev_port_answers_ends_in_a_sentence)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_abort(read_empty_devport, NULL, ": /dev/port answers EIO\n");
	expect_abort(read_closed_devport, NULL,
		     ": /dev/port answers EBADF: the program has closed the "
		     "descriptor that request_region() opened; leave it "
		     "open\n");
}

TEST(a_wide_access_by_dev_port_ends_in_a_sentence)
{
	if (!OS_HAS_PORTS)
		SKIP("this processor has no ports");
	expect_abort(read_wide_by_devport, NULL, "BUG: inw of port 0x0070 by ");
	expect_abort(read_wide_by_devport, NULL,
		     ": /dev/port moves single bytes, each a bus cycle of its "
		     "own; use PFMALLOC_CONF=ioport:ioperm, or b accesses if "
		     "the device takes bytes\n");
}
