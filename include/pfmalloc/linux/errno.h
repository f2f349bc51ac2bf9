/* SPDX-License-Identifier: MIT */
/*
 * errno.h - error numbers, with those that never leave a kernel
 *
 * libc's <errno.h> includes <linux/errno.h> for the others.
 */
#ifndef PFMALLOC_LINUX_ERRNO_H
#define PFMALLOC_LINUX_ERRNO_H

#include_next <linux/errno.h>

#define ERESTARTSYS	      512 /* a signal came before anything was done */
#define ERESTARTNOINTR	      513
#define ERESTARTNOHAND	      514
#define ENOIOCTLCMD	      515
#define ERESTART_RESTARTBLOCK 516
#define EPROBE_DEFER	      517
#define EOPENSTALE	      518
#define ENOPARAM	      519
#define EBADHANDLE	      521
#define ENOTSYNC	      522
#define EBADCOOKIE	      523
#define ENOTSUPP	      524
#define ETOOSMALL	      525
#define ESERVERFAULT	      526
#define EBADTYPE	      527
#define EJUKEBOX	      528
#define EIOCBQUEUED	      529
#define ERECALLCONFLICT	      530
#define ENOGRACE	      531

#endif
