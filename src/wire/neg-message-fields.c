#include "config.h"

#include "wire/neg-message-parts-private.h"

#include <math.h>

#define LUT_ENTRIES_MAX 65536
#define LUT_BYTES_MIN 16
#define WINDOW_BYTES_MIN 20

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
    case NEG_FIELD_USHORT:
      neg_write_u16 (array, (&G_STRUCT_MEMBER (guint16, record, field->offset))[i]);
      break;
    case NEG_FIELD_BOOLEAN:
      neg_write_u8 (array, (&G_STRUCT_MEMBER (gboolean, record, field->offset))[i] ? 1 : 0);
      break;
    case NEG_FIELD_DOUBLE:
    case NEG_FIELD_FINITE:
      neg_write_double (array, (&G_STRUCT_MEMBER (double, record, field->offset))[i]);
      break;
    }
}

void
_neg_fields_write (const NegField *fields, guint n_fields, gconstpointer record, GByteArray *array)
{
  for (guint i = 0; i < n_fields; i++)
    write_field (&fields[i], record, array);
}

void
_neg_reader_require (NegReader *reader, gboolean condition)
{
  if (!condition)
    reader->failed = TRUE;
}

gboolean
_neg_boolean_read (NegReader *reader)
{
  guint8 value = neg_reader_u8 (reader);

  _neg_reader_require (reader, value <= 1);
  return value == 1;
}

double
_neg_finite_read (NegReader *reader)
{
  double value = neg_reader_double (reader);

  _neg_reader_require (reader, isfinite (value));
  return value;
}

/* NaN means absent in some fields and is checked by the message in the others; infinity means nothing anywhere. */
static double
read_double (NegReader *reader)
{
  double value = neg_reader_double (reader);

  _neg_reader_require (reader, !isinf (value));
  return value;
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
    case NEG_FIELD_USHORT:
      (&G_STRUCT_MEMBER (guint16, record, field->offset))[i] = neg_reader_u16 (reader);
      break;
    case NEG_FIELD_BOOLEAN:
      (&G_STRUCT_MEMBER (gboolean, record, field->offset))[i] = _neg_boolean_read (reader);
      break;
    case NEG_FIELD_DOUBLE:
      (&G_STRUCT_MEMBER (double, record, field->offset))[i] = read_double (reader);
      break;
    case NEG_FIELD_FINITE:
      (&G_STRUCT_MEMBER (double, record, field->offset))[i] = _neg_finite_read (reader);
      break;
    }
}

void
_neg_fields_read (const NegField *fields, guint n_fields, gpointer record, NegReader *reader)
{
  for (guint i = 0; i < n_fields; i++)
    read_field (&fields[i], record, reader);
}

guint
_neg_fields_bytes_min (const NegField *fields, guint n_fields)
{
  static const guint8 bytes[] = {
    [NEG_FIELD_STRING] = 4, [NEG_FIELD_UINT] = 4,   [NEG_FIELD_BOOLEAN] = 1,
    [NEG_FIELD_DOUBLE] = 8, [NEG_FIELD_USHORT] = 2, [NEG_FIELD_FINITE] = 8,
  };
  guint sum = 0;

  for (guint i = 0; i < n_fields; i++)
    sum += fields[i].n * bytes[fields[i].type];
  return sum;
}

gpointer
_neg_array_read (NegReader *reader, gsize bytes_each_min, gsize record_bytes, guint32 *n)
{
  guint32 count = neg_reader_count (reader, bytes_each_min);
  gpointer records = count > 0 ? g_try_malloc0_n (count, record_bytes) : NULL;

  _neg_reader_require (reader, count == 0 || records != NULL);
  *n = records ? count : 0;
  return records;
}

void
_neg_u32s_write (gconstpointer values, guint32 n, guint n_each, GByteArray *array)
{
  const guint32 *numbers = values;

  neg_write_u32 (array, n);
  for (gsize i = 0; i < (gsize) n * n_each; i++)
    neg_write_u32 (array, numbers[i]);
}

gpointer
_neg_u32s_read (NegReader *reader, guint n_each, guint32 *n)
{
  guint32 *numbers = _neg_array_read (reader, n_each * sizeof (guint32), n_each * sizeof (guint32), n);

  for (gsize i = 0; i < (gsize) *n * n_each; i++)
    numbers[i] = neg_reader_u32 (reader);
  return numbers;
}

void
_neg_doubles_write (const double *values, guint32 n, guint n_each, GByteArray *array)
{
  neg_write_u32 (array, n);
  for (gsize i = 0; i < (gsize) n * n_each; i++)
    neg_write_double (array, values[i]);
}

double *
_neg_doubles_read (NegReader *reader, guint n_each, guint32 *n)
{
  double *numbers = _neg_array_read (reader, n_each * sizeof (double), n_each * sizeof (double), n);

  for (gsize i = 0; i < (gsize) *n * n_each; i++)
    numbers[i] = _neg_finite_read (reader);
  return numbers;
}

void
_neg_lut_write (const NegLut *lut, GByteArray *array)
{
  neg_write_u32 (array, lut->n_entries);
  neg_write_u32 (array, lut->first_mapped);
  neg_write_u32 (array, lut->bits);
  neg_write_string (array, lut->explanation);
  for (guint32 i = 0; i < lut->n_entries; i++)
    neg_write_u16 (array, lut->entries[i]);
}

void
_neg_lut_read (NegLut *lut, NegReader *reader)
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
    _neg_reader_require (reader, lut->entries[i] >> lut->bits == 0);
  }
}

void
_neg_luts_write (const NegLut *luts, guint32 n, GByteArray *array)
{
  neg_write_u32 (array, n);
  for (guint32 i = 0; i < n; i++)
    _neg_lut_write (&luts[i], array);
}

NegLut *
_neg_luts_read (NegReader *reader, guint32 *n)
{
  NegLut *luts = _neg_array_read (reader, LUT_BYTES_MIN, sizeof (NegLut), n);

  for (guint32 i = 0; i < *n; i++)
    _neg_lut_read (&luts[i], reader);
  return luts;
}

void
_neg_windows_write (const NegWindow *windows, guint32 n, GByteArray *array)
{
  neg_write_u32 (array, n);
  for (guint32 i = 0; i < n; i++) {
    neg_write_double (array, windows[i].center);
    neg_write_double (array, windows[i].width);
    neg_write_string (array, windows[i].explanation);
  }
}

NegWindow *
_neg_windows_read (NegReader *reader, guint32 *n)
{
  NegWindow *windows = _neg_array_read (reader, WINDOW_BYTES_MIN, sizeof (NegWindow), n);

  for (guint32 i = 0; i < *n; i++) {
    windows[i].center = _neg_finite_read (reader);
    windows[i].width = _neg_finite_read (reader);
    windows[i].explanation = neg_reader_string (reader);
  }
  return windows;
}
