/* The modules that only some images have, read from objects made here: what is whole arrives, what is broken is a
 * warning and nothing else. */
#include "dataset-builder.h"

#include "engine/neg-embedded-overlays.h"

#include <math.h>
#include <string.h>

#define CT STORAGE "2"
#define XRAY_ANGIO STORAGE "12.1"
#define US_MULTIFRAME STORAGE "3.1"
#define PET STORAGE "128"
#define ENHANCED_PET STORAGE "130"

static void
begin_image (Builder *builder, const char *sop_class, const char *modality)
{
  put_text (builder, 0x00080016, "UI", sop_class);
  put_text (builder, 0x00080018, "UI", "1.2.3");
  put_text (builder, 0x00080060, "CS", modality);
}

/* Group 60xx with data of @n_bytes: 3 rows of 5 columns. */
static void
put_overlay (Builder *builder, guint16 group, const char *frames, const guint8 *bits, guint n_bytes)
{
  const guint32 base = (guint32) group << 16;

  put_words (builder, base | 0x0010, "US", 1, 3);
  put_words (builder, base | 0x0011, "US", 1, 5);
  if (frames != NULL)
    put_text (builder, base | 0x0015, "IS", frames);
  put_text (builder, base | 0x0022, "LO", "lines");
  put_text (builder, base | 0x0040, "CS", "R");
  put_words (builder, base | 0x0050, "SS", 2, -1, 2);
  if (frames != NULL)
    put_words (builder, base | 0x0051, "US", 1, 2);
  put_words (builder, base | 0x0100, "US", 1, 1);
  put_words (builder, base | 0x0102, "US", 1, 0);
  put_text (builder, base | 0x1500, "LO", "label");
  put_bytes (builder, base | 0x3000, "OW", bits, n_bytes);
}

/* Rows of 5: 10000 / 00001 / 11111, lowest bit first: bits 0, 9, 10-14 = 01 7E. */
static void
test_overlay (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;
  const NegOverlayPlane *plane;

  begin_image (builder, CT, "CT");
  put_image (builder, 16, 16, FALSE);
  put_overlay (builder, 0x6002, NULL, (const guint8 *) "\x01\x7E", 2);
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_overlays, ==, 1);
  plane = &instance->overlays[0];
  g_assert_cmpuint (plane->group, ==, 0x6002);
  g_assert_cmpuint (plane->rows, ==, 3);
  g_assert_cmpuint (plane->columns, ==, 5);
  g_assert_cmpint (plane->origin_row, ==, -1);
  g_assert_cmpint (plane->origin_column, ==, 2);
  g_assert_true (plane->is_roi && !plane->is_embedded);
  g_assert_cmpstr (plane->label, ==, "label");
  g_assert_cmpstr (plane->description, ==, "lines");
  /* Its third row lies at image row 1 (from 1), its columns at 2 to 6. */
  for (guint column = 0; column < 8; column++)
    g_assert_cmpint (neg_overlay_plane_get (plane, 0, column, 0), ==, column >= 1 && column <= 5);
  g_assert_false (neg_overlay_plane_get (plane, 0, 1, 1));
  /* It names no frame: it is of every one. */
  g_assert_true (neg_overlay_plane_get (plane, 17, 1, 0));
}

static void
test_overlay_frames (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, XRAY_ANGIO, "XA");
  put_text (builder, 0x00280008, "IS", "3");
  put_image (builder, 8, 8, FALSE);
  /* Two frames of 15 bits without padding: the third row's last bit (14) of the first, the one before (15 + 13) of
   * the second. */
  put_overlay (builder, 0x6000, "2", (const guint8 *) "\x00\x40\x00\x10", 4);
  put_pixels (builder, 8, 3);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_overlays, ==, 1);
  g_assert_cmpuint (instance->overlays[0].n_frames, ==, 2);
  g_assert_cmpuint (instance->overlays[0].first_frame, ==, 2);
  for (guint frame = 0; frame < 4; frame++) {
    g_assert_cmpint (neg_overlay_plane_get (&instance->overlays[0], frame, 5, 0), ==, frame == 1);
    g_assert_cmpint (neg_overlay_plane_get (&instance->overlays[0], frame, 4, 0), ==, frame == 2);
  }
}

