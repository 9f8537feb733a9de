/* A fuzz target without libFuzzer: replays the files that it is given, else runs mutated inputs from a fixed seed. */
#include "neg-fuzz.h"
#include "neg-mutate.h"

#define N_INPUTS 20000
#define SEED 20021

static void
replay (const char *path)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (!g_file_get_contents (path, &bytes, &length, &error))
    g_error ("%s", error->message);
  g_print ("# %s\n", path);
  LLVMFuzzerTestOneInput ((const uint8_t *) bytes, length);
}

static void
run_mutated (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < N_INPUTS; i++) {
    g_autoptr (GByteArray) input = neg_fuzz_make_input (random);
    g_autofree guint8 *exact = NULL;

    if (i % 8 > 0)
      neg_mutate_bytes (input, random, 0, input->len);
    exact = g_memdup2 (input->data, input->len);
    LLVMFuzzerTestOneInput (exact, input->len);
  }
}

int
main (int argc, char **argv)
{
  g_print ("1..1\n");
  for (int i = 1; i < argc; i++)
    replay (argv[i]);
  if (argc == 1)
    run_mutated ();
  g_print ("ok 1 - %s: %d inputs\n", g_get_prgname () ? g_get_prgname () : argv[0], argc > 1 ? argc - 1 : N_INPUTS);
  return 0;
}
