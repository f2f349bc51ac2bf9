/* SPDX-License-Identifier: MIT */
/*
 * kconfig.h - IS_ENABLED() and its kin, for options given as -DCONFIG_X=1
 *
 * An option that is not defined is 0.  The trick: a macro that is 1 pastes
 * into a name that expands to "0,", which moves a 1 into the second place.
 */
#ifndef PFMALLOC_LINUX_KCONFIG_H
#define PFMALLOC_LINUX_KCONFIG_H

#define PF_CONFIG_SHIFT_1	    0,
#define PF_CONFIG_SECOND(a, b, ...) b
#define PF_CONFIG_PICK(shifted)	    PF_CONFIG_SECOND(shifted 1, 0, 0)
#define PF_CONFIG_PASTE(value)	    PF_CONFIG_PICK(PF_CONFIG_SHIFT_##value)
#define PF_IS_ONE(value)	    PF_CONFIG_PASTE(value)

#define IS_BUILTIN(option)   PF_IS_ONE(option)
#define IS_MODULE(option)    PF_IS_ONE(option##_MODULE)
#define IS_ENABLED(option)   (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

#endif
