/* SPDX-License-Identifier: MIT */
/*
 * text.c - strings, numbers from text, formats, messages, parameters
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/hex.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <sys/mman.h>

#include "kenv.h"

static char log_text[8192];
static size_t log_len;

static void keep(int level, const char *text, size_t len)
{
	(void)level;
	if (log_len + len < sizeof(log_text)) {
		memcpy(log_text + log_len, text, len);
		log_len += len;
		log_text[log_len] = '\0';
	}
}

static void log_begin(void)
{
	log_len = 0;
	log_text[0] = '\0';
	pf_printk_set_sink(keep);
}

TEST(strscpy_ends_in_nul_and_says_when_it_cut)
{
	char small[4];

	EXPECT_EQ(strscpy(small, "abc"), 3);
	EXPECT_STR_EQ(small, "abc");
	EXPECT_EQ(strscpy(small, "abcd"), -E2BIG);
	EXPECT_STR_EQ(small, "abc");
	EXPECT_EQ(strscpy(small, "x", 0), -E2BIG);
	memset(small, 1, 4);
	EXPECT_EQ(strscpy_pad(small, "a"), 1);
	EXPECT(!memchr_inv(small + 1, 0, 3));
}

TEST(strings_are_searched_and_trimmed)
{
	char text[] = "  a b \n";
	char path[] = "a/b/c";

	EXPECT_STR_EQ(strim(text), "a b");
	EXPECT_STR_EQ(kbasename(path), "c");
	EXPECT_STR_EQ(strreplace(path, '/', '!'), "a!b!c");
	EXPECT_EQ(str_has_prefix("abc", "ab"), 2);
	EXPECT(sysfs_streq("on\n", "on") && !sysfs_streq("on", "one"));
	EXPECT(!strnstr("abcdef", "def", 5));
	EXPECT(strnstr("abcdef", "def", 6));
	EXPECT(!memchr_inv("aaaa", 'a', 4));
}

TEST(a_number_is_taken_whole_or_not_at_all)
{
	unsigned long long big = 7;
	bool flag;
	int number = 7;
	u8 byte = 7;
	char *end;

	EXPECT_EQ(kstrtoint("-12\n", 10, &number), 0);
	EXPECT_EQ(number, -12);
	EXPECT_EQ(kstrtoint("0x1f", 0, &number), 0);
	EXPECT_EQ(number, 31);
	EXPECT_EQ(kstrtoint("12x", 10, &number), -EINVAL);
	EXPECT_EQ(kstrtoint("", 10, &number), -EINVAL);
	EXPECT_EQ(kstrtoint("2147483648", 10, &number), -ERANGE);
	EXPECT_EQ(kstrtou8("256", 10, &byte), -ERANGE);
	EXPECT_EQ(byte, 7);
	EXPECT_EQ(kstrtoull("18446744073709551616", 10, &big), -ERANGE);
	EXPECT_EQ(kstrtoull("-1", 10, &big), -EINVAL);
	EXPECT_EQ(kstrtobool("off", &flag), 0);
	EXPECT(!flag);
	EXPECT_EQ(memparse("4k,", &end), 4096);
	EXPECT_EQ(*end, ',');
	EXPECT_EQ(simple_strtol("-0x10z", &end, 0), -16);
	EXPECT_EQ(*end, 'z');
}

TEST(formats_are_the_kernels)
{
	static const u8 bytes[16] = {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc};
	unsigned long map[] = {0x1f};
	phys_addr_t address = 0x1000;
	char text[128];

	snprintf(text, sizeof(text), "%5d|%-5s|%05u|%#llx|%.2f", -3, "ab", 7u,
		 0x1234567890ULL, 1.5);
	EXPECT_STR_EQ(text, "   -3|ab   |00007|0x1234567890|1.50");
	snprintf(text, sizeof(text), "%pe %pe", ERR_PTR(-ENOMEM),
		 ERR_PTR(-515));
	EXPECT_STR_EQ(text, "-ENOMEM -515");
	snprintf(text, sizeof(text), "%pM %pm %*ph %pI4", bytes, bytes, 3,
		 bytes, bytes);
	EXPECT_STR_EQ(text,
		      "12:34:56:78:9a:bc 123456789abc 12 34 56 18.52.86.120");
	snprintf(text, sizeof(text), "%pa %*pb %*pbl", &address, 8, map, 8,
		 map);
	EXPECT_STR_EQ(text, "0x0000000000001000 1f 0-4");
	snprintf(text, sizeof(text), "%ps", (void *)(unsigned long)atoi);
	EXPECT_STR_EQ(text, "atoi");
	EXPECT_EQ(snprintf(text, 4, "abcdef"), 6);
	EXPECT_STR_EQ(text, "abc");
	EXPECT_EQ(scnprintf(text, 4, "abcdef"), 3);
}

TEST(messages_have_levels_lines_and_continuations)
{
	log_begin();
	pr_info("one %d\n", 1);
	pr_debug("not without DEBUG\n");
	printk(KERN_DEBUG "below the level\n");
	pr_warn("two");
	pr_cont(" goes on\n");
	pr_err("open");
	pr_err("next\n");
	printk("%s", KERN_ERR "level in the text\n" + 2);
	EXPECT_STR_EQ(log_text, "one 1\ntwo goes on\nopen\nnext\n"
				"level in the text\n");
	EXPECT_EQ(pf_printk_set_level(8), 7);
	log_begin();
	printk(KERN_DEBUG "shown\n");
	pf_printk_set_level(7);
	EXPECT_STR_EQ(log_text, "shown\n");
	pf_printk_set_sink(NULL);
}

TEST(a_message_is_printed_once_or_within_its_limit)
{
	DEFINE_RATELIMIT_STATE(limit, 3600 * HZ, 3);
	int passed = 0;
	int i;

	log_begin();
	for (i = 0; i < 5; i++) {
		pr_info_once("once\n");
		passed += __ratelimit(&limit);
	}
	EXPECT_STR_EQ(log_text, "once\n");
	EXPECT_EQ(passed, 3);
	EXPECT_EQ(limit.missed, 2);
	pf_printk_set_sink(NULL);
}

TEST(warn_on_returns_its_condition_and_reports_each_time)
{
	int i;

	log_begin();
	EXPECT(!WARN_ON(0));
	EXPECT_EQ(log_len, 0);
	EXPECT(WARN_ON(1 == 1));
	EXPECT_STR_HAS(log_text, "WARNING: at ");
	EXPECT_STR_HAS(log_text, "text.c:");
	log_begin();
	for (i = 0; i < 3; i++)
		EXPECT(WARN_ONCE(i >= 0, "number %d", i));
	EXPECT_STR_HAS(log_text, "number 0\n");
	EXPECT(!strstr(log_text, "number 1"));
	pf_printk_set_sink(NULL);
}

TEST(bytes_are_dumped_in_lines)
{
	u8 bytes[20];
	int i;

	for (i = 0; i < 20; i++)
		bytes[i] = (u8)('a' + i);
	log_begin();
	print_hex_dump(KERN_INFO, "x: ", DUMP_PREFIX_OFFSET, 16, 1, bytes, 20,
		       true);
	EXPECT_STR_EQ(log_text,
		      "x: 00000000: 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e "
		      "6f 70  abcdefghijklmnop\n"
		      "x: 00000010: 71 72 73 74                               "
		      "       qrst\n");
	pf_printk_set_sink(NULL);
	EXPECT_EQ(hex2bin(bytes, "0aFf", 2), 0);
	EXPECT_EQ(bytes[1], 0xff);
	EXPECT_EQ(hex2bin(bytes, "0g", 1), -EINVAL);
}

static int depth = 3;
static char nobody[] = "nobody";
static char *name = nobody;
static bool verbose;
static int list[4];
static unsigned int nr_list;
static char word[8];
module_param(depth, int, 0644);
MODULE_PARM_DESC(depth, "how deep");
module_param(name, charp, 0444);
module_param(verbose, bool, 0);
module_param_array(list, int, &nr_list, 0444);
module_param_string(word, word, sizeof(word), 0644);

TEST(parameters_are_set_by_name)
{
	char text[64];

	EXPECT_EQ(pf_module_param_set("depth", "-5"), 0);
	EXPECT_EQ(depth, -5);
	EXPECT_EQ(pf_module_param_set("text.depth", "6"), 0);
	EXPECT_EQ(pf_module_param_set("other.depth", "7"), -ENOENT);
	EXPECT_EQ(depth, 6);
	EXPECT_EQ(pf_module_param_set("depth", "six"), -EINVAL);
	EXPECT_EQ(pf_module_param_set("depth", NULL), -EINVAL);
	EXPECT_EQ(pf_module_param_set("verbose", NULL), 0);
	EXPECT(verbose);
	EXPECT_EQ(pf_module_param_set("name", "somebody"), 0);
	EXPECT_STR_EQ(name, "somebody");
	EXPECT_EQ(pf_module_param_set("list", "1,2,3"), 0);
	EXPECT_EQ(nr_list, 3);
	EXPECT_EQ(list[2], 3);
	EXPECT_EQ(pf_module_param_set("list", "1,2,3,4,5"), -EINVAL);
	EXPECT_EQ(pf_module_param_set("word", "12345678"), -ENOSPC);
	EXPECT_GT(pf_module_param_get("list", text), 0);
	EXPECT_STR_EQ(text, "1,2,3\n");
	free(name);
}

static char order[16];

static void note(char what)
{
	order[strlen(order)] = what;
}

static int first_init(void)
{
	note('a');
	return 0;
}
core_initcall(first_init);

static int fails;

static int last_init(void)
{
	note('z');
	return fails;
}
late_initcall(last_init);

static int __init text_init(void)
{
	note('m');
	return 0;
}

static void __exit text_exit(void)
{
	note('x');
}
module_init(text_init);
module_exit(text_exit);
MODULE_LICENSE("MIT");

TEST(modules_come_in_the_order_of_their_levels_and_go_in_the_other)
{
	EXPECT_EQ(pf_modules_init(), 0);
	EXPECT_STR_EQ(order, "amz");
	EXPECT_EQ(pf_modules_init(), 0);
	EXPECT_STR_EQ(order, "amz");
	pf_modules_exit();
	EXPECT_STR_EQ(order, "amzx");
	memset(order, 0, sizeof(order));
	log_begin();
	fails = -EBUSY;
	EXPECT_EQ(pf_modules_init(), -EBUSY);
	EXPECT_STR_HAS(log_text, "init returned -16");
	EXPECT_STR_EQ(order, "amzx");
	pf_printk_set_sink(NULL);
}

TEST(user_copies_stop_where_nothing_is_mapped)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[256];
	int number = 5;

	munmap(pages + 4096, 4096);
	strcpy(pages + 4090, "hello");
	EXPECT_EQ(strncpy_from_user(text, pages + 4090, 100), 5);
	EXPECT_STR_EQ(text, "hello");
	EXPECT_EQ(strnlen_user(pages + 4090, 100), 6);
	memset(pages + 4090, 'x', 6);
	EXPECT_EQ(strncpy_from_user(text, pages + 4090, 100), -EFAULT);
	EXPECT_EQ(copy_from_user(text, pages + 4000, 200), 104);
	EXPECT_EQ(copy_to_user(pages + 4000, text, 96), 0);
	EXPECT_EQ(copy_to_user(pages + 4090, text, 96), 90);
	EXPECT_EQ(clear_user(pages, 8192), 4096);
	EXPECT(!memchr_inv(pages, 0, 4096));
	EXPECT_EQ(get_user(number, (int *)(pages + 4096)), -EFAULT);
	EXPECT_EQ(number, 0);
	EXPECT_EQ(put_user(9, (int *)pages), 0);
	EXPECT_EQ(get_user(number, (int *)pages), 0);
	EXPECT_EQ(number, 9);
	munmap(pages, 4096);
}
