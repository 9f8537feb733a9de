#include "config.h"

#include "wire/neg-message.h"

#include <math.h>

#include "base/neg-error.h"
#include "model/neg-instance-fields.h"

#define LUT_ENTRIES_MAX 65536
#define WARNINGS_MAX 1000

/* What each record takes at least on the wire, so that a count cannot make the reader allocate more than a small
 * multiple of what was sent. */
#define LUT_BYTES_MIN 16
#define WINDOW_BYTES_MIN 20
#define STRING_BYTES_MIN 4

static void
write_field (const NegField *field, gconstpointer record, GByteArray *array)
{
  for (guint i = 0; i < field->n; i++)
    switch (field->type) {
    case NEG_FIELD_STRING:
      neg_write_string (array, (&G_STRUCT_MEMBER (char *, record, field->offset))[i]);
      break;
    case NEG_FIELD_UINT:
      neg_write_u32 (array, (&G_STRUCT_MEMBER (guint32, record, field->offset))[i]);
      break;
    case NEG_FIELD_BOOLEAN:
      neg_write_u8 (array, (&G_STRUCT_MEMBER (gboolean, record, field->offset))[i] ? 1 : 0);
      break;
    case NEG_FIELD_DOUBLE:
      neg_write_double (array, (&G_STRUCT_MEMBER (double, record, field->offset))[i]);
      break;
    }
}

static void
write_fields (const NegField *fields, guint n_fields, gconstpointer record, GByteArray *array)
{
  for (guint i = 0; i < n_fields; i++)
    write_field (&fields[i], record, array);
}

static void
write_lut (const NegLut *lut, GByteArray *array)
{
  neg_write_u32 (array, lut->n_entries);
  neg_write_u32 (array, lut->first_mapped);
  neg_write_u32 (array, lut->bits);
  neg_write_string (array, lut->explanation);
  for (guint32 i = 0; i < lut->n_entries; i++)
    neg_write_u16 (array, lut->entries[i]);
}

static void
write_arrays (const NegInstance *instance, GByteArray *array)
{
  neg_write_u32 (array, instance->n_voi_luts);
  for (guint32 i = 0; i < instance->n_voi_luts; i++)
    write_lut (&instance->voi_luts[i], array);
  neg_write_u32 (array, instance->n_windows);
  for (guint32 i = 0; i < instance->n_windows; i++) {
    neg_write_double (array, instance->windows[i].center);
    neg_write_double (array, instance->windows[i].width);
    neg_write_string (array, instance->windows[i].explanation);
  }
  neg_write_u32 (array, instance->n_frame_times);
  for (guint32 i = 0; i < instance->n_frame_times; i++)
    neg_write_double (array, instance->frame_times_ms[i]);
  neg_write_u32 (array, instance->n_frame_infos);
  for (guint32 i = 0; i < instance->n_frame_infos; i++)
    write_fields (neg_frame_info_fields, neg_frame_info_n_fields, &instance->frame_infos[i], array);
}

void
neg_instance_write (const NegInstance *instance, GByteArray *array)
{
  guint n_warnings = instance->warnings ? g_strv_length (instance->warnings) : 0;

  n_warnings = MIN (n_warnings, WARNINGS_MAX);
  write_fields (neg_instance_fields, neg_instance_n_fields, instance, array);
  write_lut (&instance->modality_lut, array);
  for (guint i = 0; i < G_N_ELEMENTS (instance->palette); i++)
    write_lut (&instance->palette[i], array);
  write_arrays (instance, array);
  neg_write_u32 (array, n_warnings);
  for (guint i = 0; i < n_warnings; i++)
    neg_write_string (array, instance->warnings[i]);
}

static gboolean
read_boolean (NegReader *reader)
{
  guint8 value = neg_reader_u8 (reader);

  if (value > 1)
    reader->failed = TRUE;
  return value == 1;
}

static void
read_field (const NegField *field, gpointer record, NegReader *reader)
{
  for (guint i = 0; i < field->n; i++)
    switch (field->type) {
    case NEG_FIELD_STRING:
      (&G_STRUCT_MEMBER (char *, record, field->offset))[i] = neg_reader_string (reader);
      break;
    case NEG_FIELD_UINT:
      (&G_STRUCT_MEMBER (guint32, record, field->offset))[i] = neg_reader_u32 (reader);
      break;
    case NEG_FIELD_BOOLEAN:
      (&G_STRUCT_MEMBER (gboolean, record, field->offset))[i] = read_boolean (reader);
      break;
    case NEG_FIELD_DOUBLE: {
      double value = neg_reader_double (reader);

      /* NaN means absent in some fields and is checked below in the others; infinity means nothing anywhere. */
      if (isinf (value))
        reader->failed = TRUE;
      (&G_STRUCT_MEMBER (double, record, field->offset))[i] = value;
      break;
    }
    }
}

static void
read_fields (const NegField *fields, guint n_fields, gpointer record, NegReader *reader)
{
  for (guint i = 0; i < n_fields; i++)
    read_field (&fields[i], record, reader);
}

