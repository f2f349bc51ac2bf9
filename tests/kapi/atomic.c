/* SPDX-License-Identifier: MIT */
#include "kapi.h"
TEST(x)
{
	EXPECT(1);
}