static void
put_embedded (Builder *builder, guint16 group, guint bits, guint position)
{
  const guint32 base = (guint32) group << 16;

  put_words (builder, base | 0x0010, "US", 1, 2);
  put_words (builder, base | 0x0011, "US", 1, 2);
  put_text (builder, base | 0x0040, "CS", "G");
  put_words (builder, base | 0x0100, "US", 1, bits);
  put_words (builder, base | 0x0102, "US", 1, position);
}

/* 12 of 16 bits are the pixel's: 15 and 12 are planes, 11 and 0 are not, nor is what counts other bits. */
static void
test_embedded_overlays (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, CT, "CT");
  put_image (builder, 16, 12, FALSE);
  put_embedded (builder, 0x6000, 16, 15);
  put_embedded (builder, 0x6002, 16, 12);
  put_embedded (builder, 0x6004, 16, 11);
  put_embedded (builder, 0x6006, 16, 0);
  put_embedded (builder, 0x6008, 8, 15);
  put_embedded (builder, 0x600A, 16, 16);
  put_words (builder, 0x7FE00010, "OW", 4, 0, 0x8FFF, 0x1000, 0x0FFF);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_overlays, ==, 2);
  g_assert_cmpuint (instance->overlays[0].bit_position, ==, 15);
  g_assert_cmpuint (instance->overlays[1].bit_position, ==, 12);
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpint (neg_overlay_plane_get (&instance->overlays[0], 0, i % 2, i / 2), ==, i == 1);
    g_assert_cmpint (neg_overlay_plane_get (&instance->overlays[1], 0, i % 2, i / 2), ==, i == 2);
  }
  g_assert_true (has_warning (instance, "6004") && has_warning (instance, "600A"));
}

/* A header that says 16 bits of cells that have 8: there is no bit 15. */
static void
test_embedded_beyond_cells (void)
{
  static const guint8 pixels[] = { 1, 2, 3, 4 };
  NegLayout layout = { .codec = NEG_CODEC_NATIVE, .has_pixels = TRUE, .big_endian = TRUE, .samples = 1, .rows = 2,
                       .columns = 2, .frames = 1, .bits_allocated = 8 };
  g_autoptr (NegInstance) instance = neg_instance_new ();
  NegSource source;

  neg_source_init_memory (&source, pixels, sizeof pixels);
  instance->n_overlays = 1;
  instance->overlays = g_new0 (NegOverlayPlane, 1);
  instance->overlays[0] = (NegOverlayPlane){ .group = 0x6000, .rows = 2, .columns = 2, .n_frames = 1,
                                             .is_embedded = TRUE, .bit_position = 15 };
  neg_embedded_overlays_read (&source, &layout, instance);
  g_assert_cmpuint (instance->n_overlays, ==, 0);
  g_assert_true (has_warning (instance, "6000"));
}

static void
test_broken_overlays (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, CT, "CT");
  put_image (builder, 16, 16, FALSE);
  put_overlay (builder, 0x6000, NULL, (const guint8 *) "\x01\x7E", 0);
  put_overlay (builder, 0x6002, "100", (const guint8 *) "\x01\x7E", 2);
  put_words (builder, 0x60040010, "US", 1, 65535);
  put_words (builder, 0x60040011, "US", 1, 65535);
  put_text (builder, 0x60040015, "IS", "2147483647");
  put_bytes (builder, 0x60043000, "OW", "\x01\x7E", 2);
  put_bytes (builder, 0x60063000, "OW", "\x01\x7E", 2);
  put_overlay (builder, 0x601E, NULL, (const guint8 *) "\x01\x7E", 2);
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_overlays, ==, 1);
  g_assert_cmpuint (instance->overlays[0].group, ==, 0x601E);
  g_assert_true (has_warning (instance, "too large") && has_warning (instance, "shorter")
                 && has_warning (instance, "6006"));
}

