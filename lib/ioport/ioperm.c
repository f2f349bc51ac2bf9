/* SPDX-License-Identifier: MIT */
/*
 * ioperm.c - ports by the processor's own instructions
 *
 * The kernel keeps a bit a port for each thread.  Threads are born with a copy
 * of their creator's bits, and nobody can change another's.  A program asks for
 * its regions once, though, in whatever thread that is, and uses them in
 * others:
 *
 *	thread A              thread B, older than the request
 *	request 70-71
 *	  ioperm(70, 2, on)
 *	  generation 1
 *	                      inb(70): B's generation is 0, not 1:
 *	                        ioperm(70, 2, on), generation 1; then the cycle
 *
 * So each thread carries the generation that its bits are of, and an access
 * compares: a load more.  What was permitted once and is not requested any more
 * is forbidden at that moment, too; ports that the program opened by ioperm(2)
 * itself are left alone.
 *
 * Privileges.  Permitting takes CAP_SYS_RAWIO, having been permitted does not:
 * a program may request its ports, give up its privileges and start its
 * threads, which inherit the bits.  Such a thread has the generation 0 of a new
 * thread, and ioperm is refused to it, but it may use the ports.  No call tells
 * a thread's bits, so that this thread tries: it carries out the cycle and is
 * prepared for the fault that a port without its bit raises, instead of the
 * cycle.  The signal's action is the process's; it is ours for this one cycle,
 * under the lock, and faults of other threads in that time are handed on.
 *
 * Invariant: a thread whose generation is the global one has exactly the bits
 * of `requested`, and bits that are not ours.
 */
#include "ioport/ports.h"

#if OS_HAS_PORTS

#include <errno.h>
#include <setjmp.h>
#include <signal.h>

/* Rises with each change of what is requested. */
static u32 generation;

/* What the calling thread's bits are of; where a fault of its cycle goes. */
static __thread u32 my_generation;
static __thread sigjmp_buf *my_escape;

static struct sigaction action_before;

static int permit_run(const struct port_run *run, bool on)
{
	return os_port_permit(run->first, run->last - run->first + 1, on);
}

/* Remember which bits were ever set by us. */
static void note_permitted(const struct port_set *set)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(set->words); i++) {
		if (set->words[i] & ~the_ports->permitted.words[i])
			the_ports->permitted.words[i] |= set->words[i];
	}
}

/* Forbid again what was permitted before @end, which was refused. */
static void undo_until(const struct port_run *end)
{
	struct port_run run;

	for_each_run(run, &the_ports->wanted, &the_ports->requested)
	{
		if (run.first >= end->first)
			return;
		permit_run(&run, false);
	}
}

int ioperm_change(void)
{
	struct port_run run;

	for_each_run(run, &the_ports->wanted, &the_ports->requested)
	{
		int err = permit_run(&run, true);

		if (err) {
			undo_until(&run);
			return err;
		}
	}
	for_each_run(run, &the_ports->requested, &the_ports->wanted)
		permit_run(&run, false);
	note_permitted(&the_ports->wanted);
	return 0;
}

/* The caller's bits have followed this change; had they followed the others? */
void ioperm_raise_generation(void)
{
	bool is_current = my_generation == generation;

	store_release(&generation, generation + 1);
	if (is_current)
		my_generation = generation;
}

int ioperm_permit(void)
{
	struct port_run run;

	if (my_generation == generation)
		return 0;
	for_each_run(run, &the_ports->permitted, &the_ports->requested)
		permit_run(&run, false);
	for_each_run(run, &the_ports->requested, NULL)
	{
		int err = permit_run(&run, true);

		if (err)
			return err;
	}
	my_generation = generation;
	return 0;
}

static void cycle(const struct port_access *access)
{
	unsigned int port = (unsigned int)access->port;

	if (access->is_string && access->is_write)
		os_port_out_string(port, access->width, access->data,
				   access->count);
	else if (access->is_string)
		os_port_in_string(port, access->width, access->data,
				  access->count);
	else if (access->is_write)
		os_port_out(port, access->width, access_get(access, 0));
	else
		access_set(access, 0, os_port_in(port, access->width));
}

/* A fault that is not of a cycle, while the action is ours. */
static void hand_on(int signal_number, siginfo_t *info, void *context)
{
	if (action_before.sa_flags & SA_SIGINFO)
		action_before.sa_sigaction(signal_number, info, context);
	else if (action_before.sa_handler == SIG_DFL ||
		 action_before.sa_handler == SIG_IGN)
		signal(signal_number, SIG_DFL); /* and it faults once more */
	else
		action_before.sa_handler(signal_number);
}

/*
 * A port that is not permitted faults without an address; a string's memory
 * that cannot be used is the program's own fault.
 */
static void on_fault(int signal_number, siginfo_t *info, void *context)
{
	if (my_escape && info->si_code == SI_KERNEL)
		siglongjmp(*my_escape, 1);
	hand_on(signal_number, info, context);
}

/* The lock is held; SIGSEGV is let through.  False: the cycle was refused. */
static bool try_cycle(const struct port_access *access)
{
	struct sigaction ours = {.sa_sigaction = on_fault,
				 .sa_flags =
					 SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
	sigjmp_buf escape;
	sigset_t fault, before;
	volatile bool is_done = false;

	sigaction(SIGSEGV, &ours, &action_before);
	sigemptyset(&fault);
	sigaddset(&fault, SIGSEGV);
	pthread_sigmask(SIG_UNBLOCK, &fault, &before);
	if (sigsetjmp(escape, 1) == 0) {
		my_escape = &escape;
		barrier();
		cycle(access);
		is_done = true;
	}
	barrier();
	my_escape = NULL;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGSEGV, &action_before, NULL);
	return is_done;
}

/* The lock is held. */
static bool permit_and_cycle(const struct port_access *access, int *err)
{
	*err = ioperm_permit();
	if (*err)
		return try_cycle(access);
	cycle(access);
	return true;
}

/*
 * The ports were requested when the access began.  What made this thread's
 * generation an old one may have been their release.
 */
static pf_cold void first_access(const struct port_access *access)
{
	unsigned int missing;
	bool is_done = false;
	os_signals saved;
	int err = 0;

	ports_lock(&saved);
	missing = first_unrequested(access);
	if (missing == NO_PORT)
		is_done = permit_and_cycle(access, &err);
	ports_unlock(&saved);
	if (missing != NO_PORT)
		refuse_unrequested(access, missing);
	if (!is_done)
		refuse_thread(access, err);
}

void ioperm_access(const struct port_access *access)
{
	if (likely(my_generation == load_acquire(&generation)))
		cycle(access);
	else
		first_access(access);
	record_access(access);
}

#endif
