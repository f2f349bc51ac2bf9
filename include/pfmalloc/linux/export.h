/* SPDX-License-Identifier: MIT */
/*
 * export.h - a name is seen by others if it is not static
 */
#ifndef PFMALLOC_LINUX_EXPORT_H
#define PFMALLOC_LINUX_EXPORT_H

#include <linux/compiler.h>
#include <linux/stringify.h>

#define EXPORT_SYMBOL(sym)		     extern __typeof__(sym) sym
#define EXPORT_SYMBOL_GPL(sym)		     extern __typeof__(sym) sym
#define EXPORT_SYMBOL_NS(sym, ns)	     extern __typeof__(sym) sym
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	     extern __typeof__(sym) sym
#define EXPORT_SYMBOL_FOR_MODULES(sym, mods) extern __typeof__(sym) sym

#ifndef THIS_MODULE
struct module;
#define THIS_MODULE ((struct module *)0)
#endif

#endif
