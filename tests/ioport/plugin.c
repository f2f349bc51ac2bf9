/* SPDX-License-Identifier: MIT */
/*
 * plugin.c - the models for a program that knows nothing of them
 *
 * Preloaded, it plugs them in before the program begins.
 */
#include "models.h"

__attribute__((constructor)) static void plug(void)
{
	models_plug();
}
