/* SPDX-License-Identifier: MIT */
/*
 * trace.c - what bench/trace records is what the program did, and can be played
 *
 * guest is recorded and replay tells or plays what the trace holds.  The files
 * lie in a directory of their own, made by the first test and removed by the
 * last.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "tap.h"

#include "guest.h"

static char folder[] = "/tmp/pf-trace.XXXXXX";
static char file[64], notes_file[64];
static char guest[4096], replay[4096], recorder[4096];
static bool is_ready;
static bool has_children; /* are recorded too */

/* ------------------------------------------------------------------------- */
/* Recording and replaying */
/* ------------------------------------------------------------------------- */

static bool get_ready(void)
{
	char *build = getenv("PF_BUILDDIR");

	if (is_ready)
		return true;
	if (!EXPECT(build) ||
	    !EXPECT(sibling_path("guest", guest, sizeof(guest))) ||
	    !EXPECT(mkdtemp(folder)))
		return false;
	snprintf(file, sizeof(file), "%s/t.pft", folder);
	snprintf(notes_file, sizeof(notes_file), "%s/notes", folder);
	snprintf(replay, sizeof(replay), "%s/bench/trace/replay", build);
	snprintf(recorder, sizeof(recorder),
		 "%s/bench/trace/.libs/librecorder.so", build);
	is_ready = EXPECT(!access(replay, X_OK)) &&
		   EXPECT(!access(recorder, R_OK));
	return is_ready;
}

static void set_recorder(void *arg)
{
	char pid[24];

	(void)arg;
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("BENCH_RECORD_FILE", file, 1);
	setenv("BENCH_RECORD_PID", pid, 1);
	if (has_children)
		setenv("BENCH_RECORD_CHILDREN", "1", 1);
	setenv("LD_PRELOAD", recorder, 1);
}

static void record(struct outcome *outcome, const char *manner,
		   const char *argument)
{
	char *argv[] = {guest, (char *)manner, (char *)argument, NULL};

	unlink(file);
	program_run(outcome, 20, argv, set_recorder, NULL);
}

static void set_malloc(void *arg)
{
	const char *library = arg;

	if (library)
		setenv("LD_PRELOAD", library, 1);
	else
		unsetenv("LD_PRELOAD");
}

/* Whatever replay prints stands in outcome->out. */
static bool run_replay(struct outcome *outcome, const char *library,
		       const char *option, const char *value)
{
	char *argv[] = {replay, file, (char *)option, (char *)value, NULL};

	program_run(outcome, 30, argv, set_malloc, (void *)library);
	return expect_success(outcome, option);
}

/* The value that replay prints behind @name; -1: it prints none. */
static long value_of(const struct outcome *outcome, const char *name)
{
	char line[64];
	const char *found;

	snprintf(line, sizeof(line), "\n%s\t", name);
	found = strstr(outcome->out, line);
	return found ? strtol(found + strlen(line), NULL, 10) : -1;
}

static FILE *open_dump(void)
{
	char command[sizeof(replay) + sizeof(file) + 32];
	FILE *dump;

	snprintf(command, sizeof(command), "'%s' --dump '%s'", replay, file);
	dump = popen(command, "r");
	EXPECT(dump);
	return dump;
}

/* How many events of the dump have @text in them. */
static long count_in_dump(const char *text)
{
	FILE *dump = open_dump();
	char line[256];
	long nr = 0;

	while (dump && fgets(line, sizeof(line), dump))
		nr += strstr(line, text) != NULL;
	if (dump)
		EXPECT_EQ(pclose(dump), 0);
	return nr;
}

/* malloc(size) in the dump, of any thread. */
static long count_mallocs(size_t size)
{
	FILE *dump = open_dump();
	char line[256], op[32];
	size_t found;
	long nr = 0;

	while (dump && fgets(line, sizeof(line), dump))
		nr += sscanf(line, "%*s %*s %31s %*s %zu", op, &found) == 2 &&
		      !strcmp(op, "malloc") && found == size;
	if (dump)
		EXPECT_EQ(pclose(dump), 0);
	return nr;
}

/* ------------------------------------------------------------------------- */
/* Known calls */
/* ------------------------------------------------------------------------- */

static int number_of[26]; /* in the trace, of the object with this letter */

/*
 * "12 t0 realloc 7 100" against "t0 realloc c 100".  A letter gets its number
 * where it is allocated.
 */
static bool is_as_noted(const char *line, const char *noted)
{
	char op[32], expected[256];
	char letter;
	int thread, id = -1;
	int rest = 0;

	line = strchr(line, ' ');
	if (!line++)
		return false;
	if (sscanf(noted, "t%d %31s %c %n", &thread, op, &letter, &rest) < 3 ||
	    !strcmp(op, "start") || !strcmp(op, "join"))
		return !strcmp(line, noted);

	if (sscanf(line, "%*s %*s %d", &id) != 1)
		return false;
	if (strcmp(op, "realloc") && strcmp(op, "free"))
		number_of[letter - 'a'] = id;
	snprintf(expected, sizeof(expected), "t%d %s %d%s%s", thread, op,
		 number_of[letter - 'a'], rest && noted[rest] ? " " : "",
		 rest && noted[rest] ? noted + rest : "\n");
	return !strcmp(line, expected);
}

