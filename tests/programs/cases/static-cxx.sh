# a static C++ program with the allocator's object linked in
#
# On glibc the same program is linked without the object.
#
# needs: g++ nm
# links: object
# programs: static-cxx

cat >program.cc <<'END'
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

extern "C" __attribute__((weak)) const char *pf_version(void);

// What witness.c does for dynamic programs.
static bool witness()
{
	const char *path = std::getenv("PF_WITNESS");
	const char *object = std::getenv("PF_OBJECT");

	if (!object)
		return !pf_version;
	if (!pf_version || !path)
		return false;
	std::ofstream notes(path, std::ios::app);
	return bool(notes << "static-cxx\t" << object << std::endl);
}

struct alignas(128) line {
	char bytes[128];
};

static void work(int seed, std::string &result)
{
	std::map<std::string, std::vector<int>> map;
	std::vector<std::unique_ptr<line>> lines;
	std::ostringstream out;
	unsigned int x = seed;

	for (int i = 0; i < 50000; i++) {
		x = x * 1103515245 + 12345;
		map["key" + std::to_string(x % 3001)].push_back(i);
		if (i % 100 == 0)
			lines.push_back(std::make_unique<line>());
	}
	for (const auto &l : lines)
		if (reinterpret_cast<std::uintptr_t>(l.get()) % 128)
			std::abort();
	for (const auto &[key, list] : map)
		x = x * 31 + list.size() * key.size();
	out << seed << ' ' << map.size() << ' ' << x;
	result = out.str();
}

int main()
{
	std::vector<std::thread> threads;
	std::vector<std::string> results(4);

	if (!witness())
		return 2;
	for (int i = 0; i < 4; i++)
		threads.emplace_back(work, i, std::ref(results[i]));
	for (auto &thread : threads)
		thread.join();
	for (const auto &result : results)
		std::cout << result << '\n';
	try {
		volatile std::size_t size = PTRDIFF_MAX;
		delete[] new char[size];
	} catch (const std::bad_alloc &error) {
		std::cout << error.what() << '\n';
	}
}
END

g++ -static -std=c++17 -O2 ${PF_OBJECT:+"$PF_OBJECT"} program.cc -o static-cxx
./static-cxx

# glibc's own malloc may not have been linked beside it
if [ -n "${PF_OBJECT-}" ] && nm static-cxx | grep -w _int_malloc; then
	exit 4
fi
