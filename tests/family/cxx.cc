/* SPDX-License-Identifier: MIT */
/*
 * cxx.cc - operators new and delete, in a program that links libstdc++
 *
 * The operators are called by name: a new-expression may be left out by the
 * compiler, a call of ::operator new may not.
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <malloc.h>
#include <new>
#include <set>
#include <string>
#include <vector>

namespace
{

using std::align_val_t;
using std::nothrow;
using std::size_t;

const size_t some_sizes[] = {0,	     1,	      8,       24,	64,
			     100,    1000,    5000,    8192,	20000,
			     100000, 1 << 20, 4 << 20, 5 << 20, 40 << 20};

const size_t impossible[] = {
	size_t(PTRDIFF_MAX) - 4096,
	size_t(PTRDIFF_MAX),
	size_t(PTRDIFF_MAX) + 1,
	SIZE_MAX - 65536,
	SIZE_MAX - 4096,
	SIZE_MAX - 63,
	SIZE_MAX - 15,
	SIZE_MAX - 1,
	SIZE_MAX,
};

bool is_aligned(void *p, size_t alignment)
{
	return (reinterpret_cast<uintptr_t>(p) & (alignment - 1)) == 0;
}

void expect_usable(void *p, size_t size, size_t alignment)
{
	EXPECT(p != nullptr);
	EXPECT(is_aligned(p, alignment));
	EXPECT_GE(malloc_usable_size(p), size);
	if (p && size)
		memset(p, 0x5a, size);
}

/* True when the call throws std::bad_alloc, exactly that. */
template <class Call> bool throws_bad_alloc(Call call)
{
	try {
		used(call());
	} catch (const std::bad_alloc &error) {
		return strcmp(error.what(), "std::bad_alloc") == 0;
	} catch (...) {
		return false;
	}
	return false;
}

} // namespace

/* size_t in a mangled name: unsigned long, or unsigned int. */
#if __SIZEOF_SIZE_T__ == 8
#define SIZE_LETTER "m"
#else
#define SIZE_LETTER "j"
#endif

TEST(new_and_delete_come_from_the_malloc_under_test)
{
	static const char *const names[] = {
		"_Znw" SIZE_LETTER,
		"_Zna" SIZE_LETTER,
		"_Znw" SIZE_LETTER "RKSt9nothrow_t",
		"_ZdlPv",
		"_ZdaPv",
		"_Zna" SIZE_LETTER "RKSt9nothrow_t",
		"_ZdlPv" SIZE_LETTER,
		"_ZdaPv" SIZE_LETTER,
		"_Znw" SIZE_LETTER "St11align_val_t",
		"_ZdaPvSt11align_val_t",
		"_Zna" SIZE_LETTER "St11align_val_t",
		"_ZdlPvSt11align_val_t",
		"_Znw" SIZE_LETTER "St11align_val_tRKSt9nothrow_t",
		"_ZdlPvRKSt9nothrow_t",
		"_Zna" SIZE_LETTER "St11align_val_tRKSt9nothrow_t",
		"_ZdaPvRKSt9nothrow_t",
		"_ZdlPv" SIZE_LETTER "St11align_val_t",
		"_ZdaPv" SIZE_LETTER "St11align_val_t",
		"_ZdlPvSt11align_val_tRKSt9nothrow_t",
		"_ZdaPvSt11align_val_tRKSt9nothrow_t",
	};
	Dl_info of_malloc;
	Dl_info info;

	if (!on_pfmalloc())
		SKIP("libstdc++ serves the operators on glibc");
	EXPECT(dladdr(dlsym(RTLD_DEFAULT, "malloc"), &of_malloc));
	for (const char *name : names) {
		void *symbol = dlsym(RTLD_DEFAULT, name);

		if (!EXPECT(symbol && dladdr(symbol, &info)) ||
		    !EXPECT_STR_EQ(info.dli_fname, of_malloc.dli_fname))
			tap_note("  %s", name);
	}
}

TEST(plain_new_and_delete)
{
	for (size_t size : some_sizes) {
		void *p = ::operator new(opaque(size));
		void *q = ::operator new[](opaque(size));

		expect_usable(p, size, 16);
		expect_usable(q, size, 16);
		EXPECT(p != q);
		::operator delete(p);
		::operator delete[](q);
	}
}

TEST(sized_delete)
{
	for (size_t size : some_sizes) {
		void *p = ::operator new(opaque(size));
		void *q = ::operator new[](opaque(size));

		expect_usable(p, size, 16);
		expect_usable(q, size, 16);
		::operator delete(p, size);
		::operator delete[](q, size);
	}
}

