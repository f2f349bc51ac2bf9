# make -j2: many short processes, started by vfork and exec
#
# needs: make cc ar
# programs: make sh cc cc1 as ld ar program

cat >Makefile <<'END'
objects := $(patsubst %,part%.o,$(shell seq 1 40))

all: program
	@./program; echo
part%.c:
	@printf 'int part%s(void) { return %s * %s; }\n' $* $* $* >$@
%.o: %.c
	@$(CC) -O1 -c -o $@ $<
libparts.a: $(objects)
	@$(AR) rcD $@ $(sort $^)
main.c: Makefile
	@{ for i in $$(seq 1 40); do echo "int part$$i(void);"; done; \
	echo '#include <stdio.h>'; echo 'int main(void) { int sum = 0;'; \
	for i in $$(seq 1 40); do echo "sum += part$$i();"; done; \
	echo 'return printf("%d", sum) < 0; }'; } >$@
program: main.o libparts.a
	@$(CC) -o $@ $^
END
make -s -j2 --output-sync=line
sha256sum program libparts.a
touch part7.c
make -n --no-print-directory | sort
