/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - a variable for each CPU; a thread is a CPU
 *
 * Each thread has a CPU number, which is nobody else's while no more than
 * NR_CPUS threads use these headers, and passes to a later thread with the
 * values that it has.  So what a kernel does with preemption off, or in
 * interrupts, is safe here without either.  With more threads two of them share
 * a number: then the this_cpu_ operations, which are atomic, are safe alone.
 *
 * A variable of DEFINE_PER_CPU() lies in a section that is the pattern for
 * every CPU's copy.  It is known to the program or shared object that defines
 * it, and not across them.
 */
#ifndef PFMALLOC_LINUX_PERCPU_H
#define PFMALLOC_LINUX_PERCPU_H

#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/types.h>

#include <asm/cmpxchg.h>

/* The bounds of the section, which the linker knows; NULL without one. */
extern char __start_pf_percpu[]
	__attribute__((__weak__, __visibility__("hidden")));
extern char __stop_pf_percpu[]
	__attribute__((__weak__, __visibility__("hidden")));

pf_api void *pf_per_cpu_ptr(const void *ptr, unsigned int cpu, char *start,
			    char *stop);
/* Zeroed; NULL without memory.  @align: up to 4096. */
pf_api void *pf_alloc_percpu(size_t size, size_t align);
pf_api void pf_free_percpu(void *ptr);

#define PF_PERCPU_SECTION __attribute__((__section__("pf_percpu"), __used__))

#define DEFINE_PER_CPU(type, name)  __typeof__(type) name PF_PERCPU_SECTION
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) \
	DEFINE_PER_CPU(type, name) __attribute__((__aligned__(64)))
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) \
	DEFINE_PER_CPU_ALIGNED(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name)	   DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_ALIGNED(type, name)	   DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name)	   DECLARE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(var)		   extern __typeof__(var) var
#define EXPORT_PER_CPU_SYMBOL_GPL(var)		   extern __typeof__(var) var

#define per_cpu_ptr(ptr, cpu)                                        \
	((__typeof__(ptr))pf_per_cpu_ptr((ptr), (unsigned int)(cpu), \
					 __start_pf_percpu, __stop_pf_percpu))
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))
#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, pf_smp_processor_id())
#define raw_cpu_ptr(ptr)  this_cpu_ptr(ptr)
#define get_cpu_ptr(var)  (preempt_disable(), this_cpu_ptr(var))
#define put_cpu_ptr(var)  ((void)(var), preempt_enable())
#define get_cpu_var(var)  (*get_cpu_ptr(&(var)))
#define put_cpu_var(var)  put_cpu_ptr(&(var))

#define alloc_percpu(type) \
	((__typeof__(type) *)pf_alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp) ((void)(gfp), alloc_percpu(type))
#define __alloc_percpu(size, align) pf_alloc_percpu(size, align)
#define __alloc_percpu_gfp(size, align, gfp) \
	((void)(gfp), pf_alloc_percpu(size, align))

static inline void free_percpu(void __percpu *ptr)
{
	pf_free_percpu(ptr);
}

#define this_cpu_read(pcp)	 READ_ONCE(*this_cpu_ptr(&(pcp)))
#define this_cpu_write(pcp, val) WRITE_ONCE(*this_cpu_ptr(&(pcp)), val)
#define this_cpu_add(pcp, val) \
	((void)__atomic_fetch_add(this_cpu_ptr(&(pcp)), val, __ATOMIC_RELAXED))
#define this_cpu_and(pcp, val) \
	((void)__atomic_fetch_and(this_cpu_ptr(&(pcp)), val, __ATOMIC_RELAXED))
#define this_cpu_or(pcp, val) \
	((void)__atomic_fetch_or(this_cpu_ptr(&(pcp)), val, __ATOMIC_RELAXED))
#define this_cpu_add_return(pcp, val) \
	__atomic_add_fetch(this_cpu_ptr(&(pcp)), val, __ATOMIC_RELAXED)
#define this_cpu_xchg(pcp, val)	    xchg_relaxed(this_cpu_ptr(&(pcp)), val)
#define this_cpu_cmpxchg(pcp, o, n) cmpxchg_relaxed(this_cpu_ptr(&(pcp)), o, n)
#define this_cpu_try_cmpxchg(pcp, op, n) \
	try_cmpxchg_relaxed(this_cpu_ptr(&(pcp)), op, n)
#define this_cpu_sub(pcp, val) this_cpu_add(pcp, -(__typeof__(pcp))(val))
#define this_cpu_inc(pcp)      this_cpu_add(pcp, 1)
#define this_cpu_dec(pcp)      this_cpu_sub(pcp, 1)
#define this_cpu_sub_return(pcp, val) \
	this_cpu_add_return(pcp, -(__typeof__(pcp))(val))
#define this_cpu_inc_return(pcp) this_cpu_add_return(pcp, 1)
#define this_cpu_dec_return(pcp) this_cpu_sub_return(pcp, 1)

#define __this_cpu_read(pcp)		this_cpu_read(pcp)
#define __this_cpu_write(pcp, val)	this_cpu_write(pcp, val)
#define __this_cpu_add(pcp, val)	this_cpu_add(pcp, val)
#define __this_cpu_sub(pcp, val)	this_cpu_sub(pcp, val)
#define __this_cpu_inc(pcp)		this_cpu_inc(pcp)
#define __this_cpu_dec(pcp)		this_cpu_dec(pcp)
#define __this_cpu_and(pcp, val)	this_cpu_and(pcp, val)
#define __this_cpu_or(pcp, val)		this_cpu_or(pcp, val)
#define __this_cpu_xchg(pcp, val)	this_cpu_xchg(pcp, val)
#define __this_cpu_cmpxchg(pcp, o, n)	this_cpu_cmpxchg(pcp, o, n)
#define __this_cpu_add_return(pcp, val) this_cpu_add_return(pcp, val)
#define __this_cpu_sub_return(pcp, val) this_cpu_sub_return(pcp, val)
#define __this_cpu_inc_return(pcp)	this_cpu_inc_return(pcp)
#define __this_cpu_dec_return(pcp)	this_cpu_dec_return(pcp)
#define raw_cpu_read(pcp)		this_cpu_read(pcp)
#define raw_cpu_write(pcp, val)		this_cpu_write(pcp, val)
#define raw_cpu_add(pcp, val)		this_cpu_add(pcp, val)
#define raw_cpu_sub(pcp, val)		this_cpu_sub(pcp, val)
#define raw_cpu_inc(pcp)		this_cpu_inc(pcp)
#define raw_cpu_dec(pcp)		this_cpu_dec(pcp)

#endif
