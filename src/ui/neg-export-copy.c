#include "config.h"

#include "base/neg-error.h"
#include "export/neg-export-picture.h"
#include "ui/neg-clipboard.h"
#include "ui/neg-export-dialog.h"

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
  neg_clipboard_put_for_a_minute (clipboard, gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture));
  return TRUE;
}
