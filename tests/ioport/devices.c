/* SPDX-License-Identifier: MIT */
/*
 * devices.c - the devices of a PC, through the kernel's names for port I/O
 *
 * The same tests run on an emulated machine, whose devices really answer
 * (tools/rig; guest.c adds what is about permission), and on the simulator,
 * with the models of models.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/io.h>
#include <linux/ioport.h>

#include "machine.h"
#include "models.h"
#include "process.h"
#include "tap.h"

#define RTC_INDEX   0x70
#define RTC_DATA    0x71
#define PIT_DATA    0x42
#define PIT_CONTROL 0x43
#define GATE	    0x61
#define DEBUGCON    0xe9
#define SCRATCH_1   0x3ff /* of the first serial port */
#define SCRATCH_2   0x2ff
#define FW_SELECTOR 0x510
#define FW_DATA	    0x511
#define PCI_ADDRESS 0xcf8
#define PCI_DATA    0xcfc

#define HOST_BRIDGE 0x80000000U /* register 0 of 00:00.0 */
#define I440FX	    0x12378086U /* its device and vendor */

bool machine_is_real(void)
{
	return getenv("PF_RIG") != NULL;
}

__attribute__((constructor)) static void simulate_elsewhere(void)
{
	if (machine_is_real())
		return;
	pf_ioport_select(PF_IOPORT_SIM);
	models_plug();
}

static unsigned int rtc_register(unsigned int index)
{
	outb((unsigned char)index, RTC_INDEX);
	return inb(RTC_DATA);
}

static bool is_bcd(unsigned int n)
{
	return (n & 15) < 10 && n >> 4 < 10;
}

/* An expectation that a test goes on without. */
static bool request(resource_size_t start, resource_size_t n, const char *name)
{
	return EXPECT(request_region(start, n, name));
}

TEST(the_clock_is_set_up_as_the_firmware_leaves_it)
{
	if (!request(RTC_INDEX, 2, "rtc"))
		return;
	EXPECT_EQ(rtc_register(0x0a) & 0x7f, 0x26);
	EXPECT_EQ(rtc_register(0x0b), 0x02);
	EXPECT_EQ(rtc_register(0x0d), 0x80);
	EXPECT(is_bcd(rtc_register(0)));
	EXPECT(is_bcd(rtc_register(9)));
	release_region(RTC_INDEX, 2);
}

TEST(the_clock_keeps_bytes_in_its_memory)
{
	unsigned int before;

	if (!request(RTC_INDEX, 2, "rtc"))
		return;
	before = rtc_register(0x60);
	outb((unsigned char)~before, RTC_DATA);
	EXPECT_EQ(rtc_register(0x60), ~before & 0xff);
	outb((unsigned char)before, RTC_DATA);
	EXPECT_EQ(rtc_register(0x60), before);
	release_region(RTC_INDEX, 2);
}

TEST(the_speaker_gate_reads_as_it_was_written)
{
	unsigned char bits;

	if (!request(GATE, 1, "speaker"))
		return;
	for (bits = 0; bits < 4; bits++) {
		outb(bits, GATE);
		EXPECT_EQ(inb(GATE) & 3, bits);
	}
	outb(0, GATE);
	release_region(GATE, 1);
}

static unsigned int pit_count(void)
{
	unsigned int low;

	outb(0x80, PIT_CONTROL); /* hold channel 2's count for reading */
	low = inb(PIT_DATA);
	return low | (unsigned int)inb(PIT_DATA) << 8;
}

TEST(the_timer_counts_down_while_its_gate_is_open)
{
	unsigned int first;

	if (!request(PIT_DATA, 2, "pit") || !request(GATE, 1, "speaker"))
		return;
	outb(1, GATE);
	outb(0xb0, PIT_CONTROL); /* channel 2, both bytes, count once */
	outb(0xff, PIT_DATA);
	outb(0xff, PIT_DATA);
	first = pit_count();
	EXPECT_GT(first, 0);
	while (pit_count() == first)
		;
	EXPECT_LT(pit_count(), first);
	while (!(inb(GATE) & 0x20)) /* 55 ms: the count's end */
		;
	outb(0, GATE);
	release_region(GATE, 1);
	release_region(PIT_DATA, 2);
}

