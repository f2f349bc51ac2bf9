/* SPDX-License-Identifier: MIT */
/*
 * module.c - what module_init(), module_exit() and module_param() register
 *
 * Constructors put their records on two lists, at the end, so the order is that
 * of linking; nothing else happens before pf_modules_init().  A record of
 * module_exit() has no init function: it is marked when an init function of its
 * file has run, and is called once, before the first of these is undone.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include <pthread.h>
#include <stdlib.h>

#include "kenv/kenv.h"

#define NR_LEVELS 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pf_initcall *calls;
static struct kernel_param *params;

void module_fork_prepare(void)
{
	pthread_mutex_lock(&lock);
}

void module_fork_done(void)
{
	pthread_mutex_unlock(&lock);
}

void pf_initcall_add(struct pf_initcall *call)
{
	struct pf_initcall **at = &calls;

	pthread_mutex_lock(&lock);
	while (*at)
		at = &(*at)->next;
	call->next = NULL;
	*at = call;
	pthread_mutex_unlock(&lock);
}

/* The code goes: a shared object is closed, or the program ends. */
void pf_initcall_del(struct pf_initcall *call)
{
	struct pf_initcall **at = &calls;

	pthread_mutex_lock(&lock);
	while (*at && *at != call)
		at = &(*at)->next;
	if (*at)
		*at = call->next;
	pthread_mutex_unlock(&lock);
}

void pf_param_add(struct kernel_param *kp)
{
	struct kernel_param **at = &params;

	pthread_mutex_lock(&lock);
	while (*at)
		at = &(*at)->next;
	kp->next = NULL;
	*at = kp;
	pthread_mutex_unlock(&lock);
}

void pf_param_del(struct kernel_param *kp)
{
	struct kernel_param **at = &params;

	pthread_mutex_lock(&lock);
	while (*at && *at != kp)
		at = &(*at)->next;
	if (*at)
		*at = kp->next;
	pthread_mutex_unlock(&lock);
}

static struct pf_initcall *next_of_level(struct pf_initcall *call,
					 unsigned int level)
{
	while (call && call->level != level)
		call = call->next;
	return call;
}

/* The one that was done last, or NULL. */
static struct pf_initcall *last_done(void)
{
	struct pf_initcall *last = NULL;
	unsigned int level;

	for (level = 0; level < NR_LEVELS; level++) {
		struct pf_initcall *call = next_of_level(calls, level);

		for (; call; call = next_of_level(call->next, level)) {
			if (call->is_done)
				last = call;
		}
	}
	return last;
}

/* The exit functions of @file: to be called, or called now. */
static void mark_exits(const char *file)
{
	struct pf_initcall *call;

	for (call = calls; call; call = call->next) {
		if (call->exit && !strcmp(call->file, file))
			call->is_done = true;
	}
}

static void call_exits(const char *file)
{
	struct pf_initcall *call;

	for (call = calls; call; call = call->next) {
		if (call->exit && call->is_done && !strcmp(call->file, file)) {
			call->is_done = false;
			call->exit();
		}
	}
}

void pf_modules_exit(void)
{
	struct pf_initcall *call;

	while ((call = last_done())) {
		call_exits(call->file);
		call->is_done = false;
	}
}

/* A file may have an exit function alone. */
static bool has_init(const char *file)
{
	struct pf_initcall *call;

	for (call = calls; call; call = call->next) {
		if (call->init && !strcmp(call->file, file))
			return true;
	}
	return false;
}

static int run(struct pf_initcall *call)
{
	int err;

	if (call->is_done || (call->exit && has_init(call->file)))
		return 0;
	err = call->init ? call->init() : 0;
	if (err < 0) {
		pr_err("%s: init returned %d (%pe)\n", kbasename(call->file),
		       err, ERR_PTR(err));
		return err;
	}
	call->is_done = true;
	mark_exits(call->file);
	return 0;
}

int pf_modules_init(void)
{
	unsigned int level;

	for (level = 0; level < NR_LEVELS; level++) {
		struct pf_initcall *call = next_of_level(calls, level);

		for (; call; call = next_of_level(call->next, level)) {
			int err = run(call);

			if (err) {
				pf_modules_exit();
				return err;
			}
		}
	}
	return 0;
}

/* "module.name" or "name": '-' and '_' are one, as for insmod. */
static bool name_fits(const char *wanted, const char *name)
{
	for (; *wanted && *name; wanted++, name++) {
		if (*wanted != *name && !(*wanted == '-' && *name == '_'))
			return false;
	}
	return *wanted == *name;
}

static bool is_named(const struct kernel_param *kp, const char *wanted)
{
	const char *dot = strchr(wanted, '.');
	const char *file = kbasename(kp->file);

	if (!dot)
		return name_fits(wanted, kp->name);
	return !strncmp(wanted, file, (size_t)(dot - wanted)) &&
	       (!file[dot - wanted] || file[dot - wanted] == '.') &&
	       name_fits(dot + 1, kp->name);
}

static struct kernel_param *find_param(const char *name)
{
	struct kernel_param *kp;

	for (kp = params; kp && !is_named(kp, name); kp = kp->next)
		;
	return kp;
}

int pf_module_param_set(const char *name, const char *value)
{
	struct kernel_param *kp = find_param(name);

	if (!kp)
		return -ENOENT;
	if (!value && !(kp->ops->flags & KERNEL_PARAM_OPS_FL_NOARG))
		return -EINVAL;
	return kp->ops->set(value, kp);
}

int pf_module_param_get(const char *name, char *buffer)
{
	struct kernel_param *kp = find_param(name);

	if (!kp)
		return -ENOENT;
	return kp->ops->get ? kp->ops->get(buffer, kp) : -EPERM;
}

