/* SPDX-License-Identifier: MIT */
/*
 * conf.h - the options of PFMALLOC_CONF
 */
#ifndef PF_OS_CONF_H
#define PF_OS_CONF_H

#include "base/compiler.h"
#include "base/types.h"

enum conf_thp {
	THP_AUTO,
	THP_ALWAYS,
	THP_NEVER
};
enum conf_foreign {
	FOREIGN_FORWARD,
	FOREIGN_ABORT
};
enum conf_ioport {
	IOPORT_AUTO,
	IOPORT_IOPERM,
	IOPORT_DEVPORT,
	IOPORT_SIM
};

struct conf {
	u32 stack;	/* call stacks in reports of misuse: 0 or 1 */
	u32 thp;	/* enum conf_thp */
	u32 decay_ms;	/* free memory goes back to the OS after this long */
	u32 background; /* a reclaim thread in multi-threaded programs: 0, 1 */
	u32 foreign;	/* enum conf_foreign */
	u32 deepbind;	/* libraries may be opened with RTLD_DEEPBIND: 0 or 1 */
	u32 ioport;	/* enum conf_ioport: what port I/O goes through */
	u32 highmem;	/* frames without an address for GFP_HIGHMEM: 0 or 1 */
	u64 kmem_limit; /* bytes for kernel-style calls; 0: as the machine has */
	/* Of the clients' kmem_caches and kmalloc(): 0 or 1. */
	u32 slab_nomerge;  /* each cache has slabs of its own */
	u32 init_on_alloc; /* zeros in what is allocated */
	u32 init_on_free;  /* and in what was freed */
};

/* Read-only after conf_init(). */
extern struct conf pf_conf pf_hidden;

/**
 * conf_init - read PFMALLOC_CONF from the environment
 *
 * "key:value,key:value".  A key or value that is not known gets one sentence
 * on stderr and changes nothing.  Ignored in programs that gain privileges
 * (AT_SECURE).  Called once, before there are threads; reads `environ` by hand
 * because getenv() may not be ready yet.
 */
void conf_init(void);

#endif
