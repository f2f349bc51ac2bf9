/* SPDX-License-Identifier: MIT */
/*
 * init.h - functions that run before and after everything else
 *
 * module_init() and its kin register a function when the program, or a shared
 * object that it opens, is loaded.  They run in pf_modules_init(), in the order
 * of their level and then of linking; module_exit()'s run in
 * pf_modules_exit(), in the opposite order.  So the program, usually a test,
 * says when its modules come and go, as insmod and rmmod do.
 *
 * With -DPF_MODULE_MAIN the file that has module_init() is a program: its main
 * takes "name=value" arguments as insmod does, and calls both.
 */
#ifndef PFMALLOC_LINUX_INIT_H
#define PFMALLOC_LINUX_INIT_H

#include <linux/compiler.h>
#include <linux/stringify.h>
#include <linux/types.h>

#define __init
#define __exit
#define __initdata
#define __exitdata
#define __initconst
#define __exit_p(x) x
#define __meminit
#define __memexit
#define __cpuinit
#define __net_init
#define __net_exit
#define __ref
#define __refdata
#define __init_or_module
#define __initdata_or_module
#define __devinit
#define __devexit

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

#ifdef KBUILD_MODNAME
#define PF_MODULE_FILE __stringify(KBUILD_MODNAME)
#else
#define PF_MODULE_FILE __FILE__
#endif

/* One registered function; lives as long as the code that it is in. */
struct pf_initcall {
	const char *file;
	const char *function;
	initcall_t init;
	exitcall_t exit;
	unsigned int level;
	bool is_done;
	struct pf_initcall *next;
};

pf_api void pf_initcall_add(struct pf_initcall *call);
pf_api void pf_initcall_del(struct pf_initcall *call);

/**
 * pf_modules_init - run the registered functions that have not run yet
 *
 * Return: 0, or what the first one that failed returned: then those that this
 * call ran before it are undone, and a sentence says which one it was.
 */
pf_api int pf_modules_init(void);
/* Undo what pf_modules_init() did, last first. */
pf_api void pf_modules_exit(void);
/* For main(): parameters, init, exit.  Return: an exit status. */
pf_api int pf_module_main(int argc, char **argv);

#define PF_INITCALL(fn_init, fn_exit, name, number) \
	PF_DEFINE_INITCALL(fn_init, fn_exit, name, number)
#define PF_DEFINE_INITCALL(fn_init, fn_exit, name, number)            \
	static struct pf_initcall name = {                            \
		.file = PF_MODULE_FILE,                               \
		.function = #name,                                    \
		.init = fn_init,                                      \
		.exit = fn_exit,                                      \
		.level = (number),                                    \
	};                                                            \
	__attribute__((__constructor__)) static void name##_add(void) \
	{                                                             \
		pf_initcall_add(&name);                               \
	}                                                             \
	__attribute__((__destructor__)) static void name##_del(void)  \
	{                                                             \
		pf_initcall_del(&name);                               \
	}                                                             \
	struct pf_initcall

#define pf_level_initcall(fn, level) \
	PF_INITCALL(fn, NULL, PF_PASTE(pf_initcall_, fn), level)

#define early_initcall(fn)    pf_level_initcall(fn, 0)
#define pure_initcall(fn)     pf_level_initcall(fn, 0)
#define core_initcall(fn)     pf_level_initcall(fn, 1)
#define postcore_initcall(fn) pf_level_initcall(fn, 2)
#define arch_initcall(fn)     pf_level_initcall(fn, 3)
#define subsys_initcall(fn)   pf_level_initcall(fn, 4)
#define fs_initcall(fn)	      pf_level_initcall(fn, 5)
#define device_initcall(fn)   pf_level_initcall(fn, 6)
#define late_initcall(fn)     pf_level_initcall(fn, 7)
#define __initcall(fn)	      device_initcall(fn)

#ifdef PF_MODULE_MAIN
#define PF_DEFINE_MODULE_MAIN                      \
	int main(int argc, char **argv)            \
	{                                          \
		return pf_module_main(argc, argv); \
	}
#else
#define PF_DEFINE_MODULE_MAIN
#endif

/* An exit function is of its file's module: a record of its own. */
#define module_init(fn)       \
	PF_DEFINE_MODULE_MAIN \
	pf_level_initcall(fn, 6)
#define module_exit(fn) PF_INITCALL(NULL, fn, PF_PASTE(pf_exitcall_, fn), 6)
#define __exitcall(fn)	module_exit(fn)

#endif
