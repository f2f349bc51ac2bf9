/* SPDX-License-Identifier: MIT */
/*
 * guest.c - the tests of devices as the only program of an emulated machine
 *
 * tools/rig boots a kernel whose first process is this program.  That process
 * mounts what is needed, lets a child run the tests, and hands the result out
 * through the device that ends the emulator.  The tests here are about what
 * only a kernel with ports can tell: permission, threads, privileges,
 * /dev/port.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <pfmalloc/ioport.h>

#include "abort.h"
#include "machine.h"
#include "process.h"
#include "tap.h"

#define RTC_INDEX 0x70
#define RTC_DATA  0x71
#define SCRATCH	  0x2ff
#define EXIT	  0xf4 /* what is written there ends the emulator */
#define NOBODY	  65534

/* What tools/rig knows: the emulator's status is twice this, plus 1. */
enum {
	ALL_PASSED = 0x2a,
	SOMETHING_FAILED = 0x2b,
};

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
}

static void open_console(void)
{
	int fd = open("/dev/ttyS0", O_RDWR);

	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Wait for @pid and for all who have lost their parent; end the machine. */
static _Noreturn void end_with(pid_t pid)
{
	int status = 1;
	pid_t ended;

	do
		ended = wait(&status);
	while (ended != pid && (ended > 0 || errno == EINTR));
	tcdrain(STDOUT_FILENO);
	pf_outl(ended == pid && status == 0 ? ALL_PASSED : SOMETHING_FAILED,
		EXIT);
	reboot(RB_AUTOBOOT); /* there is no such device */
	_exit(1);
}

/* Before devices.c asks where it runs, and after the library is ready. */
__attribute__((constructor(110))) static void become_init(void)
{
	pid_t pid;

	if (getpid() != 1)
		return;
	mount_all();
	open_console();
	setenv("PF_RIG", "1", 1);
	pf_request_region(EXIT, 4, "exit");
	pid = fork();
	if (pid)
		end_with(pid);
	pf_release_region(EXIT, 4);
}

static unsigned int rtc_register(unsigned int index)
{
	pf_outb((uint8_t)index, RTC_INDEX);
	return pf_inb(RTC_DATA);
}

static void drop_privileges(void)
{
	EXPECT_EQ(setgid(NOBODY), 0);
	EXPECT_EQ(setuid(NOBODY), 0);
}

/* The child exits well and says exactly one sentence, with @words in it. */
static void expect_sentence(void (*function)(void *arg), void *arg,
			    const char *words)
{
	struct ending ending;

	child_ending(&ending, 30, function, arg);
	EXPECT_EQ(ending.signal, 0);
	EXPECT_EQ(ending.status, 0);
	EXPECT_STR_HAS(ending.text, words);
	EXPECT(strchr(ending.text, '\n') == strrchr(ending.text, '\n'));
}

/* The child dies of SIGSEGV. */
static void expect_fault(void (*function)(void *arg))
{
	struct ending ending;

	child_ending(&ending, 30, function, NULL);
	EXPECT_EQ(ending.signal, SIGSEGV);
}

TEST(ioperm_is_taken_where_there_is_one)
{
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO);
	EXPECT(pf_request_region(RTC_INDEX, 2, "rtc"));
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_IOPERM);
	pf_release_region(RTC_INDEX, 2);
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_AUTO);
}

TEST(the_example_tells_the_time_of_the_system)
{
	static struct outcome outcome;
	char program[] = "/rtc";
	char *argv[] = {program, NULL};
	struct tm tm = {0};
	time_t now;

	program_run(&outcome, 20, argv, NULL, NULL);
	now = time(NULL);
	expect_success(&outcome, "the example to read the clock");
	if (!EXPECT(strptime(outcome.out, "%Y-%m-%d %H:%M:%S", &tm)))
		return;
	tap_note("the clock says %.19s", outcome.out);
	EXPECT_LE(labs(timegm(&tm) - now), 10);
}

static void read_unrequested(void *arg)
{
	pf_inb(RTC_INDEX);
}

TEST(an_unrequested_port_ends_in_a_sentence)
{
	expect_abort(read_unrequested, NULL,
		     ": port 0x0070 belongs to nobody; call "
		     "request_region(0x70, 1, NAME) first\n");
}

