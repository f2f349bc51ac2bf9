/* SPDX-License-Identifier: MIT */
/*
 * models.h - the devices of a PC that the tests use, for the simulator
 */
#ifndef MODELS_H
#define MODELS_H

/* Put all of them on the simulated bus. */
void models_plug(void);

/* What was written to the debug console so far. */
const char *models_debugcon(void);

#endif