static int set_argument(const char *argument)
{
	char name[128];
	const char *value = strchr(argument, '=');
	size_t len = value ? (size_t)(value - argument) : strlen(argument);
	int err = -ENOENT;

	if (len < sizeof(name)) {
		memcpy(name, argument, len);
		name[len] = '\0';
		err = pf_module_param_set(name, value ? value + 1 : NULL);
	}
	if (err)
		pr_err("parameter \"%s\": %s\n", argument,
		       err == -ENOENT ? "the module has none of that name"
				      : "the value is not one of its type");
	return err;
}

int pf_module_main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (set_argument(argv[i]))
			return 2;
	}
	if (pf_modules_init())
		return 1;
	pf_modules_exit();
	return 0;
}

#define DEFINE_NUMBER(name, type, convert, format)                            \
	static int set_##name(const char *val, const struct kernel_param *kp) \
	{                                                                     \
		return convert(val, 0, (type *)kp->arg);                      \
	}                                                                     \
	static int get_##name(char *buffer, const struct kernel_param *kp)    \
	{                                                                     \
		return scnprintf(buffer, 64, format "\n", *(type *)kp->arg);  \
	}                                                                     \
	const struct kernel_param_ops pf_param_ops_##name = {                 \
		.set = set_##name,                                            \
		.get = get_##name,                                            \
	}

DEFINE_NUMBER(byte, unsigned char, kstrtou8, "%hhu");
DEFINE_NUMBER(short, short, kstrtos16, "%hd");
DEFINE_NUMBER(ushort, unsigned short, kstrtou16, "%hu");
DEFINE_NUMBER(int, int, kstrtoint, "%d");
DEFINE_NUMBER(uint, unsigned int, kstrtouint, "%u");
DEFINE_NUMBER(long, long, kstrtol, "%ld");
DEFINE_NUMBER(ulong, unsigned long, kstrtoul, "%lu");
DEFINE_NUMBER(ullong, unsigned long long, kstrtoull, "%llu");
DEFINE_NUMBER(hexint, unsigned int, kstrtouint, "%#08x");

/* The text stays: it may be the program's argument, or another's buffer. */
static int set_charp(const char *val, const struct kernel_param *kp)
{
	char *text = strdup(val);

	if (!text)
		return -ENOMEM;
	*(char **)kp->arg = text;
	return 0;
}

static int get_charp(char *buffer, const struct kernel_param *kp)
{
	const char *text = *(char **)kp->arg;

	return scnprintf(buffer, 4096, "%s\n", text ? text : "(null)");
}

static int set_bool(const char *val, const struct kernel_param *kp)
{
	return kstrtobool(val ? val : "1", kp->arg);
}

static int get_bool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, 3, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}

static int set_invbool(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val, &value);

	if (!err)
		*(bool *)kp->arg = !value;
	return err;
}

static int get_invbool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, 3, "%c\n", *(bool *)kp->arg ? 'N' : 'Y');
}

static int set_bint(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val ? val : "1", &value);

	if (!err)
		*(int *)kp->arg = value;
	return err;
}

static int set_bool_enable_only(const char *val, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(val ? val : "1", &value);

	if (err)
		return err;
	if (!value && *(bool *)kp->arg)
		return -EROFS;
	*(bool *)kp->arg = value;
	return 0;
}

static int set_string(const char *val, const struct kernel_param *kp)
{
	if (strlen(val) + 1 > kp->str->maxlen)
		return -ENOSPC;
	strcpy(kp->str->string, val);
	return 0;
}

static int get_string(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, 4096, "%s\n", kp->str->string);
}

/* Values with commas between; no more than the array has. */
static int set_array(const char *val, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	struct kernel_param element = *kp;
	unsigned int nr = 0;
	int err = 0;

	while (!err && *val) {
		size_t len = strcspn(val, ",");
		char *text = strndup(val, len);

		if (nr == arr->max || !text) {
			free(text);
			return text ? -EINVAL : -ENOMEM;
		}
		element.arg = (char *)arr->elem + nr++ * arr->elemsize;
		err = arr->ops->set(text, &element);
		free(text);
		val += len + (val[len] == ',');
	}
	if (!err && arr->num)
		*arr->num = nr;
	return err;
}

static int get_array(char *buffer, const struct kernel_param *kp)
{
	const struct kparam_array *arr = kp->arr;
	unsigned int nr = arr->num ? *arr->num : arr->max;
	struct kernel_param element = *kp;
	unsigned int i;
	int len = 0;

	for (i = 0; i < nr; i++) {
		int ret;

		if (i)
			buffer[len - 1] = ','; /* over the newline */
		element.arg = (char *)arr->elem + i * arr->elemsize;
		ret = arr->ops->get(buffer + len, &element);
		if (ret < 0)
			return ret;
		len += ret;
	}
	buffer[len] = '\0';
	return len;
}

const struct kernel_param_ops pf_param_ops_charp = {0, set_charp, get_charp,
						    NULL};
const struct kernel_param_ops pf_param_ops_bool = {KERNEL_PARAM_OPS_FL_NOARG,
						   set_bool, get_bool, NULL};
const struct kernel_param_ops pf_param_ops_invbool = {0, set_invbool,
						      get_invbool, NULL};
const struct kernel_param_ops pf_param_ops_bint = {KERNEL_PARAM_OPS_FL_NOARG,
						   set_bint, get_int, NULL};
const struct kernel_param_ops pf_param_ops_bool_enable_only = {
	KERNEL_PARAM_OPS_FL_NOARG, set_bool_enable_only, get_bool, NULL};
const struct kernel_param_ops pf_param_ops_string = {0, set_string, get_string,
						     NULL};
const struct kernel_param_ops pf_param_array_ops = {0, set_array, get_array,
						    NULL};
