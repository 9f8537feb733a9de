/* Where images are, and how the patient lay: what is missing, what no body can be, and what contradicts itself. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "quality/neg-quality-place.h"

#define UNIT_TOLERANCE 0.01
/* Cosine of 30 degrees: a plane is axial, a row lies across the patient. */
#define ALONG_COSINE 0.866

static double
multiply (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* One finding for all objects of a series that have it. */
static void
report (NegQualityRun *run, NegSeverity most, GPtrArray *objects, const char *found, const char *expected, const char *why,
        NegFindingAction action, const char *argument)
{
  NegFinding *finding;

  if (objects->len == 0)
    return;
  finding = neg_quality_report (run, NEG_CHECK_ORIENTATION, most, objects, g_strdup (found), g_strdup (expected), why);
  neg_quality_mend (finding, action, g_strdup (argument));
}

/* --- slices --- */

/* Classic images say these at the top; of enhanced ones the frames do. Derived ones (secondary captures, screen saves) need none. */
static gboolean
needs_place (const NegQualityObject *object)
{
  static const char *const classes[] = { "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4",
                                         "1.2.840.10008.5.1.4.1.1.128", NULL };

  return g_strv_contains (classes, neg_quality_get (object, NEG_RECORD_SOP_CLASS_UID)) && !neg_quality_is_localizer (object);
}

static gboolean
is_impossible (const NegQualityPlace *place)
{
  return fabs (multiply (place->row, place->row) - 1) > UNIT_TOLERANCE
         || fabs (multiply (place->column, place->column) - 1) > UNIT_TOLERANCE
         || fabs (multiply (place->row, place->column)) > UNIT_TOLERANCE;
}

/* Axial images of a patient on his back or belly are shown as he lies when seen from his feet (PS3.3 C.7.3.1.1.2 and C.7.6.2.1.1): of
 * a supine patient the columns run to his back. From the head, or upside down, left and right are where nobody expects them. */
static gboolean
contradicts_position (const NegQualityObject *object, const NegQualityPlace *place)
{
  const char *position = neg_quality_get (object, NEG_RECORD_PATIENT_POSITION);

  if (!g_str_equal (position, "HFS") && !g_str_equal (position, "FFS"))
    return FALSE;
  return fabs (place->normal[2]) > ALONG_COSINE && (place->column[1] < -ALONG_COSINE || place->row[0] < -ALONG_COSINE);
}

/* Image Type says AXIAL of what is none (PS3.3 C.8.2.1.1.1). */
static gboolean
contradicts_type (const NegQualityObject *object, const NegQualityPlace *place)
{
  g_autofree char *origin = neg_quality_dup_value (neg_quality_get (object, NEG_RECORD_IMAGE_TYPE), 0);
  g_autofree char *type = neg_quality_dup_value (neg_quality_get (object, NEG_RECORD_IMAGE_TYPE), 2);

  return g_str_equal (origin, "ORIGINAL") && g_str_equal (type, "AXIAL") && fabs (place->normal[2]) < 0.5
         && g_str_equal (neg_quality_get (object, NEG_RECORD_MODALITY), "CT");
}

typedef enum { FAULT_NO_PLACE, FAULT_IMPOSSIBLE, FAULT_POSITION, FAULT_TYPE, FAULT_NO_POSITION, FAULT_NONE } Fault;

static Fault
find_fault (const NegQualityObject *object)
{
  NegQualityPlace place;

  neg_quality_place_init (&place, object);
  if (!place.has_orientation || !place.has_position)
    return needs_place (object) ? FAULT_NO_PLACE : FAULT_NONE;
  if (is_impossible (&place))
    return FAULT_IMPOSSIBLE;
  if (contradicts_position (object, &place))
    return FAULT_POSITION;
  if (contradicts_type (object, &place))
    return FAULT_TYPE;
  if (needs_place (object) && *neg_quality_get (object, NEG_RECORD_PATIENT_POSITION) == '\0')
    return FAULT_NO_POSITION;
  return FAULT_NONE;
}

static void
report_fault (NegQualityRun *run, Fault fault, GPtrArray *objects)
{
  const char *position = objects->len > 0 ? neg_quality_get (objects->pdata[0], NEG_RECORD_PATIENT_POSITION) : "";
  g_autofree char *found = NULL;

  switch (fault) {
  case FAULT_NO_PLACE:
    report (run, NEG_SEVERITY_WARNING, objects, _ ("no position or orientation"), _ ("Image Position and Orientation (Patient)"),
            _ ("Without them there are no reference lines, planes or comparison."), NEG_ACTION_FETCH, "");
    break;
  case FAULT_IMPOSSIBLE:
    report (run, NEG_SEVERITY_ERROR, objects, _ ("rows and columns that are not at right angles"),
            _ ("directions of length 1 at right angles"), _ ("Planes and distances of such a series are wrong."), NEG_ACTION_FETCH,
            "");
    break;
  case FAULT_POSITION:
    found = g_strdup_printf (_ ("%s, but the images are turned over or seen from the head"), position);
    report (run, NEG_SEVERITY_WARNING, objects, found, _ ("the way in which the patient lay"),
            _ ("Left and right may be swapped."), NEG_ACTION_LOOK, "");
    break;
  case FAULT_TYPE:
    report (run, NEG_SEVERITY_WARNING, objects, _ ("called axial, but the planes are not"), _ ("axial planes"),
            _ ("Left and right may be swapped."), NEG_ACTION_LOOK, "");
    break;
  case FAULT_NO_POSITION:
    report (run, NEG_SEVERITY_NOTE, objects, _ ("nobody says how the patient lay"), _ ("Patient Position, such as HFS"),
            _ ("Some stations hang the images by it."), NEG_ACTION_SET, "PatientPosition=");
    break;
  case FAULT_NONE:
  default:
    break;
  }
}

/* --- projections --- */

/* Along which axis of the body a direction like "PF" points mostly: 'x' left-right, 'y' front-back, 'z' head-feet; 0: no direction. */
static char
get_axis (const char *direction)
{
  switch (*direction) {
  case 'L':
  case 'R':
    return 'x';
  case 'A':
  case 'P':
    return 'y';
  case 'H':
  case 'F':
    return 'z';
  default:
    return 0;
  }
}

/* A view from the front has the sides across, one from the side has front and back across (PS3.3 C.7.6.1.1.1). Of a limb or a
 * breast directions are others. */
static gboolean
contradicts_view (const NegQualityObject *object, char across)
{
  const char *view = neg_quality_get (object, NEG_RECORD_VIEW_POSITION), *part = neg_quality_get (object, NEG_RECORD_BODY_PART);

  if (!g_str_equal (part, "CHEST") && !g_str_equal (part, "ABDOMEN"))
    return FALSE;
  if (g_str_equal (view, "PA") || g_str_equal (view, "AP"))
    return across == 'y';
  return (g_str_equal (view, "LL") || g_str_equal (view, "RL")) && across == 'x';
}

static gboolean
is_turned_projection (const NegQualityObject *object)
{
  const char *text = neg_quality_get (object, NEG_RECORD_PATIENT_ORIENTATION);
  g_autofree char *row = neg_quality_dup_value (text, 0), *column = neg_quality_dup_value (text, 1);
  char across = get_axis (row), down = get_axis (column);

  if (across == 0 || down == 0)
    return FALSE;
  return (across == down && row[1] == '\0' && column[1] == '\0') || contradicts_view (object, across);
}

/* --- series --- */

static void
check_frames_of_reference (NegQualityRun *run, const NegQualitySeries *series)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  g_autoptr (GHashTable) groups = NULL;

  for (guint i = 0; i < series->objects->len; i++)
    if (!neg_quality_is_localizer (series->objects->pdata[i]))
      g_ptr_array_add (objects, series->objects->pdata[i]);
  groups = neg_quality_group (objects, NEG_RECORD_FRAME_OF_REFERENCE_UID, FALSE);
  /* PS3.3 C.7.4.1: a series has one. Then the module is there in none or in all of its images. */
  if (g_hash_table_size (groups) > 1)
    report (run, NEG_SEVERITY_WARNING, objects, _ ("several frames of reference in one series"), _ ("one frame of reference"),
            _ ("Reference lines and volumes need one."), NEG_ACTION_LOOK, "");
}

