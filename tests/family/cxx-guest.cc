/* SPDX-License-Identifier: MIT */
/*
 * cxx-guest.cc - a C++ plug-in for cxx-late.c, opened with dlopen
 */
#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
__attribute__((visibility("default"))) int guest_works(void);
__attribute__((visibility("default"))) int guest_catches_bad_alloc(void);
__attribute__((visibility("default"))) int guest_handler_is_called(void);
__attribute__((visibility("default"))) int guest_nothrow_is_null(void);
}

namespace
{

int nr_calls;

void give_up_after_three()
{
	if (++nr_calls == 3)
		std::set_new_handler(nullptr);
}

std::size_t impossible()
{
	volatile std::size_t size = SIZE_MAX / 2 + 1;

	return size;
}

} // namespace

int guest_works(void)
{
	std::vector<std::string> words;

	for (int i = 0; i < 1000; i++)
		words.push_back(std::string(std::size_t(i), 'x'));
	try {
		throw std::runtime_error(words[999]);
	} catch (const std::exception &error) {
		return std::string(error.what()).size() == 999;
	}
}

int guest_catches_bad_alloc(void)
{
	int caught = 0;

	try {
		::operator delete(::operator new(impossible()));
	} catch (const std::bad_alloc &) {
		caught++;
	}
	try {
		::operator delete(
			::operator new(impossible(), std::align_val_t(64)),
			std::align_val_t(64));
	} catch (const std::bad_alloc &) {
		caught++;
	}
	return caught == 2;
}

int guest_handler_is_called(void)
{
	nr_calls = 0;
	std::set_new_handler(give_up_after_three);
	try {
		::operator delete(::operator new(impossible()));
	} catch (const std::bad_alloc &) {
		return nr_calls == 3;
	}
	return 0;
}

int guest_nothrow_is_null(void)
{
	return !::operator new(impossible(), std::nothrow) &&
	       !::operator new[](impossible(), std::align_val_t(4096),
				 std::nothrow);
}
