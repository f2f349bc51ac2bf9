/* SPDX-License-Identifier: MIT */
/*
 * info.c - mallinfo, malloc_info, malloc_stats, mallopt: glibc's questions
 *
 * The questions are about glibc's structures; the answers are the numbers that
 * come closest in ours, and they are true:
 *
 *	arena     bytes of frames that hold objects or are free and warm, and
 *	          of lazily freed areas
 *	uordblks  bytes of live objects in them
 *	fordblks  arena - uordblks
 *	fsmblks   bytes of free objects in threads' sheaves and the barn
 *	hblks     vmap areas, hblkhd: their bytes
 *	keepcost  bytes that malloc_trim() would give back at least
 */
#include <errno.h>
#include <malloc.h>

#include "malloc/malloc.h"
#include "os/report.h"

static size_t free_bytes(const struct kmem_stats *stats)
{
	return stats->free_warm_bytes + stats->lazy_bytes;
}

static size_t arena_bytes(const struct kmem_stats *stats)
{
	return stats->slab_bytes + stats->block_bytes + free_bytes(stats);
}

static size_t live_bytes(const struct kmem_stats *stats)
{
	return stats->slab_bytes_live + stats->block_bytes;
}

void malloc_fill_mallinfo2(struct mallinfo2 *info)
{
	struct kmem_stats stats;

	kmem_get_stats(&stats);
	*info = (struct mallinfo2){
		.arena = arena_bytes(&stats),
		.ordblks = 1,
		.smblks = stats.nr_cached,
		.hblks = stats.nr_areas,
		.hblkhd = stats.area_bytes,
		.fsmblks = stats.cached_bytes,
		.uordblks = live_bytes(&stats),
		.fordblks = arena_bytes(&stats) - live_bytes(&stats),
		.keepcost = free_bytes(&stats),
	};
}

void malloc_print_stats(void)
{
	struct kmem_stats stats;

	kmem_get_stats(&stats);
	report_line("live objects    %zu bytes in slabs, %zu in page blocks, "
		    "%zu in %zu vmap areas",
		    stats.slab_bytes_live, stats.block_bytes, stats.area_bytes,
		    stats.nr_areas);
	report_line("free objects    %zu bytes in sheaves, %zu in slabs",
		    stats.cached_bytes,
		    stats.slab_bytes - stats.slab_bytes_live -
			    stats.cached_bytes);
	report_line("free frames     %zu bytes warm, %zu cold",
		    stats.free_warm_bytes, stats.free_cold_bytes);
	report_line("free areas      %zu bytes, lazily freed",
		    stats.lazy_bytes);
	report_line("frames online   %zu bytes, and %zu of metadata for them",
		    stats.present_bytes, stats.metadata_bytes);
	report_line("given back      %zu bytes so far", stats.returned_bytes);
}

int malloc_print_info(int options, FILE *out)
{
	struct kmem_stats stats;
	size_t arena;

	if (options != 0) {
		errno = EINVAL;
		return -1;
	}
	kmem_get_stats(&stats);
	arena = arena_bytes(&stats);
	fprintf(out,
		"<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n</sizes>\n"
		"<total type=\"fast\" count=\"%zu\" size=\"%zu\"/>\n"
		"<total type=\"rest\" count=\"%d\" size=\"%zu\"/>\n"
		"<system type=\"current\" size=\"%zu\"/>\n"
		"<system type=\"max\" size=\"%zu\"/>\n"
		"<aspace type=\"total\" size=\"%zu\"/>\n"
		"<aspace type=\"mprotect\" size=\"%zu\"/>\n</heap>\n",
		stats.nr_cached, stats.cached_bytes, 1,
		arena - live_bytes(&stats) - stats.cached_bytes, arena,
		stats.present_bytes, stats.present_bytes, stats.present_bytes);
	fprintf(out,
		"<total type=\"fast\" count=\"%zu\" size=\"%zu\"/>\n"
		"<total type=\"rest\" count=\"%d\" size=\"%zu\"/>\n"
		"<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n"
		"<system type=\"current\" size=\"%zu\"/>\n"
		"<system type=\"max\" size=\"%zu\"/>\n"
		"<aspace type=\"total\" size=\"%zu\"/>\n"
		"<aspace type=\"mprotect\" size=\"%zu\"/>\n</malloc>\n",
		stats.nr_cached, stats.cached_bytes, 1,
		arena - live_bytes(&stats) - stats.cached_bytes, stats.nr_areas,
		stats.area_bytes, arena, stats.present_bytes,
		stats.present_bytes, stats.present_bytes);
	return 0;
}

/* Every parameter of glibc's is accepted; none has an effect here. */
int malloc_set_option(int param, int value)
{
	(void)value;
	return param >= M_ARENA_MAX && param <= M_MXFAST;
}
