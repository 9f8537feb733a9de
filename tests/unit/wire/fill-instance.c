#include "config.h"

#include "fill-instance.h"

#include "model/neg-instance-fields.h"

static void
fill_fields (const NegField *fields, guint n_fields, gpointer record, guint *counter)
{
  for (guint i = 0; i < n_fields; i++)
    for (guint j = 0; j < fields[i].n; j++) {
      guint value = (*counter)++;

      switch (fields[i].type) {
      case NEG_FIELD_STRING:
        (&G_STRUCT_MEMBER (char *, record, fields[i].offset))[j] = g_strdup_printf ("text %u \303\274", value);
        break;
      case NEG_FIELD_UINT:
        (&G_STRUCT_MEMBER (guint32, record, fields[i].offset))[j] = 1000 + value;
        break;
      case NEG_FIELD_BOOLEAN:
        (&G_STRUCT_MEMBER (gboolean, record, fields[i].offset))[j] = TRUE;
        break;
      case NEG_FIELD_DOUBLE:
        (&G_STRUCT_MEMBER (double, record, fields[i].offset))[j] = 0.125 + value;
        break;
      }
    }
}

static void
fill_lut (NegLut *lut, guint32 n_entries, guint16 first)
{
  lut->n_entries = n_entries;
  lut->first_mapped = -1024;
  lut->bits = 12;
  lut->explanation = g_strdup ("a table");
  lut->entries = g_new (guint16, n_entries);
  for (guint32 i = 0; i < n_entries; i++)
    lut->entries[i] = (first + i * 7) & 0xfff;
}

static void
fill_arrays (NegInstance *instance)
{
  fill_lut (&instance->modality_lut, 100, 1);
  for (guint i = 0; i < 3; i++)
    fill_lut (&instance->palette[i], 16 + i, i);
  instance->n_voi_luts = 2;
  instance->voi_luts = g_new0 (NegLut, 2);
  fill_lut (&instance->voi_luts[0], 30, 3);
  fill_lut (&instance->voi_luts[1], 40, 4);
  instance->n_windows = 2;
  instance->windows = g_new0 (NegWindow, 2);
  instance->windows[0] = (NegWindow){ 40, 400, g_strdup ("SOFT") };
  instance->windows[1] = (NegWindow){ -500.5, 1500, NULL };
  instance->n_frame_times = 3;
  instance->frame_times_ms = g_new0 (double, 3);
  instance->frame_times_ms[2] = 33.25;
  neg_instance_add_warning (instance, "one %s", "warning");
  neg_instance_add_warning (instance, "another");
}

NegInstance *
fill_instance (void)
{
  NegInstance *instance = neg_instance_new ();
  guint counter = 1;

  fill_fields (neg_instance_fields, neg_instance_n_fields, instance, &counter);
  instance->kind = NEG_OBJECT_SEG;
  instance->bits_allocated = 16;
  instance->bits_stored = 12;
  instance->high_bit = 11;
  instance->frames = 3;
  fill_arrays (instance);
  instance->n_frame_infos = 3;
  instance->frame_infos = g_new0 (NegFrameInfo, 3);
  for (guint i = 0; i < 3; i++) {
    fill_fields (neg_frame_info_fields, neg_frame_info_n_fields, &instance->frame_infos[i], &counter);
    instance->frame_infos[i].voi_function = i;
    instance->frame_infos[i].first_window = i % 2;
    instance->frame_infos[i].n_windows = 1;
  }
  return instance;
}
