/* SPDX-License-Identifier: MIT */
/*
 * replay.c - play a trace on the malloc of this process, or show it
 *
 *	replay [OPTION]... FILE.pft
 *
 * LD_PRELOAD chooses the malloc; bench/replay does that.  What was measured is
 * printed as lines of a name, a tab and a value.  A malloc that is used for
 * printing is measured too, so the streams have static buffers.
 *
 * Exit status: 0; 1 when an allocator failed; 2 when the trace or an option is
 * wrong.
 */
#include <dlfcn.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "player.h"

static const char *const op_names[TRACE_NR_OPS] = {
	[TRACE_MALLOC] = "malloc",   [TRACE_CALLOC] = "calloc",
	[TRACE_REALLOC] = "realloc", [TRACE_ALIGNED] = "aligned",
	[TRACE_FREE] = "free",	     [TRACE_START] = "start",
	[TRACE_END] = "end",	     [TRACE_JOIN] = "join",
};

static struct trace trace;

static struct play_options play_options = {
	.touch = TOUCH_ALL,
	.window = 10000,
};

static struct {
	bool dump;
	bool info;
	bool force;
} wish;

static void usage(FILE *file)
{
	fputs("Usage: replay [OPTION]... FILE.pft\n"
	      "\n"
	      "Plays the allocation calls of a trace on the malloc of this process.\n"
	      "\n"
	      "  --touch all|first|none  what is written to each object: up to 4 KiB\n"
	      "               wholly and then one byte a page (default), one byte, nothing\n"
	      "  --window N   events that a thread may be ahead of the slowest (default:\n"
	      "               10000); 0: no limit\n"
	      "  --verify     check alignment, zeros of calloc, and contents\n"
	      "  --idle MS    afterwards, sleep so long and measure memory again\n"
	      "  --force      play even if memory may not suffice\n"
	      "  --info       tell what is in the trace, and do not play it\n"
	      "  --dump       print each event, and do not play it\n"
	      "  --help       print this\n",
	      file);
}

static pf_printf(1, 2)
	__attribute__((noreturn)) void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("replay: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static uint64_t number(const char *option, const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end)
		die("--%s takes a number, not %s.", option, text);
	return value;
}

static enum touch touch_named(const char *name)
{
	if (!strcmp(name, "all"))
		return TOUCH_ALL;
	if (!strcmp(name, "first"))
		return TOUCH_FIRST;
	if (!strcmp(name, "none"))
		return TOUCH_NONE;
	die("--touch takes all, first or none, not %s.", name);
}

static const char *parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"touch", required_argument, NULL, 't'},
		{"window", required_argument, NULL, 'w'},
		{"verify", no_argument, NULL, 'v'},
		{"idle", required_argument, NULL, 'i'},
		{"force", no_argument, NULL, 'f'},
		{"info", no_argument, NULL, 'I'},
		{"dump", no_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 't':
			play_options.touch = touch_named(optarg);
			break;
		case 'w':
			play_options.window = number("window", optarg);
			break;
		case 'v':
			play_options.is_verified = true;
			break;
		case 'i':
			play_options.idle_ms = number("idle", optarg);
			break;
		case 'f':
			wish.force = true;
			break;
		case 'I':
			wish.info = true;
			break;
		case 'd':
			wish.dump = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		exit(2);
	}
	return argv[optind];
}

/* ------------------------------------------------------------------------- */
/* What is in the trace */
/* ------------------------------------------------------------------------- */

static void dump_event(const struct trace_event *e, uint32_t thread, void *arg)
{
	printf("%" PRIu64 " t%" PRIu32 " %s", e->seq, thread, op_names[e->op]);
	if (trace_op_has_object(e->op))
		printf(" %" PRIu32, e->id);
	else if (e->op != TRACE_END)
		printf(" t%" PRIu32, e->id);
	if (trace_op_has_size(e->op))
		printf(" %" PRIu64, e->size);
	if (e->op == TRACE_ALIGNED)
		printf(" align %zu", (size_t)1 << e->align_log2);
	putchar('\n');
}

static void print_number(const char *name, uint64_t value)
{
	printf("%s\t%" PRIu64 "\n", name, value);
}