static void
test_shutter (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;
  static const gint32 vertices[] = { 1, 1, 1, 90, 90, 90 };

  begin_image (builder, CT, "CT");
  put_text (builder, 0x00181600, "CS", "RECTANGULAR\\CIRCULAR\\POLYGONAL");
  put_text (builder, 0x00181602, "IS", "3");
  put_text (builder, 0x00181604, "IS", "60");
  put_text (builder, 0x00181606, "IS", "5");
  put_text (builder, 0x00181608, "IS", "70");
  put_text (builder, 0x00181610, "IS", "40\\30");
  put_text (builder, 0x00181612, "IS", "25");
  put_text (builder, 0x00181620, "IS", "1\\1\\1\\90\\90\\90");
  put_words (builder, 0x00181622, "US", 1, 0x8000);
  put_image (builder, 16, 16, FALSE);
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  g_assert_true (instance->shutter.has_rectangle && instance->shutter.has_circle);
  g_assert_cmpint (instance->shutter.left, ==, 3);
  g_assert_cmpint (instance->shutter.right, ==, 60);
  g_assert_cmpint (instance->shutter.top, ==, 5);
  g_assert_cmpint (instance->shutter.bottom, ==, 70);
  g_assert_cmpint (instance->shutter.circle_row, ==, 40);
  g_assert_cmpint (instance->shutter.circle_column, ==, 30);
  g_assert_cmpint (instance->shutter.circle_radius_px, ==, 25);
  g_assert_cmpuint (instance->shutter.n_vertices, ==, 3);
  g_assert_cmpmem (instance->shutter.vertices, 24, vertices, sizeof vertices);
  g_assert_true (instance->shutter.has_value);
  g_assert_cmpuint (instance->shutter.value, ==, 0x8000);
}

/* A shutter that is malformed hides nothing. */
static void
test_broken_shutters (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, CT, "CT");
  put_text (builder, 0x00181600, "CS", "RECTANGULAR\\CIRCULAR\\POLYGONAL\\BITMAP");
  put_text (builder, 0x00181602, "IS", "60");
  put_text (builder, 0x00181604, "IS", "3");
  put_text (builder, 0x00181606, "IS", "5");
  put_text (builder, 0x00181608, "IS", "70");
  put_text (builder, 0x00181610, "IS", "40");
  put_text (builder, 0x00181612, "IS", "25");
  put_text (builder, 0x00181620, "IS", "1\\1\\1\\90");
  put_words (builder, 0x00181623, "US", 1, 0x5000);
  put_image (builder, 16, 16, FALSE);
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  g_assert_false (neg_shutter_is_set (&instance->shutter));
  g_assert_true (has_warning (instance, "rectangle") && has_warning (instance, "circle")
                 && has_warning (instance, "polygon") && has_warning (instance, "names no overlay"));
}

static void
put_region (Builder *builder, guint x0, guint x1, guint units, double delta)
{
  static const gint32 reference[] = { -5, 17 };

  put_words (builder, 0x00186012, "US", 1, 3);
  put_words (builder, 0x00186014, "US", 1, 4);
  put_ulong (builder, 0x00186016, 2);
  put_ulong (builder, 0x00186018, x0);
  put_ulong (builder, 0x0018601A, 20);
  put_ulong (builder, 0x0018601C, x1);
  put_ulong (builder, 0x0018601E, 40);
  put_bytes (builder, 0x00186020, "SL", &reference[0], 4);
  put_bytes (builder, 0x00186022, "SL", &reference[1], 4);
  put_words (builder, 0x00186024, "US", 1, units);
  put_words (builder, 0x00186026, "US", 1, 7);
  put_double (builder, 0x00186028, 0.5);
  put_double (builder, 0x0018602A, -3);
  put_double (builder, 0x0018602C, delta);
  put_double (builder, 0x0018602E, -0.25);
}

