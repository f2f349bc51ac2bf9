/* SPDX-License-Identifier: MIT */
/*
 * pattern.c - blocks that know whose they are
 */
#include "pattern.h"

#include <string.h>

static uint64_t pattern_word(uint64_t id, size_t index)
{
	return (id + 1) * 0x9e3779b97f4a7c15 + index * 0xd1342543de82ef95;
}

void pattern_fill(void *block, size_t size, uint64_t id)
{
	unsigned char *bytes = block;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8) {
		uint64_t word = pattern_word(id, i / 8);

		memcpy(bytes + i, &word, 8);
	}
	for (; i < size; i++)
		bytes[i] = (unsigned char)(pattern_word(id, i / 8) >> 32);
}

bool pattern_holds(const void *block, size_t size, uint64_t id)
{
	const unsigned char *bytes = block;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8) {
		uint64_t word;

		memcpy(&word, bytes + i, 8);
		if (word != pattern_word(id, i / 8))
			return false;
	}
	for (; i < size; i++)
		if (bytes[i] != (unsigned char)(pattern_word(id, i / 8) >> 32))
			return false;
	return true;
}

bool is_zero(const void *block, size_t size)
{
	const unsigned char *bytes = block;
	size_t i;

	for (i = 0; i < size && ((uintptr_t)(bytes + i) & 7); i++)
		if (bytes[i])
			return false;
	for (; i + 8 <= size; i += 8) {
		uint64_t word;

		memcpy(&word, bytes + i, 8);
		if (word)
			return false;
	}
	for (; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}
