/* SPDX-License-Identifier: MIT */
/*
 * static_key.h - see <linux/jump_label.h>
 */
#ifndef PFMALLOC_LINUX_STATIC_KEY_H
#define PFMALLOC_LINUX_STATIC_KEY_H

#include <linux/jump_label.h>

#endif
