/* SPDX-License-Identifier: MIT */
/*
 * conf.c - PFMALLOC_CONF: each option, and the sentence for each mistake
 */
#include "os/conf.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

struct expected {
	const char *text; /* of the variable; NULL: not set */
	struct conf conf;
};

static const struct conf defaults = {
	.stack = 1,
	.thp = THP_AUTO,
	.decay_ms = 1000,
	.background = 1,
	.foreign = FOREIGN_FORWARD,
	.ioport = IOPORT_AUTO,
	.highmem = sizeof(void *) == 4,
};

static void read_conf(void *arg)
{
	const struct expected *expected = arg;

	if (expected->text)
		setenv("PFMALLOC_CONF", expected->text, 1);
	else
		unsetenv("PFMALLOC_CONF");
	conf_init();
	EXPECT_EQ(pf_conf.stack, expected->conf.stack);
	EXPECT_EQ(pf_conf.thp, expected->conf.thp);
	EXPECT_EQ(pf_conf.decay_ms, expected->conf.decay_ms);
	EXPECT_EQ(pf_conf.background, expected->conf.background);
	EXPECT_EQ(pf_conf.foreign, expected->conf.foreign);
	EXPECT_EQ(pf_conf.deepbind, expected->conf.deepbind);
	EXPECT_EQ(pf_conf.ioport, expected->conf.ioport);
	EXPECT_EQ(pf_conf.highmem, expected->conf.highmem);
	EXPECT_EQ(pf_conf.kmem_limit, expected->conf.kmem_limit);
	EXPECT_EQ(pf_conf.slab_nomerge, expected->conf.slab_nomerge);
	EXPECT_EQ(pf_conf.init_on_alloc, expected->conf.init_on_alloc);
	EXPECT_EQ(pf_conf.init_on_free, expected->conf.init_on_free);
}

/* The text gives these options and makes exactly this noise. */
static void expect_conf(const char *text, struct conf conf, const char *noise)
{
	struct expected expected = {text, conf};
	struct ending ending;

	child_ending(&ending, 30, read_conf, &expected);
	EXPECT_EQ(ending.signal, 0);
	EXPECT_EQ(ending.status, 0);
	EXPECT_STR_EQ(ending.text, noise);
}

#define WITH(field, value)                    \
	__extension__({                       \
		struct conf conf_ = defaults; \
		conf_.field = (value);        \
		conf_;                        \
	})

TEST(without_the_variable_there_are_defaults)
{
	expect_conf(NULL, defaults, "");
	expect_conf("", defaults, "");
	expect_conf(",,,", defaults, "");
}

TEST(each_value_of_each_option_is_understood)
{
	expect_conf("stack:off", WITH(stack, 0), "");
	expect_conf("stack:on", defaults, "");
	expect_conf("thp:auto", defaults, "");
	expect_conf("thp:always", WITH(thp, THP_ALWAYS), "");
	expect_conf("thp:never", WITH(thp, THP_NEVER), "");
	expect_conf("decay_ms:0", WITH(decay_ms, 0), "");
	expect_conf("decay_ms:86400000", WITH(decay_ms, 86400000), "");
	expect_conf("background:off", WITH(background, 0), "");
	expect_conf("background:on", defaults, "");
	expect_conf("foreign:abort", WITH(foreign, FOREIGN_ABORT), "");
	expect_conf("foreign:forward", defaults, "");
	expect_conf("deepbind:on", WITH(deepbind, 1), "");
	expect_conf("deepbind:off", defaults, "");
	expect_conf("ioport:auto", defaults, "");
	expect_conf("ioport:ioperm", WITH(ioport, IOPORT_IOPERM), "");
	expect_conf("ioport:devport", WITH(ioport, IOPORT_DEVPORT), "");
	expect_conf("ioport:sim", WITH(ioport, IOPORT_SIM), "");
	expect_conf("slab_nomerge:on", WITH(slab_nomerge, 1), "");
	expect_conf("slab_nomerge:off", defaults, "");
	expect_conf("init_on_alloc:on", WITH(init_on_alloc, 1), "");
	expect_conf("init_on_alloc:off", defaults, "");
	expect_conf("init_on_free:on", WITH(init_on_free, 1), "");
	expect_conf("init_on_free:off", defaults, "");
}

TEST(several_options_are_separated_by_commas)
{
	struct conf conf = {.stack = 0,
			    .thp = THP_NEVER,
			    .decay_ms = 25,
			    .background = 0,
			    .foreign = FOREIGN_ABORT,
			    .ioport = IOPORT_SIM,
			    .highmem = sizeof(void *) == 4};

	expect_conf("stack:off,thp:never,decay_ms:25,background:off,"
		    "foreign:abort,ioport:sim",
		    conf, "");
	expect_conf(",stack:off,,", WITH(stack, 0), "");
}

