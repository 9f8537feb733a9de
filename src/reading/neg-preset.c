#include "config.h"

#include "reading/neg-preset.h"

#include <glib/gi18n-lib.h>

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

static const NegModalityPreset ct_presets[] = {
  { N_ ("Soft tissue"), 40, 400 }, { N_ ("Lung"), -600, 1500 },   { N_ ("Bone"), 400, 1800 },
  { N_ ("Brain"), 40, 80 },        { N_ ("Liver"), 60, 160 },     { N_ ("Mediastinum"), 50, 350 },
  { N_ ("Vessels"), 300, 600 },    { N_ ("Stroke"), 35, 40 },     { N_ ("Temporal bone"), 600, 4000 },
};

/* PS3.3 C.11.1.1.2: a CT without Rescale Type is in HU; a localizer and others may be in nothing ("US"). */
static gboolean
is_hounsfield (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info;

  if (frame >= instance->frames || instance->n_frame_infos == 0 || instance->modality_lut.n_entries > 0)
    return FALSE;
  info = neg_instance_get_frame_info (instance, frame);
  return info->has_rescale
         && (info->rescale_type == NULL || *info->rescale_type == '\0' || g_str_equal (info->rescale_type, "HU"));
}

const NegModalityPreset *
neg_modality_presets_get (const NegInstance *instance, guint32 frame, guint *n)
{
  gboolean is_ct = g_strcmp0 (instance->modality, "CT") == 0 && is_hounsfield (instance, frame);

  *n = is_ct ? G_N_ELEMENTS (ct_presets) : 0;
  return is_ct ? ct_presets : NULL;
}
