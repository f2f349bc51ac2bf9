/* SPDX-License-Identifier: MIT */
/*
 * jump_label.h - conditions that seldom change
 *
 * A kernel patches its code; here a key is a number that is looked at.
 */
#ifndef PFMALLOC_LINUX_JUMP_LABEL_H
#define PFMALLOC_LINUX_JUMP_LABEL_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct static_key {
	atomic_t enabled;
};

struct static_key_true {
	struct static_key key;
};

struct static_key_false {
	struct static_key key;
};

#define STATIC_KEY_INIT_TRUE              \
	{                                 \
		.enabled = ATOMIC_INIT(1) \
	}
#define STATIC_KEY_INIT_FALSE             \
	{                                 \
		.enabled = ATOMIC_INIT(0) \
	}
#define STATIC_KEY_TRUE_INIT  ((struct static_key_true){.key = {{1}}})
#define STATIC_KEY_FALSE_INIT ((struct static_key_false){.key = {{0}}})

#define DEFINE_STATIC_KEY_TRUE(name) \
	struct static_key_true name = {.key = STATIC_KEY_INIT_TRUE}
#define DEFINE_STATIC_KEY_TRUE_RO(name) DEFINE_STATIC_KEY_TRUE(name)
#define DECLARE_STATIC_KEY_TRUE(name)	extern struct static_key_true name
#define DEFINE_STATIC_KEY_FALSE(name) \
	struct static_key_false name = {.key = STATIC_KEY_INIT_FALSE}
#define DEFINE_STATIC_KEY_FALSE_RO(name) DEFINE_STATIC_KEY_FALSE(name)
#define DECLARE_STATIC_KEY_FALSE(name)	 extern struct static_key_false name

#define static_key_count(k) atomic_read(&(k)->enabled)
/* Of a key of any kind: all begin with it. */
#define static_key_enabled(x) (static_key_count((struct static_key *)(x)) > 0)

#define static_branch_likely(x)	       likely(atomic_read(&(x)->key.enabled) > 0)
#define static_branch_unlikely(x)      unlikely(atomic_read(&(x)->key.enabled) > 0)
#define static_branch_maybe(config, x) (atomic_read(&(x)->key.enabled) > 0)
#define static_branch_inc(x)	       atomic_inc(&(x)->key.enabled)
#define static_branch_dec(x)	       atomic_dec(&(x)->key.enabled)
#define static_branch_enable(x)	       atomic_set(&(x)->key.enabled, 1)
#define static_branch_disable(x)       atomic_set(&(x)->key.enabled, 0)

#endif
