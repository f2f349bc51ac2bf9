/* SPDX-License-Identifier: MIT */
/*
 * module.h - what a module says of itself
 *
 * The code is part of the program: there is nothing to hold with
 * try_module_get(), and MODULE_ words are for readers.
 */
#ifndef PFMALLOC_LINUX_MODULE_H
#define PFMALLOC_LINUX_MODULE_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>
#include <linux/types.h>

struct module {
	const char *name;
};

#define MODULE_LICENSE(text)		_Static_assert(1, text)
#define MODULE_AUTHOR(text)		_Static_assert(1, text)
#define MODULE_DESCRIPTION(text)	_Static_assert(1, text)
#define MODULE_VERSION(text)		_Static_assert(1, text)
#define MODULE_ALIAS(text)		_Static_assert(1, text)
#define MODULE_SOFTDEP(text)		_Static_assert(1, text)
#define MODULE_FIRMWARE(text)		_Static_assert(1, text)
#define MODULE_INFO(tag, text)		_Static_assert(1, text)
#define MODULE_IMPORT_NS(ns)		_Static_assert(1, #ns)
#define MODULE_DEVICE_TABLE(type, name) _Static_assert(1, #name)

static inline bool try_module_get(struct module *module)
{
	(void)module;
	return true;
}

static inline void __module_get(struct module *module)
{
	(void)module;
}

static inline void module_put(struct module *module)
{
	(void)module;
}

static inline const char *module_name(struct module *module)
{
	return module ? module->name : "kernel";
}

#endif
