/* SPDX-License-Identifier: MIT */
/*
 * crc32.c - the remainder of a division of polynomials, four bits at a time
 *
 * A number's bits are the coefficients, modulo 2.  The table has the remainders
 * of the 16 numbers of four bits; it costs less to make than to keep one for
 * each polynomial: 16 times four steps, for each call.
 * Reading: W. Peterson, D. Brown, "Cyclic Codes for Error Detection", 1961.
 */
#include <linux/crc32.h>

u32 pf_crc32_le(u32 crc, const void *p, size_t len, u32 poly)
{
	const u8 *byte = (const u8 *)p;
	u32 table[16];
	u32 i, j;

	for (i = 0; i < 16; i++) {
		table[i] = i;
		for (j = 0; j < 4; j++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? poly : 0);
	}
	while (len--) {
		crc ^= *byte++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

/* The same in a mirror. */
u32 pf_crc32_be(u32 crc, const void *p, size_t len)
{
	const u8 *byte = (const u8 *)p;
	u32 table[16];
	u32 i, j;

	for (i = 0; i < 16; i++) {
		table[i] = i << 28;
		for (j = 0; j < 4; j++)
			table[i] = table[i] << 1 ^
				   (table[i] >> 31 ? CRC32_POLY_BE : 0);
	}
	while (len--) {
		crc ^= (u32)*byte++ << 24;
		crc = crc << 4 ^ table[crc >> 28];
		crc = crc << 4 ^ table[crc >> 28];
	}
	return crc;
}
