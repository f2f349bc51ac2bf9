/* SPDX-License-Identifier: MIT */
/*
 * moduleparam.h - variables of a module that are set by name
 *
 * pf_module_param_set("name", "value") sets one, and so does an argument of a
 * program that is made by -DPF_MODULE_MAIN.
 */
#ifndef PFMALLOC_LINUX_MODULEPARAM_H
#define PFMALLOC_LINUX_MODULEPARAM_H

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/stat.h>
#include <linux/stringify.h>
#include <linux/types.h>

struct kernel_param;

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

#define KERNEL_PARAM_OPS_FL_NOARG 1 /* "name" alone is allowed */

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kparam_array {
	unsigned int max;
	unsigned int elemsize;
	unsigned int *num;
	const struct kernel_param_ops *ops;
	void *elem;
};

struct kernel_param {
	const char *name;
	const char *file;
	const struct kernel_param_ops *ops;
	u16 perm;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
	struct kernel_param *next;
};

pf_api void pf_param_add(struct kernel_param *kp);
pf_api void pf_param_del(struct kernel_param *kp);
/**
 * pf_module_param_set - give a parameter a value
 * @name: "parameter", or "module.parameter" where several modules have it
 * @value: as text; NULL for a flag
 *
 * Return: 0, -ENOENT for no such name, or what its type says of the value.
 */
pf_api int pf_module_param_set(const char *name, const char *value);
/* The value as text with a newline; bytes, or -ENOENT or -EPERM. */
pf_api int pf_module_param_get(const char *name, char *buffer);

#define PF_PARAM_TYPES(X)                                                      \
	X(byte)                                                                \
	X(short) X(ushort) X(int) X(uint) X(long) X(ulong) X(ullong) X(hexint) \
		X(charp) X(bool) X(invbool) X(bint) X(bool_enable_only)
#define PF_DECLARE_PARAM(type)                                            \
	pf_api extern const struct kernel_param_ops pf_param_ops_##type;  \
	static inline int param_set_##type(const char *val,               \
					   const struct kernel_param *kp) \
	{                                                                 \
		return pf_param_ops_##type.set(val, kp);                  \
	}                                                                 \
	static inline int param_get_##type(char *buffer,                  \
					   const struct kernel_param *kp) \
	{                                                                 \
		return pf_param_ops_##type.get(buffer, kp);               \
	}
PF_PARAM_TYPES(PF_DECLARE_PARAM)

#define param_ops_byte		   pf_param_ops_byte
#define param_ops_short		   pf_param_ops_short
#define param_ops_ushort	   pf_param_ops_ushort
#define param_ops_int		   pf_param_ops_int
#define param_ops_uint		   pf_param_ops_uint
#define param_ops_long		   pf_param_ops_long
#define param_ops_ulong		   pf_param_ops_ulong
#define param_ops_ullong	   pf_param_ops_ullong
#define param_ops_hexint	   pf_param_ops_hexint
#define param_ops_charp		   pf_param_ops_charp
#define param_ops_bool		   pf_param_ops_bool
#define param_ops_invbool	   pf_param_ops_invbool
#define param_ops_bint		   pf_param_ops_bint
#define param_ops_bool_enable_only pf_param_ops_bool_enable_only
#define param_ops_string	   pf_param_ops_string
#define param_array_ops		   pf_param_array_ops
pf_api extern const struct kernel_param_ops pf_param_ops_string;
pf_api extern const struct kernel_param_ops pf_param_array_ops;

#define PF_MODULE_PARAM(param, operations, argument, mode)                   \
	static struct kernel_param pf_param_##param = {                      \
		.name = #param,                                              \
		.file = PF_MODULE_FILE,                                      \
		.ops = (operations),                                         \
		.perm = (mode),                                              \
		{(void *)(argument)},                                        \
	};                                                                   \
	__attribute__((__constructor__)) static void pf_param_##param##_add( \
		void)                                                        \
	{                                                                    \
		pf_param_add(&pf_param_##param);                             \
	}                                                                    \
	__attribute__((__destructor__)) static void pf_param_##param##_del(  \
		void)                                                        \
	{                                                                    \
		pf_param_del(&pf_param_##param);                             \
	}                                                                    \
	struct kernel_param

#define module_param_cb(name, ops, arg, perm) \
	PF_MODULE_PARAM(name, ops, arg, perm)
#define module_param_named(name, value, type, perm) \
	PF_MODULE_PARAM(name, &pf_param_ops_##type, &(value), perm)
#define module_param(name, type, perm) \
	PF_MODULE_PARAM(name, &pf_param_ops_##type, &(name), perm)
#define module_param_unsafe(name, type, perm) \
	PF_MODULE_PARAM(name, &pf_param_ops_##type, &(name), perm)
#define core_param(name, var, type, perm) \
	PF_MODULE_PARAM(name, &pf_param_ops_##type, &(var), perm)
#define module_param_string(name, string, len, perm)                        \
	static const struct kparam_string pf_string_##name = {len, string}; \
	PF_MODULE_PARAM(name, &pf_param_ops_string, &pf_string_##name, perm)
#define module_param_array_named(name, array, type, nump, perm) \
	PF_PARAM_ARRAY(name, array, &pf_param_ops_##type, nump, perm)
#define module_param_array(name, type, nump, perm) \
	PF_PARAM_ARRAY(name, name, &pf_param_ops_##type, nump, perm)
#define PF_PARAM_ARRAY(name, array, element_ops, nump, perm) \
	static const struct kparam_array pf_array_##name = { \
		.max = sizeof(array) / sizeof((array)[0]),   \
		.elemsize = sizeof((array)[0]),              \
		.num = nump,                                 \
		.ops = element_ops,                          \
		.elem = array,                               \
	};                                                   \
	PF_MODULE_PARAM(name, &pf_param_array_ops, &pf_array_##name, perm)
#define MODULE_PARM_DESC(parm, desc)   _Static_assert(1, desc)
#define __MODULE_PARM_TYPE(name, type) _Static_assert(1, #name)

#endif
