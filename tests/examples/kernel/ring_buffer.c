/* SPDX-License-Identifier: MIT */
/*
 * ring_buffer.c - records from one thread to another
 *
 * A kernel module: a ring of bytes in a vmalloc area, and its statistics in a
 * page of their own; a kthread writes records, another one reads them.
 */
#define pr_fmt(fmt) "ring_buffer: " fmt

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

static unsigned long ring_bytes = 256 * 1024;
module_param(ring_bytes, ulong, 0444);
MODULE_PARM_DESC(ring_bytes, "size of the ring, a power of two");

static unsigned int nr_records = 20000;
module_param(nr_records, uint, 0444);
MODULE_PARM_DESC(nr_records, "how many records go through");

struct ring_stats {
	unsigned long nr_written;
	unsigned long nr_read;
	unsigned long nr_wrong;
};

/* head and tail only grow; their low bits are places in the ring. */
struct ring {
	u8 *data;
	unsigned long size;
	unsigned long head; /* the writer's */
	unsigned long tail; /* the reader's */
	wait_queue_head_t wait;
	struct page *stats_page;
	struct ring_stats *stats;
};

static struct ring ring;
static struct task_struct *writer, *reader;
static DECLARE_COMPLETION(all_read);

static unsigned long ring_used(struct ring *r)
{
	return smp_load_acquire(&r->head) - READ_ONCE(r->tail);
}

static unsigned long ring_room(struct ring *r)
{
	return r->size - (READ_ONCE(r->head) - smp_load_acquire(&r->tail));
}

static void ring_copy_in(struct ring *r, unsigned long at, const void *from,
			 size_t len)
{
	size_t place = at & (r->size - 1);
	size_t first = min_t(size_t, len, r->size - place);

	memcpy(r->data + place, from, first);
	memcpy(r->data, (const u8 *)from + first, len - first);
}

static void ring_copy_out(struct ring *r, unsigned long at, void *to,
			  size_t len)
{
	size_t place = at & (r->size - 1);
	size_t first = min_t(size_t, len, r->size - place);

	memcpy(to, r->data + place, first);
	memcpy((u8 *)to + first, r->data, len - first);
}

/* A record is its length in two bytes, and that many bytes. */
static int ring_write(struct ring *r, const void *record, u16 len)
{
	int err = wait_event_interruptible(r->wait,
					   ring_room(r) >= len + sizeof(len) ||
						   kthread_should_stop());

	if (err)
		return err;
	if (kthread_should_stop())
		return -EINTR;
	ring_copy_in(r, r->head, &len, sizeof(len));
	ring_copy_in(r, r->head + sizeof(len), record, len);
	smp_store_release(&r->head, r->head + sizeof(len) + len);
	r->stats->nr_written++;
	wake_up_interruptible(&r->wait);
	return 0;
}

static int ring_read(struct ring *r, void *record, u16 *len)
{
	int err = wait_event_interruptible(
		r->wait, ring_used(r) || kthread_should_stop());

	if (err)
		return err;
	if (!ring_used(r))
		return -EINTR;
	ring_copy_out(r, r->tail, len, sizeof(*len));
	ring_copy_out(r, r->tail + sizeof(*len), record, *len);
	smp_store_release(&r->tail, r->tail + sizeof(*len) + *len);
	r->stats->nr_read++;
	wake_up_interruptible(&r->wait);
	return 0;
}

static u16 record_len(unsigned int number)
{
	return number * 37 % 400;
}

static int writer_main(void *data)
{
	u8 record[400];
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr_records && !err; i++) {
		memset(record, i & 0xff, sizeof(record));
		err = ring_write(data, record, record_len(i));
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ / 100);
	return err;
}

static int reader_main(void *data)
{
	struct ring *r = data;
	u8 record[400];
	unsigned int i;
	int err = 0;
	u16 len;

	for (i = 0; i < nr_records; i++) {
		err = ring_read(r, record, &len);
		if (err)
			break;
		if (len != record_len(i) || memchr_inv(record, i & 0xff, len))
			r->stats->nr_wrong++;
	}
	complete(&all_read);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ / 100);
	return err;
}

static int ring_init(struct ring *r, unsigned long size)
{
	if (!is_power_of_2(size))
		return -EINVAL;
	r->data = vzalloc(size);
	if (!r->data)
		return -ENOMEM;
	r->stats_page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
	if (!r->stats_page) {
		vfree(r->data);
		return -ENOMEM;
	}
	r->stats = page_address(r->stats_page);
	r->size = size;
	init_waitqueue_head(&r->wait);
	return 0;
}

static void ring_exit(struct ring *r)
{
	__free_pages(r->stats_page, 0);
	vfree(r->data);
}

static int __init ring_buffer_init(void)
{
	int err = ring_init(&ring, ring_bytes);

	if (err)
		return err;
	reader = kthread_run(reader_main, &ring, "ring_reader");
	if (IS_ERR(reader)) {
		err = PTR_ERR(reader);
		goto out_ring;
	}
	writer = kthread_run(writer_main, &ring, "ring_writer");
	if (IS_ERR(writer)) {
		err = PTR_ERR(writer);
		goto out_reader;
	}
	wait_for_completion(&all_read);
	err = ring.stats->nr_wrong || ring.stats->nr_read != nr_records ? -EIO
									: 0;
	if (!err) {
		pr_info("%lu records\n", ring.stats->nr_read);
		return 0;
	}
	kthread_stop(writer);
out_reader:
	kthread_stop(reader);
out_ring:
	ring_exit(&ring);
	return err;
}

static void __exit ring_buffer_exit(void)
{
	kthread_stop(writer);
	kthread_stop(reader);
	ring_exit(&ring);
}

module_init(ring_buffer_init);
module_exit(ring_buffer_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("a ring of records in a vmalloc area");
