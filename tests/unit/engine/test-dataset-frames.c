/* Values that differ from frame to frame: functional groups, and the planes of a dose. */
#include "dataset-builder.h"

#include <math.h>
#include <string.h>

#define SHARED 0x52009229u
#define PER_FRAME 0x52009230u

static void
put_in_sequence (Builder *b, guint32 sequence, guint32 tag, const char *vr, const char *text)
{
  begin_sequence (b, sequence);
  put_text (b, tag, vr, text);
  end_sequence (b);
}

static void
put_shared (Builder *b)
{
  begin_sequence (b, SHARED);
  begin_sequence (b, 0x00289110);
  put_text (b, 0x00180050, "DS", "2.5");
  put_text (b, 0x00280030, "DS", "0.5\\0.25");
  end_sequence (b);
  put_in_sequence (b, 0x00209116, 0x00200037, "DS", "1\\0\\0\\0\\1\\0");
  begin_sequence (b, 0x00289145);
  put_text (b, 0x00281052, "DS", "-1024");
  put_text (b, 0x00281053, "DS", "2");
  put_text (b, 0x00281054, "LO", "HU");
  end_sequence (b);
  begin_sequence (b, 0x00289132);
  put_text (b, 0x00281050, "DS", "40\\300");
  put_text (b, 0x00281051, "DS", "400\\1500");
  end_sequence (b);
  put_in_sequence (b, 0x00189329, 0x00089007, "CS", "ORIGINAL\\PRIMARY");
  end_sequence (b);
}

static void
put_frame_content (Builder *b, guint index)
{
  begin_sequence (b, 0x00209111);
  put_text (b, 0x00209056, "SH", "S1");
  put_ulong (b, 0x00209057, index);
  put_ulong (b, 0x00209128, 7);
  end_sequence (b);
}

/* Three frames; the second overrides macros that the others share. */
static void
put_per_frame (Builder *b)
{
  static const char *const positions[] = { "0\\0\\0", "0\\0\\5", "0\\0\\10" };

  begin_sequence (b, PER_FRAME);
  for (guint i = 0; i < 3; i++) {
    if (i > 0)
      next_item (b);
    put_frame_content (b, i + 1);
    put_in_sequence (b, 0x00209113, 0x00200032, "DS", positions[i]);
    begin_sequence (b, 0x00189117);
    put_double (b, 0x00189087, 100 * i);
    end_sequence (b);
    if (i != 1)
      continue;
    begin_sequence (b, 0x00289145);
    put_text (b, 0x00281052, "DS", "-1");
    put_text (b, 0x00281053, "DS", "3");
    end_sequence (b);
    put_in_sequence (b, 0x00289110, 0x00280030, "DS", "1\\1");
    begin_sequence (b, 0x00289132);
    put_text (b, 0x00281050, "DS", "50");
    put_text (b, 0x00281051, "DS", "350");
    put_text (b, 0x00281055, "LO", "LIVER");
    put_text (b, 0x00281056, "CS", "LINEAR_EXACT");
    end_sequence (b);
  }
  end_sequence (b);
}

static Builder *
enhanced_object (const char *syntax, const char *frames)
{
  Builder *b = builder_new (syntax);

  put_text (b, 0x00080016, "UI", STORAGE "2.1");
  put_text (b, 0x00280008, "IS", frames);
  put_image (b, 16, 16, FALSE);
  /* At the top level these mean nothing (C.7.6.16). */
  put_text (b, 0x00200032, "DS", "9\\9\\9");
  put_text (b, 0x00280030, "DS", "9\\9");
  put_text (b, 0x00281050, "DS", "9");
  put_text (b, 0x00281051, "DS", "9");
  put_text (b, 0x00281052, "DS", "9");
  put_text (b, 0x00281053, "DS", "9");
  return b;
}

static void
check_override (const NegInstance *instance)
{
  const NegFrameInfo *info = &instance->frame_infos[1];
  const NegWindow *window = &instance->windows[info->first_window];

  g_assert_cmpfloat (info->rescale_slope, ==, 3);
  g_assert_null (info->rescale_type); /* the macro is replaced as a whole */
  g_assert_cmpfloat (info->spacing_mm[0], ==, 1);
  g_assert_cmpuint (info->n_windows, ==, 1);
  g_assert_cmpfloat (window->center, ==, 50);
  g_assert_cmpstr (window->explanation, ==, "LIVER");
  g_assert_cmpint (info->voi_function, ==, NEG_VOI_LINEAR_EXACT);
}

