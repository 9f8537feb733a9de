#include "neg-fuzz.h"

#include <string.h>

#include "imaging/neg-display.h"

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const lines[] = { "# ambient 0.3\n", "# name Left\n", "# date 2026-01-31\n", "\xef\xbb\xbf", "\r\n" };
  static const guint greatest[] = { 1, 255, 1023, 65535 };
  guint n = g_rand_int_range (random, 2, 40), last = greatest[g_rand_int_range (random, 0, 4)];
  GByteArray *input = g_byte_array_new ();
  const char *line = lines[g_rand_int_range (random, 0, G_N_ELEMENTS (lines))];

  g_byte_array_append (input, (const guint8 *) line, strlen (line));
  for (guint i = 0; i < n; i++) {
    g_autofree char *entry = g_strdup_printf ("%.6g%c%.6g\n", (double) last * i / (n - 1), " ,;\t"[i % 4], 1.5 * i);

    g_byte_array_append (input, (const guint8 *) entry, strlen (entry));
  }
  return input;
}

/* What is read can be written and read again; whatever is a table has a curve or a reason. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (NegLuminanceTable) table = neg_luminance_table_parse ((const char *) data, size, NULL);
  g_autoptr (NegLuminanceTable) again = NULL;
  g_autofree char *text = NULL;
  NegConformance conformance;
  NegDisplayCurve curve;

  if (table == NULL)
    return 0;
  text = neg_luminance_table_to_text (table);
  again = neg_luminance_table_parse (text, strlen (text), NULL);
  g_assert_nonnull (again);
  g_assert_cmpmem (again->levels, again->n * sizeof (double), table->levels, table->n * sizeof (double));
  neg_conformance_init (&conformance, table, neg_display_curve_init (&curve, table, NULL) ? &curve : NULL, 17);
  neg_conformance_clear (&conformance);
  return 0;
}
