/* Where no graphics processor can be reached, GTK starts without OpenGL; what a person asks for by name stays. */
#include "config.h"

#include <glib/gstdio.h>

#include "ui/neg-renderer.h"

static void
make_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

static void
remove_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
test_devices (void)
{
  g_autofree char *folder = g_dir_make_tmp ("negatoscope-XXXXXX", NULL);
  g_autofree char *dri = g_build_filename (folder, "dri", NULL);

  g_assert_false (neg_renderer_has_device (folder));
  g_assert_cmpint (g_mkdir (dri, 0700), ==, 0);
  g_assert_false (neg_renderer_has_device (folder));
  make_file (dri, "card0"); /* shows pictures; does not compute them */
  g_assert_false (neg_renderer_has_device (folder));
  make_file (dri, "renderD128");
  g_assert_true (neg_renderer_has_device (folder));
  remove_file (dri, "renderD128");
  make_file (folder, "nvidiactl");
  g_assert_true (neg_renderer_has_device (folder));
  remove_file (folder, "nvidiactl");
  remove_file (dri, "card0");
  g_rmdir (dri);
  g_rmdir (folder);
}

static void
test_wishes_stay (void)
{
  g_setenv ("GSK_RENDERER", "ngl", TRUE);
  neg_renderer_prepare (FALSE);
  g_assert_false (neg_renderer_is_without_gl ());
  g_assert_cmpstr (g_getenv ("GSK_RENDERER"), ==, "ngl");
  g_unsetenv ("GSK_RENDERER");
  neg_renderer_prepare (TRUE);
  g_assert_false (neg_renderer_is_without_gl ());
  g_assert_null (g_getenv ("GSK_RENDERER"));
}

static void
test_prepare (void)
{
  gboolean has_device = neg_renderer_has_device ("/dev");

  neg_renderer_prepare (FALSE);
  g_assert_cmpint (neg_renderer_is_without_gl (), ==, !has_device);
  g_assert_cmpstr (g_getenv ("GSK_RENDERER"), ==, has_device ? NULL : "cairo");
}

int
main (int argc, char **argv)
{
  g_unsetenv ("GSK_RENDERER");
  g_unsetenv ("GDK_DEBUG");
  g_unsetenv ("GDK_DISABLE");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/renderer/devices", test_devices);
  g_test_add_func ("/renderer/wishes-stay", test_wishes_stay);
  g_test_add_func ("/renderer/prepare", test_prepare);
  return g_test_run ();
}