static void
check_shared (const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = &instance->frame_infos[frame];

  g_assert_true (info->has_spacing && info->has_orientation && info->has_rescale && info->has_position);
  g_assert_cmpfloat (info->spacing_mm[0], ==, 0.5);
  g_assert_cmpfloat (info->spacing_mm[1], ==, 0.25);
  g_assert_cmpfloat (info->rescale_slope, ==, 2);
  g_assert_cmpfloat (info->rescale_intercept, ==, -1024);
  g_assert_cmpstr (info->rescale_type, ==, "HU");
  g_assert_cmpuint (info->n_windows, ==, 2);
  g_assert_cmpfloat (instance->windows[info->first_window + 1].width, ==, 1500);
  g_assert_cmpstr (info->frame_type, ==, "ORIGINAL\\PRIMARY");
  g_assert_cmpfloat (info->position_mm[2], ==, 5.0 * frame);
  g_assert_cmpstr (info->stack_id, ==, "S1");
  g_assert_cmpuint (info->in_stack_position, ==, frame + 1);
  g_assert_cmpuint (info->temporal_position, ==, 7);
  g_assert_cmpfloat (info->b_value, ==, 100.0 * frame);
}

static void
test_functional_groups (void)
{
  static const char *const syntaxes[] = { EXPLICIT_LE, IMPLICIT_LE };

  for (guint i = 0; i < G_N_ELEMENTS (syntaxes); i++) {
    g_autoptr (Builder) b = enhanced_object (syntaxes[i], "3");
    g_autoptr (NegInstance) instance = NULL;

    put_shared (b);
    put_per_frame (b);
    put_pixels (b, 16, 3);
    instance = builder_read (b);
    g_assert_cmpuint (instance->n_frame_infos, ==, 3);
    check_shared (instance, 0);
    check_shared (instance, 2);
    check_override (instance);
    g_assert_cmpuint (instance->n_windows, ==, 3);
    g_assert_cmpfloat (instance->slice_thickness_mm, ==, 2.5);
    g_assert_null (instance->warnings);
  }
}

static void
test_item_count (void)
{
  static const char *const frames[] = { "2", "5" };

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    g_autoptr (Builder) b = enhanced_object (EXPLICIT_LE, frames[i]);
    g_autoptr (NegInstance) instance = NULL;

    put_shared (b);
    put_per_frame (b);
    put_pixels (b, 16, 5);
    instance = builder_read (b);
    g_assert_cmpuint (instance->n_frame_infos, ==, instance->frames);
    check_shared (instance, 0);
    check_override (instance);
    g_assert_true (has_warning (instance, "(5200,9230)"));
    if (instance->frames == 5) {
      g_assert_false (instance->frame_infos[4].has_position);
      g_assert_true (instance->frame_infos[4].has_spacing);
    }
  }
}

/* Only shared groups: one info for all frames. */
static void
test_shared_only (void)
{
  g_autoptr (Builder) b = enhanced_object (EXPLICIT_LE, "2");
  g_autoptr (NegInstance) instance = NULL;

  put_shared (b);
  put_pixels (b, 16, 2);
  instance = builder_read (b);
  g_assert_cmpuint (instance->n_frame_infos, ==, 1);
  g_assert_true (instance->frame_infos[0].has_spacing);
  g_assert_false (instance->frame_infos[0].has_position);
  g_assert_cmpuint (instance->frame_infos[0].n_windows, ==, 2);
  g_assert_cmpuint (instance->n_windows, ==, 2);
}

