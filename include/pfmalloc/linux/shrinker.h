/* SPDX-License-Identifier: MIT */
/*
 * shrinker.h - who can give memory back
 *
 * <pfmalloc/shrinker.h> says what each call does; here are the kernel's names.
 */
#ifndef PFMALLOC_LINUX_SHRINKER_H
#define PFMALLOC_LINUX_SHRINKER_H

#include <linux/gfp_types.h>
#include <linux/types.h>
#include <linux/version.h>

#include "../shrinker.h"

#define SHRINK_STOP   PF_SHRINK_STOP
#define SHRINK_EMPTY  PF_SHRINK_EMPTY
#define DEFAULT_SEEKS PF_DEFAULT_SEEKS

#define SHRINKER_NUMA_AWARE  0x08
#define SHRINKER_MEMCG_AWARE 0x10
#define SHRINKER_NONSLAB     0x20

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define shrinker_alloc pf_shrinker_alloc

static inline void shrinker_register(struct shrinker *s)
{
	pf_shrinker_register(s);
}

static inline void shrinker_free(struct shrinker *s)
{
	pf_shrinker_free(s);
}
#else
static inline void unregister_shrinker(struct shrinker *s)
{
	pf_unregister_shrinker(s);
}

/* Without a name, too, as before 6.0. */
#define register_shrinker(s, ...)     pf_register_shrinker(s)
#define prealloc_shrinker(s, ...)     ((void)(s), 0)
#define register_shrinker_prepared(s) pf_shrinker_register(s)
#define free_prealloced_shrinker(s)   ((void)(s))
#define synchronize_shrinkers()	      ((void)0)
#endif

#endif
