/* What a person measured of a monitor: nonsense in the settings is nobody's measure. No display. */
#include "config.h"

#include "ui/neg-monitor.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"

static void
test_lookup (void)
{
  g_autoptr (GSettings) settings = g_settings_new (NEG_APP_ID);
  GVariant *value = g_variant_new_parsed ("{'DP-1': 0.21, 'DP-2': 0.0, 'DP-3': -0.2, 'DP-4': 1e9, 'DP-5': %d}",
                                          (double) NAN);

  g_assert_cmpfloat (neg_monitor_lookup_pixel_mm (settings, "DP-1"), ==, 0);
  g_assert_true (g_settings_set_value (settings, "monitor-pixels", value));
  g_assert_cmpfloat (neg_monitor_lookup_pixel_mm (settings, "DP-1"), ==, 0.21);
  for (guint i = 2; i <= 6; i++) {
    g_autofree char *name = g_strdup_printf ("DP-%u", i);

    g_assert_cmpfloat (neg_monitor_lookup_pixel_mm (settings, name), ==, 0);
  }
  g_settings_reset (settings, "monitor-pixels");
}

static void
test_luminances (void)
{
  static const char text[] = "# name Left\n# date 2026-01-31\n# ambient 0.25\n0 0.5\n128 60\n255 300\n";
  g_autoptr (GSettings) settings = g_settings_new (NEG_APP_ID);
  g_autoptr (NegLuminanceTable) table = neg_luminance_table_parse (text, strlen (text), NULL), again = NULL;
  g_autofree char *written = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_monitor_load_table (settings, "A|B|DP-1", &error));
  g_assert_no_error (error);
  g_assert_true (neg_monitor_save_table (settings, "A|B|DP-1", table));
  g_assert_true (neg_monitor_save_table (settings, "A|C|DP-1", table));
  again = neg_monitor_load_table (settings, "A|B|DP-1", &error);
  g_assert_no_error (error);
  written = neg_luminance_table_to_text (again);
  g_assert_cmpstr (written, ==, text);
  g_assert_true (neg_monitor_save_table (settings, "A|B|DP-1", NULL));
  g_assert_null (neg_monitor_load_table (settings, "A|B|DP-1", &error));
  g_assert_no_error (error);
  g_settings_set_value (settings, "monitor-luminances", g_variant_new_parsed ("{'A|B|DP-1': '0 1\n255 0\n'}"));
  g_assert_null (neg_monitor_load_table (settings, "A|B|DP-1", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_assert_null (neg_monitor_load_table (NULL, "A|B|DP-1", NULL));
  g_assert_false (neg_monitor_save_table (NULL, "A|B|DP-1", table));
  g_assert_null (neg_monitor_dup_curve (settings, NULL, NULL));
  g_settings_reset (settings, "monitor-luminances");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/monitor/lookup", test_lookup);
  g_test_add_func ("/monitor/luminances", test_luminances);
  return g_test_run ();
}