/* Frames that repeat a window share it. */
static void
test_repeated_windows (void)
{
  g_autoptr (Builder) b = enhanced_object (EXPLICIT_LE, "4");
  g_autoptr (NegInstance) instance = NULL;

  begin_sequence (b, PER_FRAME);
  for (guint i = 0; i < 4; i++) {
    if (i > 0)
      next_item (b);
    begin_sequence (b, 0x00289132);
    put_text (b, 0x00281050, "DS", i < 3 ? "50" : "60");
    put_text (b, 0x00281051, "DS", "350");
    put_text (b, 0x00281055, "LO", "LIVER");
    end_sequence (b);
  }
  end_sequence (b);
  put_pixels (b, 16, 4);
  instance = builder_read (b);
  g_assert_cmpuint (instance->n_windows, ==, 2);
  g_assert_cmpuint (instance->frame_infos[2].first_window, ==, 0);
  g_assert_cmpuint (instance->frame_infos[3].first_window, ==, 1);
}

/* A dimension that no field holds tells stacks apart; the position in the stack does not. */
static void
test_dimension_label (void)
{
  g_autoptr (Builder) b = enhanced_object (EXPLICIT_LE, "2");
  g_autoptr (NegInstance) instance = NULL;
  const guint32 indices[2][2] = { { 1, 3 }, { 2, 4 } };

  begin_sequence (b, 0x00209222);
  put_words (b, 0x00209165, "AT", 2, 0x0020, 0x9057);
  next_item (b);
  put_words (b, 0x00209165, "AT", 2, 0x0018, 0x9089);
  end_sequence (b);
  begin_sequence (b, PER_FRAME);
  for (guint i = 0; i < 2; i++) {
    if (i > 0)
      next_item (b);
    begin_sequence (b, 0x00209111);
    put_bytes (b, 0x00209157, "UL", indices[i], sizeof indices[i]);
    end_sequence (b);
  }
  end_sequence (b);
  put_pixels (b, 16, 2);
  instance = builder_read (b);
  g_assert_cmpstr (instance->frame_infos[0].acquisition_label, ==, "3");
  g_assert_cmpstr (instance->frame_infos[1].acquisition_label, ==, "4");
}

static NegInstance *
read_dose (const char *orientation, const char *offsets)
{
  g_autoptr (Builder) b = builder_new (EXPLICIT_LE);

  put_text (b, 0x00080016, "UI", STORAGE "481.2");
  put_text (b, 0x00200032, "DS", "1\\2\\30");
  put_text (b, 0x00200037, "DS", orientation);
  put_text (b, 0x00280008, "IS", "3");
  put_image (b, 16, 16, FALSE);
  put_text (b, 0x3004000C, "DS", offsets);
  put_pixels (b, 16, 3);
  return builder_read (b);
}

static void
test_dose_planes (void)
{
  g_autoptr (NegInstance) relative = read_dose ("1\\0\\0\\0\\1\\0", "0\\2.5\\5");
  g_autoptr (NegInstance) feet_first = read_dose ("1\\0\\0\\0\\-1\\0", "0\\2.5\\5");
  g_autoptr (NegInstance) absolute = read_dose ("1\\0\\0\\0\\1\\0", "30\\27\\24");
  g_autoptr (NegInstance) neither = read_dose ("1\\0\\0\\0\\1\\0", "7\\8\\9");
  g_autoptr (NegInstance) wrong = read_dose ("1\\0\\0\\0\\1\\0", "0\\2.5");

  g_assert_cmpuint (relative->n_frame_infos, ==, 3);
  g_assert_cmpfloat (relative->frame_infos[2].position_mm[2], ==, 35);
  g_assert_cmpfloat (relative->frame_infos[2].position_mm[1], ==, 2);
  g_assert_cmpfloat (feet_first->frame_infos[2].position_mm[2], ==, 25);
  g_assert_cmpfloat (absolute->frame_infos[1].position_mm[2], ==, 27);
  g_assert_null (absolute->warnings);
  g_assert_true (has_warning (neither, "(3004,000C)"));
  g_assert_cmpuint (wrong->n_frame_infos, ==, 1);
  g_assert_true (has_warning (wrong, "(3004,000C)"));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/dataset/frames/functional-groups", test_functional_groups);
  g_test_add_func ("/dataset/frames/item-count", test_item_count);
  g_test_add_func ("/dataset/frames/shared-only", test_shared_only);
  g_test_add_func ("/dataset/frames/repeated-windows", test_repeated_windows);
  g_test_add_func ("/dataset/frames/dimension-label", test_dimension_label);
  g_test_add_func ("/dataset/frames/dose-planes", test_dose_planes);
  return g_test_run ();
}