static void
test_ultrasound_regions (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;
  const NegUltrasoundRegion *region;

  begin_image (builder, US_MULTIFRAME, "US");
  begin_sequence (builder, 0x00186011);
  put_region (builder, 10, 30, 4, 0.01);
  next_item (builder);
  put_region (builder, 31, 30, 4, 0.01);
  next_item (builder);
  put_region (builder, 31, 50, 3, 0);
  end_sequence (builder);
  put_image (builder, 8, 8, FALSE);
  put_pixels (builder, 8, 1);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_ultrasound_regions, ==, 2);
  g_assert_true (has_warning (instance, "SequenceOfUltrasoundRegions"));
  region = &instance->ultrasound_regions[0];
  g_assert_cmpuint (region->frame, ==, 0);
  g_assert_cmpuint (region->x0, ==, 10);
  g_assert_cmpuint (region->y0, ==, 20);
  g_assert_cmpuint (region->x1, ==, 30);
  g_assert_cmpuint (region->y1, ==, 40);
  g_assert_cmpuint (region->x_units, ==, 4);
  g_assert_cmpuint (region->y_units, ==, 7);
  g_assert_cmpfloat (region->x_delta, ==, 0.01);
  g_assert_cmpfloat (region->y_delta, ==, -0.25);
  g_assert_true (region->has_reference);
  g_assert_cmpint (region->reference_x, ==, -5);
  g_assert_cmpint (region->reference_y, ==, 17);
  g_assert_cmpfloat (region->reference_x_value, ==, 0.5);
  g_assert_cmpfloat (region->reference_y_value, ==, -3);
  g_assert_cmpuint (region->spatial_format, ==, 3);
  g_assert_cmpuint (region->data_type, ==, 4);
  g_assert_cmpuint (region->flags, ==, 2);
  /* Centimetres without a step would make every length 0. */
  g_assert_cmpuint (instance->ultrasound_regions[1].x_units, ==, 0);
}

/* Regions of one frame only, from its functional group, beside one of all frames: two frames, two scales. */
static void
test_regions_of_a_frame (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, US_MULTIFRAME, "US");
  begin_sequence (builder, 0x00186011);
  put_region (builder, 10, 30, 3, 0.01);
  end_sequence (builder);
  put_text (builder, 0x00280008, "IS", "2");
  put_image (builder, 8, 8, FALSE);
  begin_sequence (builder, 0x52009230);
  put_text (builder, 0x00080060, "CS", "US");
  next_item (builder);
  begin_sequence (builder, 0x00186011);
  put_region (builder, 10, 30, 3, 0.02);
  end_sequence (builder);
  end_sequence (builder);
  put_pixels (builder, 8, 2);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_ultrasound_regions, ==, 2);
  g_assert_cmpuint (instance->ultrasound_regions[0].frame, ==, 0);
  g_assert_cmpuint (instance->ultrasound_regions[1].frame, ==, 2);
  g_assert_cmpfloat (instance->ultrasound_regions[1].x_delta, ==, 0.02);
}

static void
put_map (Builder *builder, gint first, gint last, const double *entries, guint n_entries)
{
  put_text (builder, 0x00283003, "LO", "by weight");
  begin_sequence (builder, 0x004008EA);
  put_text (builder, 0x00080100, "SH", "g/ml{SUVbw}");
  put_text (builder, 0x00080104, "LO", "SUV");
  end_sequence (builder);
  put_text (builder, 0x00409210, "SH", "SUVbw");
  put_words (builder, 0x00409211, "US", 1, last);
  if (entries != NULL)
    put_bytes (builder, 0x00409212, "FD", entries, n_entries * sizeof *entries);
  put_words (builder, 0x00409216, "US", 1, first);
  if (entries == NULL) {
    put_double (builder, 0x00409224, -7);
    put_double (builder, 0x00409225, 0.5);
  }
}

