/* SPDX-License-Identifier: MIT */
/*
 * system.c - settings of the machine: huge pages, overcommit, other users
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define THP_ENABLED "/sys/kernel/mm/transparent_hugepage/enabled"

static const char overcommit[] = "/proc/sys/vm/overcommit_memory";

static struct outcome outcome;

static void disable_thp(void *arg)
{
	(void)arg;
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

TEST(work_is_done_with_huge_pages_disabled_for_the_process)
{
	expect_work_is_done(disable_thp, NULL, "work under PR_SET_THP_DISABLE");
}

static void set_conf(void *conf)
{
	setenv("PFMALLOC_CONF", conf, 1);
}

TEST(work_is_done_with_each_option)
{
	static char confs[][64] = {
		"thp:always",	"thp:never",	  "decay_ms:0",
		"decay_ms:100", "background:off", "background:off,decay_ms:0",
	};
	size_t i;

	if (!on_pfmalloc())
		SKIP("PFMALLOC_CONF is pfmalloc's");
	for (i = 0; i < sizeof(confs) / sizeof(confs[0]); i++)
		expect_work_is_done(set_conf, confs[i], confs[i]);
}

/* "always [madvise] never": the word in brackets. */
static bool thp_mode(char *mode, size_t size)
{
	char text[256];
	char *begin;

	if (!file_read(THP_ENABLED, text, sizeof(text)))
		return false;
	begin = strchr(text, '[');
	if (!begin || !strchr(begin, ']'))
		return false;
	*strchr(begin, ']') = '\0';
	snprintf(mode, size, "%s", begin + 1);
	return true;
}

enum {
	NR_THREADS = 32
};

static pthread_barrier_t all;

static void *hold_a_little(void *arg)
{
	void *blocks[100];
	int i;

	for (i = 0; i < 100; i++)
		blocks[i] = memset(malloc(100), 1, 100);
	pthread_barrier_wait(&all);
	pthread_barrier_wait(&all);
	for (i = 0; i < 100; i++)
		free(blocks[i]);
	return arg;
}

/* Thirty-two threads with 10 KB each are no reason for 2 MiB pages. */
static void stay_small(void *arg)
{
	size_t before = resident_kib();
	pthread_t threads[NR_THREADS];
	pthread_attr_t attr;
	int i;

	(void)arg;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * KIB);
	pthread_barrier_init(&all, NULL, NR_THREADS + 1);
	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], &attr, hold_a_little, NULL))
			_exit(1);
	pthread_barrier_wait(&all);
	EXPECT_LT(resident_kib(), before + 8 * KIB);
	pthread_barrier_wait(&all);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
}

TEST(work_is_done_and_threads_stay_small_in_each_mode_of_huge_pages)
{
	static const char *const modes[] = {"always", "madvise", "never"};
	char before[32];
	int lock;
	int i;

	TIME_LIMIT(300);
	if (!thp_mode(before, sizeof(before)))
		SKIP("this kernel has no transparent huge pages");
	if (!file_write(THP_ENABLED, before))
		SKIP("the mode of huge pages cannot be set here");
	lock = machine_lock();
	if (lock < 0)
		SKIP("other tests are measuring memory");
	for (i = 0; i < 3; i++) {
		if (!EXPECT(file_write(THP_ENABLED, modes[i])))
			continue;
		expect_work_is_done(NULL, NULL, modes[i]);
		if (on_pfmalloc())
			child_run(20, stay_small, NULL);
	}
	EXPECT(file_write(THP_ENABLED, before));
	machine_unlock(lock);
}

static size_t meminfo_kib(const char *field)
{
	char text[8192];
	const char *at;

	if (!file_read("/proc/meminfo", text, sizeof(text)))
		return 0;
	at = strstr(text, field);
	return at ? strtoul(at + strlen(field) + 1, NULL, 10) : 0;
}

/* Strict accounting is the whole machine's: only where it hurts nobody. */
TEST(a_program_works_under_strict_overcommit)
{
	long before = file_number(overcommit);
	size_t committed = meminfo_kib("Committed_AS");
	size_t limit = meminfo_kib("CommitLimit");
	char text[32];
	int lock;

	TIME_LIMIT(300);
	if (committed + (4UL << 20) > limit)
		SKIP("strict overcommit would leave this machine no memory");
	snprintf(text, sizeof(text), "%ld", before);
	if (before < 0 || !file_write(overcommit, text))
		SKIP("vm.overcommit_memory cannot be set here");
	lock = machine_lock();
	if (lock < 0)
		SKIP("other tests are measuring memory");
	EXPECT(file_write(overcommit, "2"));
	expect_work_is_done(NULL, NULL, "work under vm.overcommit_memory=2");
	EXPECT(file_write(overcommit, "1"));
	expect_work_is_done(NULL, NULL, "work under vm.overcommit_memory=1");
	EXPECT(file_write(overcommit, text));
	machine_unlock(lock);
}

static bool copy_file(const char *from, const char *to, mode_t mode)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	struct stat stat;
	bool good =
		in >= 0 && out >= 0 && !fstat(in, &stat) &&
		sendfile(out, in, NULL, (size_t)stat.st_size) == stat.st_size &&
		!fchmod(out, mode);

	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return good;
}

/* Nobody, with an environment that the allocator must not believe. */
static void become_nobody(void *conf)
{
	unsetenv("LD_PRELOAD");
	setenv("PFMALLOC_CONF", conf, 1);
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		_exit(97);
}

static void only_set_conf(void *conf)
{
	unsetenv("LD_PRELOAD");
	setenv("PFMALLOC_CONF", conf, 1);
}

/*
 * The program `secure` is linked with pfmalloc.o, because ld.so ignores
 * LD_PRELOAD for a set-user-id program.
 */
TEST(a_set_user_id_program_ignores_PFMALLOC_CONF)
{
	static char conf[] = "nonsense:1";
	char folder[] = "/tmp/pfmalloc-test-XXXXXX";
	char secure[4096];
	char copy[128];
	char *argv[] = {secure, NULL};
	char *argv_copy[] = {copy, NULL};
	bool is_copied;

	if (!sibling_path("secure", secure, sizeof(secure)))
		SKIP("the static program was not built");
	if (geteuid() != 0)
		SKIP("only root can make a set-user-id program");

	program_run(&outcome, 20, argv, only_set_conf, conf);
	expect_success(&outcome, "the program to run as itself");
	EXPECT_STR_EQ(outcome.out, "secure 0\n");
	EXPECT_STR_HAS(outcome.err, "nonsense");

	if (!EXPECT(mkdtemp(folder)))
		return;
	snprintf(copy, sizeof(copy), "%s/secure", folder);
	is_copied = copy_file(secure, copy, 04755) && !chmod(folder, 0755);
	if (is_copied)
		program_run(&outcome, 20, argv_copy, become_nobody, conf);
	unlink(copy);
	rmdir(folder);
	if (!EXPECT(is_copied))
		return;
	if (!strcmp(outcome.out, "secure 0\n"))
		SKIP("/tmp is mounted nosuid");
	expect_success(&outcome, "the set-user-id program to run");
	EXPECT_STR_EQ(outcome.out, "secure 1\n");
	EXPECT_STR_EQ(outcome.err, "");
}
