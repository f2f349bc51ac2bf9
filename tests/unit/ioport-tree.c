/* SPDX-License-Identifier: MIT */
/*
 * ioport-tree.c - the tree of resources against a list of ranges
 */
#include "ioport/resource.h"

#include <string.h>

#include "unit.h"

static struct resource root;

static void start_anew(void)
{
	root = (struct resource){.end = LAST_PORT, .name = "root"};
}

static struct resource range(resource_size_t start, resource_size_t end,
			     unsigned long flags)
{
	return (struct resource){.start = start, .end = end, .flags = flags};
}

static bool tree_is_clean(void)
{
	struct check_report report = {0};

	return expect_clean((resource_check(&root, &report), &report),
			    "the tree");
}

TEST(siblings_are_sorted_by_start)
{
	struct resource a = range(0x60, 0x64, 0);
	struct resource b = range(0x20, 0x21, 0);
	struct resource c = range(0x70, 0x71, 0);

	start_anew();
	EXPECT(!resource_add(&root, &a));
	EXPECT(!resource_add(&root, &b));
	EXPECT(!resource_add(&root, &c));
	EXPECT(root.child == &b && b.sibling == &a && a.sibling == &c);
	EXPECT(!c.sibling);
	tree_is_clean();
}

TEST(what_is_in_the_way_is_named)
{
	struct resource a = range(0x60, 0x64, 0);
	struct resource within = range(0x61, 0x61, 0);
	struct resource across = range(0x64, 0x66, 0);
	struct resource outside = range(0xfff0, 0x10000, 0);
	struct resource backwards = range(5, 4, 0);

	start_anew();
	EXPECT(!resource_add(&root, &a));
	EXPECT(resource_add(&root, &within) == &a);
	EXPECT(resource_add(&root, &across) == &a);
	EXPECT(resource_add(&root, &outside) == &root);
	EXPECT(resource_add(&root, &backwards) == &root);
	EXPECT(resource_add(&a, &across) == &a);
	EXPECT(!resource_add(&a, &within));
	EXPECT(within.parent == &a);
	tree_is_clean();
}

TEST(a_request_goes_down_through_what_is_not_busy)
{
	struct resource bus = range(0, 0xcf7, IORESOURCE_IO);
	struct resource chip = range(0x60, 0x7f, IORESOURCE_IO);
	struct resource rtc = range(0x70, 0x71, IORESOURCE_BUSY);
	struct resource again = range(0x71, 0x71, IORESOURCE_BUSY);

	start_anew();
	EXPECT(!resource_add(&root, &bus));
	EXPECT(!resource_add(&bus, &chip));
	EXPECT(!resource_add_innermost(&root, &rtc));
	EXPECT(rtc.parent == &chip);
	EXPECT(resource_add_innermost(&root, &again) == &rtc);
	EXPECT(resource_around(&root, 0x71) == &rtc);
	EXPECT(resource_around(&root, 0x72) == &chip);
	EXPECT(resource_around(&root, 0x80) == &bus);
	EXPECT(resource_around(&root, 0xcf8) == &root);
	tree_is_clean();
}

TEST(an_inserted_resource_adopts_what_lies_in_it)
{
	struct resource a = range(0x10, 0x1f, 0);
	struct resource b = range(0x20, 0x2f, 0);
	struct resource c = range(0x40, 0x4f, 0);
	struct resource around = range(0x10, 0x3f, 0);
	struct resource across = range(0x28, 0x44, 0);

	start_anew();
	EXPECT(!resource_add(&root, &a));
	EXPECT(!resource_add(&root, &b));
	EXPECT(!resource_add(&root, &c));
	EXPECT(resource_insert(&root, &across) == &b);
	EXPECT(!resource_insert(&root, &around));
	EXPECT(root.child == &around && around.child == &a);
	EXPECT(a.parent == &around && b.parent == &around && !b.sibling);
	EXPECT(around.sibling == &c && c.parent == &root);
	tree_is_clean();
}

TEST(an_inserted_twin_goes_around_the_first)
{
	struct resource first = range(0x10, 0x1f, 0);
	struct resource twin = range(0x10, 0x1f, 0);

	start_anew();
	EXPECT(!resource_insert(&root, &first));
	EXPECT(!resource_insert(&root, &twin));
	EXPECT(root.child == &twin && twin.child == &first);
	EXPECT(resource_insert(&root, &twin) == &twin);
	tree_is_clean();
}

TEST(what_is_taken_out_takes_its_children_along)
{
	struct resource bus = range(0, 0xff, 0);
	struct resource chip = range(0x20, 0x21, 0);

	start_anew();
	resource_add(&root, &bus);
	resource_add(&bus, &chip);
	EXPECT(resource_del(&bus));
	EXPECT(!root.child && !bus.parent);
	EXPECT(chip.parent == &bus && bus.child == &chip);
	EXPECT(!resource_del(&bus));
	EXPECT(!resource_add(&root, &bus));
	EXPECT(resource_around(&root, 0x20) == &chip);
	tree_is_clean();
}

