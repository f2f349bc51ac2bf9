// SPDX-License-Identifier: MIT
//
// count-cxx.cc - new and delete, for count
//
// The object's size is known here, so the compiler calls the operator delete
// that is told the size.

#include "bench/micro/count.h"

struct node {
	node *next;
	long value[5];
};

void new_delete(unsigned long n)
{
	while (n--) {
		node *p = new node;

		p->next = nullptr;
		__asm__ volatile("" : : "r"(p) : "memory");
		delete p;
	}
}
