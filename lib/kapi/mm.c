/* SPDX-License-Identifier: MIT */
/*
 * mm.c - the process's mappings, as the system shows them
 *
 * /proc/self/maps has a line for each:
 *
 *	55d0c6a00000-55d0c6a21000 rw-p 00000000 00:00 0		[heap]
 *
 * Each time the lock is taken the file is read anew, into a snapshot of its
 * own: the text, and the records in the order of addresses.  It is the thread's
 * that took the lock: nobody else looks at it, and it goes when the thread gives
 * the lock up.  So there are as many snapshots as holders, and they need no
 * lock.  A thread that takes the lock once more has one for each time, the
 * newest of which answers.
 *
 * The text is read to the end before anything is made of it, into memory from
 * malloc(), which may map some more meanwhile: a line may be missing or old
 * then, as whenever something else in the process maps memory.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "kapi/kapi.h"

_Static_assert(PF_VMA_NORMAL == KAPI_HAS_NORMAL, "");
_Static_assert(PF_VMA_DMA == KAPI_HAS_DMA, "");
_Static_assert(PF_VMA_HIGHMEM == KAPI_HAS_HIGHMEM, "");
_Static_assert(PF_VMA_SLAB == KAPI_HAS_SLAB, "");
_Static_assert(PF_VMA_VMALLOC == KAPI_HAS_VMALLOC, "");
_Static_assert(PF_VMA_MEM_MAP == KAPI_HAS_MEM_MAP, "");
_Static_assert(PF_VMA_BYTE_MAP == KAPI_HAS_BYTE_MAP, "");
_Static_assert(PF_VMA_SHEAVES == KAPI_HAS_SHEAVES, "");
_Static_assert(PF_VMA_EMERGENCY == KAPI_HAS_EMERGENCY, "");

struct pf_vma_snapshot {
	struct pf_vma_snapshot *older; /* of the same thread */
	unsigned int depth;	       /* its pf_mmap_depth then */
	char *text;
	size_t nr;
	struct vm_area_struct vmas[];
};

static char *read_maps(void)
{
	size_t size = 65536, len = 0;
	char *text = malloc(size);
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	while (fd >= 0 && text && got > 0) {
		got = read(fd, text + len, size - 1 - len);
		len += got > 0 ? (size_t)got : 0;
		if (len == size - 1) {
			char *more = realloc(text, size *= 2);

			if (!more)
				free(text);
			text = more;
		}
	}
	if (fd >= 0)
		close(fd);
	if (text)
		text[len] = '\0';
	return text;
}

static vm_flags_t flags_of(const char *perms, const char *name)
{
	vm_flags_t flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	flags |= perms[0] == 'r' ? VM_READ : 0;
	flags |= perms[1] == 'w' ? VM_WRITE : 0;
	flags |= perms[2] == 'x' ? VM_EXEC : 0;
	flags |= perms[3] == 's' ? VM_SHARED | VM_MAYSHARE : 0;
	if (strcmp(name, "[stack]") == 0)
		flags |= VM_GROWSDOWN;
	return flags;
}

/* Names of memory that is nobody's file; the system's pages have others. */
static bool is_anonymous(const char *name)
{
	return !*name || !strcmp(name, "[heap]") || !strcmp(name, "[stack]") ||
	       !strncmp(name, "[anon:", 6);
}

/* The @n-th field of a line, from 0; "" if there are not so many. */
static char *field(char *line, int n)
{
	while (n-- > 0) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return line;
}

/* One line, terminated; false when it is none. */
static bool parse(char *line, struct vm_area_struct *vma)
{
	char *end;
	u64 offset;

	vma->vm_start = (unsigned long)strtoull(line, &end, 16);
	if (*end != '-')
		return false;
	vma->vm_end = (unsigned long)strtoull(end + 1, NULL, 16);
	offset = strtoull(field(line, 2), NULL, 16);
	vma->vm_mm = &pf_mm;
	vma->vm_pgoff = (unsigned long)(offset >> PAGE_SHIFT);
	vma->pf_name = field(line, 5);
	vma->vm_flags = flags_of(field(line, 1), vma->pf_name);
	vma->pf_is_anonymous = is_anonymous(vma->pf_name);
	vma->vm_page_prot = __pgprot(vma->vm_flags & 7);
	vma->pf_contents =
		kapi_contents((void *)vma->vm_start, (void *)vma->vm_end);
	return true;
}

static size_t count_lines(const char *text)
{
	size_t nr = 0;

	while ((text = strchr(text, '\n'))) {
		nr++;
		text++;
	}
	return nr;
}