static void touch_neighbour(void *arg)
{
	die_plainly();
	pf_request_region(RTC_INDEX, 2, "rtc");
	inb(RTC_DATA); /* the bare instruction: permitted */
	inb(RTC_DATA + 1);
}

static void touch_released(void *arg)
{
	die_plainly();
	pf_request_region(RTC_INDEX, 2, "rtc");
	inb(RTC_DATA);
	pf_release_region(RTC_INDEX, 2);
	inb(RTC_DATA);
}

TEST(the_processor_permits_the_requested_ports_and_no_others)
{
	expect_fault(touch_neighbour);
	expect_fault(touch_released);
}

static void keep_own_ports(void *arg)
{
	EXPECT_EQ(ioperm(SCRATCH, 1, 1), 0);
	pf_request_region(RTC_INDEX, 2, "rtc");
	EXPECT_EQ(rtc_register(0x0d), 0x80);
	pf_release_region(RTC_INDEX, 2);
	outb(0x3c, SCRATCH);
	EXPECT_EQ(inb(SCRATCH), 0x3c);
}

TEST(ports_that_the_program_opened_itself_stay_open)
{
	child_run(20, keep_own_ports, NULL);
}

static void request_unprivileged(void *arg)
{
	drop_privileges();
	EXPECT(!pf_request_region(RTC_INDEX, 2, "rtc"));
	EXPECT_EQ(errno, EPERM);
}

TEST(an_unprivileged_request_is_told_what_it_takes)
{
	expect_sentence(request_unprivileged, NULL,
			"pfmalloc: ports 0070-0071 cannot be had: ioperm says "
			"EPERM: this takes CAP_SYS_RAWIO: run as root");
}

static void request_in_namespace(void *has_users)
{
	EXPECT_EQ(unshare(CLONE_NEWUSER), 0);
	if (has_users)
		EXPECT(file_write("/proc/self/uid_map", "0 0 1"));
	EXPECT(!pf_request_region(RTC_INDEX, 2, "rtc"));
	EXPECT_EQ(errno, EPERM);
}

TEST(root_of_a_user_namespace_is_told_where_to_run)
{
	static const char words[] =
		"ioperm says EPERM: this process lives in a user namespace";
	int yes;

	expect_sentence(request_in_namespace, NULL, words);
	expect_sentence(request_in_namespace, &yes, words);
}

static void *read_clock(void *arg)
{
	EXPECT_EQ(rtc_register(0x0d), 0x80);
	return NULL;
}

static void read_clock_in_child(void *arg)
{
	read_clock(arg);
}

static pthread_barrier_t go;

static void *read_clock_later(void *arg)
{
	pthread_barrier_wait(&go);
	if (arg)
		EXPECT_EQ(pf_ioport_permit(), 0);
	pthread_barrier_wait(&go);
	pthread_barrier_wait(&go);
	return read_clock(NULL);
}

/* A request, then privileges are dropped; threads older and younger. */
static void use_after_drop(void *old_one_prepares)
{
	pthread_t old, young;

	pthread_barrier_init(&go, NULL, 2);
	pthread_create(&old, NULL, read_clock_later, old_one_prepares);
	EXPECT(pf_request_region(RTC_INDEX, 2, "rtc"));
	pthread_barrier_wait(&go);
	pthread_barrier_wait(&go);
	drop_privileges();
	read_clock(NULL);
	pthread_create(&young, NULL, read_clock, NULL);
	pthread_join(young, NULL);
	child_run(10, read_clock_in_child, NULL);
	pthread_barrier_wait(&go);
	pthread_join(old, NULL);
}

TEST(threads_use_ports_after_privileges_were_dropped)
{
	int yes;

	child_run(30, use_after_drop, &yes);
}

TEST(a_thread_that_is_too_late_is_told_so)
{
	expect_abort(
		use_after_drop, NULL,
		": this thread has no permission, and ioperm gives it "
		"none (EPERM): a thread gets it from the thread that makes "
		"it, or at its first access or pf_ioport_permit(), which "
		"must come before privileges are dropped\n");
}

