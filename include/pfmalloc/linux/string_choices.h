/* SPDX-License-Identifier: MIT */
/*
 * string_choices.h - one of two words
 */
#ifndef PFMALLOC_LINUX_STRING_CHOICES_H
#define PFMALLOC_LINUX_STRING_CHOICES_H

#define str_yes_no(v)		((v) ? "yes" : "no")
#define str_no_yes(v)		str_yes_no(!(v))
#define str_true_false(v)	((v) ? "true" : "false")
#define str_false_true(v)	str_true_false(!(v))
#define str_on_off(v)		((v) ? "on" : "off")
#define str_off_on(v)		str_on_off(!(v))
#define str_enable_disable(v)	((v) ? "enable" : "disable")
#define str_disable_enable(v)	str_enable_disable(!(v))
#define str_enabled_disabled(v) ((v) ? "enabled" : "disabled")
#define str_disabled_enabled(v) str_enabled_disabled(!(v))
#define str_high_low(v)		((v) ? "high" : "low")
#define str_low_high(v)		str_high_low(!(v))
#define str_up_down(v)		((v) ? "up" : "down")
#define str_down_up(v)		str_up_down(!(v))
#define str_read_write(v)	((v) ? "read" : "write")
#define str_write_read(v)	str_read_write(!(v))
#define str_plural(num)		((num) == 1 ? "" : "s")

#endif
