/* SPDX-License-Identifier: MIT */
/*
 * workqueue.h - functions that other threads call, soon or later
 *
 * A work item runs in one thread at a time, however often it is queued, and
 * may sleep and free itself.  It is pending from queue_work() until its
 * function starts; queueing a pending one does nothing.
 */
#ifndef PFMALLOC_LINUX_WORKQUEUE_H
#define PFMALLOC_LINUX_WORKQUEUE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/timer.h>
#include <linux/types.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	struct workqueue_struct *wq; /* where it is pending, or ran last */
	bool is_pending;
	unsigned int nr_canceling; /* callers that keep it from being queued */
	u64 seq;		   /* of its last queueing */
	struct list_head entry;
	work_func_t func;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

#define WQ_BH		      (1 << 0)
#define WQ_UNBOUND	      (1 << 1)
#define WQ_FREEZABLE	      (1 << 2)
#define WQ_MEM_RECLAIM	      (1 << 3)
#define WQ_HIGHPRI	      (1 << 4)
#define WQ_CPU_INTENSIVE      (1 << 5)
#define WQ_SYSFS	      (1 << 6)
#define WQ_POWER_EFFICIENT    (1 << 7)
#define WQ_PERCPU	      (1 << 8)
#define __WQ_ORDERED	      (1 << 17)
#define WQ_MAX_ACTIVE	      512
#define WQ_UNBOUND_MAX_ACTIVE WQ_MAX_ACTIVE
#define WQ_DFL_ACTIVE	      (WQ_MAX_ACTIVE / 2)
#define WORK_CPU_UNBOUND      64

#define __WORK_INITIALIZER(n, f)                                \
	{                                                       \
		.entry = {&(n).entry, &(n).entry}, .func = (f), \
	}
#define DECLARE_WORK(n, f) struct work_struct n = __WORK_INITIALIZER(n, f)

pf_api void pf_delayed_work_timer(struct timer_list *timer);

#define __DELAYED_WORK_INITIALIZER(n, f, tflags)                             \
	{                                                                    \
		.work = __WORK_INITIALIZER((n).work, (f)),                   \
		.timer = __TIMER_INITIALIZER(pf_delayed_work_timer, tflags), \
	}
#define DECLARE_DELAYED_WORK(n, f) \
	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define DECLARE_DEFERRABLE_WORK(n, f) DECLARE_DELAYED_WORK(n, f)

static inline void pf_init_work(struct work_struct *work, work_func_t func)
{
	work->wq = NULL;
	work->is_pending = false;
	work->nr_canceling = 0;
	work->seq = 0;
	INIT_LIST_HEAD(&work->entry);
	work->func = func;
}

static inline void pf_init_delayed_work(struct delayed_work *dwork,
					work_func_t func)
{
	pf_init_work(&dwork->work, func);
	timer_setup(&dwork->timer, pf_delayed_work_timer, 0);
	dwork->wq = NULL;
}

#define INIT_WORK(work, func)		       pf_init_work(work, func)
#define INIT_WORK_ONSTACK(work, func)	       pf_init_work(work, func)
#define INIT_DELAYED_WORK(dwork, func)	       pf_init_delayed_work(dwork, func)
#define INIT_DELAYED_WORK_ONSTACK(dwork, func) pf_init_delayed_work(dwork, func)
#define INIT_DEFERRABLE_WORK(dwork, func)      pf_init_delayed_work(dwork, func)
#define INIT_RCU_WORK(rwork, func)	       pf_init_work(&(rwork)->work, func)
#define PREPARE_WORK(w, f)		       ((void)((w)->func = (f)))
#define destroy_work_on_stack(work)	       ((void)(work))
#define destroy_delayed_work_on_stack(work)    ((void)(work))

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline struct rcu_work *to_rcu_work(struct work_struct *work)
{
	return container_of(work, struct rcu_work, work);
}

static inline bool work_pending(struct work_struct *work)
{
	return __atomic_load_n(&work->is_pending, __ATOMIC_RELAXED);
}

#define delayed_work_pending(dwork) work_pending(&(dwork)->work)

/**
 * pf_alloc_workqueue - a queue with threads of its own
 * @max_active: how many items run at a time at most; 0: WQ_DFL_ACTIVE
 *
 * Each item that runs has a thread, also while it sleeps; threads start when
 * they are needed.  Return: NULL without memory.
 */
pf_api __attribute__((__format__(printf, 1, 4))) struct workqueue_struct *
pf_alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...);
pf_api void pf_destroy_workqueue(struct workqueue_struct *wq);
pf_api struct workqueue_struct *pf_system_wq(void);
pf_api bool pf_queue_work(struct workqueue_struct *wq,
			  struct work_struct *work);
pf_api bool pf_queue_delayed_work(struct workqueue_struct *wq,
				  struct delayed_work *dwork,
				  unsigned long delay);