static void *read_into_nothing(void *arg)
{
	pf_insb(RTC_DATA, NULL, 1);
	return NULL;
}

/* The port is permitted: what faults is the program's memory. */
static void read_into_nothing_after_drop(void *arg)
{
	pthread_t thread;

	die_plainly();
	EXPECT(pf_request_region(RTC_INDEX, 2, "rtc"));
	drop_privileges();
	pthread_create(&thread, NULL, read_into_nothing, NULL);
	pthread_join(thread, NULL);
}

TEST(a_fault_that_is_not_of_a_port_stays_a_fault)
{
	expect_fault(read_into_nothing_after_drop);
}

static void filter_ioperm(void *arg)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioperm, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	EXPECT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	EXPECT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void request_filtered(void *arg)
{
	filter_ioperm(NULL);
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_IOPERM), 0);
	EXPECT(!pf_request_region(RTC_INDEX, 2, "rtc"));
	EXPECT_EQ(errno, EPERM);
}

TEST(a_filter_in_the_way_is_told_of)
{
	expect_sentence(request_filtered, NULL,
			"a seccomp filter or a security module must be in the "
			"way");
}

static void fall_back(void *arg)
{
	filter_ioperm(NULL);
	EXPECT(pf_request_region(RTC_INDEX, 2, "rtc"));
	EXPECT_EQ(pf_ioport_backend(), PF_IOPORT_DEVPORT);
	EXPECT_EQ(rtc_register(0x0d), 0x80);
}

TEST(without_ioperm_dev_port_is_taken)
{
	child_run(20, fall_back, NULL);
}

static bool request_by_devport(void)
{
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_DEVPORT), 0);
	return EXPECT(pf_request_region(RTC_INDEX, 2, "rtc")) &&
	       EXPECT(pf_request_region(SCRATCH, 1, "serial"));
}

static void *use_devport(void *arg)
{
	static const uint8_t bytes[3] = {1, 2, 3};
	uint8_t back[2] = {0, 0};

	EXPECT_EQ(rtc_register(0x0d), 0x80);
	pf_outsb(SCRATCH, bytes, 3);
	pf_insb(SCRATCH, back, 2);
	EXPECT_EQ(back[0], 3);
	EXPECT_EQ(back[1], 3);
	return NULL;
}

static void use_devport_in_threads(void *arg)
{
	pthread_t thread;

	if (!request_by_devport())
		return;
	drop_privileges(); /* the open file is all it takes */
	use_devport(NULL);
	pthread_create(&thread, NULL, use_devport, NULL);
	pthread_join(thread, NULL);
}

TEST(dev_port_moves_bytes)
{
	child_run(20, use_devport_in_threads, NULL);
}

static void read_word_by_devport(void *arg)
{
	if (request_by_devport())
		pf_inw(RTC_INDEX);
}

TEST(dev_port_refuses_what_is_wider_than_a_byte)
{
	expect_abort(read_word_by_devport, NULL,
		     ": /dev/port moves single bytes, each a bus cycle of its "
		     "own; use PFMALLOC_CONF=ioport:ioperm");
}

static void request_devport_unprivileged(void *arg)
{
	drop_privileges();
	EXPECT_EQ(pf_ioport_select(PF_IOPORT_DEVPORT), 0);
	EXPECT(!pf_request_region(RTC_INDEX, 2, "rtc"));
	EXPECT_EQ(errno, EACCES);
}

TEST(dev_port_unprivileged_is_told_what_it_takes)
{
	expect_sentence(request_devport_unprivileged, NULL,
			"/dev/port says EACCES: this takes CAP_SYS_RAWIO");
}

static void request_locked_down(void *arg)
{
	EXPECT(!pf_request_region(RTC_INDEX, 2, "rtc"));
	EXPECT_EQ(errno, EPERM);
}

/* The last one: there is no way back. */
TEST(a_kernel_that_is_locked_down_is_told_of)
{
	if (!EXPECT(file_write("/sys/kernel/security/lockdown", "integrity")))
		return;
	expect_sentence(request_locked_down, NULL,
			"ioperm says EPERM: the kernel is locked down, as with "
			"Secure Boot, and lets nobody use ports");
}
