#include "config.h"

#include "ui/neg-display-words.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"

/* ACR-AAPM-SIIM: what a display for diagnosis should reach. */
#define DIAGNOSTIC_MIN_CD 1.0
#define DIAGNOSTIC_MAX_CD 350.0
#define DIAGNOSTIC_RATIO 250.0

/* What imaging/ says of tables and curves, for those who translate. */
static const char *const sentences[] = {
  N_ ("a table has at least 2 lines"),
  N_ ("a table is not that long"),
  N_ ("levels go from 0 to the greatest"),
  N_ ("the ambient light is a luminance in cd/m2"),
  N_ ("the ambient light is no luminance"),
  N_ ("the date is written YYYY-MM-DD"),
  N_ ("the first level is 0"),
  N_ ("the last level is the greatest: 1, 255, 1023 or 65535"),
  N_ ("the level is not above the one before"),
  N_ ("the luminance falls"),
  N_ ("there are too many lines"),
  N_ ("there is no contrast between the darkest and the brightest"),
  N_ ("this is no luminance of a display"),
  N_ ("this is no text"),
  N_ ("two numbers are needed, a level and a luminance"),
};

static guint
find_worst (const NegConformance *conformance)
{
  guint worst = 0;

  for (guint i = 1; i < conformance->n_steps; i++)
    if (fabs (conformance->contrast_errors[i]) > fabs (conformance->contrast_errors[worst]))
      worst = i;
  return worst;
}

static void
append_luminances (GString *words, const NegConformance *conformance)
{
  if (conformance->luminance_max < DIAGNOSTIC_MAX_CD)
    g_string_append_printf (words, _ (" It is not bright: %.0f of at least %.0f cd/m²."), conformance->luminance_max,
                            DIAGNOSTIC_MAX_CD);
  if (conformance->luminance_min < DIAGNOSTIC_MIN_CD)
    g_string_append_printf (words, _ (" Its black is below %.0f cd/m²."), DIAGNOSTIC_MIN_CD);
  if (conformance->ratio < DIAGNOSTIC_RATIO)
    g_string_append_printf (words, _ (" Brightest to darkest is %.0f, less than %.0f."), conformance->ratio,
                            DIAGNOSTIC_RATIO);
}

char *
neg_display_words_dup_verdict (const NegConformance *conformance)
{
  GString *words = g_string_new (NULL);
  guint worst = find_worst (conformance);
  double percent = 100 * conformance->contrast_errors[worst];

  if (conformance->greatest_error <= NEG_DISPLAY_DIAGNOSTIC)
    g_string_append (words, _ ("✓ Conforms (diagnostic, 10 %)."));
  else if (conformance->greatest_error <= NEG_DISPLAY_OTHER)
    g_string_append_printf (words, _ ("✗ Does not conform for diagnosis (10 %%): the contrast of step %u of %u deviates "
                                      "by %+.1f %%. It conforms for other uses (20 %%)."),
                            worst + 1, conformance->n_steps, percent);
  else
    g_string_append_printf (words, _ ("✗ Does not conform: the contrast of step %u of %u deviates by %+.1f %%, more than "
                                      "10 %% (diagnostic) and 20 %% (other uses)."),
                            worst + 1, conformance->n_steps, percent);
  append_luminances (words, conformance);
  return g_string_free (words, FALSE);
}

guint
neg_display_words_get_line (const GError *error)
{
  const char *where = neg_error_get_where (error);

  return where != NULL && g_str_has_prefix (where, "line ") ? g_ascii_strtoull (where + strlen ("line "), NULL, 10) : 0;
}

static const char *
translate (const char *sentence)
{
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_str_equal (sentence, sentences[i]))
      return _ (sentences[i]);
  return sentence;
}

char *
neg_display_words_dup_error (const GError *error)
{
  guint line = neg_display_words_get_line (error);
  const char *sentence = line > 0 ? strstr (error->message, ": ") : NULL;

  if (sentence != NULL)
    return g_strdup_printf (_ ("Line %u: %s."), line, translate (sentence + strlen (": ")));
  return g_strdup_printf (_ ("This is no table: %s."), translate (error->message));
}
