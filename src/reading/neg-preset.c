#include "config.h"

#include "reading/neg-preset.h"

static guint
n_windows_of (const NegInstance *instance, guint32 frame, guint *first)
{
  const NegFrameInfo *info;

  *first = 0;
  if (frame >= instance->frames || instance->n_frame_infos == 0)
    return 0;
  info = neg_instance_get_frame_info (instance, frame);
  if (info->first_window > instance->n_windows)
    return 0;
  *first = info->first_window;
  return MIN (info->n_windows, instance->n_windows - info->first_window);
}

guint
neg_presets_count (const NegInstance *instance, guint32 frame)
{
  guint first;

  return n_windows_of (instance, frame, &first) + instance->n_voi_luts;
}

gboolean
neg_preset_get (const NegInstance *instance, guint32 frame, guint index, NegPreset *preset)
{
  guint first;
  guint n_windows = n_windows_of (instance, frame, &first);

  *preset = (NegPreset){ 0 };
  if (index < n_windows) {
    const NegWindow *window = &instance->windows[first + index];

    preset->explanation = window->explanation;
    preset->center = window->center;
    preset->width = window->width;
    return TRUE;
  }
  if (index - n_windows >= instance->n_voi_luts)
    return FALSE;
  preset->explanation = instance->voi_luts[index - n_windows].explanation;
  preset->is_lut = TRUE;
  return TRUE;
}
