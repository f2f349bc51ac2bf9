/* SPDX-License-Identifier: MIT */
/*
 * models.c - the devices of a PC that the tests use, for the simulator
 *
 * Each behaves as far as devices.c and the examples look: what they find on
 * the emulated machine of tools/rig they must find here.
 */
#include "models.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <pfmalloc/ioport.h>

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ------------------------------------------------------------------------
 * Real-time clock: an index at 0x70, the register at 0x71
 * ------------------------------------------------------------------------ */

enum {
	RTC_NR_REGISTERS = 128,
	RTC_A = 0x0a,
	RTC_B = 0x0b,
	RTC_D = 0x0d,
};

static struct {
	unsigned int index;
	uint8_t ram[RTC_NR_REGISTERS];
} rtc;

static uint32_t bcd(int n)
{
	return (uint32_t)(n / 10 * 16 + n % 10);
}

static uint32_t rtc_register(unsigned int index)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	switch (index) {
	case 0:
		return bcd(tm.tm_sec);
	case 2:
		return bcd(tm.tm_min);
	case 4:
		return bcd(tm.tm_hour);
	case 6:
		return bcd(tm.tm_wday + 1);
	case 7:
		return bcd(tm.tm_mday);
	case 8:
		return bcd(tm.tm_mon + 1);
	case 9:
		return bcd(tm.tm_year % 100);
	case RTC_A:
		return 0x26; /* 32768 Hz, no update in progress */
	case RTC_B:
		return 0x02; /* 24 hours, BCD */
	case RTC_D:
		return 0x80; /* the battery is good */
	case 0x32:
		return bcd(19 + tm.tm_year / 100);
	default:
		return rtc.ram[index];
	}
}

static uint32_t rtc_read(struct pf_iosim_device *device, unsigned int offset,
			 unsigned int width)
{
	return offset == 1 && width == 1 ? rtc_register(rtc.index) : ~0U;
}

static void rtc_write(struct pf_iosim_device *device, unsigned int offset,
		      unsigned int width, uint32_t value)
{
	if (offset == 0)
		rtc.index = value % RTC_NR_REGISTERS;
	else
		rtc.ram[rtc.index] = (uint8_t)value;
}

/* ------------------------------------------------------------------------
 * Interval timer, channel 2: counts down from what is loaded, 1193182 a second,
 * while its gate is open
 * ------------------------------------------------------------------------ */

#define PIT_HZ 1193182

static struct {
	uint16_t reload;
	uint16_t latch;
	bool has_low; /* the low byte of the reload was written */
	bool is_latched;
	bool reads_high;   /* the next read gives the high byte */
	uint64_t began_ns; /* when the counting began */
	uint8_t gate;	   /* bits 0 and 1 of port 0x61 */
} pit;

static uint64_t pit_ticks(void)
{
	return pit.gate & 1 ? (now_ns() - pit.began_ns) * PIT_HZ / 1000000000
			    : 0;
}

static uint32_t pit_read(struct pf_iosim_device *device, unsigned int offset,
			 unsigned int width)
{
	uint16_t count = (uint16_t)(pit.reload - pit_ticks());

	if (offset != 0)
		return ~0U;
	if (pit.is_latched)
		count = pit.latch;
	pit.reads_high = !pit.reads_high;
	if (pit.reads_high)
		return count & 0xff;
	pit.is_latched = false;
	return count >> 8;
}

static void pit_write(struct pf_iosim_device *device, unsigned int offset,
		      unsigned int width, uint32_t value)
{
	if (offset == 1) { /* the control word, 0x43 */
		pit.is_latched = value == 0x80;
		pit.latch = (uint16_t)(pit.reload - pit_ticks());
		pit.has_low = pit.reads_high = false;
	} else if (!pit.has_low) {
		pit.reload = (uint16_t)value;
		pit.has_low = true;
	} else {
		pit.reload = (uint16_t)(pit.reload | value << 8);
		pit.has_low = false;
		pit.began_ns = now_ns();
	}
}

/* Port 0x61: bit 0 the gate, bit 1 the speaker, bit 5 the counter's output. */
static uint32_t gate_read(struct pf_iosim_device *device, unsigned int offset,
			  unsigned int width)
{
	return pit.gate | (pit_ticks() >= pit.reload ? 0x20U : 0U);
}

static void gate_write(struct pf_iosim_device *device, unsigned int offset,
		       unsigned int width, uint32_t value)
{
	if (value & 1 && !(pit.gate & 1))
		pit.began_ns = now_ns();
	pit.gate = value & 3;
}

/* ------------------------------------------------------------------------
 * Debug console, firmware configuration, PCI configuration
 * ------------------------------------------------------------------------ */

static char debugcon_text[256];
static size_t debugcon_size;

static uint32_t debugcon_read(struct pf_iosim_device *device,
			      unsigned int offset, unsigned int width)
{
	return 0xe9;
}

static void debugcon_write(struct pf_iosim_device *device, unsigned int offset,
			   unsigned int width, uint32_t value)
{
	if (debugcon_size < sizeof(debugcon_text) - 1)
		debugcon_text[debugcon_size++] = (char)value;
}

const char *models_debugcon(void)
{
	return debugcon_text;
}

/* A selector of 16 bits; item 0 is the signature, read byte by byte. */
static size_t fw_cfg_place = 4;

static uint32_t fw_cfg_read(struct pf_iosim_device *device, unsigned int offset,
			    unsigned int width)
{
	if (offset != 1 || width != 1 || fw_cfg_place >= 4)
		return 0;
	return (uint8_t) "QEMU"[fw_cfg_place++];
}

static void fw_cfg_write(struct pf_iosim_device *device, unsigned int offset,
			 unsigned int width, uint32_t value)
{
	if (offset == 0 && width == 2)
		fw_cfg_place = value == 0 ? 0 : 4;
}

/* One function: the i440FX host bridge at 00:00.0, vendor and device. */
static uint32_t pci_address;

static uint32_t pci_read(struct pf_iosim_device *device, unsigned int offset,
			 unsigned int width)
{
	if (offset < 4)
		return pci_address;
	if (pci_address != 0x80000000)
		return ~0U;
	return 0x12378086U >> 8 * (offset - 4);
}

static void pci_write(struct pf_iosim_device *device, unsigned int offset,
		      unsigned int width, uint32_t value)
{
	if (offset == 0 && width == 4)
		pci_address = value;
}

/* Scratch registers of serial ports are plain: they need no model. */
static struct pf_iosim_device models[] = {
	{.name = "rtc",
	 .start = 0x70,
	 .nr_ports = 2,
	 .read = rtc_read,
	 .write = rtc_write},
	{.name = "pit",
	 .start = 0x42,
	 .nr_ports = 2,
	 .read = pit_read,
	 .write = pit_write},
	{.name = "gate",
	 .start = 0x61,
	 .nr_ports = 1,
	 .read = gate_read,
	 .write = gate_write},
	{.name = "debugcon",
	 .start = 0xe9,
	 .nr_ports = 1,
	 .read = debugcon_read,
	 .write = debugcon_write},
	{.name = "fw_cfg",
	 .start = 0x510,
	 .nr_ports = 2,
	 .read = fw_cfg_read,
	 .write = fw_cfg_write},
	{.name = "pci",
	 .start = 0xcf8,
	 .nr_ports = 8,
	 .read = pci_read,
	 .write = pci_write},
};

void models_plug(void)
{
	size_t i;

	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		pf_iosim_plug(&models[i]);
}