TEST(scratch_registers_of_serial_ports_keep_every_byte)
{
	unsigned int value;

	if (!request(SCRATCH_1, 1, "serial") ||
	    !request(SCRATCH_2, 1, "serial"))
		return;
	for (value = 0; value < 256; value++) {
		outb((unsigned char)value, SCRATCH_1);
		outb((unsigned char)~value, SCRATCH_2);
		EXPECT_EQ(inb(SCRATCH_1), value);
		EXPECT_EQ(inb(SCRATCH_2), ~value & 0xff);
	}
	release_region(SCRATCH_1, 1);
	release_region(SCRATCH_2, 1);
}

/* tools/rig looks for these bytes in the file that the console writes. */
TEST(the_debug_console_takes_bytes_and_strings)
{
	static const char text[] = "ut by outsb\n";

	if (!request(DEBUGCON, 1, "debugcon"))
		return;
	EXPECT_EQ(inb(DEBUGCON), 0xe9);
	outb('o', DEBUGCON);
	outsb(DEBUGCON, text, sizeof(text) - 1);
	if (!machine_is_real())
		EXPECT_STR_EQ(models_debugcon(), "out by outsb\n");
	release_region(DEBUGCON, 1);
}

TEST(the_firmware_answers_a_16_bit_selector_with_a_string)
{
	static const unsigned short signature[2] = {1, 0};
	char text[5] = "";

	if (!request(FW_SELECTOR, 2, "fw_cfg"))
		return;
	outw(0, FW_SELECTOR);
	insb(FW_DATA, text, 4);
	EXPECT_STR_EQ(text, "QEMU");

	memset(text, 0, sizeof(text));
	outsw(FW_SELECTOR, signature, 2); /* the last one counts */
	insb(FW_DATA, text, 4);
	EXPECT_STR_EQ(text, "QEMU");
	release_region(FW_SELECTOR, 2);
}

TEST(pci_configuration_takes_32_bits_at_once)
{
	static const unsigned int address[2] = {0x80000004, HOST_BRIDGE};
	unsigned int ids[2] = {0, 0};
	unsigned short words[2] = {0, 0};

	if (!request(PCI_ADDRESS, 8, "pci"))
		return;
	outl(HOST_BRIDGE, PCI_ADDRESS);
	EXPECT_EQ(inl(PCI_ADDRESS), HOST_BRIDGE);
	EXPECT_EQ(inl(PCI_DATA), I440FX);
	EXPECT_EQ(inw(PCI_DATA), I440FX & 0xffff);
	EXPECT_EQ(inw(PCI_DATA + 2), I440FX >> 16);
	EXPECT_EQ(inb(PCI_DATA + 3), I440FX >> 24);

	outsl(PCI_ADDRESS, address, 2);
	EXPECT_EQ(inl(PCI_ADDRESS), HOST_BRIDGE);
	insl(PCI_DATA, ids, 2);
	EXPECT_EQ(ids[0], I440FX);
	EXPECT_EQ(ids[1], I440FX);
	insw(PCI_DATA, words, 2);
	EXPECT_EQ(words[0], I440FX & 0xffff);
	EXPECT_EQ(words[1], I440FX & 0xffff);
	release_region(PCI_ADDRESS, 8);
}

TEST(accesses_with_a_pause_do_the_same)
{
	if (!request(PCI_ADDRESS, 8, "pci") ||
	    !request(SCRATCH_2, 1, "serial") || !request(FW_SELECTOR, 2, "fw"))
		return;
	outl_p(HOST_BRIDGE, PCI_ADDRESS);
	EXPECT_EQ(inl_p(PCI_DATA), I440FX);
	EXPECT_EQ(inw_p(PCI_DATA), I440FX & 0xffff);
	outb_p(0x5a, SCRATCH_2);
	EXPECT_EQ(inb_p(SCRATCH_2), 0x5a);
	outw_p(0, FW_SELECTOR);
	EXPECT_EQ(inb_p(FW_DATA), 'Q');
	release_region(FW_SELECTOR, 2);
	release_region(SCRATCH_2, 1);
	release_region(PCI_ADDRESS, 8);
}

/* Threads that wait for the main thread's word and then use a port. */
static pthread_barrier_t go;

static void *use_scratch(void *arg)
{
	pthread_barrier_wait(&go);
	EXPECT_LT(inb(SCRATCH_2), 256);
	EXPECT_EQ(rtc_register(0x0d), 0x80);
	return NULL;
}

