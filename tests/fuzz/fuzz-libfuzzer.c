/* Lets libFuzzer start from inputs that go deep instead of from nothing. */
#include "neg-fuzz.h"

#include <string.h>

size_t LLVMFuzzerMutate (uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t max_size, unsigned int seed);

size_t
LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
  g_autoptr (GRand) random = NULL;
  g_autoptr (GByteArray) input = NULL;

  if (size > 8 && seed % 256 != 0)
    return LLVMFuzzerMutate (data, size, max_size);
  random = g_rand_new_with_seed (seed);
  input = neg_fuzz_make_input (random);
  memcpy (data, input->data, MIN (input->len, max_size));
  return MIN (input->len, max_size);
}
