/* SPDX-License-Identifier: MIT */
/*
 * printk.c - messages, their levels and limits, and the reports of bug.h
 *
 * A message is put together in a buffer on the stack and handed to the sink in
 * one piece, under a lock: lines do not mix.  "line is open" remembers that the
 * last message had no newline, so that the next one, unless it continues it,
 * begins a line.
 */
#include <linux/bug.h>
#include <linux/hex.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include <pthread.h>

#include "kenv/kenv.h"

#define LINE_BYTES 992 /* of a message, NUL included */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pf_printk_sink_t sink;
static int console_level = CONSOLE_LOGLEVEL_DEFAULT;
static bool line_is_open;

static void to_stderr(int level, const char *text, size_t len)
{
	(void)level;
	kenv_write(text, len);
}

void pf_printk_set_sink(pf_printk_sink_t new_sink)
{
	pthread_mutex_lock(&lock);
	sink = new_sink;
	line_is_open = false;
	pthread_mutex_unlock(&lock);
}

int pf_printk_set_level(int level)
{
	return __atomic_exchange_n(&console_level, level, __ATOMIC_RELAXED);
}

static pthread_mutex_t states_lock = PTHREAD_MUTEX_INITIALIZER;

void printk_fork_prepare(void)
{
	pthread_mutex_lock(&states_lock);
	pthread_mutex_lock(&lock);
}

void printk_fork_done(void)
{
	pthread_mutex_unlock(&lock);
	pthread_mutex_unlock(&states_lock);
}

static void emit(int level, bool continues, const char *text, size_t len)
{
	static int open_level;
	pf_printk_sink_t to = sink ? sink : to_stderr;

	if (continues)
		level = open_level;
	if (level >= READ_ONCE(console_level))
		return;
	if (line_is_open && !continues)
		to(level, "\n", 1);
	open_level = level;
	to(level, text, len);
	line_is_open = len && text[len - 1] != '\n';
}

/* The level is looked for in the text: print_hex_dump() has it as argument. */
int pf_vprintk(const char *fmt, va_list args)
{
	char line[LINE_BYTES];
	int len = vscnprintf(line, sizeof(line), fmt, args);
	const char *text = printk_skip_level(line);
	char mark = (char)printk_get_level(line);
	int level = mark >= '0' && mark <= '7' ? mark - '0'
					       : MESSAGE_LOGLEVEL_DEFAULT;

	len -= (int)(text - line);
	pthread_mutex_lock(&lock);
	emit(level, mark == 'c', text, (size_t)len);
	pthread_mutex_unlock(&lock);
	return len;
}

int pf_printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = pf_vprintk(fmt, args);
	va_end(args);
	return len;
}

int pf_ratelimit(struct ratelimit_state *rs, const char *function)
{
	unsigned long now = jiffies ? jiffies : 1;
	int missed = 0;
	int may_pass;

	if (rs->interval <= 0)
		return 1;
	pthread_mutex_lock(&states_lock);
	if (!rs->begin ||
	    time_after(now, rs->begin + (unsigned long)rs->interval)) {
		rs->begin = now;
		rs->printed = 0;
		if (!(rs->flags & RATELIMIT_MSG_ON_RELEASE)) {
			missed = rs->missed;
			rs->missed = 0;
		}
	}
	may_pass = rs->printed < rs->burst;
	if (may_pass)
		rs->printed++;
	else
		rs->missed++;
	pthread_mutex_unlock(&states_lock);
	if (missed)
		pr_warn("%s: %d callbacks suppressed\n", function, missed);
	return may_pass;
}

void pf_dump_stack(void)
{
	kenv_stack();
}

void pf_panic(const char *fmt, ...)
{
	struct va_format message = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	message.va = &args;
	pr_emerg("Kernel panic - not syncing: %pV\n", &message);
	va_end(args);
	kenv_abort();
}

void pf_bug(const char *file, int line, const char *function)
{
	pr_emerg("kernel BUG at %s:%d, in %s()!\n", file, line, function);
	kenv_abort();
}

void pf_warn(const char *file, int line, const char *function)
{
	pr_warn("WARNING: at %s:%d, in %s()\n", file, line, function);
	kenv_stack();
}

void pf_warn_fmt(const char *file, int line, const char *function,
		 const char *fmt, ...)
{
	struct va_format message = {.fmt = fmt};
	size_t len = strlen(fmt);
	va_list args;

	va_start(args, fmt);
	message.va = &args;
	pr_warn("WARNING: at %s:%d, in %s(): %pV%s", file, line, function,
		&message, len && fmt[len - 1] == '\n' ? "" : "\n");
	va_end(args);
	kenv_stack();
}

/* A number of @groupsize bytes as the machine has it; 1, 2, 4 or 8. */
static int put_group(char *line, size_t size, const u8 *bytes, int groupsize)
{
	u64 value = 0;
	u32 value32;
	u16 value16;

	switch (groupsize) {
	case 8:
		memcpy(&value, bytes, 8);
		break;
	case 4:
		memcpy(&value32, bytes, 4);
		value = value32;
		break;
	case 2:
		memcpy(&value16, bytes, 2);
		value = value16;
		break;
	default:
		value = *bytes;
	}
	return snprintf(line, size, "%0*llx", groupsize * 2,
			(unsigned long long)value);
}

int pf_hex_dump_to_buffer(const void *buf, size_t len, int rowsize,
			  int groupsize, char *linebuf, size_t linebuflen,
			  bool ascii)
{
	const u8 *bytes = buf;
	char line[32 * 3 + 2 + 32 + 1];
	size_t at = 0;
	size_t column;
	size_t i;

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	len = min(len, (size_t)rowsize);
	if ((groupsize != 2 && groupsize != 4 && groupsize != 8) ||
	    len % (size_t)groupsize)
		groupsize = 1;
	for (i = 0; i < len; i += (size_t)groupsize) {
		if (i)
			line[at++] = ' ';
		at += (size_t)put_group(line + at, sizeof(line) - at, bytes + i,
					groupsize);
	}
	if (ascii && len) {
		column = (size_t)(rowsize * 2 + rowsize / groupsize + 1);
		while (at < column)
			line[at++] = ' ';
		for (i = 0; i < len; i++)
			line[at++] = (char)(bytes[i] >= 0x20 && bytes[i] < 0x7f
						    ? bytes[i]
						    : '.');
	}
	line[at] = '\0';
	if (linebuflen) {
		size_t kept = min(at, linebuflen - 1);

		memcpy(linebuf, line, kept);
		linebuf[kept] = '\0';
	}
	return (int)at;
}

void pf_print_hex_dump(const char *level, const char *prefix_str,
		       int prefix_type, int rowsize, int groupsize,
		       const void *buf, size_t len, bool ascii)
{
	const u8 *bytes = buf;
	char line[32 * 3 + 2 + 32 + 1];
	size_t i;

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	for (i = 0; i < len; i += (size_t)rowsize) {
		pf_hex_dump_to_buffer(bytes + i, len - i, rowsize, groupsize,
				      line, sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			printk("%s%s%p: %s\n", level, prefix_str,
			       (const void *)(bytes + i), line);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			printk("%s%s%.8zx: %s\n", level, prefix_str, i, line);
		else
			printk("%s%s%s\n", level, prefix_str, line);
	}
}
