#include "config.h"

#include "wire/neg-message.h"

#include <math.h>

#include "base/neg-error.h"
#include "wire/neg-message-parts-private.h"

#define WARNINGS_MAX 1000
#define PREDECESSORS_MAX 10000
#define STRING_BYTES_MIN 4

static void
write_frame_infos (const NegInstance *instance, GByteArray *array)
{
  neg_write_u32 (array, instance->n_frame_infos);
  for (guint32 i = 0; i < instance->n_frame_infos; i++)
    _neg_fields_write (neg_frame_info_fields, neg_frame_info_n_fields, &instance->frame_infos[i], array);
}

/* What only objects about images have. */
static void
write_contents (const NegInstance *instance, GByteArray *array)
{
  neg_write_u8 (array, instance->presentation != NULL);
  if (instance->presentation != NULL)
    _neg_presentation_write (instance->presentation, array);
  neg_write_u8 (array, instance->key_selection != NULL);
  if (instance->key_selection != NULL)
    _neg_key_selection_write (instance->key_selection, array);
  neg_write_u8 (array, instance->annotations != NULL);
  if (instance->annotations != NULL)
    _neg_annotations_write (instance->annotations, array);
}

static void
write_strings (char **strings, guint n_max, GByteArray *array)
{
  guint n = strings != NULL ? g_strv_length (strings) : 0;

  n = MIN (n, n_max);
  neg_write_u32 (array, n);
  for (guint i = 0; i < n; i++)
    neg_write_string (array, strings[i]);
}

void
neg_instance_write (const NegInstance *instance, GByteArray *array)
{
  _neg_fields_write (neg_instance_fields, neg_instance_n_fields, instance, array);
  _neg_lut_write (&instance->modality_lut, array);
  for (guint i = 0; i < G_N_ELEMENTS (instance->palette); i++)
    _neg_lut_write (&instance->palette[i], array);
  _neg_luts_write (instance->voi_luts, instance->n_voi_luts, array);
  _neg_windows_write (instance->windows, instance->n_windows, array);
  _neg_doubles_write (instance->frame_times_ms, instance->n_frame_times, 1, array);
  write_frame_infos (instance, array);
  _neg_modules_write (instance, array);
  write_contents (instance, array);
  write_strings (instance->predecessors, PREDECESSORS_MAX, array);
  write_strings (instance->warnings, WARNINGS_MAX, array);
}

static void
read_luts (NegInstance *instance, NegReader *reader)
{
  _neg_lut_read (&instance->modality_lut, reader);
  for (guint i = 0; i < G_N_ELEMENTS (instance->palette); i++)
    _neg_lut_read (&instance->palette[i], reader);
  instance->voi_luts = _neg_luts_read (reader, &instance->n_voi_luts);
}

static gboolean
all_finite (const double *values, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

static gboolean
frame_info_is_valid (const NegFrameInfo *info, guint32 n_windows)
{
  return (!info->has_position || all_finite (info->position_mm, 3))
         && (!info->has_orientation || all_finite (info->orientation, 6))
         && (!info->has_spacing || all_finite (info->spacing_mm, 2)) && isfinite (info->rescale_slope)
         && isfinite (info->rescale_intercept) && info->voi_function <= NEG_VOI_SIGMOID
         && (guint64) info->first_window + info->n_windows <= n_windows;
}

static void
read_frame_infos (NegInstance *instance, NegReader *reader)
{
  guint bytes_min = _neg_fields_bytes_min (neg_frame_info_fields, neg_frame_info_n_fields);

  instance->frame_infos = _neg_array_read (reader, bytes_min, sizeof (NegFrameInfo), &instance->n_frame_infos);
  if (instance->n_frame_infos != 1 && (instance->n_frame_infos == 0 || instance->n_frame_infos != instance->frames))
    reader->failed = TRUE;
  for (guint32 i = 0; i < instance->n_frame_infos && !reader->failed; i++) {
    NegFrameInfo *info = &instance->frame_infos[i];

    _neg_fields_read (neg_frame_info_fields, neg_frame_info_n_fields, info, reader);
    if (!frame_info_is_valid (info, instance->n_windows))
      reader->failed = TRUE;
  }
}

static void
read_contents (NegInstance *instance, NegReader *reader)
{
  if (_neg_boolean_read (reader) && !reader->failed)
    instance->presentation = _neg_presentation_read (reader);
  if (_neg_boolean_read (reader) && !reader->failed)
    instance->key_selection = _neg_key_selection_read (reader);
  if (_neg_boolean_read (reader) && !reader->failed)
    instance->annotations = _neg_annotations_read (reader);
}

/* NULL where there are none. */
static char **
read_strings (guint n_max, NegReader *reader)
{
  guint32 n = neg_reader_count (reader, STRING_BYTES_MIN);
  g_auto (GStrv) strings = NULL;

  if (n > n_max)
    reader->failed = TRUE;
  if (reader->failed || n == 0)
    return NULL;
  strings = g_new0 (char *, n + 1);
  for (guint32 i = 0; i < n; i++) {
    strings[i] = neg_reader_string (reader);
    if (strings[i] == NULL) {
      reader->failed = TRUE;
      return NULL;
    }
  }
  return g_steal_pointer (&strings);
}

static gboolean
instance_is_valid (const NegInstance *instance)
{
  return instance->kind < NEG_OBJECT_N_KINDS && instance->bits_allocated <= 64 && instance->bits_stored <= 64
         && instance->high_bit < 64 && (!instance->has_padding || isfinite (instance->padding_value))
         && (!instance->has_padding_limit || isfinite (instance->padding_limit))
         && (!instance->has_imager_spacing || all_finite (instance->imager_spacing_mm, 2))
         && (!instance->has_nominal_scanned_spacing || all_finite (instance->nominal_scanned_spacing_mm, 2));
}

NegInstance *
neg_instance_read (NegReader *reader, GError **error)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();

  _neg_fields_read (neg_instance_fields, neg_instance_n_fields, instance, reader);
  read_luts (instance, reader);
  instance->windows = _neg_windows_read (reader, &instance->n_windows);
  instance->frame_times_ms = _neg_doubles_read (reader, 1, &instance->n_frame_times);
  read_frame_infos (instance, reader);
  _neg_modules_read (instance, reader);
  read_contents (instance, reader);
  instance->predecessors = read_strings (PREDECESSORS_MAX, reader);
  instance->warnings = read_strings (WARNINGS_MAX, reader);
  if (reader->failed || !instance_is_valid (instance)) {
    reader->failed = TRUE;
    neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what was sent is no instance");
    return NULL;
  }
  return g_steal_pointer (&instance);
}
