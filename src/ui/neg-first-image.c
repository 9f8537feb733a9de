#include "config.h"

#include "ui/neg-first-image.h"

#include "ui/neg-main-window-private.h"

/* Ends with the window at the latest. */
typedef struct {
  NegMainWindow *window;
  guint timeout;
} Wait;

#define WAIT_KEY "neg-first-image-wait"

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_clear_handle_id (&wait->timeout, g_source_remove);
  g_free (wait);
}

static void changed_cb (NegMainWindow *window);

static void
present_now (NegMainWindow *window)
{
  if (window->grid != NULL)
    g_signal_handlers_disconnect_by_func (window->grid, changed_cb, window);
  g_object_set_data (G_OBJECT (window), WAIT_KEY, NULL);
  if (!gtk_widget_in_destruction (GTK_WIDGET (window)))
    gtk_window_present (GTK_WINDOW (window));
}

static gboolean
is_over (NegMainWindow *window)
{
  NegViewport *viewport = neg_grid_get_active (window->grid);

  return viewport == NULL || neg_viewport_get_pixels (viewport) != NULL || neg_viewport_get_failure (viewport) != NULL
         || window->loader == NULL || neg_loader_is_finished (window->loader);
}

static void
changed_cb (NegMainWindow *window)
{
  if (gtk_widget_in_destruction (GTK_WIDGET (window)) || is_over (window))
    present_now (window);
}

static gboolean
timeout_cb (gpointer data)
{
  Wait *wait = data;

  wait->timeout = 0;
  present_now (wait->window);
  return G_SOURCE_REMOVE;
}

void
neg_first_image_present (NegMainWindow *window, guint limit_ms)
{
  Wait *wait;

  if (is_over (window) || gtk_widget_get_visible (GTK_WIDGET (window))) {
    gtk_window_present (GTK_WINDOW (window));
    return;
  }
  wait = g_new (Wait, 1);
  *wait = (Wait){ window, g_timeout_add (limit_ms, timeout_cb, wait) };
  g_object_set_data_full (G_OBJECT (window), WAIT_KEY, wait, wait_free);
  g_signal_connect_object (window->grid, "changed", G_CALLBACK (changed_cb), window, G_CONNECT_SWAPPED);
  gtk_widget_realize (GTK_WIDGET (window)); /* meanwhile */
}
