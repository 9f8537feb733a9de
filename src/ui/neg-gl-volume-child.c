#include "config.h"

#include "ui/neg-gl-volume-child.h"

#include "ui/neg-gl-canvas.h"

static gboolean
is_wanted (GtkWidget *viewport, NegRenderer renderer)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (viewport));
  gboolean is_software = TRUE;
  g_autofree char *name = renderer != NEG_RENDERER_CPU ? neg_gl_canvas_probe (surface, &is_software, NULL) : NULL;

  return name != NULL && (!is_software || renderer == NEG_RENDERER_GL);
}

static gboolean
drop_cb (gpointer data)
{
  NegGlVolumeChild *child = data;
  GtkWidget *canvas = GTK_WIDGET (child->canvas);

  child->drop_source = 0;
  child->canvas = NULL;
  gtk_widget_unparent (canvas);
  gtk_widget_queue_allocate (child->viewport); /* which draws it anew */
  return G_SOURCE_REMOVE;
}

/* From inside the canvas's own callbacks: it goes a moment later. */
static void
failed_cb (NegGlVolumeCanvas *canvas, const char *reason, NegGlVolumeChild *child)
{
  if (child->drop_source == 0)
    child->drop_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, drop_cb, child, NULL);
}

void
neg_gl_volume_child_init (NegGlVolumeChild *child, GtkWidget *viewport, NegRenderer renderer)
{
  if (child->canvas != NULL || !is_wanted (viewport, renderer))
    return;
  child->viewport = viewport;
  child->canvas = NEG_GL_VOLUME_CANVAS (neg_gl_volume_canvas_new ());
  g_signal_connect (child->canvas, "failed", G_CALLBACK (failed_cb), child);
  gtk_widget_set_parent (GTK_WIDGET (child->canvas), viewport);
}

void
neg_gl_volume_child_clear (NegGlVolumeChild *child)
{
  g_clear_handle_id (&child->drop_source, g_source_remove);
  if (child->canvas != NULL)
    g_signal_handlers_disconnect_by_data (child->canvas, child);
  child->canvas = NULL;
}

void
neg_gl_volume_child_measure (NegGlVolumeChild *child, GtkOrientation orientation, int for_size)
{
  int minimum, natural;

  if (child->canvas != NULL)
    gtk_widget_measure (GTK_WIDGET (child->canvas), orientation, for_size, &minimum, &natural, NULL, NULL);
}

void
neg_gl_volume_child_allocate (NegGlVolumeChild *child, int width, int height, int baseline)
{
  if (child->canvas != NULL)
    gtk_widget_allocate (GTK_WIDGET (child->canvas), width, height, baseline, NULL);
}

void
neg_gl_volume_child_snapshot (NegGlVolumeChild *child, GtkSnapshot *snapshot)
{
  if (child->canvas != NULL)
    gtk_widget_snapshot_child (child->viewport, GTK_WIDGET (child->canvas), snapshot);
}
