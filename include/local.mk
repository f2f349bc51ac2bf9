# SPDX-License-Identifier: MIT
#
# include/local.mk - the headers that programs include

pfmallocincludedir = $(includedir)/pfmalloc
pfmallocinclude_HEADERS = \
	include/pfmalloc/highmem.h \
	include/pfmalloc/ioport.h \
	include/pfmalloc/mempool.h \
	include/pfmalloc/pages.h \
	include/pfmalloc/pfmalloc.h \
	include/pfmalloc/shrinker.h \
	include/pfmalloc/slab.h \
	include/pfmalloc/vmalloc.h

# Under the kernel's names: -I.../pfmalloc
pfmalloclinuxdir = $(pfmallocincludedir)/linux
pfmalloclinux_HEADERS = \
	include/pfmalloc/linux/align.h \
	include/pfmalloc/linux/args.h \
	include/pfmalloc/linux/array_size.h \
	include/pfmalloc/linux/atomic.h \
	include/pfmalloc/linux/bit_spinlock.h \
	include/pfmalloc/linux/bitfield.h \
	include/pfmalloc/linux/bitmap.h \
	include/pfmalloc/linux/bitops.h \
	include/pfmalloc/linux/bitrev.h \
	include/pfmalloc/linux/bits.h \
	include/pfmalloc/linux/bottom_half.h \
	include/pfmalloc/linux/bsearch.h \
	include/pfmalloc/linux/bug.h \
	include/pfmalloc/linux/build_bug.h \
	include/pfmalloc/linux/byteorder.h \
	include/pfmalloc/linux/cache.h \
	include/pfmalloc/linux/circ_buf.h \
	include/pfmalloc/linux/cleanup.h \
	include/pfmalloc/linux/compiler.h \
	include/pfmalloc/linux/compiler_attributes.h \
	include/pfmalloc/linux/compiler_types.h \
	include/pfmalloc/linux/completion.h \
	include/pfmalloc/linux/const.h \
	include/pfmalloc/linux/container_of.h \
	include/pfmalloc/linux/cpumask.h \
	include/pfmalloc/linux/crc32.h \
	include/pfmalloc/linux/crc32c.h \
	include/pfmalloc/linux/ctype.h \
	include/pfmalloc/linux/delay.h \
	include/pfmalloc/linux/err.h \
	include/pfmalloc/linux/errno.h \
	include/pfmalloc/linux/export.h \
	include/pfmalloc/linux/find.h \
	include/pfmalloc/linux/freezer.h \
	include/pfmalloc/linux/gcd.h \
	include/pfmalloc/linux/hardirq.h \
	include/pfmalloc/linux/gfp.h \
	include/pfmalloc/linux/gfp_types.h \
	include/pfmalloc/linux/hash.h \
	include/pfmalloc/linux/hashtable.h \
	include/pfmalloc/linux/hex.h \
	include/pfmalloc/linux/highmem.h \
	include/pfmalloc/linux/init.h \
	include/pfmalloc/linux/interrupt.h \
	include/pfmalloc/linux/io.h \
	include/pfmalloc/linux/ioport.h \
	include/pfmalloc/linux/irqflags.h \
	include/pfmalloc/linux/jhash.h \
	include/pfmalloc/linux/jiffies.h \
	include/pfmalloc/linux/jump_label.h \
	include/pfmalloc/linux/kconfig.h \
	include/pfmalloc/linux/kern_levels.h \
	include/pfmalloc/linux/kernel.h \
	include/pfmalloc/linux/kref.h \
	include/pfmalloc/linux/kstrtox.h \
	include/pfmalloc/linux/kthread.h \
	include/pfmalloc/linux/ktime.h \
	include/pfmalloc/linux/lcm.h \
	include/pfmalloc/linux/limits.h \
	include/pfmalloc/linux/list.h \
	include/pfmalloc/linux/list_sort.h \
	include/pfmalloc/linux/llist.h \
	include/pfmalloc/linux/lockdep.h \
	include/pfmalloc/linux/log2.h \
	include/pfmalloc/linux/math.h \
	include/pfmalloc/linux/math64.h \
	include/pfmalloc/linux/mempool.h \
	include/pfmalloc/linux/minmax.h \
	include/pfmalloc/linux/mm.h \
	include/pfmalloc/linux/mm_types.h \
	include/pfmalloc/linux/mmap_lock.h \
	include/pfmalloc/linux/mmzone.h \
	include/pfmalloc/linux/module.h \
	include/pfmalloc/linux/moduleparam.h \
	include/pfmalloc/linux/mutex.h \
	include/pfmalloc/linux/numa.h \
	include/pfmalloc/linux/once.h \
	include/pfmalloc/linux/once_lite.h \
	include/pfmalloc/linux/overflow.h \
	include/pfmalloc/linux/page-flags.h \
	include/pfmalloc/linux/page_ref.h \
	include/pfmalloc/linux/pagemap.h \
	include/pfmalloc/linux/panic.h \
	include/pfmalloc/linux/percpu-defs.h \
	include/pfmalloc/linux/percpu.h \
	include/pfmalloc/linux/percpu_counter.h \
	include/pfmalloc/linux/pfn.h \
	include/pfmalloc/linux/poison.h \
	include/pfmalloc/linux/prandom.h \
	include/pfmalloc/linux/preempt.h \
	include/pfmalloc/linux/prefetch.h \
	include/pfmalloc/linux/printk.h \
	include/pfmalloc/linux/random.h \
	include/pfmalloc/linux/ratelimit.h \
	include/pfmalloc/linux/ratelimit_types.h \
	include/pfmalloc/linux/rbtree.h \
	include/pfmalloc/linux/rbtree_augmented.h \
	include/pfmalloc/linux/rbtree_types.h \
	include/pfmalloc/linux/rculist.h \
	include/pfmalloc/linux/rcupdate.h \
	include/pfmalloc/linux/refcount.h \
	include/pfmalloc/linux/rwlock.h \
	include/pfmalloc/linux/rwsem.h \
	include/pfmalloc/linux/sched.h \
	include/pfmalloc/linux/semaphore.h \
	include/pfmalloc/linux/seqlock.h \
	include/pfmalloc/linux/shrinker.h \
	include/pfmalloc/linux/sizes.h \
	include/pfmalloc/linux/slab.h \
	include/pfmalloc/linux/smp.h \
	include/pfmalloc/linux/sort.h \
	include/pfmalloc/linux/spinlock.h \
	include/pfmalloc/linux/spinlock_types.h \
	include/pfmalloc/linux/sprintf.h \
	include/pfmalloc/linux/stat.h \
	include/pfmalloc/linux/static_key.h \
	include/pfmalloc/linux/stddef.h \
	include/pfmalloc/linux/string.h \
	include/pfmalloc/linux/string_choices.h \
	include/pfmalloc/linux/stringify.h \
	include/pfmalloc/linux/swab.h \
	include/pfmalloc/linux/time.h \
	include/pfmalloc/linux/time64.h \
	include/pfmalloc/linux/timekeeping.h \
	include/pfmalloc/linux/timer.h \
	include/pfmalloc/linux/topology.h \
	include/pfmalloc/linux/typecheck.h \
	include/pfmalloc/linux/types.h \
	include/pfmalloc/linux/uaccess.h \
	include/pfmalloc/linux/unaligned.h \
	include/pfmalloc/linux/uuid.h \
	include/pfmalloc/linux/version.h \
	include/pfmalloc/linux/vmalloc.h \
	include/pfmalloc/linux/wait.h \
	include/pfmalloc/linux/wait_bit.h \
	include/pfmalloc/linux/wordpart.h \
	include/pfmalloc/linux/workqueue.h
