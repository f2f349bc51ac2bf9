/* SPDX-License-Identifier: MIT */
/*
 * printk.h - messages
 *
 * A message goes to a sink: stderr, or what pf_printk_set_sink() was given.
 * Those whose level is not below the console level (7: all but KERN_DEBUG) are
 * left out.  One call is one write, so the lines of threads do not mix.  A
 * message without a newline can be continued by KERN_CONT; else the next one
 * begins a line.
 */
#ifndef PFMALLOC_LINUX_PRINTK_H
#define PFMALLOC_LINUX_PRINTK_H

#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/once_lite.h>
#include <linux/panic.h>
#include <linux/ratelimit_types.h>
#include <linux/sprintf.h>
#include <linux/types.h>

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define MESSAGE_LOGLEVEL_DEFAULT LOGLEVEL_WARNING
#define CONSOLE_LOGLEVEL_DEFAULT 7

/**
 * pf_printk - print a message
 * @fmt: KERN_ level or none, and a format; at most 991 bytes are printed
 *
 * Any context that is no signal handler.  Return: bytes of the message.
 */
pf_api __printf(1, 2) int pf_printk(const char *fmt, ...);
pf_api __printf(1, 0) int pf_vprintk(const char *fmt, va_list args);

/*
 * Where messages go: @sink gets each one, without its level, with the newline
 * that ends it; one at a time.  It must not print.  NULL: stderr.
 */
typedef void (*pf_printk_sink_t)(int level, const char *text, size_t len);
pf_api void pf_printk_set_sink(pf_printk_sink_t sink);

/* Messages of a level below @level are shown.  Return: the level so far. */
pf_api int pf_printk_set_level(int level);

#define printk(fmt, ...)	  pf_printk(fmt, ##__VA_ARGS__)
#define _printk(fmt, ...)	  pf_printk(fmt, ##__VA_ARGS__)
#define vprintk(fmt, args)	  pf_vprintk(fmt, args)
#define printk_deferred(fmt, ...) pf_printk(fmt, ##__VA_ARGS__)

static inline int printk_get_level(const char *text)
{
	if (text[0] == KERN_SOH_ASCII && text[1] &&
	    ((text[1] >= '0' && text[1] <= '7') || text[1] == 'c'))
		return text[1];
	return 0;
}

static inline const char *printk_skip_level(const char *text)
{
	return printk_get_level(text) ? text + 2 : text;
}

