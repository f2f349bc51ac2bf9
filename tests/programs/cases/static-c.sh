# a static C program with the allocator's object linked in
#
# On glibc the same program is linked without the object.
#
# needs: gcc nm
# links: object
# programs: static-c

cat >program.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NR_THREADS = 4, NR_SLOTS = 512, NR_STEPS = 200000 };

__attribute__((weak)) const char *pf_version(void);

/* What witness.c does for dynamic programs. */
static int witness(void)
{
	const char *path = getenv("PF_WITNESS");
	const char *object = getenv("PF_OBJECT");
	int fd;

	if (!object)
		return !pf_version;
	if (!pf_version || !path)
		return 0;
	fd = open(path, O_WRONLY | O_APPEND);
	return fd >= 0 && dprintf(fd, "static-c\t%s\n", object) > 0;
}

static void *work(void *seed)
{
	static __thread unsigned char *slots[NR_SLOTS];
	uint64_t x = (uintptr_t)seed;
	uintptr_t sum = 0;
	int i;

	for (i = 0; i < NR_STEPS; i++) {
		unsigned int slot, size;

		x = x * 6364136223846793005u + 1442695040888963407u;
		slot = (x >> 33) % NR_SLOTS;
		size = (x >> 44) % 3000 + 1;
		if (slots[slot])
			sum += slots[slot][0];
		slots[slot] = realloc(slots[slot], size);
		memset(slots[slot], i, size);
	}
	for (i = 0; i < NR_SLOTS; i++)
		free(slots[i]);
	return (void *)sum;
}

int main(void)
{
	pthread_t threads[NR_THREADS];
	void *sum;
	int i, status;

	if (!witness())
		return 2;
	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)(long)i))
			return 3;
	for (i = 0; i < NR_THREADS; i++) {
		pthread_join(threads[i], &sum);
		printf("%d %lu\n", i, (unsigned long)sum);
	}
	fflush(stdout);
	if (fork() == 0) {
		printf("child %lu\n", (unsigned long)work((void *)9));
		exit(0);
	}
	wait(&status);
	printf("%s %d\n", setenv("A", "B", 1) ? "no" : getenv("A"), status);
	return status;
}
END

gcc -static -O2 ${PF_OBJECT:+"$PF_OBJECT"} program.c -o static-c
./static-c

# glibc's own malloc may not have been linked beside it
if [ -n "${PF_OBJECT-}" ] && nm static-c | grep -w _int_malloc; then
	exit 4
fi