/* Signed pixels: the limits that this writer calls US are signed, too. */
static void
test_real_world_maps (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;
  static const double entries[] = { 1, 2.5, 4 };
  const NegRealWorldMap *map;

  begin_image (builder, CT, "CT");
  put_text (builder, 0x00280008, "IS", "2");
  put_image (builder, 16, 16, TRUE);
  begin_sequence (builder, 0x00409096);
  put_map (builder, -1024, 3071, NULL, 0);
  next_item (builder);
  put_map (builder, 5, 7, entries, 3);
  next_item (builder);
  put_map (builder, 5, 8, entries, 3);
  next_item (builder);
  put_map (builder, 8, 5, NULL, 0);
  end_sequence (builder);
  begin_sequence (builder, 0x52009230);
  put_text (builder, 0x00080060, "CS", "CT");
  next_item (builder);
  begin_sequence (builder, 0x00409096);
  put_map (builder, 0, 100, NULL, 0);
  end_sequence (builder);
  end_sequence (builder);
  put_pixels (builder, 16, 2);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_real_world_maps, ==, 3);
  g_assert_true (has_warning (instance, "RealWorldValueMappingSequence"));
  map = instance->real_world_maps;
  g_assert_cmpuint (map[0].frame, ==, 0);
  g_assert_cmpfloat (map[0].first_mapped, ==, -1024);
  g_assert_cmpfloat (map[0].last_mapped, ==, 3071);
  g_assert_cmpfloat (map[0].slope, ==, 0.5);
  g_assert_cmpfloat (map[0].intercept, ==, -7);
  g_assert_cmpstr (map[0].label, ==, "SUVbw");
  g_assert_cmpstr (map[0].explanation, ==, "by weight");
  g_assert_cmpstr (map[0].units_code, ==, "g/ml{SUVbw}");
  g_assert_cmpstr (map[0].units_meaning, ==, "SUV");
  g_assert_cmpuint (map[1].n_entries, ==, 3);
  g_assert_cmpfloat (map[1].entries[1], ==, 2.5);
  g_assert_cmpuint (map[2].frame, ==, 2);
}

static void
test_masks (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;
  static const float shift[] = { -0.5, 1.25 };

  begin_image (builder, XRAY_ANGIO, "XA");
  put_image (builder, 8, 8, FALSE);
  begin_sequence (builder, 0x00286100);
  put_text (builder, 0x00286101, "CS", "AVG_SUB");
  put_words (builder, 0x00286102, "US", 4, 3, 5, 7, 9);
  put_words (builder, 0x00286110, "US", 2, 1, 2);
  put_bytes (builder, 0x00286114, "FL", shift, sizeof shift);
  next_item (builder);
  put_text (builder, 0x00286101, "CS", "TID");
  put_words (builder, 0x00286120, "SS", 1, -2);
  next_item (builder);
  put_text (builder, 0x00286101, "CS", "AVG_SUB");
  next_item (builder);
  put_text (builder, 0x00286101, "CS", "TID");
  put_words (builder, 0x00286102, "US", 2, 0, 5);
  next_item (builder);
  put_text (builder, 0x00286101, "CS", "XOR");
  end_sequence (builder);
  put_pixels (builder, 8, 1);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->n_masks, ==, 2);
  g_assert_cmpint (instance->masks[0].operation, ==, NEG_MASK_AVG_SUB);
  g_assert_cmpuint (instance->masks[0].n_ranges, ==, 2);
  g_assert_cmpuint (instance->masks[0].ranges[2], ==, 7);
  g_assert_cmpuint (instance->masks[0].n_mask_frames, ==, 2);
  g_assert_cmpuint (instance->masks[0].mask_frames[1], ==, 2);
  g_assert_cmpfloat (instance->masks[0].shift_px[1], ==, 1.25);
  g_assert_cmpint (instance->masks[1].operation, ==, NEG_MASK_TID);
  g_assert_cmpint (instance->masks[1].tid_offset, ==, -2);
  g_assert_true (has_warning (instance, "MaskSubtractionSequence"));
}

static void
put_tracer (Builder *builder, const char *dose)
{
  begin_sequence (builder, 0x00540016);
  put_text (builder, 0x00181072, "TM", "103500.00");
  put_text (builder, 0x00181074, "DS", dose);
  put_text (builder, 0x00181075, "DS", "6588");
  put_text (builder, 0x00181078, "DT", "20260102103500");
  end_sequence (builder);
}