TEST(the_last_of_two_values_counts)
{
	expect_conf("decay_ms:1,decay_ms:2", WITH(decay_ms, 2), "");
}

#define NO_OPTION(name)                                                   \
	"pfmalloc: PFMALLOC_CONF: there is no option \"" name             \
	"\"; the options are stack, thp, decay_ms, background, foreign, " \
	"deepbind, ioport, highmem, kmem_limit, slab_nomerge, "           \
	"init_on_alloc, init_on_free\n"

TEST(an_unknown_option_is_named_with_those_there_are)
{
	expect_conf("colour:blue", defaults, NO_OPTION("colour"));
	expect_conf("stac:off", defaults, NO_OPTION("stac"));
	expect_conf("stacks:off", defaults, NO_OPTION("stacks"));
	expect_conf(" stack:off", defaults, NO_OPTION(" stack"));
	expect_conf(":off", defaults, NO_OPTION(""));
}

TEST(high_memory_can_be_had_or_not)
{
	expect_conf("highmem:on", WITH(highmem, 1), "");
	expect_conf("highmem:off", WITH(highmem, 0), "");
}

TEST(a_size_has_a_unit_or_is_in_bytes)
{
	expect_conf("kmem_limit:65536", WITH(kmem_limit, 65536), "");
	expect_conf("kmem_limit:64K", WITH(kmem_limit, 65536), "");
	expect_conf("kmem_limit:64M", WITH(kmem_limit, 64 << 20), "");
	expect_conf("kmem_limit:6G", WITH(kmem_limit, 6ULL << 30), "");
}

#define NO_SIZE(text)                                                         \
	"pfmalloc: PFMALLOC_CONF: kmem_limit cannot be \"" text               \
	"\"; give a number of bytes below 4294967296, or one with K, M or G " \
	"behind it\n"

TEST(what_is_no_size_is_refused)
{
	expect_conf("kmem_limit:", defaults, NO_SIZE(""));
	expect_conf("kmem_limit:K", defaults, NO_SIZE("K"));
	expect_conf("kmem_limit:64k", defaults, NO_SIZE("64k"));
	expect_conf("kmem_limit:64MB", defaults, NO_SIZE("64MB"));
	expect_conf("kmem_limit:-1", defaults, NO_SIZE("-1"));
	expect_conf("kmem_limit:4294967296", defaults, NO_SIZE("4294967296"));
}

TEST(an_unknown_value_is_named_with_those_there_are)
{
	expect_conf("stack:maybe", defaults,
		    "pfmalloc: PFMALLOC_CONF: stack cannot be \"maybe\"; "
		    "give one of: off, on\n");
	expect_conf("stack", defaults,
		    "pfmalloc: PFMALLOC_CONF: stack cannot be \"\"; "
		    "give one of: off, on\n");
	expect_conf("thp:yes", defaults,
		    "pfmalloc: PFMALLOC_CONF: thp cannot be \"yes\"; "
		    "give one of: auto, always, never\n");
	expect_conf("foreign:free", defaults,
		    "pfmalloc: PFMALLOC_CONF: foreign cannot be \"free\"; "
		    "give one of: forward, abort\n");
	expect_conf("ioport:iopl", defaults,
		    "pfmalloc: PFMALLOC_CONF: ioport cannot be \"iopl\"; "
		    "give one of: auto, ioperm, devport, sim\n");
}

#define NO_NUMBER(text)                                       \
	"pfmalloc: PFMALLOC_CONF: decay_ms cannot be \"" text \
	"\"; give a whole number from 0 to 86400000\n"

TEST(a_number_is_digits_within_its_bounds)
{
	expect_conf("decay_ms:", defaults, NO_NUMBER(""));
	expect_conf("decay_ms:-1", defaults, NO_NUMBER("-1"));
	expect_conf("decay_ms:10ms", defaults, NO_NUMBER("10ms"));
	expect_conf("decay_ms:86400001", defaults, NO_NUMBER("86400001"));
	expect_conf("decay_ms:99999999999999999999999", defaults,
		    NO_NUMBER("99999999999999999999999"));
}

TEST(a_mistake_spoils_nothing_but_itself)
{
	expect_conf("colour:blue,decay_ms:7", WITH(decay_ms, 7),
		    NO_OPTION("colour"));
}
