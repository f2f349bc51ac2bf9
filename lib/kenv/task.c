/* SPDX-License-Identifier: MIT */
/*
 * task.c - threads as tasks: their records, their sleep, what they must not do
 *
 * A thread gets its record at its first call of a kernel header, and gives it
 * up by a pthread key when it ends.  All records are on one list, which a grace
 * period of RCU walks.
 *
 * The state is the word that a task sleeps on.  schedule() sleeps while it is
 * what the task has set; a waker changes it to TASK_RUNNING and wakes.  A
 * wake-up between set_current_state() and schedule() is therefore not lost: the
 * word has changed, and the task does not sleep.
 *
 * A task's number names it in locks.  It is not the thread's id, because the
 * child of fork() has another one of those, and still holds its locks.
 *
 * fork() takes the locks of the whole layer first, so that the child finds all
 * of it in order.  There the records of the other threads are gone: nobody
 * waits for their sections.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "kenv/kenv.h"

/* Of all threads but kthreads: <linux/mm.h> says what it is. */
struct mm_struct pf_mm = {
	.mmap_lock = __RWSEM_INITIALIZER(pf_mm.mmap_lock),
	.mm_users = ATOMIC_INIT(1),
	.mm_count = ATOMIC_INIT(1),
};

static pthread_mutex_t tasks_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(all_tasks);
static u32 last_number;
static unsigned int cpu_users[NR_CPUS];
static unsigned int nr_cpus_seen;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t task_key;
static __thread struct task_struct *my_task
	__attribute__((tls_model("initial-exec")));

/* The CPU that the fewest threads have: nobody, as a rule. */
static unsigned int take_cpu(void)
{
	unsigned int best = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS && cpu_users[best]; cpu++) {
		if (cpu_users[cpu] < cpu_users[best])
			best = cpu;
	}
	cpu_users[best]++;
	if (best >= nr_cpus_seen)
		WRITE_ONCE(nr_cpus_seen, best + 1);
	return best;
}

static void make_key(void);

struct task_struct *kenv_task_new(void)
{
	struct task_struct *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	atomic_set(&task->usage, 1);
	task->tgid = getpid();
	pthread_once(&key_once, make_key); /* before fork() can meet a record */
	task->active_mm = &pf_mm;
	pthread_mutex_lock(&tasks_lock);
	do {
		last_number = (last_number + 1) & 0x3fffffff;
	} while (!last_number);
	task->number = last_number;
	task->cpu = take_cpu();
	list_add_tail(&task->tasks, &all_tasks);
	pthread_mutex_unlock(&tasks_lock);
	return task;
}

/* The last reference: off the list, and free. */
void pf_put_task(struct task_struct *task)
{
	if (!atomic_dec_and_test(&task->usage))
		return;
	pthread_mutex_lock(&tasks_lock);
	if (!list_empty(&task->tasks)) { /* else fork's child took it off */
		list_del(&task->tasks);
		cpu_users[task->cpu]--;
	}
	pthread_mutex_unlock(&tasks_lock);
	free(task->kthread);
	free(task);
}

/* A section that was left open must not hold up grace periods for ever. */
void kenv_thread_ends(struct task_struct *task)
{
	if (unlikely(task->preempt_count || task->rcu_read_lock_nesting))
		pr_err("note: %s[%d] exited with preempt_count %d, "
		       "rcu_read_lock: %d\n",
		       task->comm, task->pid, task->preempt_count,
		       task->rcu_read_lock_nesting);
	smp_store_release(&task->rcu_seq, 0);
	my_task = NULL;
	pf_put_task(task);
}

static void thread_ends(void *task)
{
	my_task = task; /* printk() may ask for it */
	kenv_thread_ends(task);
}

static void give_up_work(void)
{
	rcu_fork_parent();
	timer_fork_parent();
	workqueue_fork_parent();
}

/* Until no work is between the places where the child would look for it. */
static void prepare_work(void)
{
	unsigned int round;

	for (round = 0;; round++) {
		workqueue_fork_prepare();
		timer_fork_prepare();
		rcu_fork_prepare();
		if (!timer_hands_work_on() && !rcu_hands_work_on())
			return;
		give_up_work();
		kenv_wait_turn(round);
	}
}