static bool is_mark(const char *line)
{
	char size[16];

	snprintf(size, sizeof(size), " %d\n", MARK);
	return strstr(line, " malloc ") && strstr(line, size);
}

static void compare_with_notes(FILE *dump, FILE *notes)
{
	char line[256], noted[256];
	int nr = 0;

	while (fgets(line, sizeof(line), dump))
		if (is_mark(line))
			break;
	EXPECT(fgets(line, sizeof(line), dump)); /* the mark is freed */
	while (fgets(line, sizeof(line), dump) && !is_mark(line)) {
		if (!EXPECT(fgets(noted, sizeof(noted), notes)))
			return;
		if (!EXPECT(is_as_noted(line, noted))) {
			tap_note("the trace has %s", line);
			tap_note("the program did %s", noted);
			return;
		}
		nr++;
	}
	EXPECT(!fgets(noted, sizeof(noted), notes));
	EXPECT_GT(nr, 40);
}

TEST(a_trace_holds_what_the_program_did_in_its_order)
{
	struct outcome outcome;
	FILE *dump, *notes;

	if (!get_ready())
		return;
	record(&outcome, "known", notes_file);
	if (!expect_success(&outcome, "guest known"))
		return;
	dump = open_dump();
	notes = fopen(notes_file, "r");
	if (EXPECT(notes) && dump)
		compare_with_notes(dump, notes);
	if (notes)
		fclose(notes);
	if (dump)
		EXPECT_EQ(pclose(dump), 0);
}

TEST(the_peak_is_that_of_the_program)
{
	struct outcome outcome;

	if (!get_ready())
		return;
	record(&outcome, "known", notes_file);
	run_replay(&outcome, NULL, "--info", NULL);
	/* 5000000 and c, 100 bytes, live at once; libc may hold a few KiB */
	EXPECT_GE(value_of(&outcome, "peak live bytes"), 5000100);
	EXPECT_LE(value_of(&outcome, "peak live bytes"), 5000100 + 100 * KIB);
	EXPECT_EQ(value_of(&outcome, "threads"), 3);
	EXPECT_EQ(value_of(&outcome, "events left out"), 0);
}

/* ------------------------------------------------------------------------- */
/* Playing */
/* ------------------------------------------------------------------------- */

static void play_on(const char *library, const char *option, const char *value)
{
	static char verify[] = "--verify";
	char *argv[] = {replay,		verify,	       file,
			(char *)option, (char *)value, NULL};
	struct outcome outcome;

	program_run(&outcome, 60, argv, set_malloc, (void *)library);
	if (!expect_success(&outcome, library ? library : "libc"))
		return;
	EXPECT_GT(value_of(&outcome, "page faults"), 0);
	EXPECT_GT(value_of(&outcome, "peak RSS KiB"), 0);
	EXPECT_STR_HAS(outcome.out, "\nseconds\t");
	if (library)
		EXPECT_STR_HAS(outcome.out, library);
	else
		EXPECT_STR_HAS(outcome.out, "/libc.so.6");
}

static void play_everywhere(const char *option, const char *value)
{
	play_on(NULL, option, value);
	if (EXPECT(getenv("PF_PRELOAD")))
		play_on(getenv("PF_PRELOAD"), option, value);
}

TEST(known_calls_play_on_libc_and_on_pfmalloc)
{
	struct outcome outcome;

	if (!get_ready())
		return;
	record(&outcome, "known", notes_file);
	play_everywhere("--touch", "all");
	play_everywhere("--touch", "first");
	play_everywhere("--touch", "none");
}

TEST(a_storm_of_hand_overs_plays_with_any_window)
{
	struct outcome outcome;
	char seed[16];

	if (!get_ready())
		return;
	snprintf(seed, sizeof(seed), "%u", (unsigned int)tap_random() % 1000);
	record(&outcome, "storm", seed);
	if (!expect_success(&outcome, "guest storm"))
		return;
	run_replay(&outcome, NULL, "--info", NULL);
	EXPECT_EQ(value_of(&outcome, "threads"), 9);
	EXPECT_GT(value_of(&outcome, "hand-overs between threads"), 1000);
	EXPECT_EQ(value_of(&outcome, "events left out"), 0);
	play_everywhere("--window", "0");
	play_everywhere("--window", "10000");
	play_everywhere("--window", "300");
}

TEST(threads_that_come_and_go_are_played)
{
	struct outcome outcome;

	if (!get_ready())
		return;
	record(&outcome, "threads", NULL);
	if (!expect_success(&outcome, "guest threads"))
		return;
	EXPECT_EQ(count_mallocs(COUNTED), COUNT / 10);
	EXPECT_EQ(count_in_dump(" start "), COUNT / 10);
	EXPECT_EQ(count_in_dump(" join "), COUNT / 20);
	play_everywhere("--touch", "all");
}