static void
check_series (NegQualityRun *run, const NegQualitySeries *series)
{
  GPtrArray *faults[FAULT_NONE];
  g_autoptr (GPtrArray) turned = g_ptr_array_new ();

  for (guint i = 0; i < FAULT_NONE; i++)
    faults[i] = g_ptr_array_new ();
  for (guint i = 0; i < series->objects->len; i++) {
    NegQualityObject *object = series->objects->pdata[i];
    Fault fault = neg_quality_is_image (object) ? find_fault (object) : FAULT_NONE;

    if (fault != FAULT_NONE)
      g_ptr_array_add (faults[fault], object);
    if (neg_quality_is_projection (series->modality) && is_turned_projection (object))
      g_ptr_array_add (turned, object);
  }
  for (guint i = 0; i < FAULT_NONE; i++) {
    report_fault (run, i, faults[i]);
    g_ptr_array_unref (faults[i]);
  }
  report (run, NEG_SEVERITY_WARNING, turned, _ ("an orientation that this view cannot have"), _ ("directions that fit the view"),
          _ ("The image may hang mirrored or turned."), NEG_ACTION_LOOK, "");
}

void
neg_quality_check_geometry (NegQualityRun *run)
{
  for (guint i = 0; i < run->series->len; i++) {
    const NegQualitySeries *series = run->series->pdata[i];

    if (!series->has_images)
      continue;
    check_series (run, series);
    if (neg_quality_is_section (series->modality))
      check_frames_of_reference (run, series);
  }
}