static void
test_pet (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;
  const NegPetInfo *pet;

  begin_image (builder, PET, "PT");
  put_text (builder, 0x00080201, "SH", "+0100");
  put_text (builder, 0x00090010, "LO", "SOMEBODY ELSE");
  put_text (builder, 0x00090011, "LO", "GEMS_PETD_01");
  put_text (builder, 0x0009100D, "DT", "19990101000000");
  put_text (builder, 0x0009110D, "DT", "20260102112233.00");
  put_text (builder, 0x00101020, "DS", "1.63");
  put_text (builder, 0x00101030, "DS", "71");
  put_text (builder, 0x00181242, "IS", "240000");
  put_image (builder, 16, 16, TRUE);
  put_text (builder, 0x00280051, "CS", "DECY\\ATTN");
  put_tracer (builder, "388777472");
  put_text (builder, 0x00541001, "CS", "CNTS");
  put_text (builder, 0x00541006, "CS", "BW");
  put_text (builder, 0x00541102, "CS", "START");
  put_text (builder, 0x00541300, "DS", "1500.5");
  put_text (builder, 0x70530010, "LO", "Philips PET Private Group");
  put_text (builder, 0x70531000, "DS", "0.000551");
  put_text (builder, 0x70531009, "DS", "1.604");
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  pet = &instance->pet;
  g_assert_true (pet->is_present && !pet->is_enhanced);
  g_assert_cmpstr (pet->units, ==, "CNTS");
  g_assert_cmpstr (pet->suv_type, ==, "BW");
  g_assert_cmpstr (pet->corrected_image, ==, "DECY\\ATTN");
  g_assert_cmpstr (pet->decay_correction, ==, "START");
  g_assert_cmpfloat (pet->weight_kg, ==, 71);
  g_assert_cmpfloat (pet->height_m, ==, 1.63);
  g_assert_cmpfloat (pet->total_dose, ==, 388777472);
  g_assert_cmpfloat (pet->half_life_s, ==, 6588);
  g_assert_cmpstr (pet->injection_time, ==, "103500.00");
  g_assert_cmpstr (pet->injection_datetime, ==, "20260102103500");
  g_assert_cmpfloat (pet->frame_reference_time_ms, ==, 1500.5);
  g_assert_cmpfloat (pet->actual_frame_duration_ms, ==, 240000);
  g_assert_cmpstr (pet->ge_reference_datetime, ==, "20260102112233.00");
  g_assert_cmpfloat (pet->philips_suv_factor, ==, 0.000551);
  g_assert_cmpfloat (pet->philips_activity_factor, ==, 1.604);
  g_assert_cmpstr (pet->timezone, ==, "+0100");
}

/* In implicit VR private values have no VR at all. */
static void
test_pet_implicit (void)
{
  g_autoptr (Builder) builder = builder_new (IMPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, ENHANCED_PET, "PT");
  put_text (builder, 0x00189758, "CS", "YES");
  put_text (builder, 0x00189701, "DT", "20260102103000");
  put_text (builder, 0x00189758, "CS", "YES");
  put_text (builder, 0x00189759, "CS", "YES");
  put_image (builder, 16, 16, TRUE);
  put_tracer (builder, "388.7");
  put_text (builder, 0x705300A0, "LO", "Philips PET Private Group");
  put_text (builder, 0x7053A000, "DS", "0.5");
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  g_assert_true (instance->pet.is_present && instance->pet.is_enhanced);
  g_assert_cmpstr (instance->pet.corrected_image, ==, "ATTN\\DECY");
  g_assert_cmpfloat (instance->pet.total_dose, ==, 388.7);
  g_assert_cmpfloat (instance->pet.philips_suv_factor, ==, 0.5);
  g_assert_cmpstr (instance->pet.decay_correction_datetime, ==, "20260102103000");
  g_assert_false (instance->pet.has_several_tracers);
  g_assert_true (isnan (instance->pet.weight_kg) && isnan (instance->pet.philips_activity_factor));
}

/* A converted object says of the dose what the classic ones said: Bq, not MBq. */
static void
test_pet_converted (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, PET ".1", "PT");
  put_image (builder, 16, 16, TRUE);
  put_tracer (builder, "388777472");
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  g_assert_true (instance->pet.is_present && !instance->pet.is_enhanced);
}