TEST(nothrow_new_and_delete)
{
	for (size_t size : some_sizes) {
		void *p = ::operator new(opaque(size), nothrow);
		void *q = ::operator new[](opaque(size), nothrow);

		expect_usable(p, size, 16);
		expect_usable(q, size, 16);
		::operator delete(p, nothrow);
		::operator delete[](q, nothrow);
	}
}

TEST(aligned_new_and_delete)
{
	for (size_t alignment = 1; alignment <= 1 << 21; alignment *= 2) {
		align_val_t value = align_val_t(alignment);

		for (size_t size : some_sizes) {
			void *p = ::operator new(opaque(size), value);
			void *q = ::operator new[](opaque(size), value);

			if (size > 8 << 20 && alignment > 4096)
				size = 8 << 20; /* touch less */
			expect_usable(p, size, alignment);
			expect_usable(q, size, alignment);
			::operator delete(p, value);
			::operator delete[](q, value);
		}
	}
}

TEST(aligned_sized_and_nothrow_delete)
{
	align_val_t value = align_val_t(256);

	for (size_t size : some_sizes) {
		void *p = ::operator new(opaque(size), value);
		void *q = ::operator new[](opaque(size), value);
		void *r = ::operator new(opaque(size), value, nothrow);
		void *s = ::operator new[](opaque(size), value, nothrow);

		expect_usable(p, size, 256);
		expect_usable(q, size, 256);
		expect_usable(r, size, 256);
		expect_usable(s, size, 256);
		::operator delete(p, size, value);
		::operator delete[](q, size, value);
		::operator delete(r, value, nothrow);
		::operator delete[](s, value, nothrow);
	}
}

TEST(delete_of_nullptr_does_nothing)
{
	void *null = reinterpret_cast<void *>(opaque(0));
	align_val_t value = align_val_t(64);

	::operator delete(null);
	::operator delete[](null);
	::operator delete(null, size_t(10));
	::operator delete[](null, size_t(10));
	::operator delete(null, nothrow);
	::operator delete[](null, nothrow);
	::operator delete(null, value);
	::operator delete[](null, value);
	::operator delete(null, size_t(10), value);
	::operator delete[](null, size_t(10), value);
	::operator delete(null, value, nothrow);
	::operator delete[](null, value, nothrow);
	EXPECT(true);
}

TEST(impossible_sizes_throw_bad_alloc)
{
	for (size_t size : impossible) {
		EXPECT(throws_bad_alloc(
			[=] { return ::operator new(opaque(size)); }));
		EXPECT(throws_bad_alloc(
			[=] { return ::operator new[](opaque(size)); }));
	}
}

TEST(impossible_sizes_with_alignment_throw_bad_alloc)
{
	if (!on_pfmalloc())
		SKIP("libstdc++ 12 rounds SIZE_MAX up to 0");
	for (size_t alignment = 1; alignment <= 1 << 20; alignment *= 4) {
		align_val_t value = align_val_t(alignment);

		for (size_t size : impossible) {
			EXPECT(throws_bad_alloc([=] {
				return ::operator new(opaque(size), value);
			}));
			EXPECT(throws_bad_alloc([=] {
				return ::operator new[](opaque(size), value);
			}));
		}
	}
}

TEST(nothrow_new_of_an_impossible_size_is_nullptr)
{
	for (size_t size : impossible) {
		EXPECT(!::operator new(opaque(size), nothrow));
		EXPECT(!::operator new[](opaque(size), nothrow));
	}
}

TEST(aligned_nothrow_new_of_an_impossible_size_is_nullptr)
{
	if (!on_pfmalloc())
		SKIP("libstdc++ 12 rounds SIZE_MAX up to 0");
	for (size_t size : impossible) {
		for (size_t n = 1; n <= 1 << 20; n *= 4) {
			align_val_t value = align_val_t(n);

			EXPECT(!::operator new(opaque(size), value, nothrow));
			EXPECT(!::operator new[](opaque(size), value, nothrow));
		}
	}
}

namespace
{

int nr_calls;

void give_up_after_five()
{
	if (++nr_calls == 5)
		std::set_new_handler(nullptr);
}

struct of_the_handler {
};

void throw_own_exception()
{
	nr_calls++;
	throw of_the_handler();
}

void throw_bad_alloc()
{
	nr_calls++;
	throw std::bad_alloc();
}

/* A block goes back on each call, until one is enough. */
std::vector<void *> *reserve;

void give_reserve()
{
	nr_calls++;
	if (reserve->empty()) {
		std::set_new_handler(nullptr);
		return;
	}
	for (void *block : *reserve)
		free(block);
	reserve->clear();
}

} // namespace

