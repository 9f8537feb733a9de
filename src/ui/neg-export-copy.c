#include "config.h"

#include "base/neg-error.h"
#include "export/neg-export-picture.h"
#include "ui/neg-export-dialog.h"

/* Long enough to paste, short enough not to be found by the next person at the keyboard. */
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

static void
put (GdkClipboard *clipboard, GdkTexture *texture)
{
  Kept *kept = g_new (Kept, 1);

  kept->clipboard = g_object_ref (clipboard);
  kept->content = gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture);
  gdk_clipboard_set_content (clipboard, kept->content);
  g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, KEPT_SECONDS, forget_cb, kept, kept_free);
}

GPtrArray *
neg_export_list_annotations (NegAnnotations *annotations, const char *study_uid)
{
  return annotations != NULL && study_uid != NULL ? neg_annotations_list_study (annotations, study_uid) : NULL;
}

gboolean
neg_export_copy (GdkClipboard *clipboard, NegReading *reading, guint cell, NegFrameStore *store,
                 NegAnnotations *annotations, guint width_px, guint height_px, GError **error)
{
  const NegViewState *state = neg_reading_get_state (reading, cell);
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  const NegExportLook look = { .size = NEG_EXPORT_AS_SHOWN, .width = width_px, .height = height_px, .annotated = TRUE,
                               .measured = TRUE };
  g_autoptr (NegPixels) pixels = frame != NULL ? neg_frame_store_peek (store, state->series, state->index) : NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) marks = NULL;
  NegOverlay links;
  NegPicture picture;
  gboolean drawn;

  if (pixels == NULL)
    return neg_fail (error, NEG_ERROR_BUSY, NULL, "the image is not there yet");
  if (neg_export_get_burned_in (frame->instance) != NEG_BURNED_IN_UNLIKELY)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "the pixels may show who it is: export it, which asks");
  neg_overlay_init (&links, reading, cell, NULL, width_px, height_px, NEG_CAPTIONS_NONE);
  marks = neg_export_list_annotations (annotations, frame->instance->study_uid);
  drawn = neg_export_draw (state, pixels, &look, &links, marks, 0, 0, 3, &picture, error);
  neg_overlay_clear (&links);
  if (!drawn)
    return FALSE;
  bytes = g_bytes_new_take (picture.pixels, picture.stride * picture.height);
  texture = gdk_memory_texture_new (picture.width, picture.height, GDK_MEMORY_R8G8B8, bytes, picture.stride);
  put (clipboard, texture);
  return TRUE;
}