TEST(threads_older_and_younger_than_a_request_use_it)
{
	pthread_t old, young;

	pthread_barrier_init(&go, NULL, 2);
	EXPECT_EQ(pthread_create(&old, NULL, use_scratch, NULL), 0);
	if (!request(SCRATCH_2, 1, "serial") || !request(RTC_INDEX, 2, "rtc"))
		return;
	pthread_barrier_wait(&go);
	pthread_join(old, NULL);

	EXPECT_EQ(pthread_create(&young, NULL, use_scratch, NULL), 0);
	pthread_barrier_wait(&go);
	pthread_join(young, NULL);
	release_region(RTC_INDEX, 2);
	release_region(SCRATCH_2, 1);
}

static void *follow_changes(void *arg)
{
	pthread_barrier_wait(&go);
	outb(0x11, SCRATCH_2);
	pthread_barrier_wait(&go);
	/* the other one is released, this one is requested */
	pthread_barrier_wait(&go);
	outb(0x22, SCRATCH_1);
	return NULL;
}

TEST(a_thread_follows_what_is_released_and_requested_later)
{
	pthread_t thread;

	pthread_barrier_init(&go, NULL, 2);
	EXPECT_EQ(pthread_create(&thread, NULL, follow_changes, NULL), 0);
	if (!request(SCRATCH_2, 1, "serial"))
		return;
	pthread_barrier_wait(&go);
	pthread_barrier_wait(&go);
	EXPECT_EQ(inb(SCRATCH_2), 0x11);
	release_region(SCRATCH_2, 1);
	request(SCRATCH_1, 1, "serial");
	pthread_barrier_wait(&go);
	pthread_join(thread, NULL);
	EXPECT_EQ(inb(SCRATCH_1), 0x22);
	release_region(SCRATCH_1, 1);
}

static void read_clock(void *arg)
{
	EXPECT_EQ(rtc_register(0x0d), 0x80);
}

TEST(a_child_uses_what_its_parent_requested)
{
	if (!request(RTC_INDEX, 2, "rtc"))
		return;
	child_run(20, read_clock, NULL);
	release_region(RTC_INDEX, 2);
}

static volatile unsigned int seen_by_handler;

static void read_in_handler(int signal_number)
{
	seen_by_handler = inb(SCRATCH_2);
}

TEST(a_signal_handler_uses_ports)
{
	if (!request(SCRATCH_2, 1, "serial"))
		return;
	outb(0x77, SCRATCH_2);
	signal(SIGUSR1, read_in_handler);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
	EXPECT_EQ(seen_by_handler, 0x77);
	release_region(SCRATCH_2, 1);
}

TEST(the_dump_shows_regions_below_the_bus_they_lie_on)
{
	struct resource bus = DEFINE_RES_IO_NAMED(0, 0xcf8, "PCI Bus 0000:00");
	char text[256];

	EXPECT_EQ(request_resource(&ioport_resource, &bus), 0);
	if (!request(RTC_INDEX, 2, "rtc"))
		return;
	pf_ioport_dump(text, sizeof(text));
	EXPECT_STR_EQ(text, "0000-0cf7 : PCI Bus 0000:00\n"
			    "  0070-0071 : rtc\n");
	release_region(RTC_INDEX, 2);
	EXPECT_EQ(release_resource(&bus), 0);
}

/* Ends in a child: the simulator stays there. */
static struct pf_ioport_event events[8];

static void replay_on_simulator(void *arg)
{
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_SIM), 0);
	if (!request(PCI_ADDRESS, 8, "pci"))
		return;
	pf_iosim_replay(events, 2);
	outl(HOST_BRIDGE, PCI_ADDRESS);
	EXPECT_EQ(inl(PCI_DATA), I440FX);
	EXPECT_EQ(pf_iosim_replay_left(), 0);
}

TEST(what_was_recorded_is_replayed_on_the_simulator)
{
	if (!request(PCI_ADDRESS, 8, "pci"))
		return;
	pf_ioport_record(events, 8);
	outl(HOST_BRIDGE, PCI_ADDRESS);
	inl(PCI_DATA);
	pf_ioport_record(NULL, 0);
	release_region(PCI_ADDRESS, 8);

	EXPECT_EQ(pf_ioport_recorded(), 2);
	EXPECT_EQ(events[0].port, PCI_ADDRESS);
	EXPECT_EQ(events[0].width, 4);
	EXPECT_EQ(events[0].is_write, 1);
	EXPECT_EQ(events[0].value, HOST_BRIDGE);
	EXPECT_EQ(events[1].port, PCI_DATA);
	EXPECT_EQ(events[1].is_write, 0);
	EXPECT_EQ(events[1].value, I440FX);
	child_run(20, replay_on_simulator, NULL);
}
