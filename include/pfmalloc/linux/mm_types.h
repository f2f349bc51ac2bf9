/* SPDX-License-Identifier: MIT */
/*
 * mm_types.h - the record of a page frame, and of the process's address space
 *
 * A client's struct page is the allocator's own record of the frame, seen from
 * the other side: lib/kapi/layout.h has the offsets that both agree on.  The
 * members whose names begin with pf_ are the allocator's.
 */
#ifndef PFMALLOC_LINUX_MM_TYPES_H
#define PFMALLOC_LINUX_MM_TYPES_H

#include <linux/rwsem.h>
#include <linux/types.h>
#include <linux/version.h>

struct address_space;
struct file;
struct page;

/* Since 6.18 the flags are a structure, so that nobody adds to them. */
typedef struct {
	unsigned long f;
} memdesc_flags_t;

#if PF_LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define PF_PAGE_FLAGS	    memdesc_flags_t flags
#define pf_page_flags(page) (&(page)->flags.f)
#else
#define PF_PAGE_FLAGS	    unsigned long flags
#define pf_page_flags(page) (&(page)->flags)
#endif

/*
 * private, mapping, index, lru and flags are the client's as long as it has the
 * frame; they are 0 in a new one.  A tail of a compound page has the address
 * of its head, plus 1, in compound_head.
 */
#define PF_PAGE_MEMBERS                                             \
	unsigned long private;                                      \
	PF_PAD_TO_U64(1);                                           \
	struct address_space *mapping;                              \
	PF_PAD_TO_U64(2);                                           \
	union {                                                     \
		pgoff_t index;                                      \
		unsigned long share;                                \
	};                                                          \
	PF_PAD_TO_U64(3);                                           \
	atomic_t _refcount;                                         \
	atomic_t _mapcount; /* -1: not mapped anywhere */           \
	union {                                                     \
		struct list_head lru;                               \
		struct list_head pcp_list;                          \
		struct list_head buddy_list;                        \
		unsigned long compound_head;                        \
		struct rcu_head rcu_head;                           \
	};                                                          \
	u8 pf_type;                                                 \
	u8 pf_order; /* first frames: log2 of the block's length */ \
	u8 pf_class;                                                \
	u8 pf_state;                                                \
	u32 pf_nr;                                                  \
	PF_PAD_LINK;                                                \
	union {                                                     \
		PF_PAGE_FLAGS;                                      \
		u64 pf_flags64;                                     \
	}

#if BITS_PER_LONG == 32
#define PF_PAD_TO_U64(n) u32 pf_pad##n
#define PF_PAD_LINK	 u32 pf_pad_link[2]
#else
#define PF_PAD_TO_U64(n) \
	struct {         \
	}
#define PF_PAD_LINK \
	struct {    \
	}
#endif

struct page {
	PF_PAGE_MEMBERS;
};

/* A page that is no tail: a single one, or the first of a compound page. */
struct folio {
	union {
		struct {
			PF_PAGE_MEMBERS;
		};
		struct page page;
	};
};

_Static_assert(sizeof(struct page) == 64, "one cache line a frame");
_Static_assert(sizeof(struct folio) == sizeof(struct page),
	       "a folio is its first page");

typedef struct {
	unsigned long pgprot;
} pgprot_t;

#define pgprot_val(x)	       ((x).pgprot)
#define __pgprot(x)	       ((pgprot_t){(x)})
#define PAGE_KERNEL	       __pgprot(3)
#define PAGE_KERNEL_RO	       __pgprot(1)
#define PAGE_KERNEL_EXEC       __pgprot(7)
#define pgprot_noncached(p)    (p)
#define pgprot_writecombine(p) (p)

typedef unsigned int vm_fault_t;
typedef unsigned long vm_flags_t;

struct mm_struct;

/*
 * A mapping of the process, as the system shows it, and what the allocator has
 * in it.  Valid while the address space is locked: see <linux/mm.h>.
 */
struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end; /* exclusive */
	struct mm_struct *vm_mm;
	vm_flags_t vm_flags;
	unsigned long vm_pgoff; /* pages, in the file */
	struct file *vm_file;	/* NULL: no mapping has one here */
	void *vm_private_data;
	pgprot_t vm_page_prot;

	const char *pf_name; /* path, "[stack]", or "" */
	bool pf_is_anonymous;
	unsigned int pf_contents; /* PF_VMA_...: see <linux/mm.h> */
};

/* The one that there is: the process's. */
struct mm_struct {
	struct rw_semaphore mmap_lock;
	atomic_t mm_users;
	atomic_t mm_count;
	int map_count; /* as who took the lock last has seen it */
	unsigned long total_vm;
};

pf_api extern struct mm_struct pf_mm;

#endif