static void fork_prepare(void)
{
	prepare_work();
	module_fork_prepare();
	percpu_fork_prepare();
	kthread_fork_prepare();
	pthread_mutex_lock(&tasks_lock);
	printk_fork_prepare();
}

static void fork_parent(void)
{
	printk_fork_done();
	pthread_mutex_unlock(&tasks_lock);
	kthread_fork_done();
	percpu_fork_done();
	module_fork_done();
	give_up_work();
}

/* Only the calling thread's record stays on the list. */
static void forget_others(void)
{
	struct task_struct *task, *next;
	LIST_HEAD(others);

	list_for_each_entry_safe(task, next, &all_tasks, tasks) {
		if (task != my_task)
			list_move(&task->tasks, &others);
	}
	memset(cpu_users, 0, sizeof(cpu_users));
	if (my_task)
		cpu_users[my_task->cpu]++;
	pthread_mutex_unlock(&tasks_lock);
	list_for_each_entry_safe(task, next, &others, tasks) {
		list_del_init(&task->tasks);
		if (task->kthread)
			kthread_is_lost(task);
		else
			pf_put_task(task);
	}
}

/* As if the threads that are not here had given it up. */
static void release_mmap_lock(void)
{
	struct rw_semaphore *lock = &pf_mm.mmap_lock;
	u32 writer = my_task ? my_task->number : 0;
	bool is_written = writer && lock->writer == writer;

	init_rwsem(lock);
	if (is_written)
		lock->writer = writer;
	else if (my_task)
		lock->nr_readers = my_task->pf_mmap_depth;
}

static void fork_child(void)
{
	if (my_task) {
		my_task->pid = kenv_thread_id();
		my_task->tgid = getpid();
	}
	printk_fork_done();
	forget_others();
	kthread_fork_done();
	percpu_fork_done();
	module_fork_done();
	rcu_fork_child();
	timer_fork_child();
	workqueue_fork_child();
	once_fork_child();
	wait_fork_child();
	release_mmap_lock();
}

static void make_key(void)
{
	if (pthread_key_create(&task_key, thread_ends))
		panic("no pthread key is left for the kernel headers' tasks");
	if (pthread_atfork(fork_prepare, fork_parent, fork_child))
		panic("no memory for the kernel headers' part in fork()");
}

struct task_struct *kenv_task(void)
{
	return my_task;
}

void kenv_become(struct task_struct *task)
{
	my_task = task;
}

static noinline struct task_struct *first_use(void)
{
	struct task_struct *task = kenv_task_new();

	if (!task) {
		static const char text[] =
			"pfmalloc: no memory for the record of a thread\n";

		kenv_write(text, sizeof(text) - 1);
		kenv_abort();
	}
	task->pid = kenv_thread_id();
	task->allowed = ~0ULL;
	if (pthread_getname_np(pthread_self(), task->comm, TASK_COMM_LEN))
		task->comm[0] = '\0';
	task->mm = &pf_mm;
	my_task = task;
	if (pthread_setspecific(task_key, task))
		panic("no memory for a thread's key");
	return task;
}

struct task_struct *pf_current(void)
{
	struct task_struct *task = my_task;

	return likely(task) ? task : first_use();
}

void kenv_for_each_task(void (*function)(struct task_struct *task, void *arg),
			void *arg)
{
	struct task_struct *task;

	pthread_mutex_lock(&tasks_lock);
	list_for_each_entry(task, &all_tasks, tasks) {
		function(task, arg);
	}
	pthread_mutex_unlock(&tasks_lock);
}

unsigned int pf_smp_processor_id(void)
{
	return current->cpu;
}

unsigned int pf_nr_cpus_seen(void)
{
	unsigned int nr = READ_ONCE(nr_cpus_seen);

	return nr ? nr : 1;
}

void pf_preempt_add(int n)
{
	current->preempt_count += n;
}

int pf_preempt_count(void)
{
	return current->preempt_count;
}

void pf_softirq_add(int n)
{
	current->softirq_count += n;
	current->preempt_count += n;
}

int pf_softirq_count(void)
{
	return current->softirq_count;
}

unsigned long pf_irqs_off(bool is_off)
{
	struct task_struct *task = current;
	bool was_off = task->irqs_off;

	task->irqs_off = is_off;
	return was_off;
}

