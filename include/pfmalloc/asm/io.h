/* SPDX-License-Identifier: MIT */
/*
 * asm/io.h - the kernel's names for port I/O: inb(port), outb(value, port)
 *
 * glibc's <sys/io.h> has functions of these names, static and inline, that are
 * the bare instructions.  Here it is included first, so that it comes before
 * our macros in whatever order a program includes the two; after this header
 * the names mean the checked accesses.  The macros take no arguments, so that
 * `fn = inb` and a struct's member `inb` mean one thing throughout.
 */
#ifndef PFMALLOC_ASM_IO_H
#define PFMALLOC_ASM_IO_H

#ifdef __has_include
#if __has_include(<sys/io.h>)
#include <sys/io.h>
#endif
#endif

#include "../ioport.h"

#define inb    pf_inb
#define inw    pf_inw
#define inl    pf_inl
#define outb   pf_outb
#define outw   pf_outw
#define outl   pf_outl
#define inb_p  pf_inb_p
#define inw_p  pf_inw_p
#define inl_p  pf_inl_p
#define outb_p pf_outb_p
#define outw_p pf_outw_p
#define outl_p pf_outl_p
#define insb   pf_insb
#define insw   pf_insw
#define insl   pf_insl
#define outsb  pf_outsb
#define outsw  pf_outsw
#define outsl  pf_outsl

#endif
