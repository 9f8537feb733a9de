/* Where data are kept. */
#include "config.h"

#include "base/neg-paths.h"

static void
test_data_folder (void)
{
  g_autofree char *home = neg_paths_dup_data_folder ("/somewhere/of its own");
  g_autofree char *desktop = neg_paths_dup_data_folder (NULL);

  g_assert_cmpstr (home, ==, "/somewhere/of its own/data");
  g_assert_cmpstr (desktop, ==, "/where/the desktop says/negatoscope");
}

int
main (int argc, char **argv)
{
  g_setenv ("XDG_DATA_HOME", "/where/the desktop says", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paths/data-folder", test_data_folder);
  return g_test_run ();
}
