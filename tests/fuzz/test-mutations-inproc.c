/* Damaged files of the corpus through the engine's own C in this process, under ASan and UBSan: each gives a layout or
 * a reason. */
#include "exercise-object.h"
#include "neg-mutate.h"

#define N_MUTATIONS 2000
#define FILE_BYTES_MAX (300 << 10)
#define SEED 1993

static void
test_mutations (void)
{
  g_autoptr (NegMutator) mutator = neg_mutator_new (g_getenv ("NEGATOSCOPE_CORPUS"), FILE_BYTES_MAX, SEED, N_MUTATIONS);
  guint n_layouts = 0, n_reasons = 0, n_in_header = 0;
  gboolean in_header;
  const char *name;
  guint8 *bytes;
  gsize length;

  if (mutator == NULL) {
    g_test_skip ("no corpus");
    return;
  }
  while (neg_mutate_next (mutator, &name, &bytes, &length, &in_header)) {
    g_autofree char *reason = NULL;

    if (exercise_object (bytes, length, &reason))
      n_layouts++;
    else {
      g_assert_nonnull (reason);
      n_reasons++;
    }
    n_in_header += in_header;
    g_free (bytes);
  }
  g_test_message ("%u mutations, %u of them in headers: %u layouts, %u reasons", n_layouts + n_reasons, n_in_header,
                  n_layouts, n_reasons);
  g_assert_cmpuint (n_layouts + n_reasons, ==, N_MUTATIONS);
  g_assert_cmpuint (n_in_header, >=, N_MUTATIONS / 2);
  g_assert_cmpuint (n_reasons, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mutations/in-process", test_mutations);
  return g_test_run ();
}