static struct pf_vma_snapshot *make_snapshot(void)
{
	char *text = read_maps(), *line, *next;
	struct pf_vma_snapshot *snapshot;

	if (!text)
		return NULL;
	snapshot = calloc(1, sizeof(*snapshot) +
				     count_lines(text) *
					     sizeof(snapshot->vmas[0]));
	if (!snapshot) {
		free(text);
		return NULL;
	}
	snapshot->text = text;
	for (line = text; (next = strchr(line, '\n')); line = next + 1) {
		*next = '\0';
		if (parse(line, &snapshot->vmas[snapshot->nr]))
			snapshot->nr++;
	}
	return snapshot;
}

/* Without memory, or without /proc, there are no mappings to be seen. */
static void look(struct mm_struct *mm)
{
	struct pf_vma_snapshot *snapshot = make_snapshot();
	struct task_struct *task = current;
	unsigned long total = 0;
	size_t i;

	task->pf_mmap_depth++;
	if (!snapshot)
		return;
	snapshot->depth = task->pf_mmap_depth;
	snapshot->older = task->pf_mmap_snapshot;
	task->pf_mmap_snapshot = snapshot;
	for (i = 0; i < snapshot->nr; i++)
		total += vma_pages(&snapshot->vmas[i]);
	WRITE_ONCE(mm->map_count, (int)snapshot->nr);
	WRITE_ONCE(mm->total_vm, total);
}

/* What the calling thread has seen when it took the lock last; or NULL. */
static struct pf_vma_snapshot *newest_snapshot(void)
{
	struct pf_vma_snapshot *snapshot = current->pf_mmap_snapshot;

	return snapshot && snapshot->depth == current->pf_mmap_depth ? snapshot
								     : NULL;
}

static void forget(void)
{
	struct pf_vma_snapshot *snapshot = newest_snapshot();

	current->pf_mmap_depth--;
	if (!snapshot)
		return;
	current->pf_mmap_snapshot = snapshot->older;
	free(snapshot->text);
	free(snapshot);
}

void pf_mmap_lock(struct mm_struct *mm, bool is_write)
{
	if (is_write)
		down_write(&mm->mmap_lock);
	else
		down_read(&mm->mmap_lock);
	look(mm);
}

int pf_mmap_trylock(struct mm_struct *mm, bool is_write)
{
	if (!(is_write ? down_write_trylock(&mm->mmap_lock)
		       : down_read_trylock(&mm->mmap_lock)))
		return 0;
	look(mm);
	return 1;
}

void pf_mmap_unlock(struct mm_struct *mm, bool is_write)
{
	if (!current->pf_mmap_depth)
		panic("mmap_%s_unlock() by %s[%d], who does not hold the lock",
		      is_write ? "write" : "read", current->comm, current->pid);
	forget();
	if (is_write)
		up_write(&mm->mmap_lock);
	else
		up_read(&mm->mmap_lock);
}

void pf_mmap_assert_locked(struct mm_struct *mm)
{
	(void)mm;
	if (!current->pf_mmap_depth)
		panic("the mappings are looked at without mmap_read_lock()");
}

struct vm_area_struct *pf_find_vma_prev(struct mm_struct *mm,
					unsigned long addr,
					struct vm_area_struct **pprev)
{
	struct pf_vma_snapshot *snapshot;
	size_t low = 0, high;

	pf_mmap_assert_locked(mm);
	snapshot = newest_snapshot();
	high = snapshot ? snapshot->nr : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->vmas[middle].vm_end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	*pprev = low ? &snapshot->vmas[low - 1] : NULL;
	return snapshot && low < snapshot->nr ? &snapshot->vmas[low] : NULL;
}

struct vm_area_struct *pf_find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *prev;

	return pf_find_vma_prev(mm, addr, &prev);
}

size_t pf_vma_contents_text(const struct vm_area_struct *vma, char *text,
			    size_t size)
{
	/* By bit, PF_VMA_NORMAL first. */
	static const char names[][10] = {"normal",   "dma",	"highmem",
					 "slab",     "vmalloc", "mem_map",
					 "byte_map", "sheaves", "emergency"};
	const char *blank = "";
	size_t len = 0, i;

	if (size)
		text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(vma->pf_contents >> i & 1))
			continue;
		len += (size_t)snprintf(len < size ? text + len : NULL,
					len < size ? size - len : 0, "%s%s",
					blank, names[i]);
		blank = " ";
	}
	return len;
}
