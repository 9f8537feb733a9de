#include "neg-fuzz.h"

#include <string.h>

#include "learning/neg-progress-line.h"

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const lines[] = {
    "{\"format\":\"negatoscope-progress\",\"version\":1,\"id\":\"0123456789abcdef0123456789abcdef\",\"kind\":\"watched\",\"person\":\"a\","
    "\"topic\":\"mpr\",\"revision\":3,\"video\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"duration_ms\":40000,"
    "\"began_ms\":1795429200000,\"ended_ms\":1795429260000,\"place_ms\":12000,\"captions\":\"de\",\"played\":[[0,12000,0,12000,100],"
    "[14000,21000,15000,22000,150]]}",
    "{\"format\":\"negatoscope-progress\",\"version\":1,\"id\":\"0123456789abcdef0123456789abcdef\",\"kind\":\"practised\",\"person\":\"a\","
    "\"topic\":\"practice-window\",\"began_ms\":1795429200000,\"ended_ms\":1795429260000,\"done\":true,\"hints\":1}",
  };
  const char *line = lines[g_rand_int_range (random, 0, G_N_ELEMENTS (lines))];
  GByteArray *input = g_byte_array_new ();

  g_byte_array_append (input, (const guint8 *) line, strlen (line));
  return input;
}

/* What is read is within its limits, and is written and read as the same again. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (NegProgressLine) line = neg_progress_line_parse ((const char *) data, size, NULL);
  g_autoptr (NegProgressLine) again = NULL;
  g_autoptr (NegSegments) segments = NULL;
  g_autofree char *text = NULL;

  if (line == NULL)
    return 0;
  text = neg_progress_line_dup_text (line);
  again = neg_progress_line_parse (text, strlen (text), NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->person, ==, line->person);
  g_assert_cmpuint (again->played->len, ==, line->played->len);
  segments = neg_segments_new (line->duration_ms);
  neg_progress_line_add_to (line, segments);
  g_assert_true (neg_segments_get_fraction (segments) >= 0 && neg_segments_get_fraction (segments) <= 1);
  return 0;
}
