#include "config.h"

#include "ui/neg-page-picture.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "ui/neg-privacy.h"

#define PAINTS 2 /* texts made anew may need a second layout */

typedef struct {
  GtkWindow *window;
  GdkFrameClock *clock; /* nullable */
  gulong painted_handler, unrealize_handler;
  guint limit_source, paints;
  gboolean is_holding;
  GdkTexture *texture; /* in memory; nullable */
} Picture;

static void
stop (Picture *picture)
{
  if (picture->clock != NULL)
    g_clear_signal_handler (&picture->painted_handler, picture->clock);
  if (picture->window != NULL)
    g_clear_signal_handler (&picture->unrealize_handler, picture->window);
  g_clear_handle_id (&picture->limit_source, g_source_remove);
  if (picture->is_holding)
    neg_privacy_release ();
  picture->is_holding = FALSE;
  g_clear_object (&picture->clock);
  g_clear_object (&picture->window);
}

/* The main thread's no more: a texture of the renderer is not for others. */
static GdkTexture *
to_memory (GdkTexture *texture)
{
  const int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  const gsize stride = (gsize) width * 4;
  guint8 *pixels = g_malloc (stride * height);
  g_autoptr (GBytes) bytes = NULL;

  gdk_texture_download (texture, pixels, stride);
  bytes = g_bytes_new_take (pixels, stride * height);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
}

static void
picture_free (gpointer data)
{
  Picture *picture = data;

  stop (picture);
  g_clear_object (&picture->texture);
  g_free (picture);
}

static GdkTexture *
render (GtkWindow *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (GTK_WIDGET (window)),
                          gtk_widget_get_height (GTK_WIDGET (window)));
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    return NULL;
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  return to_memory (texture);
}

/* As PNG that takes longer than a frame. */
static void
encode_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Picture *picture = data;

  g_task_return_pointer (task, gdk_texture_save_to_png_bytes (picture->texture), (GDestroyNotify) g_bytes_unref);
}

/* Ends the task, here or in a thread. */
static void
take (GTask *task)
{
  Picture *picture = g_task_get_task_data (task);
  g_autofree char *leak = neg_privacy_find_leak (GTK_WIDGET (picture->window));

  picture->texture = leak == NULL ? render (picture->window) : NULL;
  stop (picture);
  if (leak != NULL)
    g_task_return_new_error (task, NEG_ERROR, NEG_ERROR_REFUSED, _ ("There is no picture: a patient may be named in it (%s)."),
                             leak);
  else if (picture->texture == NULL)
    g_task_return_new_error (task, NEG_ERROR, NEG_ERROR_TIMEOUT, _ ("There is no picture: the page shows nothing."));
  else
    g_task_run_in_thread (task, encode_thread);
  g_object_unref (task);
}

static gboolean
take_cb (gpointer data)
{
  Picture *picture = g_task_get_task_data (G_TASK (data));

  picture->limit_source = 0;
  take (data);
  return G_SOURCE_REMOVE;
}

/* Not from within a frame: the picture is a frame of its own. */
static void
painted_cb (GTask *task)
{
  Picture *picture = g_task_get_task_data (task);

  if (++picture->paints < PAINTS) {
    gtk_widget_queue_draw (GTK_WIDGET (picture->window));
    return;
  }
  g_clear_signal_handler (&picture->painted_handler, picture->clock);
  g_clear_handle_id (&picture->limit_source, g_source_remove);
  picture->limit_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, take_cb, task, NULL);
}

static void
fail_unseen (GTask *task)
{
  stop (g_task_get_task_data (task));
  g_task_return_new_error (task, NEG_ERROR, NEG_ERROR_TIMEOUT, _ ("There is no picture: the page is out of sight."));
  g_object_unref (task);
}

static gboolean
limit_cb (gpointer data)
{
  Picture *picture = g_task_get_task_data (G_TASK (data));

  picture->limit_source = 0;
  fail_unseen (data);
  return G_SOURCE_REMOVE;
}

void
neg_page_picture_take_async (GtkWindow *window, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Picture *picture = g_new0 (Picture, 1);

  picture->window = g_object_ref (window);
  g_task_set_task_data (task, picture, picture_free);
  if (!gtk_widget_get_mapped (GTK_WIDGET (window))) {
    fail_unseen (task);
    return;
  }
  picture->is_holding = TRUE;
  neg_privacy_hold ();
  g_set_object (&picture->clock, gtk_widget_get_frame_clock (GTK_WIDGET (window)));
  picture->painted_handler = g_signal_connect_swapped (picture->clock, "after-paint", G_CALLBACK (painted_cb), task);
  picture->unrealize_handler = g_signal_connect_swapped (window, "unrealize", G_CALLBACK (fail_unseen), task);
  picture->limit_source = g_timeout_add (NEG_PAGE_PICTURE_LIMIT_MS, limit_cb, task);
  gtk_widget_queue_draw (GTK_WIDGET (window));
}

GBytes *
neg_page_picture_take_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