pfmallocscheddir = $(pfmalloclinuxdir)/sched
pfmallocsched_HEADERS = \
	include/pfmalloc/linux/sched/clock.h \
	include/pfmalloc/linux/sched/mm.h \
	include/pfmalloc/linux/sched/signal.h \
	include/pfmalloc/linux/sched/task.h
pfmallocasmdir = $(pfmallocincludedir)/asm
pfmallocasm_HEADERS = \
	include/pfmalloc/asm/atomic.h \
	include/pfmalloc/asm/barrier.h \
	include/pfmalloc/asm/bitops.h \
	include/pfmalloc/asm/bug.h \
	include/pfmalloc/asm/byteorder.h \
	include/pfmalloc/asm/cache.h \
	include/pfmalloc/asm/cmpxchg.h \
	include/pfmalloc/asm/current.h \
	include/pfmalloc/asm/div64.h \
	include/pfmalloc/asm/io.h \
	include/pfmalloc/asm/page.h \
	include/pfmalloc/asm/percpu.h \
	include/pfmalloc/asm/processor.h \
	include/pfmalloc/asm/uaccess.h \
	include/pfmalloc/asm/unaligned.h

# The folders are ours: an uninstall that empties them takes them away.
uninstall-hook:
	@for dir in $(pfmallocscheddir) $(pfmalloclinuxdir) $(pfmallocasmdir) \
		$(pfmallocincludedir); do \
		test ! -d $(DESTDIR)$$dir || \
			rmdir $(DESTDIR)$$dir 2>/dev/null || :; \
	done
