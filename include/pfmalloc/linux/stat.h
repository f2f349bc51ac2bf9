/* SPDX-License-Identifier: MIT */
/*
 * stat.h - permissions of files and parameters
 *
 * libc's <sys/stat.h> has the single bits.
 */
#ifndef PFMALLOC_LINUX_STAT_H
#define PFMALLOC_LINUX_STAT_H

#include <sys/stat.h>

#ifndef S_IRUGO
#define S_IRWXUGO (S_IRWXU | S_IRWXG | S_IRWXO)
#define S_IRUGO	  (S_IRUSR | S_IRGRP | S_IROTH)
#define S_IWUGO	  (S_IWUSR | S_IWGRP | S_IWOTH)
#define S_IXUGO	  (S_IXUSR | S_IXGRP | S_IXOTH)
#endif

#endif
