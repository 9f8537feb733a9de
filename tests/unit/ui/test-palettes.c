/* Every text colour on every ground that it may stand on: at least 4.5:1 (WCAG 2, success criterion 1.4.3); edges of
 * controls 3:1 (1.4.11); both palettes define the same names; images stay on black; no large bright area in the dark. */
#include "config.h"

#include <gio/gio.h>
#include <math.h>

#define TEXT_CONTRAST 4.5
#define EDGE_CONTRAST 3.0

static char *
load (const char *name)
{
  g_autofree char *path = g_strdup_printf ("/org/negatoscope/ui/%s", name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);

  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Name -> "rrggbb". */
static GHashTable *
load_palette (const char *name)
{
  GHashTable *palette = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *text = load (name);
  g_autoptr (GRegex) regex = g_regex_new ("@define-color neg_(\\w+) #([0-9a-f]{6});", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_insert (palette, g_match_info_fetch (match, 1), g_match_info_fetch (match, 2));
  return palette;
}

static double
get_luminance (GHashTable *palette, const char *name)
{
  static const double weights[] = { 0.2126, 0.7152, 0.0722 };
  const char *digits = g_hash_table_lookup (palette, name);
  double luminance = 0;

  g_test_message ("%s", name);
  g_assert_nonnull (digits);
  for (guint i = 0; i < 3; i++) {
    double part = (g_ascii_xdigit_value (digits[2 * i]) * 16 + g_ascii_xdigit_value (digits[2 * i + 1])) / 255.0;

    luminance += weights[i] * (part <= 0.03928 ? part / 12.92 : pow ((part + 0.055) / 1.055, 2.4));
  }
  return luminance;
}

static double
get_contrast (GHashTable *palette, const char *one, const char *other)
{
  double a = get_luminance (palette, one) + 0.05, b = get_luminance (palette, other) + 0.05;

  return MAX (a, b) / MIN (a, b);
}

static void
assert_contrasts (GHashTable *palette)
{
  static const char *const texts[] = { "text", "dim", "attention", "danger", "arrived" };
  static const char *const grounds[] = { "ground", "raised", "hover", "selected", "question" };

  for (guint t = 0; t < G_N_ELEMENTS (texts); t++)
    for (guint g = 0; g < G_N_ELEMENTS (grounds); g++)
      g_assert_cmpfloat (get_contrast (palette, texts[t], grounds[g]), >=, TEXT_CONTRAST);
  g_assert_cmpfloat (get_contrast (palette, "text", "pressed"), >=, TEXT_CONTRAST);
  g_assert_cmpfloat (get_contrast (palette, "prior_text", "prior"), >=, TEXT_CONTRAST);
  g_assert_cmpfloat (get_contrast (palette, "image_text", "image_ground"), >=, TEXT_CONTRAST);
  for (guint g = 0; g < 3; g++) {
    g_assert_cmpfloat (get_contrast (palette, "accent", grounds[g]), >=, EDGE_CONTRAST);
    if (g < 2)
      g_assert_cmpfloat (get_contrast (palette, "edge", grounds[g]), >=, EDGE_CONTRAST);
  }
  g_assert_cmpfloat (get_contrast (palette, "image_accent", "image_ground"), >=, TEXT_CONTRAST);
  g_assert_cmpstr (g_hash_table_lookup (palette, "image_ground"), ==, "000000");
}

static void
test_dark (void)
{
  static const char *const areas[] = { "ground", "raised", "hover", "selected", "pressed", "question", "prior" };
  g_autoptr (GHashTable) palette = load_palette ("neg-dark.css");

  assert_contrasts (palette);
  for (guint i = 0; i < G_N_ELEMENTS (areas); i++)
    g_assert_cmpfloat (get_luminance (palette, areas[i]), <, 0.07);
}

static void
test_light (void)
{
  g_autoptr (GHashTable) palette = load_palette ("neg-light.css");

  assert_contrasts (palette);
  g_assert_cmpfloat (get_luminance (palette, "ground"), >, 0.7);
  /* Beside images nothing is bright in the office either. */
  g_assert_cmpfloat (get_luminance (palette, "prior"), <, 0.07);
}

/* What the rules use is defined, by both alike, and the rules themselves name no colour of their own. */
static void
test_names (gconstpointer data)
{
  g_autoptr (GHashTable) dark = load_palette ("neg-dark.css");
  g_autoptr (GHashTable) light = load_palette ("neg-light.css");
  g_autofree char *rules = load (data);
  g_autoptr (GRegex) regex = g_regex_new ("@neg_(\\w+)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  g_assert_cmpuint (g_hash_table_size (dark), ==, g_hash_table_size (light));
  for (g_regex_match (regex, rules, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL), n++) {
    g_autofree char *name = g_match_info_fetch (match, 1);

    g_test_message ("%s", name);
    g_assert_true (g_hash_table_contains (dark, name));
    g_assert_true (g_hash_table_contains (light, name));
  }
  g_assert_cmpuint (n, >, 5);
  g_assert_false (g_regex_match_simple ("#[0-9a-fA-F]{3}", rules, 0, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/palettes/dark", test_dark);
  g_test_add_func ("/palettes/light", test_light);
  g_test_add_data_func ("/palettes/names-style", "neg-style.css", test_names);
  g_test_add_data_func ("/palettes/names-panes", "neg-panes.css", test_names);
  return g_test_run ();
}
