# SPDX-License-Identifier: MIT
#
# pf-flags.m4 - keep the flags that the compiler or linker knows
#
# Each flag is tried with -Werror, because clang only warns of a flag that it
# does not know.  A flag that is refused is left out without a word: the
# library is right without it.

# PF_ADD_FLAGS(VARIABLE, FLAGS): append each flag that compiles.
AC_DEFUN([PF_ADD_FLAGS], [
	m4_foreach_w([pf_flag], [$2], [_PF_ADD_FLAG([$1],
		m4_defn([pf_flag]), [AC_COMPILE_IFELSE])])
])

# PF_ADD_LINK_FLAGS(VARIABLE, FLAGS): append each flag that links.
AC_DEFUN([PF_ADD_LINK_FLAGS], [
	m4_foreach_w([pf_flag], [$2], [_PF_ADD_FLAG([$1],
		m4_defn([pf_flag]), [AC_LINK_IFELSE])])
])

m4_define([_PF_ADD_FLAG], [
	AS_VAR_PUSHDEF([pf_known], [pf_cv_flag_$2])
	AC_CACHE_CHECK([for $2], [pf_known], [
		pf_saved_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -Werror $2"
		$3([AC_LANG_PROGRAM([], [])],
			[AS_VAR_SET([pf_known], [yes])],
			[AS_VAR_SET([pf_known], [no])])
		CFLAGS=$pf_saved_CFLAGS])
	AS_VAR_IF([pf_known], [yes], [$1="$$1 $2"])
	AS_VAR_POPDEF([pf_known])
])
