/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - see <linux/uaccess.h>
 */
#ifndef PFMALLOC_ASM_UACCESS_H
#define PFMALLOC_ASM_UACCESS_H

#include <linux/uaccess.h>

#endif