bool pf_irqs_are_off(void)
{
	return current->irqs_off;
}

/*
 * Reported at most once a second, like the kernel's.  The first half of the
 * sentence is what people look for.
 */
void pf_might_sleep(const char *what)
{
	static DEFINE_RATELIMIT_STATE(limit, HZ, 1);
	struct task_struct *task = current;

	if (likely(!task->preempt_count && !task->irqs_off &&
		   !task->rcu_read_lock_nesting))
		return;
	if (!__ratelimit(&limit))
		return;
	printk(KERN_ERR
	       "BUG: sleeping function called from invalid context: %s() in "
	       "%s[%d], spinlocks and preemption: %d, interrupts off: %d, "
	       "rcu_read_lock: %d\n",
	       what, task->comm, task->pid, task->preempt_count, task->irqs_off,
	       task->rcu_read_lock_nesting);
	dump_stack();
}

void pf_yield(void)
{
	sched_yield();
}

void pf_schedule(void)
{
	pf_schedule_timeout(MAX_SCHEDULE_TIMEOUT);
}

static bool must_sleep(struct task_struct *task, unsigned int *state)
{
	*state = smp_load_acquire(&task->__state);
	return *state != TASK_RUNNING && !signal_pending_state(*state, task);
}

long pf_schedule_timeout(long timeout)
{
	struct task_struct *task = current;
	bool is_endless = timeout == MAX_SCHEDULE_TIMEOUT;
	unsigned long end = jiffies + (unsigned long)timeout;
	long left = timeout;
	unsigned int state;

	if (timeout < 0) {
		pr_err("schedule_timeout: wrong timeout value %ld\n", timeout);
		dump_stack();
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	if (READ_ONCE(task->__state) == TASK_RUNNING)
		sched_yield();
	while (left > 0 && must_sleep(task, &state)) {
		if (is_endless) {
			kenv_wait(&task->__state, state);
			continue;
		}
		kenv_wait_ms(&task->__state, state,
			     (unsigned int)min(left, 1000000L));
		left = (long)(end - jiffies);
	}
	__set_current_state(TASK_RUNNING);
	if (is_endless)
		return timeout;
	left = (long)(end - jiffies);
	return left < 0 ? 0 : left;
}

/*
 * The task may end, and its record go, right after the exchange: the wake-up
 * of a word that is no more wakes nobody, or somebody who looks again.
 */
int pf_wake_up_state(struct task_struct *task, unsigned int mode)
{
	unsigned int state;

	smp_mb();
	state = READ_ONCE(task->__state);
	do {
		if (!(state & mode))
			return 0;
	} while (!try_cmpxchg(&task->__state, &state, TASK_RUNNING));
	kenv_wake(&task->__state, 1);
	return 1;
}

int pf_send_sig(int sig, struct task_struct *task)
{
	u64 bit;

	if (sig < 1 || sig > 64)
		return -EINVAL;
	bit = 1ULL << (sig - 1);
	if (!(READ_ONCE(task->allowed) & bit))
		return 0;
	__atomic_fetch_or(&task->pending, bit, __ATOMIC_SEQ_CST);
	pf_wake_up_state(task, sig == 9 ? TASK_INTERRUPTIBLE | TASK_WAKEKILL
					: TASK_INTERRUPTIBLE);
	return 0;
}

static u64 now_ms(void)
{
	return (u64)pf_clock_ns(CLOCK_MONOTONIC) / NSEC_PER_MSEC;
}

/* The first look at the clock is its beginning; no thread sees another. */
u64 pf_jiffies_64(void)
{
	static u64 began;
	u64 start = __atomic_load_n(&began, __ATOMIC_RELAXED);

	if (unlikely(!start)) {
		u64 now = now_ms();

		if (__atomic_compare_exchange_n(&began, &start, now, false,
						__ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			start = now;
	}
	return INITIAL_JIFFIES + (now_ms() - start);
}

void pf_sleep_ns(u64 ns)
{
	struct timespec left = {(time_t)(ns / NSEC_PER_SEC),
				(long)(ns % NSEC_PER_SEC)};

	might_sleep();
	while (nanosleep(&left, &left))
		;
}
