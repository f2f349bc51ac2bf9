/* SPDX-License-Identifier: MIT */
/*
 * rtc.c - tell the time of a PC's real-time clock
 *
 *	rtc
 *
 * Prints what the clock says, which is UTC on most machines, as "2026-11-22
 * 20:19:45".  Written as a driver would be: it requests its ports, and uses
 * nothing but them.  It runs as root on a PC, and on a simulated bus
 * (PFMALLOC_CONF=ioport:sim) that has a model of the clock, without a change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/io.h>
#include <linux/ioport.h>

#define RTC_INDEX 0x70
#define RTC_DATA  0x71

enum {
	RTC_SECONDS = 0,
	RTC_MINUTES = 2,
	RTC_HOURS = 4,
	RTC_DAY = 7,
	RTC_MONTH = 8,
	RTC_YEAR = 9,
	RTC_A = 0x0a,
	RTC_B = 0x0b,
	RTC_CENTURY = 0x32,
};

#define RTC_UPDATING 0x80 /* in register A */
#define RTC_BINARY   0x04 /* in register B: no BCD */

struct rtc_time {
	unsigned int year, month, day, hours, minutes, seconds;
};

static unsigned int rtc_read(unsigned char index)
{
	outb(index, RTC_INDEX);
	return inb(RTC_DATA);
}

static unsigned int rtc_number(unsigned char index)
{
	unsigned int n = rtc_read(index);

	if (rtc_read(RTC_B) & RTC_BINARY)
		return n;
	return (n >> 4) * 10 + (n & 15);
}

static void rtc_read_once(struct rtc_time *time)
{
	while (rtc_read(RTC_A) & RTC_UPDATING)
		;
	time->seconds = rtc_number(RTC_SECONDS);
	time->minutes = rtc_number(RTC_MINUTES);
	time->hours = rtc_number(RTC_HOURS);
	time->day = rtc_number(RTC_DAY);
	time->month = rtc_number(RTC_MONTH);
	time->year = rtc_number(RTC_CENTURY) * 100 + rtc_number(RTC_YEAR);
}

/* An update may come between two registers: two equal readings are one time. */
static void rtc_read_time(struct rtc_time *time)
{
	struct rtc_time again;

	do {
		rtc_read_once(time);
		rtc_read_once(&again);
	} while (memcmp(time, &again, sizeof(again)) != 0);
}

int main(void)
{
	struct rtc_time time;

	if (!request_region(RTC_INDEX, 2, "rtc")) {
		perror("rtc: the ports of the clock");
		return EXIT_FAILURE;
	}
	rtc_read_time(&time);
	release_region(RTC_INDEX, 2);

	printf("%04u-%02u-%02u %02u:%02u:%02u\n", time.year, time.month,
	       time.day, time.hours, time.minutes, time.seconds);
	return EXIT_SUCCESS;
}
