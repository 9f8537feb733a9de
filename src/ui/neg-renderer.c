#include "config.h"

#include "ui/neg-renderer.h"

#include <string.h>

/* GDK_DISABLE took over from GDK_DEBUG; each version complains of what it does not know. */
#define MINOR_WITH_GDK_DISABLE 18

static gboolean without_gl;

static gboolean
has_render_node (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "dri", NULL);
  g_autoptr (GDir) listing = g_dir_open (path, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    if (g_str_has_prefix (name, "renderD"))
      return TRUE;
  return FALSE;
}

/* How a program reaches a graphics processor on Linux: a render node of the kernel, or the device of a driver that has
 * none (NVIDIA's own, Windows' for Linux guests, those of telephones). */
gboolean
neg_renderer_has_device (const char *folder)
{
  static const char *const names[] = { "nvidiactl", "dxg", "mali0", "kgsl-3d0", "pvr_sync", "galcore" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);

    if (g_file_test (path, G_FILE_TEST_EXISTS))
      return TRUE;
  }
  return has_render_node (folder);
}

static gboolean
is_set (const char *variable)
{
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0';
}

void
neg_renderer_prepare (gboolean wants_gl)
{
  if (wants_gl || is_set ("GSK_RENDERER") || is_set ("GDK_DEBUG") || is_set ("GDK_DISABLE")
      || neg_renderer_has_device ("/dev"))
    return;
  without_gl = TRUE;
  g_setenv ("GSK_RENDERER", "cairo", TRUE);
  if (gtk_get_minor_version () >= MINOR_WITH_GDK_DISABLE)
    g_setenv ("GDK_DISABLE", "gl,vulkan", TRUE);
  else
    g_setenv ("GDK_DEBUG", "gl-disable", TRUE);
}

gboolean
neg_renderer_is_without_gl (void)
{
  return without_gl;
}

gboolean
neg_renderer_is_cairo (GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GskRenderer *renderer = native != NULL ? gtk_native_get_renderer (native) : NULL;

  return renderer != NULL && strcmp (G_OBJECT_TYPE_NAME (renderer), "GskCairoRenderer") == 0;
}
