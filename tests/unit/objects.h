/* SPDX-License-Identifier: MIT */
/*
 * objects.h - allocating and freeing, for tests of what lies below malloc
 */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "kmem/kmem.h"
#include "slab/steal.h"
#include "unit.h"

static inline void *take_object(unsigned int class)
{
	void *object = kmem_alloc(class_size(class), kmem_alloc_slow);

	EXPECT(object);
	return object;
}

static inline void give_object(void *object)
{
	void *culprit;

	if (!kmem_free(object))
		EXPECT_EQ(kmem_free_slow(object, &culprit), KMEM_OK);
}

/* What any thread holds goes back to the slabs. */
static inline void drain(void)
{
	struct bad_free bad = {NULL, OBJECT_OK};

	caches_drain(&bad);
	EXPECT(!bad.object);
}

#endif