/* CT with PET's attributes is no PET image. */
static void
test_no_pet (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, CT, "CT");
  put_text (builder, 0x00102210, "CS", "QUADRUPED");
  put_image (builder, 16, 16, TRUE);
  put_text (builder, 0x00281040, "CS", "LOG");
  put_pixels (builder, 16, 1);
  instance = builder_read (builder);
  g_assert_false (instance->pet.is_present);
  g_assert_cmpstr (instance->anatomical_orientation, ==, "QUADRUPED");
  g_assert_cmpstr (instance->pixel_intensity_relationship, ==, "LOG");
}

/* Shared functional groups of an enhanced angiogram. */
static void
test_shared_groups (void)
{
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, STORAGE "12.1.1", "XA");
  put_image (builder, 8, 8, FALSE);
  begin_sequence (builder, 0x52009229);
  begin_sequence (builder, 0x00189472);
  put_text (builder, 0x00181600, "CS", "CIRCULAR");
  put_text (builder, 0x00181610, "IS", "40\\30");
  put_text (builder, 0x00181612, "IS", "25");
  end_sequence (builder);
  begin_sequence (builder, 0x00289443);
  put_text (builder, 0x00281040, "CS", "LOG");
  end_sequence (builder);
  end_sequence (builder);
  put_pixels (builder, 8, 1);
  instance = builder_read (builder);
  g_assert_true (instance->shutter.has_circle);
  g_assert_cmpint (instance->shutter.circle_radius_px, ==, 25);
  g_assert_cmpstr (instance->pixel_intensity_relationship, ==, "LOG");
}

/* Pitfall 12: 8-bit values left in 16-bit entries are taken as they are. */
static void
test_narrow_palette (void)
{
  static const guint32 tags[] = { 0x00281101, 0x00281102, 0x00281103, 0x00281201, 0x00281202, 0x00281203 };
  g_autoptr (Builder) builder = builder_new (EXPLICIT_LE);
  g_autoptr (NegInstance) instance = NULL;

  begin_image (builder, US_MULTIFRAME, "US");
  put_image (builder, 8, 8, FALSE);
  for (guint i = 0; i < 3; i++)
    put_words (builder, tags[i], "US", 3, 2, 0, 16);
  for (guint i = 0; i < 3; i++)
    put_words (builder, tags[3 + i], "OW", 2, 10 * i, 255);
  put_pixels (builder, 8, 1);
  instance = builder_read (builder);
  g_assert_cmpuint (instance->palette[2].bits, ==, 8);
  g_assert_cmpuint (instance->palette[2].entries[0], ==, 20);
  g_assert_cmpuint (instance->palette[2].entries[1], ==, 255);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/dataset/modules/overlay", test_overlay);
  g_test_add_func ("/dataset/modules/overlay-frames", test_overlay_frames);
  g_test_add_func ("/dataset/modules/embedded-overlays", test_embedded_overlays);
  g_test_add_func ("/dataset/modules/embedded-beyond-cells", test_embedded_beyond_cells);
  g_test_add_func ("/dataset/modules/broken-overlays", test_broken_overlays);
  g_test_add_func ("/dataset/modules/shutter", test_shutter);
  g_test_add_func ("/dataset/modules/broken-shutters", test_broken_shutters);
  g_test_add_func ("/dataset/modules/ultrasound-regions", test_ultrasound_regions);
  g_test_add_func ("/dataset/modules/regions-of-a-frame", test_regions_of_a_frame);
  g_test_add_func ("/dataset/modules/real-world-maps", test_real_world_maps);
  g_test_add_func ("/dataset/modules/masks", test_masks);
  g_test_add_func ("/dataset/modules/pet", test_pet);
  g_test_add_func ("/dataset/modules/pet-implicit", test_pet_implicit);
  g_test_add_func ("/dataset/modules/pet-converted", test_pet_converted);
  g_test_add_func ("/dataset/modules/no-pet", test_no_pet);
  g_test_add_func ("/dataset/modules/shared-groups", test_shared_groups);
  g_test_add_func ("/dataset/modules/narrow-palette", test_narrow_palette);
  return g_test_run ();
}
