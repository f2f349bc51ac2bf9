/* SPDX-License-Identifier: MIT */
/*
 * os.c - the way from lib/kenv to lib/os
 */
#include "kenv/kenv.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/conf.h"
#include "os/report.h"
#include "os/thread.h"

void kenv_wait(uint32_t *word, uint32_t value)
{
	os_wait(word, value);
}

void kenv_wait_ms(uint32_t *word, uint32_t value, unsigned int ms)
{
	os_wait_ms(word, value, ms);
}

void kenv_wake(uint32_t *word, int count)
{
	os_wake(word, count);
}

void kenv_wait_turn(unsigned int round)
{
	os_wait_turn(round);
}

int kenv_thread_id(void)
{
	return os_thread_id();
}

void kenv_stack(void)
{
	if (pf_conf.stack)
		backtrace_print();
}

_Noreturn void kenv_abort(void)
{
	report_abort();
}

void kenv_write(const char *text, unsigned long len)
{
	int saved = errno;

	while (len) {
		long done = syscall(SYS_write, 2, text, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			break; /* stderr is closed: there is nobody to tell */
		text += done;
		len -= (unsigned long)done;
	}
	errno = saved;
}