pf_api bool pf_mod_delayed_work(struct workqueue_struct *wq,
				struct delayed_work *dwork,
				unsigned long delay);
pf_api bool pf_queue_rcu_work(struct workqueue_struct *wq,
			      struct rcu_work *rwork);
pf_api bool pf_cancel_work(struct work_struct *work, bool sync);
pf_api bool pf_cancel_delayed_work(struct delayed_work *dwork, bool sync);
pf_api bool pf_flush_work(struct work_struct *work);
pf_api bool pf_flush_rcu_work(struct rcu_work *rwork);
/* Cancelled, and not queued until enabled as often: 1 if that was the last. */
pf_api bool pf_disable_work(struct work_struct *work, bool sync);
pf_api bool pf_disable_delayed_work(struct delayed_work *dwork, bool sync);
pf_api bool pf_enable_work(struct work_struct *work);
/* The work whose function the calling thread runs, or NULL. */
pf_api struct work_struct *pf_current_work(void);
pf_api bool pf_flush_delayed_work(struct delayed_work *dwork);
pf_api void pf_flush_workqueue(struct workqueue_struct *wq);
pf_api void pf_drain_workqueue(struct workqueue_struct *wq);
pf_api unsigned int pf_work_busy(struct work_struct *work);

#define WORK_BUSY_PENDING (1 << 0)
#define WORK_BUSY_RUNNING (1 << 1)

#define alloc_workqueue(fmt, flags, max_active, args...) \
	pf_alloc_workqueue(fmt, flags, max_active, ##args)
#define alloc_ordered_workqueue(fmt, flags, args...) \
	pf_alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##args)
#define create_workqueue(name) pf_alloc_workqueue("%s", WQ_MEM_RECLAIM, 0, name)
#define create_freezable_workqueue(name) \
	pf_alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, name)
#define create_singlethread_workqueue(name) \
	alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)
#define destroy_workqueue(wq) pf_destroy_workqueue(wq)

/* One queue serves for all of the kernel's. */
#define system_wq		  pf_system_wq()
#define system_percpu_wq	  pf_system_wq()
#define system_dfl_wq		  pf_system_wq()
#define system_highpri_wq	  pf_system_wq()
#define system_long_wq		  pf_system_wq()
#define system_unbound_wq	  pf_system_wq()
#define system_freezable_wq	  pf_system_wq()
#define system_power_efficient_wq pf_system_wq()

#define queue_work(wq, work)	     pf_queue_work(wq, work)
#define queue_work_on(cpu, wq, work) ((void)(cpu), pf_queue_work(wq, work))
#define queue_delayed_work(wq, dwork, delay) \
	pf_queue_delayed_work(wq, dwork, delay)
#define queue_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), pf_queue_delayed_work(wq, dwork, delay))
#define mod_delayed_work(wq, dwork, delay) pf_mod_delayed_work(wq, dwork, delay)
#define mod_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), pf_mod_delayed_work(wq, dwork, delay))
#define queue_rcu_work(wq, rwork)   pf_queue_rcu_work(wq, rwork)
#define schedule_work(work)	    pf_queue_work(system_wq, work)
#define schedule_work_on(cpu, work) queue_work_on(cpu, system_wq, work)
#define schedule_delayed_work(dwork, delay) \
	pf_queue_delayed_work(system_wq, dwork, delay)
#define schedule_delayed_work_on(cpu, dwork, delay) \
	queue_delayed_work_on(cpu, system_wq, dwork, delay)
#define cancel_work(work)		 pf_cancel_work(work, false)
#define cancel_work_sync(work)		 pf_cancel_work(work, true)
#define cancel_delayed_work(dwork)	 pf_cancel_delayed_work(dwork, false)
#define cancel_delayed_work_sync(dwork)	 pf_cancel_delayed_work(dwork, true)
#define flush_work(work)		 pf_flush_work(work)
#define flush_delayed_work(dwork)	 pf_flush_delayed_work(dwork)
#define flush_rcu_work(rwork)		 pf_flush_rcu_work(rwork)
#define flush_workqueue(wq)		 pf_flush_workqueue(wq)
#define flush_scheduled_work()		 pf_flush_workqueue(system_wq)
#define drain_workqueue(wq)		 pf_drain_workqueue(wq)
#define work_busy(work)			 pf_work_busy(work)
#define disable_work(work)		 pf_disable_work(work, false)
#define disable_work_sync(work)		 pf_disable_work(work, true)
#define enable_work(work)		 pf_enable_work(work)
#define disable_delayed_work(dwork)	 pf_disable_delayed_work(dwork, false)
#define disable_delayed_work_sync(dwork) pf_disable_delayed_work(dwork, true)
#define enable_delayed_work(dwork)	 pf_enable_work(&(dwork)->work)
#define current_work()			 pf_current_work()

#endif