static guint
fields_bytes_min (const NegField *fields, guint n_fields)
{
  static const guint8 bytes[] = {
    [NEG_FIELD_STRING] = 4, [NEG_FIELD_UINT] = 4, [NEG_FIELD_BOOLEAN] = 1, [NEG_FIELD_DOUBLE] = 8,
  };
  guint sum = 0;

  for (guint i = 0; i < n_fields; i++)
    sum += fields[i].n * bytes[fields[i].type];
  return sum;
}

/* A zeroed array of as many records as the bytes announce and can hold; NULL for none and on failure. */
static gpointer
read_array (NegReader *reader, gsize bytes_each_min, gsize record_bytes, guint32 *n)
{
  guint32 count = neg_reader_count (reader, bytes_each_min);
  gpointer records = count > 0 ? g_try_malloc0_n (count, record_bytes) : NULL;

  if (count > 0 && records == NULL)
    reader->failed = TRUE;
  *n = records ? count : 0;
  return records;
}

static void
read_lut (NegLut *lut, NegReader *reader)
{
  guint32 n_entries = neg_reader_count (reader, sizeof (guint16));

  lut->first_mapped = neg_reader_u32 (reader);
  lut->bits = neg_reader_u32 (reader);
  lut->explanation = neg_reader_string (reader);
  if (n_entries > LUT_ENTRIES_MAX || (n_entries > 0 && (lut->bits < 8 || lut->bits > 16)))
    reader->failed = TRUE;
  if (reader->failed || n_entries == 0)
    return;
  lut->entries = g_new (guint16, n_entries);
  lut->n_entries = n_entries;
  for (guint32 i = 0; i < n_entries; i++) {
    lut->entries[i] = neg_reader_u16 (reader);
    if (lut->entries[i] >> lut->bits != 0)
      reader->failed = TRUE;
  }
}

static void
read_luts (NegInstance *instance, NegReader *reader)
{
  read_lut (&instance->modality_lut, reader);
  for (guint i = 0; i < G_N_ELEMENTS (instance->palette); i++)
    read_lut (&instance->palette[i], reader);
  instance->voi_luts = read_array (reader, LUT_BYTES_MIN, sizeof (NegLut), &instance->n_voi_luts);
  for (guint32 i = 0; i < instance->n_voi_luts; i++)
    read_lut (&instance->voi_luts[i], reader);
}

static double
read_finite (NegReader *reader)
{
  double value = neg_reader_double (reader);

  if (!isfinite (value))
    reader->failed = TRUE;
  return value;
}

static void
read_windows (NegInstance *instance, NegReader *reader)
{
  instance->windows = read_array (reader, WINDOW_BYTES_MIN, sizeof (NegWindow), &instance->n_windows);
  for (guint32 i = 0; i < instance->n_windows; i++) {
    instance->windows[i].center = read_finite (reader);
    instance->windows[i].width = read_finite (reader);
    instance->windows[i].explanation = neg_reader_string (reader);
  }
  instance->frame_times_ms = read_array (reader, sizeof (double), sizeof (double), &instance->n_frame_times);
  for (guint32 i = 0; i < instance->n_frame_times; i++)
    instance->frame_times_ms[i] = read_finite (reader);
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
  guint bytes_min = fields_bytes_min (neg_frame_info_fields, neg_frame_info_n_fields);

  instance->frame_infos = read_array (reader, bytes_min, sizeof (NegFrameInfo), &instance->n_frame_infos);
  if (instance->n_frame_infos != 1 && (instance->n_frame_infos == 0 || instance->n_frame_infos != instance->frames))
    reader->failed = TRUE;
  for (guint32 i = 0; i < instance->n_frame_infos && !reader->failed; i++) {
    NegFrameInfo *info = &instance->frame_infos[i];

    read_fields (neg_frame_info_fields, neg_frame_info_n_fields, info, reader);
    if (!frame_info_is_valid (info, instance->n_windows))
      reader->failed = TRUE;
  }
}

static void
read_warnings (NegInstance *instance, NegReader *reader)
{
  guint32 n = neg_reader_count (reader, STRING_BYTES_MIN);

  if (n > WARNINGS_MAX)
    reader->failed = TRUE;
  if (reader->failed || n == 0)
    return;
  instance->warnings = g_new0 (char *, n + 1);
  for (guint32 i = 0; i < n; i++) {
    instance->warnings[i] = neg_reader_string (reader);
    if (instance->warnings[i] == NULL) {
      reader->failed = TRUE;
      return;
    }
  }
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

  read_fields (neg_instance_fields, neg_instance_n_fields, instance, reader);
  read_luts (instance, reader);
  read_windows (instance, reader);
  read_frame_infos (instance, reader);
  read_warnings (instance, reader);
  if (reader->failed || !instance_is_valid (instance)) {
    reader->failed = TRUE;
    neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what was sent is no instance");
    return NULL;
  }
  return g_steal_pointer (&instance);
}
