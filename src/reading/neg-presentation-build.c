/* What a viewport shows, written down as a presentation state. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-layers.h"
#include "reading/neg-annotation-graphics.h"
#include "reading/neg-presentation-private.h"
#include "reading/neg-preset.h"

/* Corners that lie on the border between two pixels belong to the one that is seen. */
#define BORDER_PX 1e-6
#define ASPECT_STEPS 10000

typedef struct {
  const NegViewState *state;
  const NegSeriesFrame *shown;
  const NegDraw *own;
  NegPresentation *result;
  GPtrArray *frames; /* of NegSeriesFrame, borrowed: what the state is about */
  NegPresentationIndex *applied; /* of the state that is shown; nullable */
} Build;

/* A window as an image is shown with it. */
typedef struct {
  NegVoiFunction function;
  double center, width;
  const char *explanation; /* borrowed, nullable */
} Shown;

/* --- which images --- */

/* A state has one modality LUT for all of its images (C.11.35 would lift that). */
static gboolean
has_same_values (const NegSeriesFrame *a, const NegSeriesFrame *b)
{
  const NegFrameInfo *one = neg_instance_get_frame_info (a->instance, a->frame);
  const NegFrameInfo *other = neg_instance_get_frame_info (b->instance, b->frame);
  const NegLut *lut = &a->instance->modality_lut, *other_lut = &b->instance->modality_lut;

  if (lut->n_entries != other_lut->n_entries || lut->first_mapped != other_lut->first_mapped
      || (lut->n_entries > 0
          && memcmp (lut->entries, other_lut->entries, lut->n_entries * sizeof *lut->entries) != 0))
    return FALSE;
  return one->has_rescale == other->has_rescale
         && (!one->has_rescale
             || (one->rescale_slope == other->rescale_slope && one->rescale_intercept == other->rescale_intercept));
}

static void
set_reference (NegImageReference *reference, const NegInstance *instance)
{
  *reference = (NegImageReference){ .series_uid = g_strdup (instance->series_uid),
                                    .sop_class_uid = g_strdup (instance->sop_class_uid),
                                    .sop_instance_uid = g_strdup (instance->sop_instance_uid) };
}

/* Objects in the order of their frames; frames are named of those that are not meant as a whole. */
static NegImageReferences
list_references (GPtrArray *frames)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_direct_hash, g_direct_equal);
  NegImageReferences references = { 0, g_new0 (NegImageReference, frames->len) };
  g_autoptr (GPtrArray) instances = g_ptr_array_new ();

  for (guint i = 0; i < frames->len; i++) {
    const NegSeriesFrame *frame = g_ptr_array_index (frames, i);
    guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, frame->instance));
    NegImageReference *reference;

    if (place == 0) {
      set_reference (&references.items[references.n], frame->instance);
      place = ++references.n;
      g_ptr_array_add (instances, frame->instance);
      g_hash_table_insert (places, frame->instance, GUINT_TO_POINTER (place));
    }
    reference = &references.items[place - 1];
    reference->frames = g_renew (guint32, reference->frames, reference->n_frames + 1);
    reference->frames[reference->n_frames++] = frame->frame + 1;
  }
  for (guint32 i = 0; i < references.n; i++)
    if (references.items[i].n_frames >= ((const NegInstance *) instances->pdata[i])->frames) {
      g_clear_pointer (&references.items[i].frames, g_free);
      references.items[i].n_frames = 0;
    }
  return references;
}

/* --- values --- */

static void
copy_lut (NegLut *to, const NegLut *from)
{
  *to = *from;
  to->entries = g_memdup2 (from->entries, from->n_entries * sizeof *from->entries);
  to->explanation = g_strdup (from->explanation);
}

static void
set_modality (Build *build)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (build->shown->instance, build->shown->frame);
  const NegModality *modality = &build->own->modality;

  if (modality->lut != NULL) {
    copy_lut (&build->result->modality_lut, modality->lut);
    return;
  }
  build->result->has_rescale = info->has_rescale || modality->slope != 1 || modality->intercept != 0;
  build->result->rescale_slope = modality->slope;
  build->result->rescale_intercept = modality->intercept;
  build->result->rescale_type = g_strdup (info->rescale_type);
}

static void
set_polarity (Build *build)
{
  build->result->is_inverse = build->own->inverted != build->state->inverted;
  if (build->own->presentation_lut != NULL)
    copy_lut (&build->result->presentation_lut, build->own->presentation_lut);
}

/* Whether the state that is shown already is about @frame. */
static gboolean
is_applied (const Build *build, const NegSeriesFrame *frame)
{
  return build->applied != NULL
         && _neg_presentation_index_means (build->applied, frame->instance->sop_instance_uid, frame->frame);
}

