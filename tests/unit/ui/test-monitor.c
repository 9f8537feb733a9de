/* The size of a pixel as a person measured it: nonsense in the settings is nobody's measure. No display. */
#include "config.h"

#include "ui/neg-monitor.h"

#include <math.h>

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/monitor/lookup", test_lookup);
  return g_test_run ();
}
