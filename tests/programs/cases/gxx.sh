# g++ -O2: templates; the same object file
#
# needs: g++
# programs: g++ cc1plus as collect2 ld

cat >large.cc <<'END'
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <sstream>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N> struct node {
	std::map<int, std::vector<std::string>> values;
	std::unordered_map<std::string, node<N - 1>> children;

	int sum() const
	{
		int total = N;
		for (const auto &[key, list] : values)
			total += key + int(list.size());
		for (const auto &child : children)
			total += child.second.sum();
		return total;
	}
};

template <> struct node<0> {
	int sum() const { return 1; }
};

using any = std::variant<int, double, std::string, std::vector<int>>;

int main()
{
	node<12> root;
	std::vector<any> list{1, 2.5, std::string("three"), std::vector{4, 5}};
	std::ostringstream out;

	for (int i = 0; i < 100; i++)
		root.values[i % 7].push_back(std::to_string(i));
	root.children["x"].children["y"].values[3] = {"a", "b"};
	for (const auto &value : list)
		std::visit([&](const auto &v) {
			if constexpr (requires { out << v; })
				out << v << ' ';
			else
				out << v.size() << ' ';
		}, value);
	std::regex words("([a-z]+) ([0-9])");
	std::cout << root.sum() << ' ' << out.str()
		  << std::regex_replace("three 4 five", words, "$2 $1") << '\n';
}
END
g++ -std=c++20 -O2 -c large.cc -o large.o
sha256sum large.o
g++ large.o -o large
sha256sum large
./large