/* ------------------------------------------------------------------------- */
/* Ends */
/* ------------------------------------------------------------------------- */

static void expect_complete(const char *manner, int status)
{
	struct outcome outcome;

	if (!get_ready())
		return;
	record(&outcome, manner, NULL);
	EXPECT_EQ(outcome.status, status);
	EXPECT_EQ(count_mallocs(COUNTED), COUNT);
	EXPECT_EQ(count_mallocs(COUNTED + 1), 1);
	EXPECT_EQ(count_mallocs(COUNTED_IN_CHILD), 0);
	run_replay(&outcome, NULL, "--info", NULL);
	EXPECT_EQ(value_of(&outcome, "events left out"), 0);
}

TEST(exit_beside_a_thread_leaves_all_events)
{
	expect_complete("exit", 0);
}

TEST(underscore_exit_leaves_all_events)
{
	expect_complete("_exit", 0);
}

/* With or without a core. */
TEST(abort_leaves_all_events)
{
	struct outcome outcome;

	if (!get_ready())
		return;
	record(&outcome, "abort", NULL);
	EXPECT(WIFSIGNALED(outcome.status));
	EXPECT_EQ(WTERMSIG(outcome.status), SIGABRT);
	EXPECT_EQ(count_mallocs(COUNTED), COUNT);
}

TEST(a_killed_program_leaves_all_events)
{
	expect_complete("kill", SIGKILL);
}

TEST(exec_begins_the_trace_anew)
{
	struct outcome outcome;

	expect_complete("exec", 0);
	run_replay(&outcome, NULL, "--info", NULL);
	EXPECT_STR_HAS(outcome.out, "guest exit\n");
}

TEST(a_program_that_closes_all_files_is_recorded_on)
{
	expect_complete("close", 0);
}

TEST(a_child_does_not_write_into_its_parents_trace)
{
	expect_complete("fork", 0);
}

/* The other file in the folder that ends in .pft, put into @file. */
static bool find_child_trace(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	bool is_found = false;

	while (dir && !is_found && (entry = readdir(dir))) {
		const char *end = strrchr(entry->d_name, '.');

		is_found = end && !strcmp(end, ".pft") &&
			   strcmp(entry->d_name, "t.pft");
		if (is_found)
			snprintf(file, sizeof(file), "%s/%.32s", folder,
				 entry->d_name);
	}
	if (dir)
		closedir(dir);
	return is_found;
}

TEST(a_child_has_a_trace_of_its_own_if_asked)
{
	struct outcome outcome;
	char saved[sizeof(file)];

	if (!get_ready())
		return;
	has_children = true;
	record(&outcome, "fork", NULL);
	has_children = false;
	EXPECT_EQ(outcome.status, 0);
	EXPECT_EQ(count_mallocs(COUNTED), COUNT);
	strcpy(saved, file);
	if (EXPECT(find_child_trace())) {
		EXPECT_EQ(count_mallocs(COUNTED_IN_CHILD), COUNT);
		EXPECT_EQ(count_mallocs(COUNTED), 0);
		unlink(file);
	}
	strcpy(file, saved);
}

TEST(a_full_disk_stops_the_recording_and_not_the_program)
{
	struct outcome outcome;

	if (!get_ready())
		return;
	record(&outcome, "full", NULL);
	EXPECT_EQ(outcome.status, 0);
	EXPECT_STR_HAS(outcome.err, "stopped: File too large.");
	EXPECT_GT(count_mallocs(COUNTED), 100);
	EXPECT_LT(count_mallocs(COUNTED), COUNT);
	run_replay(&outcome, NULL, "--touch", "none");
	EXPECT_STR_HAS(outcome.err, "recording stopped before");
}

/* ------------------------------------------------------------------------- */
/* Mistakes */
/* ------------------------------------------------------------------------- */

static void expect_refusal(const char *sentence)
{
	char *argv[] = {replay, file, NULL};
	struct outcome outcome;

	program_run(&outcome, 20, argv, set_malloc, NULL);
	EXPECT(WIFEXITED(outcome.status));
	EXPECT_EQ(WEXITSTATUS(outcome.status), 2);
	EXPECT_STR_HAS(outcome.err, sentence);
}

TEST(what_is_no_trace_is_refused_with_a_sentence)
{
	static char zeros[5000];
	int fd;

	if (!get_ready())
		return;
	unlink(file);
	expect_refusal("cannot be opened: No such file");
	fd = open(file, O_WRONLY | O_CREAT, 0666);
	expect_refusal("too short for a trace: 0 bytes");
	EXPECT_EQ(write(fd, zeros, sizeof(zeros)), sizeof(zeros));
	close(fd);
	expect_refusal("It is no trace");
}

/* The last test. */
TEST(nothing_is_left_behind)
{
	if (!get_ready())
		return;
	unlink(file);
	unlink(notes_file);
	EXPECT_EQ(rmdir(folder), 0);
}