/* Arguments with control characters in them shall not break the line. */
static void print_command(void)
{
	const struct trace_header *header = trace_header(&trace);
	uint32_t i;

	fputs("command\t", stdout);
	for (i = 0; i < header->command_bytes; i++) {
		unsigned char c = (unsigned char)header->command[i];

		if (c || i + 1 < header->command_bytes)
			putchar(c < ' ' ? ' ' : c);
	}
	putchar('\n');
}

static void print_info(void)
{
	unsigned int op;

	print_command();
	print_number("trace bytes", trace.size);
	print_number("events", trace.nr_events);
	for (op = TRACE_MALLOC; op < TRACE_NR_OPS; op++)
		printf("%s events\t%" PRIu64 "\n", op_names[op],
		       trace.nr_of_op[op]);
	print_number("events left out", trace.nr_left_out);
	print_number("threads", trace.nr_threads);
	print_number("hand-overs between threads", trace.nr_hand_overs);
	print_number("peak live bytes", trace.peak_bytes);
	print_number("peak live objects", trace.peak_objects);
	if (trace.nr_of_op[TRACE_ALIGNED])
		print_number("largest alignment", 1ull << trace.max_align_log2);
	print_number("live bytes at the end", trace.left_bytes);
	print_number("live objects at the end", trace.left_objects);
}

/* The trace is played as far as it goes; whoever measures must know. */
static void warn_of_missing_events(void)
{
	const struct trace_header *header = trace_header(&trace);

	if (header->stop_errno)
		fprintf(stderr,
			"replay: recording stopped before the program ended: %s.\n",
			strerrordesc_np((int)header->stop_errno)
				? strerrordesc_np((int)header->stop_errno)
				: "unknown error");
	if (trace.nr_left_out)
		fprintf(stderr,
			"replay: the trace lacks an event, as when its program was killed or the file cut off; the %" PRIu64
			" events before it are played, %" PRIu64
			" behind it are left out.\n",
			trace.nr_events, trace.nr_left_out);
}

/* ------------------------------------------------------------------------- */
/* Playing */
/* ------------------------------------------------------------------------- */

static uint64_t available_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[256];
	uint64_t kib = 0;

	if (!file)
		return UINT64_MAX;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
			break;
	fclose(file);
	return kib ? kib * 1024 : UINT64_MAX;
}

/* A machine that swaps, or kills, is no place to measure. */
static void expect_enough_memory(void)
{
	uint64_t available = available_bytes();

	if (wish.force || play_options.touch != TOUCH_ALL ||
	    trace.peak_bytes < available / 4 * 3)
		return;
	die("the trace has %" PRIu64
	    " MiB live at once, and the machine has %" PRIu64
	    " MiB to give: free some, or play it with --touch first or --force.",
	    trace.peak_bytes >> 20, available >> 20);
}

static const char *object_of_malloc(void)
{
	Dl_info info;

	/* where the loader finds it for the calls that are played */
	if (!dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info))
		return "nowhere";
	return info.dli_fname;
}

static void print_result(const struct play_result *result)
{
	printf("seconds\t%.9f\n", result->seconds);
	print_number("waits", result->nr_waits);
	print_number("peak RSS KiB",
		     (uint64_t)(result->rss_peak - result->rss_before));
	printf("RSS at the end KiB\t%ld\n",
	       result->rss_end - result->rss_before);
	printf("RSS after free KiB\t%ld\n",
	       result->rss_freed - result->rss_before);
	if (play_options.idle_ms)
		printf("RSS after idle KiB\t%ld\n",
		       result->rss_idle - result->rss_before);
	print_number("page faults", (uint64_t)result->faults);
}

int main(int argc, char **argv)
{
	static char out[8192];
	static struct play_result result;
	const char *path;

	setvbuf(stdout, out, _IOFBF, sizeof(out));
	path = parse_options(argc, argv);
	if (!trace_load(&trace, path))
		die("%s cannot be played. %s", path, trace.problem);
	warn_of_missing_events();

	if (wish.dump) {
		trace_visit(&trace, dump_event, NULL);
	} else {
		print_info();
		if (wish.info)
			return 0;
		expect_enough_memory();
		printf("malloc\t%s\n", object_of_malloc());
		play(&trace, &play_options, &result);
		print_result(&result);
	}
	if (fflush(stdout) || ferror(stdout))
		die("the output cannot be written.");
	return 0;
}
