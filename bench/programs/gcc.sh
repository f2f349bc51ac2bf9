# SPDX-License-Identifier: MIT
#
# gcc: -O2 on a large C file; the compiler proper, which is cc1
#
# needs: gcc awk
# measures: cc1

. "$(dirname "$0")/program.bash"

prepare()
{
	awk -v functions="$(size 70 7)" 'BEGIN {
		print "struct s { int a, b; double d; struct s *next; };"
		for (f = 0; f < functions; f++) {
			printf "static const int t%d[] = {", f
			for (i = 0; i < 20; i++)
				printf "%d,", (f * 31 + i * 7) % 97
			print "};"
			printf "int f%d(struct s *p, int n)\n{\n", f
			printf "\tint i, sum = %d;\n", f
			print "\tfor (i = 0; i < n; i++) {"
			print "\t\tswitch (p->a + i) {"
			for (i = 0; i < 10; i++)
				printf "\t\tcase %d: sum += p->b * " \
					"t%d[i %% 20]; break;\n",
					i * (f % 5 + 1), f
			print "\t\tdefault: p->d += sum / 3.0; p = p->next;"
			print "\t\t}"
			if (f)
				printf "\t\tsum ^= f%d(p, n - 1);\n", int(f / 2)
			print "\t}\n\treturn sum;\n}"
		}
	}' >large.c
	gcc -E large.c -o large.i
}

run()
{
	under_test "$(gcc -print-prog-name=cc1)" -fpreprocessed -quiet -O2 \
		large.i -o large.s
	sha256sum large.s
}

program_main "$@"