static gboolean
get_applied_window (const Build *build, const NegSeriesFrame *frame, Shown *shown)
{
  NegVoi voi;

  if (!_neg_presentation_index_find_voi (build->applied, frame->instance->sop_instance_uid, frame->frame,
                                         build->state->preset, &voi, &shown->explanation)
      || voi.lut != NULL)
    return FALSE;
  shown->function = voi.function;
  shown->center = voi.center;
  shown->width = voi.width;
  return TRUE;
}

/* The window that one image is shown with. FALSE: what holds for the image that is shown. */
static gboolean
get_window (const Build *build, const NegSeriesFrame *frame, Shown *shown)
{
  NegPreset preset;
  guint n = neg_presets_count (frame->instance, frame->frame);
  NegVoi voi;

  if (build->state->has_window)
    return FALSE;
  if (is_applied (build, frame))
    return get_applied_window (build, frame, shown);
  if (!neg_preset_get (frame->instance, frame->frame, build->state->preset < n ? build->state->preset : 0, &preset)
      || preset.is_lut)
    return FALSE;
  *shown = (Shown){ neg_instance_get_frame_info (frame->instance, frame->frame)->voi_function, preset.center, preset.width,
                    preset.explanation };
  voi = (NegVoi){ shown->function, shown->center, shown->width, NULL };
  return neg_voi_is_valid (&voi);
}

static NegSoftcopyVoi *
add_voi (Build *build)
{
  NegPresentation *result = build->result;

  result->vois = g_renew (NegSoftcopyVoi, result->vois, result->n_vois + 1);
  result->vois[result->n_vois] = (NegSoftcopyVoi){ 0 };
  return &result->vois[result->n_vois++];
}

static void
set_window (NegSoftcopyVoi *voi, const Shown *shown)
{
  voi->function = shown->function;
  voi->n_windows = 1;
  voi->windows = g_new0 (NegWindow, 1);
  voi->windows[0] = (NegWindow){ shown->center, shown->width, g_strdup (shown->explanation) };
}

/* The one that the image on screen has, for all. */
static void
add_common_voi (Build *build)
{
  const NegViewState *state = build->state;
  const NegVoi *own = &build->own->voi;
  NegSoftcopyVoi *voi = add_voi (build);

  if (state->has_window) {
    set_window (voi, &(Shown){ state->function, state->center, state->width, NULL });
  } else if (own->lut != NULL) {
    voi->n_luts = 1;
    voi->luts = g_new0 (NegLut, 1);
    copy_lut (voi->luts, own->lut);
  } else {
    set_window (voi, &(Shown){ own->function, own->center, own->width, NULL });
  }
}

/* Images with the same window. */
typedef struct {
  Shown shown;
  GPtrArray *frames; /* of NegSeriesFrame, borrowed */
} Group;

static void
free_group (gpointer data)
{
  Group *group = data;

  g_ptr_array_unref (group->frames);
  g_free (group);
}

static guint
hash_group (gconstpointer data)
{
  const Shown *shown = &((const Group *) data)->shown;

  return g_double_hash (&shown->center) * 31 + g_double_hash (&shown->width) + shown->function;
}

static gboolean
equal_groups (gconstpointer a, gconstpointer b)
{
  const Shown *one = &((const Group *) a)->shown, *other = &((const Group *) b)->shown;

  return one->function == other->function && one->center == other->center && one->width == other->width
         && g_strcmp0 (one->explanation, other->explanation) == 0;
}

/* In the order of their first images; by hash, since each of thousands of images may have a window of its own. NULL where
 * one has none. */
static GPtrArray *
group_frames (const Build *build)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (free_group);
  g_autoptr (GHashTable) known = g_hash_table_new (hash_group, equal_groups);

  for (guint i = 0; i < build->frames->len; i++) {
    Group sought = { .frames = NULL }, *group;

    if (!get_window (build, build->frames->pdata[i], &sought.shown))
      return NULL;
    group = g_hash_table_lookup (known, &sought);
    if (group == NULL) {
      sought.frames = g_ptr_array_new ();
      group = g_memdup2 (&sought, sizeof sought);
      g_hash_table_add (known, group);
      g_ptr_array_add (groups, group);
    }
    g_ptr_array_add (group->frames, build->frames->pdata[i]);
  }
  return g_steal_pointer (&groups);
}

/* Images with the same window share an item. */
static void
set_vois (Build *build)
{
  g_autoptr (GPtrArray) groups = group_frames (build);

  if (groups == NULL) {
    add_common_voi (build);
    return;
  }
  for (guint i = 0; i < groups->len; i++) {
    const Group *group = g_ptr_array_index (groups, i);
    NegSoftcopyVoi *voi = add_voi (build);

    set_window (voi, &group->shown);
    if (groups->len > 1)
      voi->references = list_references (group->frames);
  }
}

/* --- place --- */

