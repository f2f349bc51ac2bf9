/* SPDX-License-Identifier: MIT */
/*
 * report.c - saying what is wrong, and stopping before it spreads
 */
#include "os/report.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/print.h"
#include "os/conf.h"
#include "os/thread.h"

/* Thread that prints its last words, or 0; the first one wins. */
int dying_thread;

void report_line(const char *format, ...)
{
	TEXT(line, 512);
	int saved = errno;
	va_list ap;

	text_print(&line, "pfmalloc: ");
	va_start(ap, format);
	text_vprint(&line, format, ap);
	va_end(ap);
	line.start[line.len] = '\n'; /* over the NUL */
	if (syscall(SYS_write, 2, line.start, line.len + 1) < 0)
		errno = saved; /* stderr is closed: there is nobody to tell */
	errno = saved;
}

_Noreturn void report_abort(void)
{
	int nobody = 0;

	if (__atomic_compare_exchange_n(&dying_thread, &nobody, os_thread_id(),
					false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST) &&
	    pf_conf.stack)
		backtrace_print();
	abort();
}

_Noreturn void bug_at(const char *text, const char *file, unsigned int line)
{
	report_line("BUG: %s, at %s:%u", text, file, line);
	report_abort();
}
