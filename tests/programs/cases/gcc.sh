# gcc -O2 and -O3 -flto: the same object files
#
# needs: gcc awk
# programs: gcc cc1 as collect2 ld lto1

awk -v functions=140 'BEGIN {
	print "struct s { int a, b; double d; struct s *next; };"
	for (f = 0; f < functions; f++) {
		printf "static const int t%d[] = {", f
		for (i = 0; i < 20; i++)
			printf "%d,", (f * 31 + i * 7) % 97
		print "};"
		printf "int f%d(struct s *p, int n)\n{\n\tint i, sum = %d;\n", f, f
		print "\tfor (i = 0; i < n; i++) {"
		print "\t\tswitch (p->a + i) {"
		for (i = 0; i < 10; i++)
			printf "\t\tcase %d: sum += p->b * t%d[i %% 20]; break;\n",
				i * (f % 5 + 1), f
		print "\t\tdefault: p->d += sum / 3.0; p = p->next;\n\t\t}"
		if (f)
			printf "\t\tsum ^= f%d(p, n - 1);\n", int(f / 2)
		print "\t}\n\treturn sum;\n}"
	}
}' >large.c

gcc -O2 -c large.c -o large.o
gcc -O2 -S -fverbose-asm -Wall -Wextra large.c -o - | sha256sum
sha256sum large.c large.o

echo '#include <stdio.h>
int f0(void *, int);
int main(void) { printf("%p %d\n", (void *)0, f0((int[8]){0}, 0)); }' >main.c
gcc -O2 -flto=2 -fno-lto-odr-type-merging main.c large.c -o linked
./linked
sha256sum linked
