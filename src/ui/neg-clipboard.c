#include "config.h"

#include "ui/neg-clipboard.h"

#define KEPT_SECONDS 60

typedef struct {
  GdkClipboard *clipboard;
  GdkContentProvider *content;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_object_unref (kept->clipboard);
  g_object_unref (kept->content);
  g_free (kept);
}

static gboolean
forget_cb (gpointer data)
{
  Kept *kept = data;

  if (gdk_clipboard_get_content (kept->clipboard) == kept->content)
    gdk_clipboard_set_content (kept->clipboard, NULL);
  return G_SOURCE_REMOVE;
}

void
neg_clipboard_put_for_a_minute (GdkClipboard *clipboard, GdkContentProvider *content)
{
  Kept *kept = g_new (Kept, 1);

  kept->clipboard = g_object_ref (clipboard);
  kept->content = content;
  gdk_clipboard_set_content (clipboard, content);
  g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, KEPT_SECONDS, forget_cb, kept, kept_free);
}