/* Checks the format, prints nothing, evaluates nothing. */
#define no_printk(fmt, ...)                            \
	__extension__({                                \
		if (0)                                 \
			pf_printk(fmt, ##__VA_ARGS__); \
		0;                                     \
	})

#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)

/* Nothing without -DDEBUG, as in a kernel without dynamic debugging. */
#ifdef DEBUG
#define pf_printk_debug(fmt, ...) printk(fmt, ##__VA_ARGS__)
#else
#define pf_printk_debug(fmt, ...) no_printk(fmt, ##__VA_ARGS__)
#endif
#define pr_debug(fmt, ...) \
	pf_printk_debug(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...) \
	pf_printk_debug(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)

#define pf_once(call)                               \
	__extension__({                             \
		bool pf_is_first = pf_first_time(); \
		if (pf_is_first)                    \
			(void)(call);               \
		pf_is_first;                        \
	})

#define printk_once(fmt, ...)	 pf_once(printk(fmt, ##__VA_ARGS__))
#define pr_emerg_once(fmt, ...)	 pf_once(pr_emerg(fmt, ##__VA_ARGS__))
#define pr_alert_once(fmt, ...)	 pf_once(pr_alert(fmt, ##__VA_ARGS__))
#define pr_crit_once(fmt, ...)	 pf_once(pr_crit(fmt, ##__VA_ARGS__))
#define pr_err_once(fmt, ...)	 pf_once(pr_err(fmt, ##__VA_ARGS__))
#define pr_warn_once(fmt, ...)	 pf_once(pr_warn(fmt, ##__VA_ARGS__))
#define pr_notice_once(fmt, ...) pf_once(pr_notice(fmt, ##__VA_ARGS__))
#define pr_info_once(fmt, ...)	 pf_once(pr_info(fmt, ##__VA_ARGS__))
#define pr_debug_once(fmt, ...)	 pf_once(pr_debug(fmt, ##__VA_ARGS__))

#define pf_ratelimited(call)                                              \
	__extension__({                                                   \
		static DEFINE_RATELIMIT_STATE(pf_rs,                      \
					      DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);   \
		if (__ratelimit(&pf_rs))                                  \
			(void)(call);                                     \
	})

#define printk_ratelimited(fmt, ...) pf_ratelimited(printk(fmt, ##__VA_ARGS__))
#define pr_emerg_ratelimited(fmt, ...) \
	pf_ratelimited(pr_emerg(fmt, ##__VA_ARGS__))
#define pr_alert_ratelimited(fmt, ...) \
	pf_ratelimited(pr_alert(fmt, ##__VA_ARGS__))
#define pr_crit_ratelimited(fmt, ...) \
	pf_ratelimited(pr_crit(fmt, ##__VA_ARGS__))
#define pr_err_ratelimited(fmt, ...) pf_ratelimited(pr_err(fmt, ##__VA_ARGS__))
#define pr_warn_ratelimited(fmt, ...) \
	pf_ratelimited(pr_warn(fmt, ##__VA_ARGS__))
#define pr_notice_ratelimited(fmt, ...) \
	pf_ratelimited(pr_notice(fmt, ##__VA_ARGS__))
#define pr_info_ratelimited(fmt, ...) \
	pf_ratelimited(pr_info(fmt, ##__VA_ARGS__))
#ifdef DEBUG
#define pr_debug_ratelimited(fmt, ...) \
	pf_ratelimited(pr_debug(fmt, ##__VA_ARGS__))
#else
#define pr_debug_ratelimited(fmt, ...) pr_debug(fmt, ##__VA_ARGS__)
#endif

#define printk_ratelimit()                                                \
	__extension__({                                                   \
		static DEFINE_RATELIMIT_STATE(pf_rs,                      \
					      DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);   \
		__ratelimit(&pf_rs);                                      \
	})

enum {
	DUMP_PREFIX_NONE,
	DUMP_PREFIX_ADDRESS,
	DUMP_PREFIX_OFFSET
};

/**
 * pf_hex_dump_to_buffer - one line of bytes as text
 * @rowsize: bytes in a full line, 16 or 32; anything else is 16
 * @groupsize: bytes in a number, 1, 2, 4 or 8; anything else, or a length that
 *	is no multiple of it, is 1
 *
 * Return: bytes that the line has without NUL, however many fitted.
 */
pf_api int pf_hex_dump_to_buffer(const void *buf, size_t len, int rowsize,
				 int groupsize, char *linebuf,
				 size_t linebuflen, bool ascii);
pf_api void pf_print_hex_dump(const char *level, const char *prefix_str,
			      int prefix_type, int rowsize, int groupsize,
			      const void *buf, size_t len, bool ascii);

#define hex_dump_to_buffer(buf, len, rowsize, groupsize, linebuf, linebuflen, \
			   ascii)                                             \
	pf_hex_dump_to_buffer(buf, len, rowsize, groupsize, linebuf,          \
			      linebuflen, ascii)
#define print_hex_dump(level, prefix_str, prefix_type, rowsize, groupsize,    \
		       buf, len, ascii)                                       \
	pf_print_hex_dump(level, prefix_str, prefix_type, rowsize, groupsize, \
			  buf, len, ascii)

/* Nothing without -DDEBUG. */
#define print_hex_dump_debug(prefix_str, prefix_type, rowsize, groupsize, buf, \
			     len, ascii)                                       \
	do {                                                                   \
		if (PF_PRINTS_DEBUG)                                           \
			pf_print_hex_dump(KERN_DEBUG, prefix_str, prefix_type, \
					  rowsize, groupsize, buf, len,        \
					  ascii);                              \
	} while (0)
#define print_hex_dump_bytes(prefix_str, prefix_type, buf, len) \
	print_hex_dump_debug(prefix_str, prefix_type, 16, 1, buf, len, true)
#ifdef DEBUG
#define PF_PRINTS_DEBUG 1
#else
#define PF_PRINTS_DEBUG 0
#endif

#endif
