#include "neg-fuzz.h"

#include <string.h>

#include "learning/neg-vtt.h"

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const pieces[] = {
    "\n",  "\r\n", "NOTE aside\n\n", "STYLE\n::cue {}\n\n", "7\n", "00:01.000 --> 00:02.000\nword <b>bold</b> &amp;\n\n",
    "00:00:01.000 --> 01:00:02.500 line:0\n<v Ada>two\nlines\n\n", "\xEF\xBB\xBF", "&nbsp; &rlm; <\n",
  };
  GByteArray *input = g_byte_array_new ();
  guint n = g_rand_int_range (random, 1, 30);

  g_byte_array_append (input, (const guint8 *) "WEBVTT\n\n", 8);
  for (guint i = 0; i < n; i++) {
    const char *piece = pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))];

    g_byte_array_append (input, (const guint8 *) piece, strlen (piece));
  }
  return input;
}

/* What is read can be written and is read again as the same cues; a cue that is found is one that is shown. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (NegVtt) vtt = neg_vtt_parse ((const char *) data, size, NULL);
  g_autoptr (NegVtt) again = NULL;
  g_autofree char *text = NULL;

  if (vtt == NULL)
    return 0;
  text = neg_vtt_to_text (vtt);
  again = neg_vtt_parse (text, strlen (text), NULL);
  if (strlen (text) > NEG_VTT_BYTES_MAX)
    return 0;
  g_assert_nonnull (again);
  g_assert_cmpuint (neg_vtt_get_n_cues (again), ==, neg_vtt_get_n_cues (vtt));
  for (guint i = 0; i < neg_vtt_get_n_cues (vtt); i++) {
    const NegVttCue *cue = neg_vtt_get_cue (vtt, i), *copy = neg_vtt_get_cue (again, i);
    int found = neg_vtt_find (vtt, cue->start_us);

    g_assert_cmpstr (copy->text, ==, cue->text);
    g_assert_true (copy->start_us == cue->start_us && copy->end_us == cue->end_us);
    g_assert_true (found >= 0 && neg_vtt_get_cue (vtt, found)->end_us > cue->start_us);
  }
  return 0;
}
