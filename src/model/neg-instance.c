#include "config.h"

#include "model/neg-instance.h"

#include "model/neg-instance-fields.h"
#include "model/neg-presentation.h"

#include <math.h>

static const char *const kind_names[NEG_OBJECT_N_KINDS] = {
  "image", "sr", "pr", "ko", "seg", "rtstruct", "rtdose", "rtplan", "pdf", "stl", "waveform", "video",
  "hanging-protocol", "other",
};

const char *
neg_object_kind_get_name (NegObjectKind kind)
{
  return (guint) kind < NEG_OBJECT_N_KINDS ? kind_names[kind] : "other";
}

NegInstance *
neg_instance_new (void)
{
  NegInstance *instance = g_new0 (NegInstance, 1);

  g_atomic_ref_count_init (&instance->ref_count);
  instance->kind = NEG_OBJECT_OTHER;
  instance->echo_time_ms = NAN;
  instance->trigger_time_ms = NAN;
  instance->b_value = NAN;
  instance->gantry_tilt_deg = NAN;
  instance->magnification = NAN;
  instance->slice_thickness_mm = NAN;
  instance->spacing_between_slices_mm = NAN;
  instance->frame_time_ms = NAN;
  instance->cine_rate_hz = NAN;
  instance->pet.weight_kg = NAN;
  instance->pet.height_m = NAN;
  instance->pet.total_dose = NAN;
  instance->pet.half_life_s = NAN;
  instance->pet.frame_reference_time_ms = NAN;
  instance->pet.actual_frame_duration_ms = NAN;
  instance->pet.philips_suv_factor = NAN;
  instance->pet.philips_activity_factor = NAN;
  return instance;
}

NegInstance *
neg_instance_ref (NegInstance *instance)
{
  g_atomic_ref_count_inc (&instance->ref_count);
  return instance;
}

void
neg_lut_clear (NegLut *lut)
{
  g_free (lut->entries);
  g_free (lut->explanation);
  *lut = (NegLut){ 0 };
}

static void
clear_modules (NegInstance *instance)
{
  for (guint32 i = 0; i < instance->n_overlays; i++)
    neg_overlay_plane_clear (&instance->overlays[i]);
  for (guint32 i = 0; i < instance->n_real_world_maps; i++)
    neg_real_world_map_clear (&instance->real_world_maps[i]);
  for (guint32 i = 0; i < instance->n_masks; i++)
    neg_mask_item_clear (&instance->masks[i]);
  g_free (instance->overlays);
  g_free (instance->real_world_maps);
  g_free (instance->masks);
  g_free (instance->ultrasound_regions);
  neg_shutter_clear (&instance->shutter);
  neg_presentation_unref (instance->presentation);
  neg_key_selection_free (instance->key_selection);
  g_clear_pointer (&instance->annotations, g_ptr_array_unref);
  g_strfreev (instance->predecessors);
}

static void
instance_free (NegInstance *instance)
{
  neg_fields_clear (neg_instance_fields, neg_instance_n_fields, instance);
  neg_lut_clear (&instance->modality_lut);
  for (guint i = 0; i < G_N_ELEMENTS (instance->palette); i++)
    neg_lut_clear (&instance->palette[i]);
  for (guint32 i = 0; i < instance->n_voi_luts; i++)
    neg_lut_clear (&instance->voi_luts[i]);
  g_free (instance->voi_luts);
  for (guint32 i = 0; i < instance->n_windows; i++)
    g_free (instance->windows[i].explanation);
  g_free (instance->windows);
  g_free (instance->frame_times_ms);
  for (guint32 i = 0; i < instance->n_frame_infos; i++)
    neg_fields_clear (neg_frame_info_fields, neg_frame_info_n_fields, &instance->frame_infos[i]);
  g_free (instance->frame_infos);
  clear_modules (instance);
  g_strfreev (instance->warnings);
  g_free (instance);
}

void
neg_instance_unref (NegInstance *instance)
{
  if (instance != NULL && g_atomic_ref_count_dec (&instance->ref_count))
    instance_free (instance);
}

void
neg_frame_info_init (NegFrameInfo *info)
{
  *info = (NegFrameInfo){
    .rescale_slope = 1,
    .effective_echo_time_ms = NAN,
    .trigger_time_ms = NAN,
    .b_value = NAN,
  };
}

void
neg_instance_add_warning (NegInstance *instance, const char *format, ...)
{
  guint n = instance->warnings ? g_strv_length (instance->warnings) : 0;
  va_list args;

  va_start (args, format);
  instance->warnings = g_renew (char *, instance->warnings, n + 2);
  instance->warnings[n] = g_strdup_vprintf (format, args);
  instance->warnings[n + 1] = NULL;
  va_end (args);
}

const NegFrameInfo *
neg_instance_get_frame_info (const NegInstance *instance, guint32 frame)
{
  g_return_val_if_fail (instance->n_frame_infos > 0, NULL);

  return &instance->frame_infos[frame < instance->n_frame_infos ? frame : 0];
}
