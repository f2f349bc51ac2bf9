/* SPDX-License-Identifier: MIT */
/*
 * thread-local.cc - C++ thread_local objects that free and allocate at the end
 */
#include "preload.h"
#include "process.h"
#include "tap.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

MEASURES_MEMORY;

namespace
{

std::atomic<int> nr_destroyed;

struct keeper {
	std::vector<std::string> words;
	std::map<int, std::unique_ptr<char[]>> blocks;

	void fill(int seed)
	{
		for (int i = 0; i < 100; i++) {
			words.push_back(std::string(size_t(i + seed), 'x'));
			blocks[i].reset(new char[size_t(i) * 100 + 1]);
		}
	}

	~keeper()
	{
		std::vector<std::string> copy = words;

		copy.resize(1000, std::string(50, 'y'));
		blocks.clear();
		fill(100);
		if (copy[999].size() == 50)
			nr_destroyed++;
	}
};

thread_local keeper first;
thread_local keeper second;

} // namespace

TEST(thread_local_destructors_may_free_and_allocate)
{
	const int rounds = 100;
	const int at_once = 8;
	std::size_t before = 0;

	for (int round = 0; round < rounds; round++) {
		std::vector<std::thread> threads;

		for (int i = 0; i < at_once; i++)
			threads.emplace_back([i] {
				first.fill(i);
				second.fill(i + 1);
			});
		for (std::thread &thread : threads)
			thread.join();
		if (round == 20)
			before = resident_kib();
	}
	EXPECT_EQ(nr_destroyed.load(), rounds * at_once * 2);
	EXPECT_LT(resident_kib(), before + 4 * KIB);
}

TEST(a_thread_local_string_may_be_handed_to_another_thread)
{
	for (int round = 0; round < 500; round++) {
		std::unique_ptr<std::string> word;

		std::thread([&word] {
			thread_local std::string own(1000, 'z');
			word.reset(new std::string(std::move(own)));
		}).join();
		EXPECT_EQ(word->size(), 1000);
	}
}
