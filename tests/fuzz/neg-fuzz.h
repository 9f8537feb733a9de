/* One fuzz target is one source file with these two functions. It is linked twice: with libFuzzer (-Dfuzz=true, clang),
 * and with fuzz-main.c for the ordinary build, where it runs a fixed number of inputs under the sanitizers. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* As libFuzzer names and calls it. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* An input that goes deep, for others to be made from by mutation. */
GByteArray *neg_fuzz_make_input (GRand *random);
