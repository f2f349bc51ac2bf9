/* SPDX-License-Identifier: MIT */
/*
 * check.h - what a walk over a layer's invariants found
 *
 * Each layer has a *_check() that walks all of its invariants.  Tests, gdb and
 * pf_check() call it; it reads only, and names the first fact that is false.
 */
#ifndef PF_BASE_CHECK_H
#define PF_BASE_CHECK_H

#include "base/types.h"

struct check_report {
	unsigned int nr_failed;
	const char *first;    /* the first expression that was false, as text */
	const char *function; /* where it stands */
	unsigned int line;
	const void *subject; /* the structure it was about, or NULL */
};

static inline void check_fail(struct check_report *report, const char *text,
			      const char *function, unsigned int line,
			      const void *subject)
{
	if (report->nr_failed++)
		return;
	report->first = text;
	report->function = function;
	report->line = line;
	report->subject = subject;
}

#define CHECK(cond, report, subject)                                  \
	do {                                                          \
		if (!(cond))                                          \
			check_fail(report, #cond, __func__, __LINE__, \
				   subject);                          \
	} while (0)

static inline bool check_report_clean(const struct check_report *report)
{
	return report->nr_failed == 0;
}

#endif
