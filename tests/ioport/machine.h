/* SPDX-License-Identifier: MIT */
/*
 * machine.h - where the tests of devices run
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>

/* True in the emulated machine of tools/rig, false on the simulator. */
bool machine_is_real(void);

#endif