TEST(the_new_handler_is_called_until_it_gives_up)
{
	size_t size = opaque(SIZE_MAX / 2 + 1);

	nr_calls = 0;
	std::set_new_handler(give_up_after_five);
	EXPECT(throws_bad_alloc([=] { return ::operator new(size); }));
	EXPECT_EQ(nr_calls, 5);

	nr_calls = 0;
	std::set_new_handler(give_up_after_five);
	EXPECT(throws_bad_alloc(
		[=] { return ::operator new[](size, align_val_t(64)); }));
	EXPECT_EQ(nr_calls, 5);
	EXPECT(std::get_new_handler() == nullptr);
}

TEST(nothrow_new_calls_the_new_handler_too)
{
	size_t size = opaque(SIZE_MAX / 2 + 1);

	nr_calls = 0;
	std::set_new_handler(give_up_after_five);
	EXPECT(!::operator new(size, nothrow));
	EXPECT_EQ(nr_calls, 5);

	nr_calls = 0;
	std::set_new_handler(give_up_after_five);
	EXPECT(!::operator new[](size, align_val_t(4096), nothrow));
	EXPECT_EQ(nr_calls, 5);
	std::set_new_handler(nullptr);
}

TEST(an_exception_of_the_new_handler_reaches_the_caller)
{
	bool caught = false;

	nr_calls = 0;
	std::set_new_handler(throw_own_exception);
	try {
		used(::operator new(opaque(SIZE_MAX)));
	} catch (const of_the_handler &) {
		caught = true;
	}
	std::set_new_handler(nullptr);
	EXPECT(caught);
	EXPECT_EQ(nr_calls, 1);
}

TEST(nothrow_new_turns_the_handlers_bad_alloc_into_nullptr)
{
	size_t size = opaque(SIZE_MAX / 2 + 1);

	nr_calls = 0;
	std::set_new_handler(throw_bad_alloc);
	EXPECT(!::operator new(size, nothrow));
	EXPECT(!::operator new[](size, nothrow));
	EXPECT(!::operator new(size, align_val_t(64), nothrow));
	EXPECT(!::operator new[](size, align_val_t(64), nothrow));
	std::set_new_handler(nullptr);
	EXPECT_EQ(nr_calls, 4);
}

/*
 * 4 GiB blocks, never touched: no address space holds 65536 of them.  Nor does
 * one of 32 bits hold as many of 64 MiB.
 */
TEST(new_succeeds_once_the_handler_has_freed_enough)
{
	const size_t size =
		sizeof(size_t) > 4 ? size_t(1) << 16 << 16 : size_t(64) << 20;
	const size_t most = 65536;
	std::vector<void *> held;
	bool threw = false;

	held.reserve(most);
	reserve = &held;
	nr_calls = 0;
	while (held.size() < most) {
		void *block = malloc(size);

		if (!block)
			break;
		held.push_back(block);
	}
	if (held.empty())
		SKIP("this system refuses so much at once");
	if (!EXPECT_LT(held.size(), most))
		return;

	std::set_new_handler(give_reserve);
	try {
		::operator delete(used(::operator new(opaque(size))));
	} catch (const std::bad_alloc &) {
		threw = true;
	}
	std::set_new_handler(nullptr);
	EXPECT(!threw);
	EXPECT_GE(nr_calls, 1);
}

TEST(malloc_and_new_may_be_mixed_by_size)
{
	for (size_t size : some_sizes) {
		void *p = malloc(size);
		void *q = ::operator new(opaque(size));

		::operator delete(p, size); /* undefined, and often seen */
		free(q);
	}
	EXPECT(true);
}

namespace
{

struct alignas(64) line {
	char bytes[64];
};

struct alignas(4096) page {
	char bytes[4096];
};

} // namespace

TEST(new_expressions_and_containers_work)
{
	std::vector<line> lines(1000);
	std::set<std::string> words;
	page *pages = new page[7];

	EXPECT(is_aligned(lines.data(), 64));
	EXPECT(is_aligned(pages, 4096));
	delete[] pages;
	for (int i = 0; i < 10000; i++)
		words.insert(std::to_string(i * 7919 % 10007) +
			     std::string(size_t(i % 100), 'x'));
	EXPECT_EQ(words.size(), 10000);
}