TEST(what_is_taken_out_alone_leaves_its_children)
{
	struct resource before = range(0, 0xf, 0);
	struct resource bus = range(0x10, 0x1f, 0);
	struct resource a = range(0x10, 0x11, 0);
	struct resource b = range(0x18, 0x1f, 0);
	struct resource after = range(0x20, 0x2f, 0);

	start_anew();
	resource_add(&root, &before);
	resource_add(&root, &bus);
	resource_add(&root, &after);
	resource_add(&bus, &a);
	resource_add(&bus, &b);
	EXPECT(resource_del_alone(&bus));
	EXPECT(before.sibling == &a && b.sibling == &after);
	EXPECT(a.parent == &root && b.parent == &root);
	EXPECT(!resource_del_alone(&bus));
	tree_is_clean();
}

/* ------------------------------------------------------------------------
 * Random steps
 * ------------------------------------------------------------------------ */

enum {
	NR_RESOURCES = 24,
	NR_TEST_PORTS = 64, /* few, so that ranges meet */
};

static struct resource pool[NR_RESOURCES];
static bool in_tree[NR_RESOURCES];

static bool overlap(const struct resource *a, const struct resource *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool contains(const struct resource *outer, const struct resource *inner)
{
	return outer->start <= inner->start && inner->end <= outer->end;
}

/* Nothing busy around it, and all that it meets is around it. */
static bool may_be_requested(const struct resource *res)
{
	size_t i;

	for (i = 0; i < NR_RESOURCES; i++) {
		if (in_tree[i] && overlap(&pool[i], res) &&
		    (pool[i].flags & IORESOURCE_BUSY ||
		     !contains(&pool[i], res)))
			return false;
	}
	return true;
}

static bool may_be_inserted(const struct resource *res)
{
	size_t i;

	for (i = 0; i < NR_RESOURCES; i++) {
		if (in_tree[i] && overlap(&pool[i], res) &&
		    !contains(&pool[i], res) && !contains(res, &pool[i]))
			return false;
	}
	return true;
}

static resource_size_t length(const struct resource *res)
{
	return res->end - res->start;
}

/* The shortest range around @port, by the list. */
static const struct resource *around(resource_size_t port)
{
	const struct resource *best = &root;
	size_t i;

	for (i = 0; i < NR_RESOURCES; i++) {
		if (in_tree[i] && pool[i].start <= port &&
		    port <= pool[i].end && length(&pool[i]) < length(best))
			best = &pool[i];
	}
	return best;
}

static void compare_around(void)
{
	resource_size_t port;

	for (port = 0; port < NR_TEST_PORTS; port++) {
		const struct resource *found = resource_around(&root, port);
		const struct resource *expected = around(port);

		EXPECT_EQ(found->start, expected->start);
		EXPECT_EQ(found->end, expected->end);
	}
}

/* Port by port: covered by one that matches, or only by others. */
static enum pf_region intersects(const struct resource *wanted)
{
	bool has_match = false, has_other = false;
	resource_size_t port;

	for (port = wanted->start; port <= wanted->end; port++) {
		bool is_covered = false, is_matched = false;
		size_t i;

		for (i = 0; i < NR_RESOURCES; i++) {
			if (!in_tree[i] || port < pool[i].start ||
			    port > pool[i].end)
				continue;
			is_covered = true;
			is_matched |= pool[i].desc == wanted->desc;
		}
		has_match |= is_matched;
		has_other |= is_covered && !is_matched;
	}
	if (!has_match)
		return PF_REGION_DISJOINT;
	return has_other ? PF_REGION_MIXED : PF_REGION_INTERSECTS;
}

static struct resource random_range(void)
{
	resource_size_t start = random_below(NR_TEST_PORTS);
	resource_size_t n = random_magnitude(NR_TEST_PORTS - start);
	struct resource res = range(start, start + n - 1, 0);

	if (random_below(3) == 0)
		res.flags = IORESOURCE_BUSY;
	res.desc = 1 + random_below(2);
	return res;
}

static void step(void)
{
	size_t i = random_below(NR_RESOURCES);
	struct resource *res = &pool[i];

	if (in_tree[i]) {
		EXPECT(resource_del_alone(res));
		in_tree[i] = false;
		return;
	}
	*res = random_range();
	if (random_below(2)) {
		bool may = may_be_requested(res);

		in_tree[i] = !resource_add_innermost(&root, res);
		EXPECT_EQ(in_tree[i], may);
	} else {
		bool may = may_be_inserted(res);

		in_tree[i] = !resource_insert(&root, res);
		EXPECT_EQ(in_tree[i], may);
	}
}

TEST(random_steps_agree_with_a_list_of_ranges)
{
	int nr_steps = STEPS(20000);
	int i;

	start_anew();
	memset(in_tree, 0, sizeof(in_tree));
	for (i = 0; i < nr_steps && !tap_exit_status(); i++) {
		struct resource wanted = random_range();

		step();
		wanted.flags = 0;
		EXPECT_EQ(resource_intersects(&root, &wanted),
			  intersects(&wanted));
		compare_around();
		tree_is_clean();
	}
}