static void
set_pixel_shape (const Build *build, NegDisplayedArea *area)
{
  const NegInstance *instance = build->shown->instance;
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, build->shown->frame);
  double aspect = build->state->pixel_aspect > 0 ? build->state->pixel_aspect
                                                 : neg_instance_get_pixel_aspect (instance, build->shown->frame);

  if (info->has_spacing && fabs (info->spacing_mm[0] / info->spacing_mm[1] - aspect) < 1e-9) {
    area->has_spacing = TRUE;
    memcpy (area->spacing_mm, info->spacing_mm, sizeof area->spacing_mm);
    return;
  }
  area->has_aspect = TRUE;
  area->aspect[0] = aspect == 1 ? 1 : (guint32) lround (aspect * ASPECT_STEPS);
  area->aspect[1] = aspect == 1 ? 1 : ASPECT_STEPS;
}

/* The pixel whose edge is nearest to @from, seen towards @to; from 1. */
static gint32
get_corner (double from, double to)
{
  return from <= to ? (gint32) floor (from + BORDER_PX) + 1 : (gint32) ceil (from - BORDER_PX);
}

static void
set_area (Build *build, guint width, guint height)
{
  NegDisplayedArea *area = g_new0 (NegDisplayedArea, 1);
  const NegInstance *instance = build->shown->instance;
  const gboolean is_whole = build->state->zoom == 1 && build->state->offset_px[0] == 0
                            && build->state->offset_px[1] == 0;
  NegAffine affine;
  double corners[4]; /* of what is seen, in the image: top left, bottom right */

  build->result->areas = area;
  build->result->n_areas = 1;
  area->mode = NEG_AREA_SCALE_TO_FIT;
  set_pixel_shape (build, area);
  if (!neg_view_state_get_affine (build->state, width, height, &affine))
    return;
  for (guint i = 0; i < 4; i++) {
    const double *m = affine.m + 3 * (i % 2);
    const double x = i < 2 ? 0 : width, y = i < 2 ? 0 : height;
    const double size = i % 2 == 0 ? instance->columns : instance->rows;

    corners[i] = CLAMP (m[0] * x + m[1] * y + m[2], -1e6, 1e6);
    if (is_whole)
      corners[i] = CLAMP (corners[i], 0, size);
  }
  area->top_left[0] = get_corner (corners[0], corners[2]);
  area->top_left[1] = get_corner (corners[1], corners[3]);
  area->bottom_right[0] = get_corner (corners[2], corners[0]);
  area->bottom_right[1] = get_corner (corners[3], corners[1]);
}

static void
set_turn (Build *build)
{
  const guint turns = build->state->turns & 3;

  build->result->is_flipped = build->state->mirrored;
  build->result->rotation_deg = 90 * (build->state->mirrored ? (4 - turns) & 3 : turns);
}

/* --- all --- */

/* Covers, tables and polarity of a state hold for all of its images. So where a state is shown already, those that it is
 * about and those that are shown as their files say are never in one: a shutter or an overlay would lie on images that
 * nobody drew it on, or be missing where it was seen. */
static void
list_frames (Build *build, guint *n_left_out)
{
  const guint n = neg_view_state_get_n_frames (build->state);
  const gboolean is_presented = is_applied (build, build->shown);

  for (guint i = 0; i < n; i++) {
    const NegSeriesFrame *frame = neg_series_get_frame (build->state->series, i);

    if (has_same_values (build->shown, frame) && is_applied (build, frame) == is_presented)
      g_ptr_array_add (build->frames, (gpointer) frame);
  }
  if (n_left_out != NULL)
    *n_left_out = n - build->frames->len;
  build->result->references = list_references (build->frames);
}

NegPresentation *
neg_view_state_to_presentation (const NegViewState *state, const NegDraw *own, guint width, guint height,
                                const GPtrArray *annotations, guint *n_left_out, GError **error)
{
  g_autoptr (GPtrArray) frames = g_ptr_array_new ();
  g_autoptr (NegPresentationIndex) index
      = state->presentation != NULL ? _neg_presentation_index_new (state->presentation) : NULL;
  const NegPresentation *applied = neg_view_state_is_presented (state) ? state->presentation : NULL;
  Build build = { state, neg_view_state_get_frame (state), own, NULL, frames, index };

  if (build.shown == NULL) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "there is no image");
    return NULL;
  }
  if (own->palette != NULL || build.shown->instance->samples > 1) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "a grayscale presentation state cannot describe an image with colours");
    return NULL;
  }
  build.result = neg_presentation_new ();
  list_frames (&build, n_left_out);
  set_modality (&build);
  set_vois (&build);
  set_polarity (&build);
  set_area (&build, width, height);
  set_turn (&build);
  _neg_presentation_keep_covers (build.result, applied, build.shown->instance, frames);
  neg_presentation_add_annotations (build.result, annotations);
  if (applied != NULL)
    _neg_presentation_keep_graphics (build.result, applied, frames);
  return build.result;
}
