/* SPDX-License-Identifier: MIT */
/*
 * driver.c - a block device in memory, as a driver of the kernel is written
 *
 * Blocks are pages of alloc_pages(), requests are objects of a kmem_cache on a
 * list, the table of blocks is a vmalloc area, and names are of kmalloc().  The
 * module writes every block, reads all of them back, and says what it did.
 */
#define pr_fmt(fmt) "driver: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static unsigned int nr_blocks = 2000;
module_param(nr_blocks, uint, 0444);
MODULE_PARM_DESC(nr_blocks, "pages of the device");

struct request {
	struct list_head queue;
	unsigned int block;
	bool is_write;
	u8 *data;
};

struct device {
	char *name;
	struct page **blocks; /* NULL: reads as zeros */
	spinlock_t lock;      /* of the queue */
	struct list_head queue;
	unsigned long nr_read, nr_written;
};

static struct kmem_cache *request_cache;
static struct device *device;

/* The queue is filled where nobody may sleep. */
static int submit(struct device *dev, unsigned int block, bool is_write,
		  u8 *data)
{
	struct request *request;

	spin_lock(&dev->lock);
	request = kmem_cache_alloc(request_cache, GFP_ATOMIC);
	if (request) {
		request->block = block;
		request->is_write = is_write;
		request->data = data;
		list_add_tail(&request->queue, &dev->queue);
	}
	spin_unlock(&dev->lock);
	return request ? 0 : -ENOMEM;
}

static int serve(struct device *dev, struct request *request)
{
	struct page **block = &dev->blocks[request->block];

	if (!request->is_write) {
		if (*block)
			memcpy(request->data, page_address(*block), PAGE_SIZE);
		else
			memset(request->data, 0, PAGE_SIZE);
		dev->nr_read++;
		return 0;
	}
	if (!*block)
		*block = alloc_page(GFP_KERNEL);
	if (!*block)
		return -ENOMEM;
	memcpy(page_address(*block), request->data, PAGE_SIZE);
	dev->nr_written++;
	return 0;
}

static int serve_all(struct device *dev)
{
	struct request *request, *next;
	LIST_HEAD(queue);
	int err = 0;

	spin_lock(&dev->lock);
	list_splice_init(&dev->queue, &queue);
	spin_unlock(&dev->lock);
	list_for_each_entry_safe(request, next, &queue, queue) {
		if (!err)
			err = serve(dev, request);
		list_del(&request->queue);
		kmem_cache_free(request_cache, request);
	}
	return err;
}

static int do_block(struct device *dev, unsigned int block, bool is_write,
		    u8 *data)
{
	int err = submit(dev, block, is_write, data);

	return err ? err : serve_all(dev);
}

/* Every second block is written; the others must read as zeros. */
static int device_test(struct device *dev, u8 *data)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr_blocks && !err; i += 2) {
		memset(data, (int)(i & 0xff) | 1, PAGE_SIZE);
		err = do_block(dev, i, true, data);
	}
	for (i = 0; i < nr_blocks && !err; i++) {
		int byte = i % 2 ? 0 : (int)(i & 0xff) | 1;

		err = do_block(dev, i, false, data);
		if (!err && memchr_inv(data, byte, PAGE_SIZE))
			err = -EIO;
	}
	return err;
}

static void device_free(struct device *dev)
{
	unsigned int i;

	for (i = 0; dev->blocks && i < nr_blocks; i++) {
		if (dev->blocks[i])
			__free_page(dev->blocks[i]);
	}
	vfree(dev->blocks);
	kfree(dev->name);
	kfree(dev);
}

static struct device *device_alloc(const char *name)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	spin_lock_init(&dev->lock);
	INIT_LIST_HEAD(&dev->queue);
	dev->name = kasprintf(GFP_KERNEL, "%s-%u", name, nr_blocks);
	dev->blocks = vcalloc(nr_blocks, sizeof(*dev->blocks));
	if (dev->name && dev->blocks)
		return dev;
	device_free(dev);
	return NULL;
}

static int __init driver_init(void)
{
	int err = -ENOMEM;
	u8 *data;

	request_cache = KMEM_CACHE(request, 0);
	if (!request_cache)
		return -ENOMEM;
	device = device_alloc("memory");
	if (!device)
		goto out_cache;
	data = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!data)
		goto out_device;
	err = device_test(device, data);
	kfree(data);
	if (!err) {
		pr_info("%s: %lu blocks written, %lu read\n", device->name,
			device->nr_written, device->nr_read);
		return 0;
	}
out_device:
	device_free(device);
out_cache:
	kmem_cache_destroy(request_cache);
	return err;
}

static void __exit driver_exit(void)
{
	device_free(device);
	kmem_cache_destroy(request_cache);
}

module_init(driver_init);
module_exit(driver_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("a block device in memory");
